#include "enroll/app/batch_verification.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "enroll/app/line_feed.h"

namespace firstkey::enroll {

namespace {

using core::webauthn::LineAnswer;

constexpr std::size_t kLinesAThread = 8;  // a thread costs as much as half a line

/// The answers to `lines`, of which the first is the `first`th of the batch.
std::vector<LineAnswer> answer(const std::vector<std::string>& lines,
                               std::uint64_t first,
                               const core::webauthn::ExaminationTerms& terms) {
  std::vector<LineAnswer> answers(lines.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (auto at = next++; at < lines.size(); at = next++) {
      answers[at] = core::webauthn::answer_line(lines[at], first + at, terms);
    }
  };
  const auto cores = std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < std::min(cores, lines.size() / kLinesAThread); ++i) {
    others.emplace_back(work);
  }
  work();
  others.clear();  // waits for them
  return answers;
}

std::unexpected<Failure> not_written() {
  return std::unexpected(Failure{.code = "not_written",
                                 .message = "the answers cannot be written",
                                 .exit_code = ExitCode::kStore});
}

}  // namespace

Attempt<BatchCount> verify_batch(int input,
                                 std::FILE* output,
                                 const core::webauthn::ExaminationTerms& terms) {
  LineFeed feed(input, core::webauthn::kMaxBatchLine);
  BatchCount count;
  while (true) {
    const auto lines = feed.next();
    if (!lines) return std::unexpected(to_failure(lines.error()));
    if (lines->empty()) return count;
    const auto first = count.accepted + count.refused + 1;
    for (const auto& answer : answer(lines.value(), first, terms)) {
      ++(answer.is_accepted ? count.accepted : count.refused);
      const auto line = answer.json + "\n";
      if (std::fwrite(line.data(), 1, line.size(), output) != line.size()) return not_written();
    }
    if (std::fflush(output) != 0) return not_written();
  }
}

}  // namespace firstkey::enroll
