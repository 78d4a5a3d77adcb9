#pragma once
// Lines of a file or pipe, as many at a time as are there, so that a batch of any length is read in
// bounded memory and whoever writes line by line is answered line by line.

#include <cstddef>
#include <string>
#include <vector>

#include "core/result.h"

namespace firstkey::enroll {

class LineFeed {
 public:
  /// Reads `descriptor`, which it does not own. A line longer than `longest` bytes comes as its
  /// first `longest + 1`: too long for whoever takes lines of `longest`.
  LineFeed(int descriptor, std::size_t longest) : descriptor_(descriptor), longest_(longest) {}

  /// The next lines without their ends, one at least; none when the input is over. Waits for them.
  /// Errors: kInvalidArgument, when it cannot be read.
  [[nodiscard]] core::Result<std::vector<std::string>> next();

 private:
  void append(std::string_view part);
  void take_lines(std::string_view read, std::vector<std::string>& lines);

  int descriptor_;
  std::size_t longest_;
  std::string begun_;  ///< of a line whose end has not come
  bool has_begun_ = false;
  bool is_over_ = false;
};

}  // namespace firstkey::enroll
