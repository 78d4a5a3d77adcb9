// A client nobody here wrote: Debian's python3-fido2, over a bridge to UDP (udp_bridge.py). Each
// case below is one function of python_clients.py.

#include <array>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>
#include <sys/wait.h>

#include "tests/support/parts.h"

namespace {

int run(const std::string& command) {
  const int status = std::system(command.c_str());  // NOLINT(concurrency-mt-unsafe)
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool is_fido2_installed() {
  return run("/usr/bin/python3 -c 'import fido2.ctap2.pin' 2>/dev/null") == 0;
}

void check_case(const std::string& name) {
  CAPTURE(name);
  const std::string script =
      std::string(FIRSTKEY_SOURCE_DIR) + "/tests/device/softkey/python_clients.py";
  CHECK(run("/usr/bin/python3 -B '" + script + "' '" FIRSTKEY_SOFTKEY "' " + name) == 0);
}

}  // namespace

TEST_SUITE("device/softkey/python_clients") {
  TEST_CASE("python-fido2 registers, verifies the attestation and signs in") {
    if (firstkey::tests::part_is_absent("python3-fido2", is_fido2_installed())) return;
    for (const char* name : {"describes_itself",
                             "registers_and_signs_in",
                             "signs_with_every_algorithm",
                             "derives_hmac_secrets",
                             "gives_every_account"}) {
      check_case(name);
    }
  }

  TEST_CASE("python-fido2 hears what it did wrong") {
    if (firstkey::tests::part_is_absent("python3-fido2", is_fido2_installed())) return;
    for (const char* name : {"blocks_after_wrong_pins", "refuses_what_it_knows"}) check_case(name);
  }

  TEST_CASE("python-fido2 waits for the user, and stops waiting") {
    if (firstkey::tests::part_is_absent("python3-fido2", is_fido2_installed())) return;
    for (const char* name : {"waits_for_a_touch", "can_be_cancelled"}) check_case(name);
  }

  TEST_CASE("what python-fido2 stored outlives a restart, but not a reset") {
    if (firstkey::tests::part_is_absent("python3-fido2", is_fido2_installed())) return;
    for (const char* name : {"survives_a_restart", "forgets_on_reset"}) check_case(name);
  }
}
