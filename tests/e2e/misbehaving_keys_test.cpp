// Keys that misbehave, met by a script: each of the software key's quirks, and what behaves and
// still will not do, ends with a status, a code and a sentence.

#include <csignal>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "device/softkey/quirks.h"
#include "tests/support/enrollment_desk.h"

using namespace firstkey::tests;

namespace json = boost::json;

namespace {

/// One kind of key, and what `firstkey enroll` makes of it.
struct Meeting {
  std::string options;  ///< of the key
  int status = 0;
  std::string code;   ///< empty: registered and proved
  std::string words;  ///< somewhere in what the person is told
};

const std::string kFailing = "does not answer as it should";
const std::string kWrongAnswer = "not what it should be";

const std::vector<Meeting> kNewKeys = {
    // Crypto.
    {"--quirk bad-signature", 5, "attestation_invalid", "proof of its make is false"},
    {"--quirk wrong-rp-id-hash", 3, "registration_invalid", kWrongAnswer},
    {"--quirk uv-dropped", 3, "registration_invalid", kWrongAnswer},
    {"--quirk wrong-credential-id", 5, "proof_failed", "use another key"},
    {"--quirk wrong-user-handle", 5, "proof_failed", "use another key"},
    // Protocol.
    {"--quirk no-max-msg-size", 0, "", ""},
    {"--quirk unsorted-info", 5, "failing", kFailing},
    {"--quirk up-false", 0, "", ""},
    {"--quirk garbage-info", 5, "failing", kFailing},
    {"--quirk garbage-answer", 5, "failing", kFailing},
    {"--quirk truncated-answer", 5, "failing", kFailing},
    {"--quirk huge-count", 5, "failing", kFailing},
    {"--quirk trailing-bytes", 5, "failing", kFailing},
    {"--quirk indefinite-length", 5, "failing", kFailing},
    {"--quirk unknown-format", 5, "failing", kFailing},
    {"--quirk long-answer", 5, "failing", kFailing},
    {"--quirk unknown-status", 5, "failing", kFailing},
    {"--quirk denies", 5, "denied", "told to refuse"},
    {"--quirk later-info", 0, "", ""},
    {"--quirk room-untold", 0, "", ""},
    {"--quirk cancel-ignored", 0, "", ""},
    {"--quirk management-misnumbered", 0, "", ""},
    {"--quirk cancel-misnamed", 0, "", ""},
    // PIN.
    {"--quirk set-pin-twice-30", 0, "", ""},
    {"--quirk set-pin-twice-31", 0, "", ""},
    {"--quirk set-pin-twice-02", 0, "", ""},
    {"--quirk set-pin-twice-37", 0, "", ""},
    {"--quirk always-uv-after-pin", 0, "", ""},
    {"--quirk token-expires", 0, "", ""},
    {"--quirk set-pin-refused", 3, "pin_rejected", "choose another"},
    // Timing.
    {"--quirk keep-alive-on-change", 0, "", ""},
    {"--quirk no-keep-alive", 0, "", ""},
    {"--quirk no-keep-alive --quirk late-answer", 0, "", ""},
    {"--quirk impatient --touch delay:1000", 0, "", ""},
    // Keys that behave, and perhaps will not do.
    {"--u2f-only", 5, "u2f_only", "too old"},
    {"--no-pin", 5, "no_user_verification", "neither a PIN nor a fingerprint"},
    {"--no-resident-keys", 5, "no_resident_keys", "cannot keep a passkey"},
    {"--min-pin-length 8", 2, "pin_too_short", "8 characters"},
    {"--preview", 0, "", ""},
    {"--fingerprint match", 0, "", ""},
    {"--fingerprint empty", 0, "", ""},
    {"--attestation self", 0, "", ""},
    {"--attestation none", 0, "", ""},
    {"--aaguid 00000000-0000-0000-0000-000000000000", 0, "", ""},
};

/// Of keys that have a PIN, 2468, and a credential of somebody else.
const std::vector<Meeting> kUsedKeys = {
    {"", 0, "", ""},
    {"--quirk no-attempts", 6, "key_locked", "blocked for good"},
    {"--max-credentials 1", 5, "full", "full"},
    {"--max-credentials 1 --quirk room-untold", 5, "full", "full"},
    {"--fingerprint mismatch", 0, "", ""},
    {"--quirk endless-list", 0, "", ""},
};

/// Gone at some moment; the person plugs it in again as soon as told that it is.
const std::vector<Meeting> kKeysPulled = {
    {"--quirk removed-while-opening", 0, "", ""},
    {"--quirk removed-while-waiting --touch delay:1000", 0, "", ""},
    {"--quirk removed-before-answer", 0, "", ""},
    {"--quirk removed-before-proof", 0, "", ""},
};

/// They are not waited for longer than somebody wants to.
const std::vector<Meeting> kKeysThatHang = {
    {"--quirk never-answers", 130, "", ""},
    {"--quirk never-answers --quirk no-keep-alive", 130, "", ""},
};

/// Whether it is a sentence for a person, and no status of a protocol.
bool is_plain(const std::string& message) {
  return message.find("FIDO_ERR") == std::string::npos && message.find("0x") == std::string::npos &&
         message.find(' ') != std::string::npos;
}

void check(const Meeting& expected, const Finished& ran) {
  CAPTURE(expected.options);
  CAPTURE(ran.text);
  CHECK(ran.status == expected.status);
  if (expected.code.empty()) return;
  const auto error = json::parse(ran.text).at("error").as_object();
  const std::string message(error.at("message").as_string());
  CHECK(error.at("code").as_string() == expected.code);
  CHECK(message.find(expected.words) != std::string::npos);
  CHECK(is_plain(message));
}

/// A desk at which every key is met by another newcomer, so that none is in another's way.
class BusyDesk : public EnrollmentDesk {
 public:
  /// Somebody new with a pass, who has brought it and the PIN 2468.
  void welcome() {
    newcomer_ = "newcomer" + std::to_string(++newcomers_) + "@example.org";
    (void)answer("user add " + newcomer_ + " --name Newcomer");
    issue(newcomer_);
    bring(passcode, "2468");
  }
  [[nodiscard]] std::string command() const { return enrollment(unattended(newcomer_)); }
  void meet(const Meeting& meeting) {
    welcome();
    // It ends by itself, long before it is ended.
    check(meeting, run("timeout 100 " + command() + " 2>/dev/null"));
  }

