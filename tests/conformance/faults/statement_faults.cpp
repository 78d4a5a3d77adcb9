// The attestation object and its statement: WebAuthn L3 §6.5.4, §8.2, §8.6, §8.7.

#include <array>

#include "tests/conformance/faults/fault.h"
#include "tests/support/cbor_items.h"

namespace firstkey::tests {

namespace {

using core::Bytes;
using core::BytesView;
using core::webauthn::Code;
using Members = std::vector<std::pair<Bytes, Bytes>>;

/// A statement that is the same whatever it should sign.
void state(Forgery& forgery, const Bytes& statement) {
  forgery.statement = [statement](BytesView) { return statement; };
}
/// The packed self statement with its signature spoilt.
void spoil_signature(Forgery& forgery, std::function<void(Bytes&)> spoil) {
  forgery.statement = [&forgery, spoil = std::move(spoil)](BytesView message) {
    auto signature = sign_with(forgery.key.get(), message);
    spoil(signature);
    return packed_statement(-7, signature, {});
  };
}
Bytes packed(const Members& members) {
  return cbor::map(members);
}
std::pair<Bytes, Bytes> alg() {
  return {cbor::text("alg"), cbor::integer(-7)};
}
std::pair<Bytes, Bytes> sig() {
  return {cbor::text("sig"), cbor::bytes(Bytes{1})};
}
std::pair<Bytes, Bytes> x5c(const Bytes& list) {
  return {cbor::text("x5c"), list};
}
/// An object of other members, its authenticator data good.
void object(Forgery& forgery, Members (*members)(const Bytes& data)) {
  forgery.respell = [&forgery, members](Bytes& object) {
    object = cbor::map(members(cbor::bytes(forgery.data.encode())));
  };
}

constexpr auto kFaults = std::to_array<Fault>({
    {"the object is empty",
     Code::kCborTruncated,
     [](Forgery& f) { f.respell = [](Bytes& object) { object.clear(); }; }},
    {"the object is cut off",
     Code::kCborTruncated,
     [](Forgery& f) { f.respell = [](Bytes& object) { object.pop_back(); }; }},
    {"a byte follows the object",
     Code::kCborTrailingBytes,
     [](Forgery& f) { f.respell = [](Bytes& object) { object.push_back(0); }; }},
    {"the object is tagged",
     Code::kCborUnexpectedType,
     [](Forgery& f) {
       f.respell = [](Bytes& object) { object.insert(object.begin(), {0xD9, 0xD9, 0xF7}); };
     }},
    {"the object's length is indefinite",
     Code::kCborNotCanonical,
     [](Forgery& f) {
       f.respell = [](Bytes& object) {
         object.front() = 0xBF;
         object.push_back(0xFF);
       };
     }},
    {"the object has a member too many",
     Code::kAttestationObjectMalformed,
     [](Forgery& f) {
       object(f, [](const Bytes& data) {
         return Members{{cbor::text("x"), cbor::integer(1)},
                        {cbor::text("fmt"), cbor::text("none")},
                        {cbor::text("attStmt"), cbor::map({})},
                        {cbor::text("authData"), data}};
       });
     }},
    {"the object has a member under another name",
     Code::kAttestationObjectMalformed,
     [](Forgery& f) {
       object(f, [](const Bytes& data) {
         return Members{{cbor::text("fmt"), cbor::text("none")},
                        {cbor::text("attStmt"), cbor::map({})},
                        {cbor::text("authdata"), data}};
       });
     }},
    {"the object's members are in the order of other encoders",
     Code::kAttestationObjectMalformed,
     [](Forgery& f) {
       object(f, [](const Bytes& data) {
         return Members{{cbor::text("authData"), data},
                        {cbor::text("fmt"), cbor::text("none")},
                        {cbor::text("attStmt"), cbor::map({})}};
       });
     }},
    {"the format is a byte string",
     Code::kCborUnexpectedType,
     [](Forgery& f) {
       object(f, [](const Bytes& data) {
         return Members{{cbor::text("fmt"), cbor::bytes(Bytes{'x'})},
                        {cbor::text("attStmt"), cbor::map({})},
                        {cbor::text("authData"), data}};
       });
     }},
    {"the format is no UTF-8", Code::kCborInvalidUtf8, [](Forgery& f) { f.format = "\xC0\xAF"; }},
    {"the authenticator data are a text",
     Code::kCborUnexpectedType,
     [](Forgery& f) {
       object(f, [](const Bytes&) {
         return Members{{cbor::text("fmt"), cbor::text("none")},
                        {cbor::text("attStmt"), cbor::map({})},
                        {cbor::text("authData"), cbor::text("data")}};
       });
     }},
    {"the format is in capitals",
     Code::kAttestationFormatUnknown,
     [](Forgery& f) { f.format = "Packed"; }},
    {"the format is of software",
     Code::kAttestationFormatUnknown,
     [](Forgery& f) { f.format = "android-safetynet"; }},
    {"none says something",
     Code::kAttestationStatementMalformed,
     [](Forgery& f) { f.format = "none"; }},
    {"none is a list",
     Code::kAttestationStatementMalformed,
     [](Forgery& f) {
       f.format = "none";
       state(f, cbor::array({}));
     }},
    {"packed is no map",
     Code::kAttestationStatementMalformed,
     [](Forgery& f) { state(f, cbor::array({})); }},
    {"packed has no alg",
     Code::kAttestationStatementMalformed,
     [](Forgery& f) { state(f, packed({sig()})); }},
    {"packed has no sig",
     Code::kAttestationStatementMalformed,
     [](Forgery& f) { state(f, packed({alg()})); }},
    {"packed has an alg that is a text",
     Code::kAttestationStatementMalformed,
     [](Forgery& f) { state(f, packed({{cbor::text("alg"), cbor::text("ES256")}, sig()})); }},
    {"packed has a sig that is a text",
     Code::kAttestationStatementMalformed,
     [](Forgery& f) { state(f, packed({alg(), {cbor::text("sig"), cbor::text("s")}})); }},
    {"packed has what ECDAA had",
     Code::kAttestationStatementMalformed,
     [](Forgery& f) {
       state(f, packed({alg(), sig(), {cbor::text("ecdaaKeyId"), cbor::bytes(Bytes{1})}}));
     }},
    {"packed has an empty x5c",
     Code::kAttestationStatementMalformed,
     [](Forgery& f) { state(f, packed({alg(), sig(), x5c(cbor::array({}))})); }},
    {"packed has a certificate bare in x5c",
     Code::kAttestationStatementMalformed,
     [](Forgery& f) { state(f, packed({alg(), sig(), x5c(cbor::bytes(f.leaf.der))})); }},
    {"packed has a text in x5c",
     Code::kAttestationStatementMalformed,
     [](Forgery& f) { state(f, packed({alg(), sig(), x5c(cbor::array({cbor::text("x")}))})); }},
    {"packed has nine certificates",
     Code::kAttestationStatementMalformed,
     [](Forgery& f) {
       const std::vector<Bytes> nine(9, cbor::bytes(f.leaf.der));
       state(f, packed({alg(), sig(), x5c(cbor::array(nine))}));
     }},
    {"self attestation is by another algorithm than the key's",
     Code::kAttestationAlgorithmMismatch,
     [](Forgery& f) { state(f, packed_statement(-257, Bytes{1}, {})); }},
    {"the statement's algorithm is not known",
     Code::kAlgorithmUnsupported,
     [](Forgery& f) { state(f, packed_statement(-65535, Bytes{1}, {})); }},
    {"the signature is empty",
     Code::kAttestationSignatureInvalid,
     [](Forgery& f) { spoil_signature(f, [](Bytes& signature) { signature.clear(); }); }},
    {"the signature has a byte after it",
     Code::kAttestationSignatureInvalid,
     [](Forgery& f) { spoil_signature(f, [](Bytes& signature) { signature.push_back(0); }); }},
    {"the signature is r and s without DER",
     Code::kAttestationSignatureInvalid,
     [](Forgery& f) { spoil_signature(f, [](Bytes& signature) { signature = Bytes(64, 0x11); }); }},
    {"the signature is a bit off",
     Code::kAttestationSignatureInvalid,
     [](Forgery& f) { spoil_signature(f, [](Bytes& signature) { signature.back() ^= 1U; }); }},
    {"the signature leaves the client data out",
     Code::kAttestationSignatureInvalid,
     [](Forgery& f) {
       f.statement = [&f](BytesView message) {
         return packed_statement(
             -7, sign_with(f.key.get(), message.first(message.size() - 32)), {});
       };
     }},
    {"the signature is the certificate's, and no certificate came",
     Code::kAttestationSignatureInvalid,
     [](Forgery& f) {
       f.statement = [&f](BytesView message) {
         return packed_statement(-7, sign_with(f.leaf.key.get(), message), {});
       };
     }},
    {"U2F has an alg",
     Code::kAttestationStatementMalformed,
     [](Forgery& f) {
       f.format = "fido-u2f";
       state(f, packed({alg(), sig(), x5c(cbor::array({cbor::bytes(f.leaf.der)}))}));
     }},
    {"U2F has two certificates",
     Code::kAttestationStatementMalformed,
     [](Forgery& f) {
       f.format = "fido-u2f";
       state(f, u2f_statement(Bytes{1}, {f.leaf.der, f.root.der}));
     }},
    {"U2F signs what packed would sign",
     Code::kAttestationSignatureInvalid,
     [](Forgery& f) {
       f.format = "fido-u2f";
       f.statement = [&f](BytesView message) {
         return u2f_statement(sign_with(f.leaf.key.get(), message), {f.leaf.der});
       };
     }},
    {"U2F signs for another credential",
     Code::kAttestationSignatureInvalid,
     [](Forgery& f) {
       f.certify_u2f({});
       f.statement = [&f](BytesView message) {
         auto other = f.u2f_message(message);
         other[65] ^= 1U;  // the first byte of the credential's id
         return u2f_statement(sign_with(f.leaf.key.get(), other), {f.leaf.der});
       };
     }},
});

}  // namespace

FaultArea statement_faults() {
  return {.name = "attestation statement", .faults = kFaults};
}

}  // namespace firstkey::tests
