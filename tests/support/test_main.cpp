// The runner of every test executable. Beyond doctest's own it refuses a filter that selects
// nothing (a renamed suite would otherwise pass for ever) and reports absent parts as skipped.

#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/parts.h"

namespace {

unsigned selected_cases = 0;

struct CountingListener : doctest::IReporter {
  explicit CountingListener(const doctest::ContextOptions& /*options*/) {}
  void report_query(const doctest::QueryData& /*query*/) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats& stats) override {
    selected_cases = stats.numTestCasesPassingFilters;
  }
  void test_case_start(const doctest::TestCaseData& /*data*/) override {}
  void test_case_reenter(const doctest::TestCaseData& /*data*/) override {}
  void test_case_end(const doctest::CurrentTestCaseStats& /*stats*/) override {}
  void test_case_exception(const doctest::TestCaseException& /*exception*/) override {}
  void subcase_start(const doctest::SubcaseSignature& /*signature*/) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData& /*data*/) override {}
  void log_message(const doctest::MessageData& /*message*/) override {}
  void test_case_skipped(const doctest::TestCaseData& /*data*/) override {}
};

std::vector<std::string>& absent_parts() {
  static std::vector<std::string> parts;
  return parts;
}

std::vector<std::string>& needed_and_absent() {
  static std::vector<std::string> parts;
  return parts;
}

bool is_every_part_required() {
  const char* required = std::getenv("FIRSTKEY_REQUIRE_PARTS");  // NOLINT(concurrency-mt-unsafe)
  return required != nullptr && std::string(required) == "1";
}

}  // namespace

REGISTER_LISTENER("counting", 1, CountingListener);

namespace firstkey::tests {

bool part_is_absent(const std::string& part, bool is_present) {
  if (is_present) return false;
  if (is_every_part_required()) FAIL("required part is absent: " << part);
  absent_parts().push_back(part);
  MESSAGE("skipped: part is absent: " << part);
  return true;
}

NeededPart::NeededPart(const std::string& part, bool is_present) {
  if (!is_present) needed_and_absent().push_back(part);
}

}  // namespace firstkey::tests

int main(int argc, char** argv) {
  if (const auto& absent = needed_and_absent(); !absent.empty()) {
    std::cerr << "SKIPPED for want of " << absent.front() << "\n";
    return is_every_part_required() ? 1 : 77;
  }
  doctest::Context context(argc, argv);
  const int failed = context.run();
  if (context.shouldExit()) return failed;
  if (failed != 0) return failed;
  if (selected_cases == 0) {
    std::cerr << "no test case was selected: is the suite named after its file?\n";
    return 3;
  }
  for (const auto& part : absent_parts()) std::cerr << "SKIPPED for want of " << part << "\n";
  return absent_parts().empty() ? 0 : 77;
}
