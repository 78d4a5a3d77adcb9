#include "device/card_users.h"

#include <fstream>

#include <doctest/doctest.h>

#include "tests/support/temporary_folder.h"

using firstkey::device::running_card_users;
using firstkey::tests::TemporaryFolder;

namespace {

/// A folder as the kernel fills /proc.
struct Processes {
  void add(const std::string& id, const std::string& program) const {
    std::filesystem::create_directories(folder / id);
    std::ofstream(folder / id + "/comm") << program << "\n";
  }
  [[nodiscard]] std::string names() const { return running_card_users(folder.path()); }

  TemporaryFolder folder;
};

}  // namespace

TEST_SUITE("device/card_users") {
  TEST_CASE("programs that keep cards are named as people know them, once each") {
    const Processes processes;
    processes.add("1", "systemd");
    processes.add("20", "scdaemon");
    processes.add("21", "scdaemon");
    CHECK(processes.names() == "GnuPG (scdaemon)");
    processes.add("30", "gsd-smartcard");
    CHECK(processes.names() == "GNOME (gsd-smartcard), GnuPG (scdaemon)");
  }

  TEST_CASE("others are not, nor what is no process") {
    const Processes processes;
    processes.add("1", "scdaemon2");
    std::ofstream(processes.folder / "scdaemon") << "scdaemon\n";
    CHECK(processes.names().empty());
    CHECK(running_card_users("/nowhere").empty());
  }
}
