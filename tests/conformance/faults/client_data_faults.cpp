// Client data: WebAuthn L3 §5.8.1, §7.1 steps 5 to 11.

#include <array>

#include "tests/conformance/faults/fault.h"

namespace firstkey::tests {

namespace {

using core::webauthn::Code;

constexpr auto kFaults = std::to_array<Fault>({
    {"it is empty",
     Code::kJsonMalformed,
     [](Forgery& f) { f.reword = [](std::string& text) { text.clear(); }; }},
    {"a comma is left at its end",
     Code::kJsonMalformed,
     [](Forgery& f) { f.reword = [](std::string& text) { replace(text, "false}", "false,}"); }; }},
    {"text follows it",
     Code::kJsonMalformed,
     [](Forgery& f) { f.reword = [](std::string& text) { text += "{}"; }; }},
    {"a comment stands in it",
     Code::kJsonMalformed,
     [](Forgery& f) { f.reword = [](std::string& text) { replace(text, "{", "{/**/"); }; }},
    {"two byte order marks begin it",
     Code::kJsonMalformed,
     [](Forgery& f) {
       f.reword = [](std::string& text) { text.insert(0, "\xEF\xBB\xBF\xEF\xBB\xBF"); };
     }},
    {"it is no UTF-8",
     Code::kJsonMalformed,
     [](Forgery& f) {
       f.reword = [](std::string& text) { replace(text, "https://", "https:/\xC3/"); };
     }},
    {"a member is not a number",
     Code::kJsonMalformed,
     [](Forgery& f) { f.reword = [](std::string& text) { replace(text, "false", "NaN"); }; }},
    {"it is longer than 8 KiB",
     Code::kJsonTooLarge,
     [](Forgery& f) { f.reword = [](std::string& text) { text += std::string(8192, ' '); }; }},
    {"it is an array",
     Code::kJsonMemberInvalid,
     [](Forgery& f) { f.reword = [](std::string& text) { text = "[" + text + "]"; }; }},
    {"the challenge stands twice",
     Code::kJsonDuplicateMember,
     [](Forgery& f) {
       f.reword = [](std::string& text) { replace(text, "{", R"({"challenge":"AAAA",)"); };
     }},
    {"a member is written twice with an escape",
     Code::kJsonDuplicateMember,
     [](Forgery& f) {
       f.reword = [](std::string& text) {
         replace(text, "{", "{\"\\u0074ype\":\"webauthn.create\",");
       };
     }},
    {"the type is missing",
     Code::kJsonMemberMissing,
     [](Forgery& f) { f.reword = [](std::string& text) { replace(text, "\"type\"", "\"t\""); }; }},
    {"the challenge is missing",
     Code::kJsonMemberMissing,
     [](Forgery& f) {
       f.reword = [](std::string& text) { replace(text, "\"challenge\"", "\"Challenge\""); };
     }},
    {"the origin is null",
     Code::kJsonMemberMissing,
     [](Forgery& f) {
       f.reword = [](std::string& text) { replace(text, "\"https://example.org\"", "null"); };
     }},
    {"the type is a number",
     Code::kJsonMemberInvalid,
     [](Forgery& f) {
       f.reword = [](std::string& text) { replace(text, "\"webauthn.create\"", "1"); };
     }},
    {"crossOrigin is a text",
     Code::kJsonMemberInvalid,
     [](Forgery& f) { f.reword = [](std::string& text) { replace(text, "false", "\"false\""); }; }},
    {"the challenge is padded",
     Code::kJsonBase64urlInvalid,
     [](Forgery& f) {
       f.reword = [](std::string& text) { replace(text, "\",\"origin\"", "=\",\"origin\""); };
     }},
    {"the challenge is in the other alphabet",
     Code::kJsonBase64urlInvalid,
     [](Forgery& f) {
       f.client.challenge = core::Bytes(32, 0xFF);
       f.expected.ceremony.challenge = f.client.challenge;
       f.reword = [](std::string& text) { replace(text, "____", "////"); };
     }},
    {"unused bits of the challenge are set",
     Code::kJsonBase64urlInvalid,
     [](Forgery& f) {
       f.reword = [](std::string& text) { replace(text, "Q\",\"origin\"", "R\",\"origin\""); };
     }},
    {"it is of an assertion",
     Code::kTypeMismatch,
     [](Forgery& f) { f.client.type = core::webauthn::kTypeGet; }},
    {"the type has a blank after it",
     Code::kTypeMismatch,
     [](Forgery& f) { f.client.type = "webauthn.create "; }},
    {"the challenge is the beginning of ours",
     Code::kChallengeMismatch,
     [](Forgery& f) { f.client.challenge.pop_back(); }},
    {"the challenge begins with ours",
     Code::kChallengeMismatch,
     [](Forgery& f) { f.client.challenge.push_back(0); }},
    {"the challenge is empty",
     Code::kChallengeMismatch,
     [](Forgery& f) { f.client.challenge.clear(); }},
    {"the origin is not secure",
     Code::kOriginNotAllowed,
     [](Forgery& f) { f.client.origin = "http://example.org"; }},
    {"the origin has the default port",
     Code::kOriginNotAllowed,
     [](Forgery& f) { f.client.origin = "https://example.org:443"; }},
    {"the origin has a path",
     Code::kOriginNotAllowed,
     [](Forgery& f) { f.client.origin = "https://example.org/"; }},
    {"the origin is a host below ours",
     Code::kOriginNotAllowed,
     [](Forgery& f) { f.client.origin = "https://login.example.org"; }},
    {"the origin is of an app",
     Code::kOriginNotAllowed,
     [](Forgery& f) { f.client.origin = "android:apk-key-hash:AAAA"; }},
    {"it comes from a frame of another origin",
     Code::kCrossOriginNotAllowed,
     [](Forgery& f) { f.client.is_cross_origin = true; }},
    {"it names a top origin without a frame",
     Code::kTopOriginNotAllowed,
     [](Forgery& f) {
       f.reword = [](std::string& text) {
         replace(text, "false}", R"(false,"topOrigin":"https://example.org"})");
       };
     }},
});

}  // namespace

FaultArea client_data_faults() {
  return {.name = "client data", .faults = kFaults};
}

}  // namespace firstkey::tests
