#pragma once
// What a script hands over on a descriptor.

#include <array>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include "device/file_descriptor.h"

namespace firstkey::enroll::tests {

/// A pipe with `text` in it and nobody writing any more.
[[nodiscard]] inline device::FileDescriptor pipe_with(const std::string& text) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);  // not to be closed on exec: a descriptor given to a program
  REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  return device::FileDescriptor(ends[0]);
}

}  // namespace firstkey::enroll::tests
