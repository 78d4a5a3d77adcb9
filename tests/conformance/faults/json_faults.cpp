// RegistrationResponseJSON: WebAuthn L3 §5.1. The credential in it is good.

#include <array>

#include "core/webauthn/json.h"
#include "tests/conformance/faults/fault.h"

namespace firstkey::tests {

namespace {

using core::webauthn::Code;

// What the good text has, to be replaced: the credential's id is 32 bytes 0x1D.
constexpr std::string_view kId = "HR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0";
std::string member(std::string_view name, std::string_view value) {
  return "\"" + std::string(name) + "\":\"" + std::string(value) + "\"";
}

constexpr auto kFaults = std::to_array<Fault>({
    {"it is empty",
     Code::kJsonMalformed,
     [](Forgery& f) { f.retype = [](std::string& text) { text.clear(); }; }},
    {"it is cut off",
     Code::kJsonMalformed,
     [](Forgery& f) { f.retype = [](std::string& text) { text.pop_back(); }; }},
    {"text follows it",
     Code::kJsonMalformed,
     [](Forgery& f) { f.retype = [](std::string& text) { text += "x"; }; }},
    {"a comma is left at its end",
     Code::kJsonMalformed,
     [](Forgery& f) {
       f.retype = [](std::string& text) {
         text.pop_back();
         text += ",}";
       };
     }},
    {"it nests without end",
     Code::kJsonMalformed,
     [](Forgery& f) {
       f.retype = [](std::string& text) {
         replace(text, "{", "{\"x\":" + std::string(40, '[') + std::string(40, ']') + ",");
       };
     }},
    {"an escape is half a character",
     Code::kJsonMalformed,
     [](Forgery& f) {
       f.retype = [](std::string& text) { replace(text, "\"usb\"", "\"\\ud800\""); };
     }},
    {"it is longer than 64 KiB",
     Code::kJsonTooLarge,
     [](Forgery& f) {
       f.retype = [](std::string& text) { text += std::string(core::webauthn::kMaxJsonSize, ' '); };
     }},
    {"it is a list",
     Code::kJsonMemberInvalid,
     [](Forgery& f) { f.retype = [](std::string& text) { text = "[" + text + "]"; }; }},
    {"rawId stands twice",
     Code::kJsonDuplicateMember,
     [](Forgery& f) {
       f.retype = [](std::string& text) { replace(text, "{", "{" + member("rawId", kId) + ","); };
     }},
    {"a member of the response stands twice",
     Code::kJsonDuplicateMember,
     [](Forgery& f) {
       f.retype = [](std::string& text) {
         replace(text, "\"response\":{", "\"response\":{\"clientDataJSON\":\"AA\",");
       };
     }},
    {"id is missing",
     Code::kJsonMemberMissing,
     [](Forgery& f) { f.retype = [](std::string& text) { replace(text, "\"id\"", "\"ID\""); }; }},
    {"rawId is missing",
     Code::kJsonMemberMissing,
     [](Forgery& f) {
       f.retype = [](std::string& text) { replace(text, "\"rawId\"", "\"rawID\""); };
     }},
    {"the response is missing",
     Code::kJsonMemberMissing,
     [](Forgery& f) {
       f.retype = [](std::string& text) { replace(text, "\"response\"", "\"Response\""); };
     }},
    {"the client data are missing",
     Code::kJsonMemberMissing,
     [](Forgery& f) {
       f.retype = [](std::string& text) { replace(text, "\"clientDataJSON\"", "\"clientData\""); };
     }},
    {"the attestation object is null",
     Code::kJsonMemberMissing,
     [](Forgery& f) {
       f.retype = [](std::string& text) {
         replace(text, "\"attestationObject\"", "\"attestationObject\":null,\"x\"");
       };
     }},
    {"the extension results are missing",
     Code::kJsonMemberMissing,
     [](Forgery& f) {
       f.retype = [](std::string& text) {
         replace(text, "\"clientExtensionResults\"", "\"extensions\"");
       };
     }},
    {"the extension results are a list",
     Code::kJsonMemberInvalid,
     [](Forgery& f) {
       f.retype = [](std::string& text) {
         replace(text, "\"clientExtensionResults\"", "\"clientExtensionResults\":[],\"x\"");
       };
     }},
    {"the type is another",
     Code::kJsonMemberInvalid,
     [](Forgery& f) {
       f.retype = [](std::string& text) { replace(text, "public-key", "public_key"); };
     }},
    {"rawId is a number",
     Code::kJsonMemberInvalid,
     [](Forgery& f) {
       f.retype = [](std::string& text) { replace(text, member("rawId", kId), "\"rawId\":1"); };
     }},
    {"the transports are a text",
     Code::kJsonMemberInvalid,
     [](Forgery& f) {
       f.retype = [](std::string& text) { replace(text, "[\"usb\"]", "\"usb\""); };
     }},
    {"a transport is a number",
     Code::kJsonMemberInvalid,
     [](Forgery& f) { f.retype = [](std::string& text) { replace(text, "\"usb\"", "1"); }; }},
    {"the algorithm is a text",
     Code::kJsonMemberInvalid,
     [](Forgery& f) {
       f.retype = [](std::string& text) {
         replace(text, "\"publicKeyAlgorithm\":-7", "\"publicKeyAlgorithm\":\"-7\"");
       };
     }},
    {"rk is a number",
     Code::kJsonMemberInvalid,
     [](Forgery& f) {
       f.retype = [](std::string& text) { replace(text, "\"rk\":true", "\"rk\":1"); };
     }},
    {"rawId is padded",
     Code::kJsonBase64urlInvalid,
     [](Forgery& f) {
       f.retype = [](std::string& text) {
         replace(text, member("rawId", kId), member("rawId", std::string(kId) + "="));
       };
     }},
    {"unused bits of rawId are set",
     Code::kJsonBase64urlInvalid,
     [](Forgery& f) {
       f.retype = [](std::string& text) {
         auto other = std::string(kId);
         other.back() = '1';
         replace(text, member("rawId", kId), member("rawId", other));
       };
     }},
    {"a line break stands in the id",
     Code::kJsonBase64urlInvalid,
     [](Forgery& f) {
       f.retype = [](std::string& text) {
         replace(text, member("id", kId), member("id", std::string(kId) + "\\n"));
       };
     }},
    {"the attestation object is in the other alphabet",
     Code::kJsonBase64urlInvalid,
     [](Forgery& f) {
       f.retype = [](std::string& text) {
         replace(text, "\"attestationObject\":\"o2Nm", "\"attestationObject\":\"o2N+");
       };
     }},
    {"id is not rawId",
     Code::kResponseInconsistent,
     [](Forgery& f) {
       f.retype = [](std::string& text) { replace(text, member("id", kId), member("id", "AA")); };
     }},
    {"the id is of another credential",
     Code::kResponseInconsistent,
     [](Forgery& f) {
       f.retype = [](std::string& text) {
         replace(text, member("id", kId), member("id", "AA"));
         replace(text, member("rawId", kId), member("rawId", "AA"));
       };
     }},
    {"other authenticator data are repeated",
     Code::kResponseInconsistent,
     [](Forgery& f) {
       f.retype = [](std::string& text) {
         replace(text, "\"authenticatorData\":\"", "\"authenticatorData\":\"AAAA");
       };
     }},
    {"another public key is repeated",
     Code::kResponseInconsistent,
     [](Forgery& f) {
       f.retype = [](std::string& text) {
         replace(text, "\"publicKey\":\"", "\"publicKey\":\"AAAA");
       };
     }},
    {"another algorithm is repeated",
     Code::kResponseInconsistent,
     [](Forgery& f) {
       f.retype = [](std::string& text) {
         replace(text, "\"publicKeyAlgorithm\":-7", "\"publicKeyAlgorithm\":-257");
       };
     }},
});

}  // namespace

FaultArea json_faults() {
  return {.name = "JSON", .faults = kFaults};
}

}  // namespace firstkey::tests
