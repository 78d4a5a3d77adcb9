// A line of a file of signed heads, as somebody with that file left it. One that is read has this
// one form, and is signed by nobody here.

#include "core/signed_head.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/reached.h"

using namespace firstkey;
using tests::demand;

namespace {

tests::Reached taken("a head");
tests::Reached naming("a head that names the next key");

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const auto line = core::to_string(core::BytesView(input, size));
  const auto head = core::head_from_line(line);
  taken.count_if(head.has_value());
  naming.count_if(head && head->next_key);
  if (!head) return 0;
  demand(core::to_line(*head) == line, "a head has one form");
  core::HeadSequence sequence;
  const auto followed = sequence.follow(*head);
  demand(!followed || core::is_signed_by(head->key, core::signed_form(*head), head->signature),
         "what follows is signed");
  return 0;
}
