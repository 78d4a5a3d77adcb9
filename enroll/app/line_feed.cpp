#include "enroll/app/line_feed.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <unistd.h>

namespace firstkey::enroll {

namespace {

constexpr std::size_t kBlock = 1 << 20;  // some hundred lines, a tenth of a second of a core

}  // namespace

void LineFeed::append(std::string_view part) {
  has_begun_ = true;
  begun_ += part.substr(0, longest_ + 1 - begun_.size());
}

void LineFeed::take_lines(std::string_view read, std::vector<std::string>& lines) {
  for (auto end = read.find('\n'); end != std::string_view::npos; end = read.find('\n')) {
    append(read.substr(0, end));
    lines.push_back(std::exchange(begun_, {}));
    has_begun_ = false;
    read.remove_prefix(end + 1);
  }
  if (!read.empty()) append(read);
}

core::Result<std::vector<std::string>> LineFeed::next() {
  std::vector<std::string> lines;
  std::string block(kBlock, '\0');
  while (lines.empty() && !is_over_) {
    const auto size = ::read(descriptor_, block.data(), block.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      return core::fail(core::ErrorCode::kInvalidArgument,
                        std::string("the batch cannot be read: ") + std::strerror(errno));
    }
    take_lines(std::string_view(block).substr(0, static_cast<std::size_t>(size)), lines);
    if (size > 0) continue;
    is_over_ = true;
    if (has_begun_) lines.push_back(std::exchange(begun_, {}));
  }
  return lines;
}

}  // namespace firstkey::enroll
