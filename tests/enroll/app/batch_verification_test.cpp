#include "enroll/app/batch_verification.h"

#include <array>
#include <cstdio>
#include <memory>
#include <thread>

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>
#include <unistd.h>

#include "enroll/app/line_feed.h"
#include "tests/enroll/app/pipe.h"

namespace firstkey::enroll::tests {

namespace {

namespace json = boost::json;
using core::webauthn::kMaxBatchLine;
using Lines = std::vector<std::string>;

Lines all_lines(const std::string& text, std::size_t longest) {
  const auto input = pipe_with(text);
  LineFeed feed(input.get(), longest);
  Lines all;
  while (true) {
    auto lines = feed.next();
    REQUIRE(lines);
    if (lines->empty()) return all;
    all.insert(all.end(), lines->begin(), lines->end());
  }
}

struct FileCloser {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

File temporary_file() {
  File file(std::tmpfile());
  REQUIRE(file);
  return file;
}

std::vector<json::object> answers_in(std::FILE* file) {
  std::rewind(file);
  std::vector<json::object> answers;
  std::string line;
  for (int symbol = std::fgetc(file); symbol != EOF; symbol = std::fgetc(file)) {
    line.push_back(static_cast<char>(symbol));
    if (symbol != '\n') continue;
    answers.push_back(json::parse(line).as_object());
    line.clear();
  }
  CHECK(line.empty());
  return answers;
}

}  // namespace

TEST_SUITE("enroll/app/batch_verification") {
  TEST_CASE("a feed gives every line, also an empty one and a last one without its end") {
    CHECK(all_lines("", 9).empty());
    CHECK(all_lines("a\n\nb", 9) == Lines{"a", "", "b"});
    CHECK(all_lines("a\nb\n", 9) == Lines{"a", "b"});
    CHECK(all_lines("\n", 9) == Lines{""});
  }

  TEST_CASE("of a line that is too long comes what shows that it is, in threes") {
    CHECK(all_lines("1234\nx\n", 5) == Lines{"1234", "x"});
    CHECK(all_lines("12345\nx\n", 5) == Lines{"12345", "x"});
    CHECK(all_lines("123456789\nx\n", 5) == Lines{"123456", "x"});
  }

  TEST_CASE("a line is there as soon as it is written, before the input is over") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const device::FileDescriptor input(ends[0]);
    const device::FileDescriptor output(ends[1]);
    LineFeed feed(input.get(), 9);
    REQUIRE(::write(output.get(), "a\nbe", 4) == 4);
    CHECK(feed.next().value() == Lines{"a"});
    REQUIRE(::write(output.get(), "gun\n", 4) == 4);
    CHECK(feed.next().value() == Lines{"begun"});
  }

  TEST_CASE("input that cannot be read is told") {
    LineFeed feed(-1, 9);
    CHECK(feed.next().error().code == core::ErrorCode::kInvalidArgument);
  }

  TEST_CASE("every line is answered once, in order, on however many cores") {
    constexpr std::size_t kLines = 500;
    std::string text;
    for (std::size_t i = 0; i < kLines; ++i) {
      text += i % 10 == 3 ? "broken\n" : R"({"id":)" + std::to_string(i) + "}\n";
    }
    const auto input = pipe_with(text);
    const auto output = temporary_file();
    const auto count = verify_batch(input.get(), output.get(), {});
    REQUIRE(count);
    CHECK(count->accepted == 0);
    CHECK(count->refused == kLines);
    const auto answers = answers_in(output.get());
    REQUIRE(answers.size() == kLines);
    for (std::size_t i = 0; i < kLines; ++i) {
      CAPTURE(i);
      if (i % 10 == 3) {
        CHECK(answers[i].at("line") == i + 1);
      } else {
        CHECK(answers[i].at("id") == i);
      }
    }
  }

  TEST_CASE("a line beyond all bounds is refused in bounded memory, and the next one is read") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const device::FileDescriptor input(ends[0]);
    std::thread writer([end = ends[1]] {
      const std::string block(kMaxBatchLine, ' ');
      for (int i = 0; i < 20; ++i) (void)!::write(end, block.data(), block.size());
      (void)!::write(end, "\n{\"id\":2}\n", 10);
      ::close(end);
    });
    const auto output = temporary_file();
    const auto count = verify_batch(input.get(), output.get(), {});
    writer.join();
    REQUIRE(count);
    const auto answers = answers_in(output.get());
    REQUIRE(answers.size() == 2);
    CHECK(answers[0].at("code") == "json_too_large");
    CHECK(answers[1].at("id") == 2);
  }

  TEST_CASE("answers nobody can write are told, and the batch ends") {
    const auto input = pipe_with("{}\n");
    const File full(std::fopen("/dev/full", "w"));
    REQUIRE(full);
    CHECK(verify_batch(input.get(), full.get(), {}).error().code == "not_written");
  }
}

}  // namespace firstkey::enroll::tests
