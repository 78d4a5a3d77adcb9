#include "enroll/app/descriptor_input.h"

#include <array>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <pty.h>
#include <unistd.h>

#include "enroll/app/line_editor.h"
#include "tests/enroll/app/pipe.h"

namespace firstkey::enroll::tests {

namespace {

Attempt<std::string> read_line(int fd) {
  SignalWatch signals;
  const auto line = read_secret_line(fd, "--pin-fd", signals);
  if (!line) return std::unexpected(line.error());
  return core::to_string(line->expose());
}

/// The failure has to be a misuse that names the flag.
void check_misuse(int fd) {
  const auto line = read_line(fd);
  REQUIRE_FALSE(line.has_value());
  CHECK(line.error().code == "invalid_argument");
  CHECK(line.error().exit_code == ExitCode::kUsage);
  CHECK(line.error().message.find("--pin-fd") != std::string::npos);
}

}  // namespace

TEST_SUITE("enroll/app/descriptor_input") {
  TEST_CASE("a line is read without its end") {
    CHECK(read_line(pipe_with("1234\n").get()) == "1234");
    CHECK(read_line(pipe_with("1234\r\n").get()) == "1234");
    CHECK(read_line(pipe_with("1234").get()) == "1234");
    CHECK(read_line(pipe_with(" 12 34 \n").get()) == " 12 34 ");
  }

  TEST_CASE("nothing past the line is read, so one descriptor can hold several") {
    const auto pipe = pipe_with("passcode\npin\n");
    CHECK(read_line(pipe.get()) == "passcode");
    CHECK(read_line(pipe.get()) == "pin");
    check_misuse(pipe.get());
  }

  TEST_CASE("an empty or too long line is the caller's fault") {
    check_misuse(pipe_with("").get());
    check_misuse(pipe_with("\n1234\n").get());
    CHECK(read_line(pipe_with(std::string(kLongestLine - 1, 'x')).get()).has_value());
    CHECK(read_line(pipe_with(std::string(kLongestLine, 'x') + "\n").get()).has_value());
    check_misuse(pipe_with(std::string(kLongestLine + 1, 'x')).get());
  }

  TEST_CASE("a descriptor that cannot be read is the caller's fault") {
    check_misuse(-1);
    check_misuse(1023);
    const device::FileDescriptor write_only(::open("/dev/null", O_WRONLY));
    check_misuse(write_only.get());
    const device::FileDescriptor folder(::open("/", O_RDONLY));
    check_misuse(folder.get());
  }

  TEST_CASE("a descriptor of the program's own was not given to it") {
    const device::FileDescriptor own(::fcntl(pipe_with("1234\n").get(), F_DUPFD_CLOEXEC, 3));
    check_misuse(own.get());
  }

  TEST_CASE("a terminal is refused: it would show what is typed") {
    int master = -1;
    int slave = -1;
    REQUIRE(::openpty(&master, &slave, nullptr, nullptr, nullptr) == 0);
    const device::FileDescriptor ours(master);
    const device::FileDescriptor theirs(slave);
    check_misuse(slave);
  }

  TEST_CASE("waiting for a writer that says nothing can be broken off") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const device::FileDescriptor reading(ends[0]);
    const device::FileDescriptor writing(ends[1]);
    SignalWatch signals;
    REQUIRE(::raise(SIGINT) == 0);
    const auto line = read_secret_line(reading.get(), "--pin-fd", signals);
    REQUIRE_FALSE(line.has_value());
    CHECK(line.error() == cancelled());
  }
}

}  // namespace firstkey::enroll::tests
