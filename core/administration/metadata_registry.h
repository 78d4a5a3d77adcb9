#pragma once
// Administration of FIDO metadata: importing a BLOB, seeing what the current one says, and finding
// out beforehand what another would change. Its roots are policy (trust_roots.h); importing is the
// Privileged Role Administrator's.

#include <optional>
#include <string>
#include <vector>

#include "core/administration/administration.h"
#include "core/metadata.h"
#include "core/webauthn/metadata_service.h"

namespace firstkey::core {

/// What is handed over to be imported or compared.
struct MetadataFiles {
  std::string blob;
  std::vector<Bytes>
      crls;  ///< PEM or DER, one list each; with one, the whole chain must be covered
};

struct MetadataState {
  CurrentMetadata current;
  Instant in_force_until;  ///< from then on it vouches for nobody
  Instant now;
  std::size_t entries = 0;

  [[nodiscard]] bool is_in_force() const { return now < in_force_until; }
};

struct KnownModel {
  webauthn::MetadataEntry entry;
  std::optional<webauthn::AuthenticatorStatus> certification;  ///< now; see certification_at()
};

/// A model that another BLOB knows otherwise. Before or after may be none, not both.
struct ModelChange {
  std::optional<webauthn::MetadataEntry> before;
  std::optional<webauthn::MetadataEntry> after;
};

/// A registered credential whose model is condemned.
struct CondemnedCredential {
  CredentialRecord credential;
  std::string user_name;
  std::string status;       ///< "authenticator_revoked"
  std::string description;  ///< of the model, with the metadata's number
  bool is_news = false;     ///< the current metadata does not condemn it
};

struct MetadataComparison {
  std::int64_t number = 0;
  Instant next_update;
  std::optional<std::int64_t> current_number;
  std::vector<ModelChange> models;
  std::vector<CondemnedCredential> condemned;  ///< those whose credentials the actor may see
  std::size_t unseen_condemned = 0;            ///< how many more there are
};

class MetadataRegistry {
 public:
  /// `administration` must outlive this.
  explicit MetadataRegistry(Administration& administration) : administration_(administration) {}

  /// Verifies the BLOB now, to the roots listed for metadata, and judges keys by it from then on.
  /// The one that was current is kept beside it. Takes some 20 ms of the store's one writer.
  /// Errors: kMetadataInvalid (with webauthn's reason), kMetadataNotNewer, kMetadataOutOfDate,
  /// kInvalidArgument (a revocation list that is none).
  [[nodiscard]] Result<CurrentMetadata> import(const MetadataFiles& files);

  /// Errors of this and the two below: kNotFound without metadata.
  [[nodiscard]] Result<MetadataState> state();
  [[nodiscard]] Result<std::vector<KnownModel>> list();
  /// Errors: kNotFound for a model it does not know, too.
  [[nodiscard]] Result<KnownModel> show(BytesView aaguid);

  /// What importing the BLOB would change; an older or outdated one can be compared too.
  /// Errors: those of import() but for its age.
  [[nodiscard]] Result<MetadataComparison> compare(const MetadataFiles& files);

 private:
  Administration& administration_;
};

}  // namespace firstkey::core
