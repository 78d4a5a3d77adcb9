// Options of relying parties in every form, and their origins. What is read, written in the
// standard's form, reads as the same; an origin that is taken is taken again, unchanged.

#include <array>
#include <optional>
#include <string>

#include "core/webauthn/json.h"
#include "enroll/party/origin.h"
#include "enroll/party/party_options.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/reached.h"

using namespace firstkey;
using enroll::Origin;
using enroll::PartyForm;
using tests::demand;

namespace {

tests::Reached standard("options in the standard's form read");
tests::Reached graph("options of Graph read");
tests::Reached okta("options of Okta read");
tests::Reached request("request options read");
tests::Reached origin("an origin read");

void check_origin(std::string_view text) {
  const auto read = Origin::parse(text);
  origin.count_if(read.has_value());
  if (!read) return;
  const auto again = Origin::parse(read->text());
  demand(again && again.value() == read.value(), "an origin as it is written reads as the same");
  demand(enroll::check_rp_id(read.value(), read->host()).has_value(),
         "a page acts for its own domain");
}

void check_rp_id(const std::string& rp_id) {
  const auto at = Origin::of(rp_id);
  if (!at) return;
  demand(at->host() == rp_id, "the domain is the relying party's id");
  if (!rp_id.ends_with("localhost")) check_origin(at->text());
}

void check_creation(const enroll::PartyCreation& creation) {
  standard.count_if(creation.form == PartyForm::kL3);
  graph.count_if(creation.form == PartyForm::kGraph);
  okta.count_if(creation.form == PartyForm::kOkta);
  const auto& options = creation.options;
  demand(!options.user.id.empty() && options.user.id.size() <= 64, "a user handle has its size");
  check_rp_id(options.rp.id);
  // An empty list would be read as the standard's own.
  if (options.rp.id.empty() || options.algorithms.empty()) return;
  const auto written = core::webauthn::to_json(options);
  if (written.size() > core::webauthn::kMaxJsonSize) return;
  const auto again = core::webauthn::parse_creation_options(written);
  demand(again && again.value() == options, "creation options come back as they went");
}

void check_request(const core::webauthn::RequestOptions& options) {
  request.count_if(true);
  check_rp_id(options.rp_id);
  if (options.rp_id.empty()) return;
  const auto written = core::webauthn::to_json(options);
  if (written.size() > core::webauthn::kMaxJsonSize) return;
  const auto again = core::webauthn::parse_request_options(written);
  demand(again && again.value() == options, "request options come back as they went");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(input), size);
  if (!text.starts_with('{')) {
    check_origin(text);
    return 0;
  }
  const std::array<std::optional<PartyForm>, 4> forms{
      std::nullopt, PartyForm::kL3, PartyForm::kGraph, PartyForm::kOkta};
  for (const auto& form : forms) {
    if (const auto creation = enroll::read_party_creation(text, form)) check_creation(*creation);
    if (const auto asked = enroll::read_party_request(text, form)) check_request(asked->options);
  }
  return 0;
}