 private:
  std::string newcomer_;
  int newcomers_ = 0;
};

/// The same with a key that goes, for a person who plugs it in again when told that it is gone.
Finished enroll_and_replug(const BusyDesk& desk) {
  RunningProgram program("timeout 100 " + desk.command() + " --events 2>&1");
  std::string last;
  for (auto line = program.line(); !line.empty(); line = program.line()) {
    if (line.find(R"("event":"key_removed")") != std::string::npos) desk.key.replug();
    last = line;
  }
  return {.status = program.end(0), .text = last};
}

}  // namespace

TEST_SUITE("e2e/misbehaving_keys") {
  TEST_CASE("every quirk of a key is met in this file, but for those of cards") {
    std::string met;
    for (const auto* meetings : {&kNewKeys, &kUsedKeys, &kKeysPulled, &kKeysThatHang}) {
      for (const auto& meeting : *meetings) met += meeting.options + " ";
    }
    for (const auto& quirk : firstkey::device::softkey::quirk_names()) {
      const std::string name(quirk.name);
      CAPTURE(name);
      const bool is_of_card = name.starts_with("card-");
      CHECK((is_of_card || met.find("--quirk " + name + " ") != std::string::npos));
    }
  }

  TEST_CASE("a new key is registered, or refused with a reason that a person understands") {
    BusyDesk desk;
    for (const auto& meeting : kNewKeys) {
      desk.key.replace(meeting.options);
      desk.meet(meeting);
    }
  }

  TEST_CASE("a key that was used before is registered, or refused with a reason") {
    BusyDesk desk;
    for (const auto& meeting : kUsedKeys) {
      desk.key.replace("");
      desk.meet({.options = "its first use"});
      desk.key.end();
      desk.key.start(meeting.options);
      desk.meet(meeting);
    }
  }

  TEST_CASE("a key that was pulled halfway is registered once it is plugged in again") {
    BusyDesk desk;
    for (const auto& meeting : kKeysPulled) {
      desk.key.replace(meeting.options);
      desk.welcome();
      check(meeting, enroll_and_replug(desk));
    }
  }

  TEST_CASE("a key that never answers keeps nobody from leaving") {
    BusyDesk desk;
    for (const auto& meeting : kKeysThatHang) {
      desk.key.replace(meeting.options);
      desk.welcome();
      RunningProgram program("exec " + desk.command() + " --events 2>&1");
      for (auto line = program.line(); line.find("pin_set") == std::string::npos;) {
        REQUIRE_FALSE(line.empty());
        line = program.line();
      }
      CHECK(program.end(SIGTERM) == meeting.status);
    }
  }

  TEST_CASE("a key that failed its proof is not registered again and again") {
    BusyDesk desk;
    desk.key.replace("--quirk wrong-user-handle");
    desk.meet({"--quirk wrong-user-handle", 5, "proof_failed", "use another key"});
    const auto key =
        desk.answer("key info " + desk.simulator() + " --device " + desk.key.path().text);
    CHECK(key.at("remainingDiscoverableCredentials").as_int64() == 99);
  }
}
