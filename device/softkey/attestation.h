#pragma once
// The attestation statements a key makes about its credentials. The packed one is signed by a leaf
// certificate that satisfies WebAuthn L3 §8.2.1 and is issued, at each start, by the root kept in
// the key's own store: trusting one software key means trusting no other.

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

  /// Attests `credential_key`. What is signed is authenticator data || client data hash.
  [[nodiscard]] Result<AttestationStatement> attest(const SigningKey& credential_key,
                                                    BytesView authenticator_data,
                                                    BytesView client_data_hash) const;

 private:
  Attestation(AttestationKind kind, SigningKey leaf_key, Bytes leaf)
      : kind_(kind), leaf_key_(std::move(leaf_key)), leaf_(std::move(leaf)) {}

  AttestationKind kind_;
  SigningKey leaf_key_;
  Bytes leaf_;  ///< DER
};

/// The root of this store as PEM, to be configured as a trust anchor.
[[nodiscard]] Result<std::string> root_pem(const CredentialStore& store);

}  // namespace firstkey::device::softkey
