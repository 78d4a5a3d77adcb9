#pragma once
// One BLOB of FIDO's Metadata Service, verified, and what it says of a key that registers: which
// entry is its own, whether that entry condemns it, and whether its chain leads to a root of that
// entry. Immutable once made. Threads: any. FIDO Metadata Service v3.0.

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/clock.h"
#include "core/webauthn/certificate.h"
#include "core/webauthn/error.h"
#include "core/webauthn/metadata_payload.h"
#include "core/webauthn/metadata_signer.h"
#include "core/webauthn/statement.h"
#include "core/webauthn/trust_store.h"

namespace firstkey::core::webauthn {

/// What the key policy makes of metadata. REVOKED and ATTESTATION_KEY_COMPROMISE are not in it:
/// they always refuse.
struct MetadataRules {
  bool refuses_user_verification_bypass = true;
  bool refuses_user_key_remote_compromise = true;
  bool refuses_user_key_physical_compromise = true;
  Duration grace = std::chrono::days(30);  ///< after the day the next BLOB was due

  friend bool operator==(const MetadataRules&, const MetadataRules&) = default;
};

class MetadataService {
 public:
  /// Errors: those of open_metadata_blob() and parse_metadata_payload(). Whether it is newer than
  /// another, and new enough, is asked below.
  [[nodiscard]] static Result<MetadataService> verify(std::string_view blob,
                                                      const MetadataAnchors& anchors,
                                                      Instant now);
  /// Of a BLOB that verify() took before it was stored. Errors: kMetadataMalformed.
  [[nodiscard]] static Result<MetadataService> read_stored(std::string_view blob);

  [[nodiscard]] std::int64_t number() const noexcept { return payload_.number; }
  [[nodiscard]] Instant next_update() const noexcept { return payload_.next_update; }
  [[nodiscard]] const std::vector<MetadataEntry>& entries() const noexcept {
    return payload_.entries;
  }

  /// A BLOB with a number that does not rise is an old one handed out again.
  /// Errors: kMetadataNotNewer. Source: FIDO Metadata Service v3.0 §3.2.
  [[nodiscard]] Result<void> check_newer_than(std::int64_t number) const;
  /// The end of the day the next one is due, and `grace` more.
  [[nodiscard]] Instant in_force_until(Duration grace) const noexcept {
    return payload_.next_update + std::chrono::days(1) + grace;
  }
  /// Errors: kMetadataOutOfDate, from in_force_until() on.
  [[nodiscard]] Result<void> check_up_to_date(Instant now, Duration grace) const;

  /// The entries below live as long as this. Null: none is about it.
  [[nodiscard]] const MetadataEntry* find(BytesView aaguid) const;
  /// By the SHA-1 of the public key bits of `leaf`: U2F keys have no AAGUID.
  [[nodiscard]] const MetadataEntry* find(const Certificate& leaf) const;
  /// As the format of its statement tells, `path` being its certificates, leaf first.
  [[nodiscard]] const MetadataEntry* find(StatementFormat format,
                                          BytesView aaguid,
                                          std::span<const Certificate> path) const;

  /// Whether a key of this entry is condemned, from whatever day: a claim to be of a condemned
  /// model needs no proof. Errors: kAuthenticatorRevoked, kAttestationKeyCompromised,
  /// kUserVerificationBypassed, kUserKeyRemotelyCompromised, kUserKeyPhysicallyCompromised. Source:
  /// FIDO Metadata Service v3.0 §3.1.4.
  [[nodiscard]] Result<void> check_status(const MetadataEntry& entry,
                                          std::span<const Certificate> path,
                                          const MetadataRules& rules,
                                          Instant now) const;

  /// The same of a key that was registered before, by what it sent then; no entry condemns nobody.
  /// Errors: those above and kAttestationObjectMalformed.
  [[nodiscard]] Result<void> check_registered(BytesView attestation_object,
                                              const MetadataRules& rules,
                                              Instant now) const;

  /// The roots of `entry`, one of entries(), alone: where its keys' chains may lead. Lives as long
  /// as this.
  [[nodiscard]] const TrustStore& roots_of(const MetadataEntry& entry) const;

 private:
  /// The roots of an entry, read when they are first asked for: few of all models ever register.
  struct EntryRoots {
    std::once_flag is_made;
    TrustStore trusted;
  };

  explicit MetadataService(MetadataPayload payload);
  [[nodiscard]] static Result<MetadataService> from(const Result<Bytes>& payload);

  MetadataPayload payload_;
  std::map<Bytes, std::size_t> by_identity_;  ///< AAGUIDs and key identifiers, of unlike lengths
  std::unique_ptr<EntryRoots[]> roots_;       ///< one for each entry
};

}  // namespace firstkey::core::webauthn
