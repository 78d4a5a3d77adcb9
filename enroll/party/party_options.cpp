#include "enroll/party/party_options.h"

#include <string>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

#include "core/webauthn/json.h"
#include "core/webauthn/member_reader.h"
#include "core/webauthn/option_names.h"
#include "core/webauthn/options_json.h"
#include "core/webauthn/strict_json.h"

namespace firstkey::enroll {

namespace {

namespace webauthn = core::webauthn;
using webauthn::Base64Spelling;
using webauthn::DocumentReading;
using webauthn::MemberReader;

PartyError to_party_error(const webauthn::Error& error) {
  using webauthn::Code;
  const auto code = PartyErrorCode::kOptionsInvalid;
  if (error.code == Code::kJsonMemberMissing) return {code, error.detail + " is missing"};
  if (error.code == Code::kJsonMemberInvalid) {
    return {code, error.detail + " is not what may stand there"};
  }
  if (error.code == Code::kJsonBase64urlInvalid) {
    return {code, error.detail + " is not base64 as this form spells it"};
  }
  if (error.code == Code::kJsonTooLarge) return {code, "the options are larger than 64 KiB"};
  if (error.code == Code::kJsonDuplicateMember) return {code, "a member stands there twice"};
  return {code, "the options are no JSON: " + error.detail};
}

Base64Spelling spelling_of(PartyForm form) {
  switch (form) {
    case PartyForm::kL3:
      return Base64Spelling::kBase64url;
    case PartyForm::kGraph:
    case PartyForm::kOkta:
      return Base64Spelling::kAny;
  }
  return Base64Spelling::kBase64url;  // a value outside the enumeration
}

/// Whether an annotation of Graph's names its options.
bool is_annotated_by_graph(const MemberReader& document) {
  constexpr std::string_view kType = "microsoft.graph.webauthnCredentialCreationOptions";
  for (const auto* name : {"@odata.type", "@odata.context"}) {
    const auto text = document.maybe_text(name);
    if (text && text->find(kType) != std::string::npos) return true;
  }
  return false;
}

/// What `document` has that only one form does. Asked of a reading of its own: nothing found here
/// is a fault yet.
std::vector<PartyForm> forms_of(const MemberReader& document) {
  std::vector<PartyForm> forms;
  if (document.has("challenge")) forms.push_back(PartyForm::kL3);
  if (document.has("publicKey") &&
      (document.has("challengeTimeoutDateTime") || is_annotated_by_graph(document))) {
    forms.push_back(PartyForm::kGraph);
  }
  const auto embedded = document.maybe_object("_embedded");
  if (embedded && (embedded->has("activation") || embedded->has("challenge"))) {
    forms.push_back(PartyForm::kOkta);
  }
  return forms;
}

PartyResult<PartyForm> detect(const boost::json::object& object) {
  DocumentReading unheeded;
  const MemberReader document(object, "", unheeded);
  const auto forms = forms_of(document);
  if (forms.size() == 1) return forms.front();
  const auto* const what =
      forms.size() > 1 ? "the options look like those of more than one form"
      : document.has("publicKey")
          ? "options inside of publicKey are Microsoft Graph's or a web page's"
          : "the options are of no form known here (WebAuthn, Microsoft Graph, Okta)";
  return refuse(PartyErrorCode::kFormUnclear, std::string(what) + "; say which with --format");
}

/// Where the standard's options stand.
MemberReader standard_options(const MemberReader& document) {
  const bool is_wrapped = !document.has("challenge") && document.has("publicKey");
  return is_wrapped ? document.object("publicKey") : document;
}

PartyCreation read_creation(const MemberReader& document, PartyForm form) {
  PartyCreation creation{.form = form, .options = {}, .expires_at = std::nullopt};
  switch (form) {
    case PartyForm::kL3:
      creation.options = webauthn::read_creation_options(standard_options(document));
      break;
    case PartyForm::kGraph:
      creation.options = webauthn::read_creation_options(document.object("publicKey"));
      if (const auto limit = document.maybe_text("challengeTimeoutDateTime")) {
        creation.expires_at = core::from_rfc3339(*limit);
        if (!creation.expires_at) document.refuse("challengeTimeoutDateTime");
      }
      break;
    case PartyForm::kOkta:
      creation.options =
          webauthn::read_creation_options(document.object("_embedded").object("activation"));
      break;
  }
  return creation;
}

/// Okta names the one credential beside the challenge, and no relying party.
webauthn::RequestOptions read_okta_request(const MemberReader& document) {
  auto options = webauthn::read_request_options(document.object("_embedded").object("challenge"));
  options.allow_credentials = {
      {.id = document.object("profile").bytes("credentialId"), .transports = {}}};
  return options;
}

/// Parses `json` and reads it by `read`, in the form that was said or that it shows.
template <class Options, class Read>
PartyResult<Options> read_document(std::string_view json,
                                   std::optional<PartyForm> said,
                                   const Read& read) {
  const auto value = webauthn::parse_strict_json(json, webauthn::kMaxJsonSize);
  if (!value) return std::unexpected(to_party_error(value.error()));
  const auto object = webauthn::as_object(value.value(), "the document");
  if (!object) return std::unexpected(to_party_error(object.error()));
  const auto form = said ? PartyResult<PartyForm>(*said) : detect(*object.value());
  if (!form) return std::unexpected(form.error());
  DocumentReading reading{.spelling = spelling_of(*form), .fault = std::nullopt};
  auto options = read(MemberReader(*object.value(), "", reading), *form);
  if (reading.fault) return std::unexpected(to_party_error(*reading.fault));
  return options;
}

}  // namespace

PartyResult<PartyCreation> read_party_creation(std::string_view json,
                                               std::optional<PartyForm> said) {
  return read_document<PartyCreation>(json, said, read_creation);
}

PartyResult<PartyRequest> read_party_request(std::string_view json, std::optional<PartyForm> said) {
  const auto no_request = [] {
    return refuse(PartyErrorCode::kFormUnsuitable, "Microsoft Graph asks for no sign-in this way");
  };
  if (said == PartyForm::kGraph) return no_request();
  auto request = read_document<PartyRequest>(
      json, said, [](const MemberReader& document, PartyForm form) -> PartyRequest {
        if (form == PartyForm::kOkta) return {form, read_okta_request(document)};
        return {form, webauthn::read_request_options(standard_options(document))};
      });
  if (request && request->form == PartyForm::kGraph) return no_request();
  return request;
}

}  // namespace firstkey::enroll
