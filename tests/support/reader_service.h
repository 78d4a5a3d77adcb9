#pragma once
// The real pcscd with the two virtual readers of vsmartcard, in namespaces of the test's own: no
// other pcscd of this machine is disturbed by it, nor disturbs it. Needs root.

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/running_program.h"

namespace firstkey::tests {

class ReaderService {
 public:
  static constexpr int kFirstReader = 35963;  ///< the port of "Virtual PCD 00 00"
  static constexpr int kSecondReader = 35964;

  /// Whether pcscd and vpcd are installed, and this process may have namespaces. The process is
  /// moved into them by the first call, so it has no other threads yet that matter.
  [[nodiscard]] static bool is_possible() {
    static const bool is_possible = std::filesystem::exists(kProgram) &&
                                    std::filesystem::exists("/etc/reader.conf.d/vpcd") &&
                                    move_into_own_namespaces();
    return is_possible;
  }

  ReaderService() { start(); }
  ~ReaderService() { stop(); }
  ReaderService(const ReaderService&) = delete;
  ReaderService& operator=(const ReaderService&) = delete;

  void start() {
    pcscd_ = std::make_unique<RunningProgram>("exec " + std::string(kProgram) + " --foreground");
    wait_until([] { return std::filesystem::exists("/run/pcscd/pcscd.comm"); });
    wait_until([] { return is_listening(kFirstReader) && is_listening(kSecondReader); });
  }
  void signal(int number) const { pcscd_->signal(number); }
  void stop() {
    if (!pcscd_) return;
    // A pcscd whose reader hangs does not end by a kinder signal.
    (void)pcscd_->end(SIGKILL);
    pcscd_ = nullptr;
    std::filesystem::remove("/run/pcscd/pcscd.comm");
    std::filesystem::remove("/run/pcscd/pcscd.pid");
  }

 private:
  static constexpr const char* kProgram = "/usr/sbin/pcscd";

  static bool move_into_own_namespaces() {
    if (::unshare(CLONE_NEWNS | CLONE_NEWNET) != 0) return false;
    std::error_code ignored;
    std::filesystem::create_directories("/run/pcscd", ignored);
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    if (::mount("none", "/run/pcscd", "tmpfs", 0, nullptr) != 0) return false;
    const int any_socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq loopback{.ifr_ifrn = {.ifrn_name = "lo"}};
    const bool is_up = ::ioctl(any_socket, SIOCGIFFLAGS, &loopback) == 0 &&
                       (loopback.ifr_flags = static_cast<short>(loopback.ifr_flags | IFF_UP),
                        ::ioctl(any_socket, SIOCSIFFLAGS, &loopback) == 0);
    ::close(any_socket);
    return is_up;
  }

  /// A connection to the port would be a card in the reader, so the kernel's table is read.
  static bool is_listening(int port) {
    std::ifstream table("/proc/thread-self/net/tcp");
    std::array<char, 16> wanted{};
    (void)std::snprintf(wanted.data(), wanted.size(), ":%04X", static_cast<unsigned>(port));
    for (std::string line; std::getline(table, line);) {
      if (line.find(std::string(wanted.data()) + " 00000000:0000 0A") != std::string::npos) {
        return true;
      }
    }
    return false;
  }

  template <class Condition>
  static void wait_until(Condition is_true) {
    constexpr int kPause = 10;  // ms
    for (int waited = 0; !is_true(); waited += kPause) {
      if (waited > 20'000) throw std::runtime_error("pcscd did not start");
      (void)::poll(nullptr, 0, kPause);
    }
  }

  std::unique_ptr<RunningProgram> pcscd_;
};

}  // namespace firstkey::tests
