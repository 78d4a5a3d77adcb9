// A client nobody here wrote: Debian's python3-fido2, over a bridge to UDP (udp_bridge.py) and over
// the real pcscd. Each case over UDP is one function of python_clients.py.

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

constexpr int kCannotHere = 77;  // what python_card_client.py says without the rights it needs

bool are_card_parts_installed() {
  return run("test -x /usr/sbin/pcscd && ls /usr/lib/pcsc/drivers/serial/*vpcd* "
             "/etc/reader.conf.d/vpcd >/dev/null 2>&1") == 0 &&
         run("/usr/bin/python3 -c 'import fido2.pcsc' 2>/dev/null") == 0;
}

std::string script(const std::string& name) {
  return std::string("/usr/bin/python3 -B '") + FIRSTKEY_SOURCE_DIR + "/tests/device/softkey/" +
         name + "' '" FIRSTKEY_SOFTKEY "' ";
}

void check_case(const std::string& name) {
  CAPTURE(name);
  CHECK(run(script("python_clients.py") + name) == 0);
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

  TEST_CASE("python-fido2 catches the key where it was told to misbehave") {
    if (firstkey::tests::part_is_absent("python3-fido2", is_fido2_installed())) return;
    check_case("is_caught_misbehaving");
  }

  TEST_CASE("python-fido2 waits for the user, and stops waiting") {
    if (firstkey::tests::part_is_absent("python3-fido2", is_fido2_installed())) return;
    for (const char* name : {"waits_for_a_touch", "can_be_cancelled"}) check_case(name);
  }

  TEST_CASE("what python-fido2 stored outlives a restart, but not a reset") {
    if (firstkey::tests::part_is_absent("python3-fido2", is_fido2_installed())) return;
    for (const char* name : {"survives_a_restart", "forgets_on_reset"}) check_case(name);
  }

  TEST_CASE("python-fido2 manages, configures and fills the key") {
    if (firstkey::tests::part_is_absent("python3-fido2", is_fido2_installed())) return;
    for (const char* name : {"manages_credentials",
                             "manages_credentials_of_a_preview",
                             "is_configured",
                             "attests_for_an_enterprise",
                             "keeps_large_blobs",
                             "takes_a_finger"}) {
      check_case(name);
    }
  }

  TEST_CASE("python-fido2 speaks U2F to it, and nothing else where there is nothing else") {
    if (firstkey::tests::part_is_absent("python3-fido2", is_fido2_installed())) return;
    for (const char* name : {"speaks_u2f", "speaks_nothing_but_u2f"}) check_case(name);
  }

  TEST_CASE("python-fido2 finds a card in pcscd's reader, and taps it twice") {
    if (firstkey::tests::part_is_absent("pcscd, vpcd, python3-fido2 and python3-pyscard",
                                        are_card_parts_installed())) {
      return;
    }
    const int status = run(script("python_card_client.py"));
    if (firstkey::tests::part_is_absent("a namespace for pcscd (root)", status != kCannotHere)) {
      return;
    }
    CHECK(status == 0);
  }
}
