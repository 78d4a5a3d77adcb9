// firstkey-softkey as a process: what it prints, how it ends, what it leaves behind.
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temporary_folder.h"

namespace {

using firstkey::tests::TemporaryFolder;

constexpr int kPatience = 20'000;  // ms; only a test that fails waits as long

struct Finished {
  int status = -1;
  std::string text;
};

/// Runs `command` in a shell to its end.
Finished run(const std::string& command) {
  Finished finished;
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> chunk{};
  for (std::size_t size = 0; (size = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) {
    finished.text.append(chunk.data(), size);
  }
  const int status = ::pclose(pipe);
  finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return finished;
}

Finished run_softkey(const std::string& options) {
  return run("'" FIRSTKEY_SOFTKEY "' " + options + " 2>/dev/null");
}

/// A shell command that goes on running; its output ends when the last process holding it does.
class Running {
 public:
  explicit Running(const std::string& command) {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    std::string shell = "sh";
    std::string option = "-c";
    std::string text = command;
    const std::array<char*, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
    const int fault =
        ::posix_spawn(&process_, "/bin/sh", &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    output_ = pipe[0];
    REQUIRE(fault == 0);
  }
  ~Running() {
    ::close(output_);
    if (process_ > 0) (void)end(SIGKILL);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  /// The next line; empty at the end of all output, or when none comes.
  std::string line() {
    std::string text;
    pollfd wanted{output_, POLLIN, 0};
    for (char byte = 0; ::poll(&wanted, 1, kPatience) == 1 && ::read(output_, &byte, 1) == 1;) {
      if (byte == '\n') return text;
      text.push_back(byte);
    }
    return text;
  }
  /// Whether every process that held the output has ended, waiting for it a while.
  bool has_output_ended() {
    pollfd wanted{output_, POLLIN, 0};
    char byte = 0;
    return ::poll(&wanted, 1, kPatience) == 1 && ::read(output_, &byte, 1) == 0;
  }
  int end(int signal) {
    ::kill(process_, signal);
    return wait();
  }

 private:
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(process_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  pid_t process_ = -1;
  int output_ = -1;
};

std::string read_text(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

const std::string kServe = "exec '" FIRSTKEY_SOFTKEY "' --udp 127.0.0.1:0:7112 ";

}  // namespace

TEST_SUITE("device/softkey/program") {
  TEST_CASE("it says where it can be reached, and ends as it is asked to") {
    for (const int signal : {SIGTERM, SIGINT}) {
      CAPTURE(signal);
      Running key(kServe);
      const std::string ready = key.line();
      CHECK(ready.starts_with("ready udp:127.0.0.1:"));
      CHECK(ready.ends_with(":7112"));
      CHECK(key.end(signal) == 0);
    }
  }

  TEST_CASE("the ready line goes to the descriptor named") {
    Running key(kServe + "--serve-ready-fd 3 3>&1 >/dev/null");
    CHECK(key.line().starts_with("ready udp:127.0.0.1:"));
    CHECK(key.end(SIGTERM) == 0);
  }

  TEST_CASE("it ends with its parent where asked to") {
    Running parent("'" FIRSTKEY_SOFTKEY "' --udp 127.0.0.1:0:7112 --exit-with-parent & wait");
    CHECK(parent.line().starts_with("ready "));
    parent.end(SIGKILL);
    CHECK(parent.has_output_ended());
  }

  TEST_CASE("a second key on the same state is refused") {
    const TemporaryFolder folder;
    const std::string state = "--state '" + folder / "my.key" + "' ";
    Running key(kServe + state);
    REQUIRE(key.line().starts_with("ready "));
    CHECK(run_softkey(state + "--print-root").status == 1);
    CHECK(key.end(SIGTERM) == 0);
    CHECK(run_softkey(state + "--print-root").status == 0);
  }

  TEST_CASE("the root of a state is the same whenever and however it is asked for") {
    const TemporaryFolder folder;
    const std::string state = "--state '" + folder / "my.key" + "' ";
    const std::string root = folder / "root.pem";
    const Finished printed = run_softkey(state + "--print-root");
    CHECK(printed.status == 0);
    CHECK(printed.text.starts_with("-----BEGIN CERTIFICATE-----"));
    CHECK(run_softkey(state + "--root-out '" + root + "'").status == 0);
    CHECK(read_text(root) == printed.text);
  }

  TEST_CASE("what it cannot start with ends it with status 1") {
    const TemporaryFolder folder;
    std::ofstream(folder / "damaged.key") << "not a key";
    CHECK(run_softkey("--print-root --state '" + folder / "damaged.key" + "'").status == 1);
    CHECK(run_softkey("--print-root --state '" + folder / "absent/my.key" + "'").status == 1);
    CHECK(run_softkey("--state '" + folder / "my.key" + "' --root-out '" + folder.path() + "'")
              .status == 1);
    CHECK(run_softkey("--vpcd 127.0.0.1:1").status == 1);  // tcpmux: nobody listens there
  }

  TEST_CASE("misuse ends it with status 2, help with 0") {
    CHECK(run_softkey("").status == 2);
    CHECK(run_softkey("--udp 10.0.0.1:1:2").status == 2);
    CHECK(run_softkey("--help").status == 0);
  }
}
