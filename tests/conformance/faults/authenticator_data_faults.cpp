// Authenticator data: WebAuthn L3 §6.1, §7.1 steps 13 to 19, 25, 28. The key signs what is wrong.

#include <array>

#include "tests/conformance/faults/fault.h"
#include "tests/support/cbor_items.h"

namespace firstkey::tests {

namespace {

using core::Bytes;
using core::webauthn::Code;

constexpr std::size_t kFlags = 32;
constexpr std::size_t kIdLength = 37 + 16;  // its two bytes, after the AAGUID

void extend(Forgery& forgery, const Bytes& extensions) {
  forgery.data.flags |= kEd;
  forgery.data.extensions = extensions;
}
Bytes output(const char* name, const Bytes& value) {
  return cbor::map({{cbor::text(name), value}});
}

constexpr auto kFaults = std::to_array<Fault>({
    {"it is a byte short of its fixed part",
     Code::kAuthenticatorDataMalformed,
     [](Forgery& f) { f.rewrite = [](Bytes& data) { data.resize(36); }; }},
    {"it ends after its fixed part, though credential data are announced",
     Code::kAuthenticatorDataMalformed,
     [](Forgery& f) { f.rewrite = [](Bytes& data) { data.resize(37); }; }},
    {"it ends within the AAGUID",
     Code::kAuthenticatorDataMalformed,
     [](Forgery& f) { f.rewrite = [](Bytes& data) { data.resize(kIdLength - 1); }; }},
    {"the credential id is empty",
     Code::kAuthenticatorDataMalformed,
     [](Forgery& f) { f.data.credential_id.clear(); }},
    {"the credential id is longer than what is left",
     Code::kAuthenticatorDataMalformed,
     [](Forgery& f) { f.rewrite = [](Bytes& data) { data[kIdLength] = 0x03; }; }},
    {"a byte follows it", Code::kAuthenticatorDataMalformed, [](Forgery& f) { f.data.tail = {0}; }},
    {"extensions follow that the flags do not announce",
     Code::kAuthenticatorDataMalformed,
     [](Forgery& f) { f.data.extensions = cbor::map({}); }},
    {"credential data follow that the flags do not announce",
     Code::kAuthenticatorDataMalformed,
     [](Forgery& f) { f.rewrite = [](Bytes& data) { data[kFlags] &= 0xBFU; }; }},
    {"it has no credential data",
     Code::kCredentialDataMissing,
     [](Forgery& f) { f.data.flags &= ~static_cast<unsigned>(kAt); }},
    {"extensions are announced and missing",
     Code::kCborTruncated,
     [](Forgery& f) { f.data.flags |= kEd; }},
    {"the credential's key is missing",
     Code::kCborTruncated,
     [](Forgery& f) { f.data.public_key.clear(); }},
    {"the RP ID's hash is a bit off",
     Code::kRpIdMismatch,
     [](Forgery& f) { f.rewrite = [](Bytes& data) { data[31] ^= 0x80U; }; }},
    {"the hash is the origin's",
     Code::kRpIdMismatch,
     [](Forgery& f) { f.data.rp_id = "https://example.org"; }},
    {"the hash is of the RP ID in capitals",
     Code::kRpIdMismatch,
     [](Forgery& f) { f.data.rp_id = "EXAMPLE.ORG"; }},
    {"nobody was present",
     Code::kUserNotPresent,
     [](Forgery& f) { f.data.flags &= ~static_cast<unsigned>(kUp); }},
    {"nobody was verified",
     Code::kUserNotVerified,
     [](Forgery& f) { f.data.flags &= ~static_cast<unsigned>(kUv); }},
    {"a reserved flag poses as user verification",
     Code::kUserNotVerified,
     [](Forgery& f) { f.data.flags = kUp | kAt | 0x02U; }},
    {"it is backed up and cannot be",
     Code::kBackupStateInvalid,
     [](Forgery& f) { f.data.flags |= kBs; }},
    {"it may be backed up, where keys stay where they are",
     Code::kBackupEligibleNotAllowed,
     [](Forgery& f) { f.data.flags |= kBe; }},
    {"the credential id has 1024 bytes",
     Code::kCredentialIdTooLong,
     [](Forgery& f) { f.data.credential_id = Bytes(1024, 7); }},
    {"the extensions are a list",
     Code::kExtensionOutputInvalid,
     [](Forgery& f) { extend(f, cbor::array({})); }},
    {"an extension's name is a number",
     Code::kCborUnexpectedType,
     [](Forgery& f) { extend(f, cbor::map({{cbor::integer(1), cbor::boolean(true)}})); }},
    {"an extension stands twice",
     Code::kCborDuplicateKey,
     [](Forgery& f) {
       extend(f,
              cbor::map({{cbor::text("credProtect"), cbor::integer(2)},
                         {cbor::text("credProtect"), cbor::integer(3)}}));
     }},
    {"extensions are out of order",
     Code::kCborNotCanonical,
     [](Forgery& f) {
       extend(f,
              cbor::map({{cbor::text("minPinLength"), cbor::integer(4)},
                         {cbor::text("credProtect"), cbor::integer(3)}}));
     }},
    {"credProtect has a level that does not exist",
     Code::kExtensionOutputInvalid,
     [](Forgery& f) { extend(f, output("credProtect", cbor::integer(0))); }},
    {"credProtect is a text",
     Code::kExtensionOutputInvalid,
     [](Forgery& f) { extend(f, output("credProtect", cbor::text("3"))); }},
    {"minPinLength is longer than a PIN can be",
     Code::kExtensionOutputInvalid,
     [](Forgery& f) { extend(f, output("minPinLength", cbor::integer(64))); }},
    {"hmac-secret is null",
     Code::kExtensionOutputInvalid,
     [](Forgery& f) { extend(f, output("hmac-secret", Bytes{0xF6})); }},
    {"an unknown extension nests without end",
     Code::kCborTooDeep,
     [](Forgery& f) { extend(f, output("x", Bytes{0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x00})); }},
});

}  // namespace

FaultArea authenticator_data_faults() {
  return {.name = "authenticator data", .faults = kFaults};
}

}  // namespace firstkey::tests
