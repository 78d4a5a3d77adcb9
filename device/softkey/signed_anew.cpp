#include "device/softkey/signed_anew.h"

#include <string>
#include <utility>

#include "device/softkey/commands.h"
#include "device/softkey/map_edits.h"
#include "device/softkey/signing_key.h"

namespace firstkey::device::softkey {
namespace {

constexpr int kAuthData = 0x02;   // of both makeCredential and getAssertion
constexpr int kStatement = 0x03;  // makeCredential; getAssertion has its signature there
constexpr int kIsEnterprise = 0x04;
constexpr int kCredential = 0x01;  // of getAssertion's answer
constexpr int kHashToMake = 0x01;
constexpr int kRp = 0x02;
constexpr int kRpIdToAssert = 0x01;
constexpr int kHashToAssert = 0x02;
constexpr std::size_t kCredentialId = 32 + 1 + 4 + 16 + 2;  // WebAuthn L3 §6.5.2, in made data

/// Who is asked to sign what, of either command.
struct Signed {
  std::string rp_id;
  Bytes client_data_hash;
  Bytes credential_id;
};

Signed read_made(const cbor::Map& parameters, const Bytes& auth_data) {
  const auto rp = member<cbor::Map>(parameters, kRp);
  const auto* rp_id = rp.find("id");
  Signed made{.client_data_hash = member<Bytes>(parameters, kHashToMake)};
  if (rp_id != nullptr && rp_id->as<std::string>() != nullptr) {
    made.rp_id = *rp_id->as<std::string>();
  }
  if (auth_data.size() < kCredentialId) return made;
  const BytesView rest = BytesView(auth_data).subspan(kCredentialId);
  const std::size_t length = auth_data[kCredentialId - 1];  // ours are shorter than 256
  made.credential_id.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(length));
  return made;
}

Signed read_asserted(const cbor::Map& parameters, const cbor::Map& answer) {
  const auto credential = member<cbor::Map>(answer, kCredential);
  const auto* id = credential.find("id");
  return {.rp_id = member<std::string>(parameters, kRpIdToAssert),
          .client_data_hash = member<Bytes>(parameters, kHashToAssert),
          .credential_id = id == nullptr ? Bytes() : *id->as<Bytes>()};
}

}  // namespace

cbor::Map signed_anew(const KeyParts& key, BytesView request, const cbor::Map& answer) {
  const auto decoded = cbor::decode(request.subspan(1));
  const auto& parameters = *decoded->as<cbor::Map>();  // honestly answered, so well-formed
  const auto auth_data = member<Bytes>(answer, kAuthData);
  const bool is_made = request.front() == command::kMakeCredential;
  const auto what = is_made ? read_made(parameters, auth_data) : read_asserted(parameters, answer);
  const Credential* credential = key.store.find(what.credential_id, what.rp_id);
  if (credential == nullptr) return answer;
  const auto signing_key =
      SigningKey::from_pkcs8(credential->algorithm, credential->private_key.expose());
  if (!signing_key) return answer;
  if (is_made) {
    const auto scope = answer.find(kIsEnterprise) == nullptr ? Attestation::Scope::kModel
                                                             : Attestation::Scope::kThisKey;
    auto statement = key.attestation.attest(*signing_key, auth_data, what.client_data_hash, scope);
    return statement ? with_member(answer, kStatement, std::move(statement->members)) : answer;
  }
  Bytes message = auth_data;
  append(message, what.client_data_hash);
  auto signature = signing_key->sign(message);
  return signature ? with_member(answer, kStatement, std::move(*signature)) : answer;
}

}  // namespace firstkey::device::softkey
