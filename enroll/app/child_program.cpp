#include "enroll/app/child_program.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <optional>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace firstkey::enroll {

namespace {

constexpr int kThird = 3;
constexpr int kNotRun = 127;  // as a shell says it
constexpr std::chrono::milliseconds kEndPatience{1000};
constexpr std::chrono::milliseconds kEndLook{20};
constexpr std::size_t kLongestLine = 4096;
constexpr std::size_t kMostOutput = 65536;

struct Pipe {
  device::FileDescriptor reading;
  device::FileDescriptor writing;
};

std::optional<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  // Above the descriptors a child is given, so that giving one cannot close another.
  for (int& end : ends) {
    const int moved = ::fcntl(end, F_DUPFD_CLOEXEC, kThird + 1);
    ::close(std::exchange(end, moved));
  }
  return Pipe{.reading = device::FileDescriptor(ends[0]),
              .writing = device::FileDescriptor(ends[1])};
}

/// Descriptors of the child's; -1: as they are.
struct Wiring {
  int input = -1;
  int output = -1;
  int third = -1;
};

/// What the child does between fork and exec: only what a signal handler may.
[[noreturn]] void become(char* const* arguments, const Wiring& wiring, pid_t parent) {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const bool is_wired = (wiring.input < 0 || ::dup2(wiring.input, STDIN_FILENO) >= 0) &&
                        (wiring.output < 0 || ::dup2(wiring.output, STDOUT_FILENO) >= 0) &&
                        (wiring.third < 0 || ::dup2(wiring.third, kThird) >= 0);
  const bool ends_with_parent = ::prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && ::getppid() == parent;
  if (is_wired && ends_with_parent) ::execvp(arguments[0], arguments);
  ::_exit(kNotRun);
}

bool put_in(const Pipe& pipe, const core::Secret& secret) {
  const auto bytes = secret.expose();  // a pipe to the one process that needs it
  return ::write(pipe.writing.get(), bytes.data(), bytes.size()) ==
         static_cast<ssize_t>(bytes.size());
}

}  // namespace

core::Result<ChildProgram> ChildProgram::start(const Launch& launch) {
  std::vector<std::string> texts{launch.program};
  texts.insert(texts.end(), launch.arguments.begin(), launch.arguments.end());
  std::vector<char*> pointers;
  std::ranges::transform(
      texts, std::back_inserter(pointers), [](std::string& text) { return text.data(); });
  pointers.push_back(nullptr);
  const bool is_read = launch.output == Launch::Output::kRead;
  auto output = is_read ? make_pipe() : Pipe{};
  auto third = launch.third != nullptr ? make_pipe() : Pipe{};
  if (!output || !third || (launch.third != nullptr && !put_in(*third, *launch.third))) {
    return core::fail(core::ErrorCode::kNotFound, launch.program + " cannot be started: no pipe");
  }
  device::FileDescriptor nothing;
  if (launch.input == Launch::Input::kNothing) {
    nothing = device::FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  }
  const Wiring wiring{
      .input = nothing.get(), .output = output->writing.get(), .third = third->reading.get()};
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) become(pointers.data(), wiring, parent);
  if (child < 0) {
    return core::fail(core::ErrorCode::kNotFound, launch.program + " cannot be started");
  }
  return ChildProgram(child, std::move(output->reading));
}

ChildProgram::~ChildProgram() {
  if (id_ <= 0) return;
  ::kill(id_, SIGTERM);
  for (auto waited = std::chrono::milliseconds(0); waited < kEndPatience; waited += kEndLook) {
    if (::waitpid(id_, nullptr, WNOHANG) != 0) return;
    (void)::poll(nullptr, 0, static_cast<int>(kEndLook.count()));
  }
  ::kill(id_, SIGKILL);
  ::waitpid(id_, nullptr, 0);
}

core::Result<std::string> ChildProgram::next_line(std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + patience;
  std::string line;
  while (line.size() < kLongestLine) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd wanted{.fd = output_.get(), .events = POLLIN, .revents = 0};
    const auto wait = std::max(left, std::chrono::milliseconds(0));
    const int ready = ::poll(&wanted, 1, static_cast<int>(wait.count()));
    if (ready < 0 && errno == EINTR) continue;
    char byte = 0;
    if (ready != 1 || ::read(output_.get(), &byte, 1) != 1) break;
    if (byte == '\n') return line;
    line.push_back(byte);
  }
  return core::fail(core::ErrorCode::kNotFound, "it did not start");
}

core::Secret ChildProgram::rest() {
  auto buffer = core::Secret::of_size(kMostOutput);
  std::size_t size = 0;
  const auto room = buffer.expose_mutable();  // filled here
  while (size < room.size()) {
    const auto got = ::read(output_.get(), room.data() + size, room.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  return core::Secret(buffer.expose().first(size));  // only what came
}

int ChildProgram::wait() {
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
  }
  id_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : kNotRun;
}

std::string companion_path(const std::string& name, const std::string& build_folder) {
  namespace fs = std::filesystem;
  std::error_code fault;
  const auto self = fs::read_symlink("/proc/self/exe", fault).parent_path();
  for (const auto& candidate : {self / name, self / build_folder / name}) {
    if (!fault && ::access(candidate.c_str(), X_OK) == 0) return candidate.lexically_normal();
  }
  return name;
}

}  // namespace firstkey::enroll
