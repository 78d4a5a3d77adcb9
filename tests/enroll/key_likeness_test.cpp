#include "enroll/key_likeness.h"

#include <array>
#include <functional>

#include "tests/enroll/ceremony_samples.h"

namespace firstkey::enroll::tests {

namespace {

struct Row {
  const char* name;
  std::function<void(KeyProfile&)> change;
  bool is_like;
};

}  // namespace

TEST_SUITE("enroll/key_likeness") {
  TEST_CASE("a key that came back is like itself, and unlike it in anything else") {
    const std::array table = {
        Row{"itself", [](KeyProfile&) {}, true},
        Row{"one place taken",
            [](KeyProfile& p) { p.facts.remaining_discoverable_credentials = 24; },
            true},
        Row{"two places taken",
            [](KeyProfile& p) { p.facts.remaining_discoverable_credentials = 23; },
            false},
        Row{"more room than before",
            [](KeyProfile& p) { p.facts.remaining_discoverable_credentials = 26; },
            false},
        Row{"a PIN set meanwhile",
            [](KeyProfile& p) { p.facts.options.client_pin = device::Option::kTrue; },
            true},
        Row{"another place", [](KeyProfile& p) { p.path.text = "/dev/hidraw9"; }, false},
        Row{"another model", [](KeyProfile& p) { p.facts.aaguid.front() ^= 1; }, false},
        Row{"another firmware", [](KeyProfile& p) { p.facts.firmware_version = 2; }, false},
        Row{"few attempts left",
            [](KeyProfile& p) { p.pin_retries->attempts_left = kAttemptsToSpare - 1; },
            false},
        Row{"just enough attempts left",
            [](KeyProfile& p) { p.pin_retries->attempts_left = kAttemptsToSpare; },
            true},
        Row{"attempts not told", [](KeyProfile& p) { p.pin_retries.reset(); }, false},
    };
    const KeyLikeness maker = likeness_of(sample_profile());
    for (const Row& row : table) {
      CAPTURE(row.name);
      KeyProfile returned = sample_profile();
      row.change(returned);
      CHECK(is_like(maker, returned) == row.is_like);
    }
  }

  TEST_CASE("a model that does not tell itself apart is like no other") {
    KeyProfile nameless = sample_profile();
    nameless.facts.aaguid = {};
    CHECK_FALSE(is_like(likeness_of(nameless), nameless));
  }
}

}  // namespace firstkey::enroll::tests
