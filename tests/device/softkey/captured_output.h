#pragma once
// What is written to std::cout and std::cerr while it lives.

#include <iostream>
#include <sstream>
#include <string>

namespace firstkey::tests::softkey {

class CapturedOutput {
 public:
  CapturedOutput()
      : old_text_(std::cout.rdbuf(text_.rdbuf())), old_errors_(std::cerr.rdbuf(errors_.rdbuf())) {}
  ~CapturedOutput() {
    std::cout.rdbuf(old_text_);
    std::cerr.rdbuf(old_errors_);
  }
  CapturedOutput(const CapturedOutput&) = delete;
  CapturedOutput& operator=(const CapturedOutput&) = delete;

  [[nodiscard]] std::string text() const { return text_.str(); }
  [[nodiscard]] std::string errors() const { return errors_.str(); }

 private:
  std::ostringstream text_;
  std::ostringstream errors_;
  std::streambuf* old_text_;
  std::streambuf* old_errors_;
};

}  // namespace firstkey::tests::softkey
