// A line of a batch. Whatever it is, the answer is one line of JSON, and it accepts what the two
// documents in it, taken alone, are accepted for.

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "core/webauthn/batch_line.h"
#include "tests/fuzz/demand.h"

namespace json = boost::json;
using firstkey::core::webauthn::answer_line;
using firstkey::core::webauthn::ExaminationTerms;
using firstkey::core::webauthn::examine;
using firstkey::tests::demand;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(input), size);
  const ExaminationTerms terms{.rp_id = "example.org",
                               .origins = {"https://example.org"},
                               .now = firstkey::core::from_rfc3339("2026-05-01T12:00:00Z").value()};
  const auto answer = answer_line(line, 7, terms);
  demand(answer.json.find('\n') == std::string::npos, "an answer is one line");
  const auto told = json::parse(answer.json).as_object();
  demand((told.at("verdict") == "accept") == answer.is_accepted, "the verdict is the answer's");
  demand(told.at("code").is_null() == answer.is_accepted, "a refusal has its code");
  demand(told.contains("line") == told.at("id").is_null(), "a line is told by its id or number");
  if (!answer.is_accepted) return 0;

  const auto document = json::parse(json::string_view(line.data(), line.size()));
  const auto explained = examine(
      json::serialize(document.at("options")), json::serialize(document.at("response")), terms);
  demand(explained.credential.has_value(), "the same by itself is accepted as well");
  return 0;
}
