#include "enroll/app/line_editor.h"

#include <array>

#include <doctest/doctest.h>

namespace firstkey::enroll::tests {

namespace {

struct Typing {
  const char* name;
  std::string keys;
  std::string line;
  std::size_t code_points;
};

/// Types all of `keys`; the last one's progress.
LineEditor::Progress type(LineEditor& editor, const std::string& keys) {
  auto progress = LineEditor::Progress::kTyping;
  for (const char key : keys) progress = editor.type(static_cast<std::uint8_t>(key));
  return progress;
}

}  // namespace

TEST_SUITE("enroll/app/line_editor") {
  TEST_CASE("keys become the line they would at any terminal") {
    const std::array table = {
        Typing{"plain", "7KQM-3TXF", "7KQM-3TXF", 9},
        Typing{"erasing",
               "12\x7f"
               "34\b5",
               "135",
               3},
        Typing{"erasing more than there is",
               "1\x7f\x7f\x7f"
               "2",
               "2",
               1},
        Typing{"erasing a character of several bytes",
               "p\xC3\xA9\x7f"
               "x",
               "px",
               2},
        Typing{"killing the line", "wrong\x15right", "right", 5},
        Typing{"arrow and function keys", "1\x1b[A\x1bOP\x1b[15~2", "12", 2},
        Typing{"a lone escape",
               "1\x1b"
               "a2",
               "1a2",
               3},
        Typing{"other controls",
               "\x01"
               "1\t2",
               "12",
               2},
        Typing{"^D in a line",
               "1\x04"
               "2",
               "12",
               2},
        Typing{"code points, not bytes",
               "\xE2\x82\xAC\xF0\x9F\x97\x9D",
               "\xE2\x82\xAC\xF0\x9F\x97\x9D",
               2},
    };
    for (const auto& row : table) {
      CAPTURE(row.name);
      LineEditor editor;
      CHECK(type(editor, row.keys) == LineEditor::Progress::kTyping);
      CHECK(editor.code_points() == row.code_points);
      CHECK(core::to_string(editor.take().expose()) == row.line);
    }
  }

  TEST_CASE("Enter ends a line, ^D declines an empty one") {
    LineEditor editor;
    CHECK(type(editor, "\x04") == LineEditor::Progress::kDeclined);
    CHECK(type(editor, "12\n") == LineEditor::Progress::kEntered);
    CHECK(type(editor, "\r") == LineEditor::Progress::kEntered);
  }

  TEST_CASE("a line that was taken is gone") {
    LineEditor editor;
    (void)type(editor, "1234");
    CHECK(editor.take().size() == 4);
    CHECK(editor.code_points() == 0);
    CHECK(editor.take().empty());
  }

  TEST_CASE("a line ends where it is too long for anything") {
    for (const auto length : {kLongestLine - 1, kLongestLine, kLongestLine + 1}) {
      CAPTURE(length);
      LineEditor editor;
      (void)type(editor, std::string(length, 'x'));
      CHECK(editor.take().size() == std::min(length, kLongestLine));
    }
  }
}

}  // namespace firstkey::enroll::tests
