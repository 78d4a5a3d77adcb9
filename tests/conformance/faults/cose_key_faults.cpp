// The credential's key: WebAuthn L3 §5.8.5, §6.5.1.1; RFC 9053 §7, RFC 8230 §4.

#include <array>

#include "tests/conformance/faults/fault.h"
#include "tests/support/cbor_items.h"

namespace firstkey::tests {

namespace {

using core::Bytes;
using core::BytesView;
using core::webauthn::Code;
using Members = std::vector<std::pair<Bytes, Bytes>>;

/// The good key's members, as they can be taken apart: 1, 3, -1, -2, -3.
Members members(const Forgery& forgery) {
  const BytesView good(forgery.data.public_key);
  return {{cbor::integer(1), cbor::integer(2)},
          {cbor::integer(3), cbor::integer(-7)},
          {cbor::integer(-1), cbor::integer(1)},
          {cbor::integer(-2), cbor::bytes(good.subspan(10, 32))},
          {cbor::integer(-3), cbor::bytes(good.subspan(45, 32))}};
}
template <class Change>
void change(Forgery& forgery, const Change& changing) {
  auto changed = members(forgery);
  changing(changed);
  forgery.data.public_key = cbor::map(changed);
}
void rsa(Forgery& forgery, const Bytes& modulus, const Bytes& exponent) {
  forgery.expected.algorithms = {core::webauthn::Algorithm::kRs256};
  forgery.data.public_key = cbor::map({{cbor::integer(1), cbor::integer(3)},
                                       {cbor::integer(3), cbor::integer(-257)},
                                       {cbor::integer(-1), cbor::bytes(modulus)},
                                       {cbor::integer(-2), cbor::bytes(exponent)}});
}
/// Odd, with its highest bit set; nobody needs its factors.
Bytes modulus(std::size_t size) {
  return Bytes(size, 0xFB);
}
const Bytes& common_exponent() {
  static const Bytes kExponent{1, 0, 1};
  return kExponent;
}
void ed25519(Forgery& forgery, const Bytes& point) {
  forgery.expected.algorithms = {core::webauthn::Algorithm::kEddsa};
  forgery.data.public_key = cbor::map({{cbor::integer(1), cbor::integer(1)},
                                       {cbor::integer(3), cbor::integer(-8)},
                                       {cbor::integer(-1), cbor::integer(6)},
                                       {cbor::integer(-2), cbor::bytes(point)}});
}

constexpr auto kFaults = std::to_array<Fault>({
    {"it is an empty map",
     Code::kCoseKeyMalformed,
     [](Forgery& f) { f.data.public_key = cbor::map({}); }},
    {"it is a list",
     Code::kCborUnexpectedType,
     [](Forgery& f) { f.data.public_key = cbor::array({}); }},
    {"its type is missing",
     Code::kCoseKeyMalformed,
     [](Forgery& f) { change(f, [](Members& m) { m.erase(m.begin()); }); }},
    {"its algorithm is missing",
     Code::kCoseKeyMalformed,
     [](Forgery& f) { change(f, [](Members& m) { m.erase(m.begin() + 1); }); }},
    {"its curve is missing",
     Code::kCoseKeyMalformed,
     [](Forgery& f) { change(f, [](Members& m) { m.erase(m.begin() + 2); }); }},
    {"its y is missing",
     Code::kCborTruncated,
     [](Forgery& f) { f.data.public_key.resize(f.data.public_key.size() - 35); }},
    {"its algorithm is a text",
     Code::kCborUnexpectedType,
     [](Forgery& f) { change(f, [](Members& m) { m[1].second = cbor::text("ES256"); }); }},
    {"its algorithm is not known",
     Code::kAlgorithmUnsupported,
     [](Forgery& f) { change(f, [](Members& m) { m[1].second = cbor::integer(-47); }); }},
    {"its algorithm was not asked for",
     Code::kAlgorithmNotAllowed,
     [](Forgery& f) { f.expected.algorithms = {core::webauthn::Algorithm::kEddsa}; }},
    {"its type is not the algorithm's",
     Code::kCoseKeyMalformed,
     [](Forgery& f) { change(f, [](Members& m) { m[0].second = cbor::integer(1); }); }},
    {"its curve is not the algorithm's",
     Code::kCoseKeyMalformed,
     [](Forgery& f) { change(f, [](Members& m) { m[2].second = cbor::integer(2); }); }},
    {"x is a byte short",
     Code::kCoseKeyMalformed,
     [](Forgery& f) { change(f, [](Members& m) { m[3].second = cbor::bytes(Bytes(31, 1)); }); }},
    {"x has a leading zero too many",
     Code::kCoseKeyMalformed,
     [](Forgery& f) { change(f, [](Members& m) { m[3].second = cbor::bytes(Bytes(33, 0)); }); }},
    {"the point is compressed",
     Code::kCborUnexpectedType,
     [](Forgery& f) { change(f, [](Members& m) { m[4].second = cbor::boolean(true); }); }},
    {"the point is off its curve",
     Code::kPublicKeyInvalid,
     [](Forgery& f) { f.data.public_key.back() ^= 1U; }},
    {"the point is at infinity",
     Code::kPublicKeyInvalid,
     [](Forgery& f) {
       change(f, [](Members& m) {
         m[3].second = cbor::bytes(Bytes(32, 0));
         m[4].second = m[3].second;
       });
     }},
    {"x is not below the field's prime",
     Code::kPublicKeyInvalid,
     [](Forgery& f) { change(f, [](Members& m) { m[3].second = cbor::bytes(Bytes(32, 0xFF)); }); }},
    {"the private part is in it",
     Code::kCoseKeyMalformed,
     [](Forgery& f) {
       change(f, [](Members& m) { m.emplace_back(cbor::integer(-4), cbor::bytes(Bytes(32, 1))); });
     }},
    {"it has a key id",
     Code::kCoseKeyMalformed,
     [](Forgery& f) {
       change(f, [](Members& m) {
         m.insert(m.begin() + 1, {cbor::integer(2), cbor::bytes(Bytes{1})});
       });
     }},
    {"its members are out of order",
     Code::kCborNotCanonical,
     [](Forgery& f) { change(f, [](Members& m) { m[1].first = cbor::integer(0); }); }},
    {"a member stands twice",
     Code::kCborDuplicateKey,
     [](Forgery& f) { change(f, [](Members& m) { m[1] = m[0]; }); }},
    {"its algorithm is written longer than needed",
     Code::kCborNotCanonical,
     [](Forgery& f) { change(f, [](Members& m) { m[1].second = Bytes{0x38, 0x06}; }); }},
    {"its length is indefinite",
     Code::kCborNotCanonical,
     [](Forgery& f) {
       f.data.public_key.front() = 0xBF;
       f.data.public_key.push_back(0xFF);
     }},
    {"an Ed25519 point is of small order",
     Code::kPublicKeyInvalid,
     [](Forgery& f) { ed25519(f, Bytes(32, 0)); }},
    {"an Ed25519 point is not below the field's prime",
     Code::kPublicKeyInvalid,
     [](Forgery& f) { ed25519(f, Bytes(32, 0xFF)); }},
    {"an RSA modulus is a bit short of 2048",
     Code::kPublicKeyInvalid,
     [](Forgery& f) {
       auto half = modulus(256);
       half.front() = 0x7F;
       rsa(f, half, common_exponent());
     }},
    {"an RSA modulus is longer than 4096 bits",
     Code::kPublicKeyInvalid,
     [](Forgery& f) { rsa(f, modulus(513), common_exponent()); }},
    {"an RSA modulus is even",
     Code::kPublicKeyInvalid,
     [](Forgery& f) {
       auto even = modulus(256);
       even.back() = 0xFA;
       rsa(f, even, common_exponent());
     }},
    {"an RSA modulus has a leading zero",
     Code::kPublicKeyInvalid,
     [](Forgery& f) {
       auto padded = modulus(257);
       padded.front() = 0;
       rsa(f, padded, common_exponent());
     }},
    {"an RSA exponent is 3",
     Code::kPublicKeyInvalid,
     [](Forgery& f) { rsa(f, modulus(256), Bytes{3}); }},
    {"an RSA exponent is even",
     Code::kPublicKeyInvalid,
     [](Forgery& f) { rsa(f, modulus(256), Bytes{1, 0, 2}); }},
});

}  // namespace

FaultArea cose_key_faults() {
  return {.name = "COSE key", .faults = kFaults};
}

}  // namespace firstkey::tests
