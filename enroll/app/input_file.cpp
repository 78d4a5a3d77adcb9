#include "enroll/app/input_file.h"

#include <fstream>
#include <iostream>
#include <iterator>

#include <fmt/format.h>

namespace firstkey::enroll {

core::Result<std::string> read_input(const std::string& path, std::size_t max_size) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) return core::fail(core::ErrorCode::kInvalidArgument, path + " cannot be read");
  }
  auto& stream = path == "-" ? std::cin : file;
  std::string text;
  for (std::istreambuf_iterator<char> at(stream), end; at != end && text.size() <= max_size; ++at) {
    text.push_back(*at);
  }
  if (text.size() > max_size) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      fmt::format("{} is larger than {} MiB", path, max_size >> 20U));
  }
  return text;
}

}  // namespace firstkey::enroll
