#pragma once
// The attestation statements a key makes about its credentials. The packed one is signed by a leaf
// certificate that satisfies WebAuthn L3 §8.2.1 and is issued, at each start, by the root kept in
// the key's own store: trusting one software key means trusting no other. Enterprise attestation
// has a leaf of its own, with the key's serial number (§8.2.2).

#include <string>

#include "device/softkey/credential_store.h"
#include "device/softkey/ports.h"

namespace firstkey::device::softkey {

enum class AttestationKind : std::uint8_t { kPacked, kSelf, kNone };

struct AttestationStatement {
  std::string format;
  cbor::Map members;
};

class Attestation {
 public:
  /// Makes the root if `store` has none yet.
  /// Errors: kOther if it cannot be made or saved, or if the one in store is not a root of ours.
  [[nodiscard]] static Result<Attestation> create(AttestationKind kind,
                                                  const Aaguid& aaguid,
                                                  CredentialStore& store,
                                                  Random& random);

  /// Whom an attestation tells apart: all keys of this kind, or (enterprise) this very one.
  enum class Scope : std::uint8_t { kModel, kThisKey };

  /// Attests `credential_key`. What is signed is authenticator data || client data hash.
  [[nodiscard]] Result<AttestationStatement> attest(const SigningKey& credential_key,
                                                    BytesView authenticator_data,
                                                    BytesView client_data_hash,
                                                    Scope scope) const;

  /// U2F attests by a bare signature of the model's certificate, whatever the kind.
  [[nodiscard]] Result<Bytes> sign(BytesView message) const { return model_.key.sign(message); }
  [[nodiscard]] BytesView certificate() const { return model_.certificate; }

 private:
  struct Leaf {
    SigningKey key;
    Bytes certificate;  ///< DER
  };

  Attestation(AttestationKind kind, Leaf model, Leaf this_key)
      : kind_(kind), model_(std::move(model)), this_key_(std::move(this_key)) {}

  AttestationKind kind_;
  Leaf model_;
  Leaf this_key_;
};

/// What an enterprise attestation calls this key: the same at every start on one state.
[[nodiscard]] Bytes serial_number(const AttestationRoot& root);

/// The root of this store as PEM, to be configured as a trust anchor.
[[nodiscard]] Result<std::string> root_pem(const CredentialStore& store);

}  // namespace firstkey::device::softkey
