#pragma once
// A program started by this one: from its path and arguments, never through a shell, and ended with
// its owner, whichever way that goes.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "core/result.h"
#include "core/secret.h"
#include "device/file_descriptor.h"

namespace firstkey::enroll {

class ChildProgram {
 public:
  struct Launch {
    enum class Output {
      kShown,  ///< where this program's own output goes
      kRead,   ///< to next_line() and rest()
    };
    enum class Input {
      kNothing,
      kShared,  ///< this program's own, such as the terminal
    };
    std::string program;  ///< a path, or a name found in PATH
    std::vector<std::string> arguments;
    Output output = Output::kShown;
    Input input = Input::kNothing;
    /// What it finds on descriptor 3, at most 4 KiB; null: nothing is there. Outlives start().
    const core::Secret* third = nullptr;
  };

  /// Errors: kNotFound when no process can be made.
  [[nodiscard]] static core::Result<ChildProgram> start(const Launch& launch);
  ChildProgram(ChildProgram&& other) noexcept
      : id_(std::exchange(other.id_, -1)), output_(std::move(other.output_)) {}
  ChildProgram& operator=(ChildProgram&&) = delete;
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;
  /// Asks it to end, and after a second makes it.
  ~ChildProgram();

  /// The next line it prints. Errors: kNotFound when it ended, or nothing came in time.
  [[nodiscard]] core::Result<std::string> next_line(std::chrono::milliseconds patience);
  /// All it prints from here to its end, at most 64 KiB.
  [[nodiscard]] core::Secret rest();
  /// Waits for its end. Its exit status; 127 if it could not be run or a signal ended it.
  [[nodiscard]] int wait();

 private:
  ChildProgram(pid_t id, device::FileDescriptor output) noexcept
      : id_(id), output_(std::move(output)) {}

  pid_t id_ = -1;
  device::FileDescriptor output_;
};

/// Where `name` is when it was built or installed with this program: beside it, or in
/// `build_folder` of the build tree, relative to this program's; else its bare name, for PATH.
[[nodiscard]] std::string companion_path(const std::string& name, const std::string& build_folder);

}  // namespace firstkey::enroll
