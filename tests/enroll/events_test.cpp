#include "enroll/events.h"

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace firstkey::enroll::tests {

namespace {

struct Named {
  std::string name;
  Event event;
};

const core::Bytes kId{0x01, 0x02, 0x03};

const std::vector<Named> kAll = {
    {"insert_key", InsertKey{}},
    {"key_inserted", KeyInserted{.display_name = "YubiKey 5 NFC (USB)"}},
    {"key_removed", KeyLeft{}},
    {"key_refused", KeyRejected{KeyReason::kU2fOnly}},
    {"key_obstructed", KeyObstructed{.reason = "no permission", .remedy = "the rule"}},
    {"key_ignored", KeyIgnored{"another"}},
    {"key_unresponsive", KeyUnresponding{}},
    {"select_key", SelectKey{2}},
    {"key_locked", KeyLocked{}},
    {"present_again", PresentAgain{}},
    {"pin_needed", PinWanted{.attempts_left = 7, .was_wrong = true}},
    {"choose_pin", NewPinWanted{.min_code_points = 6}},
    {"pin_rejected", NewPinRejected{.min_code_points = 6}},
    {"pin_set", PinWasSet{}},
    {"touch_needed", TouchWanted{Purpose::kProof}},
    {"touch_missed", TouchMissed{}},
    {"verifying", VerifyingNow{}},
    {"stored", CredentialStored{.credential_id = kId, .attestation_format = "packed"}},
    {"refused", RegistrationRefused{.code = core::ErrorCode::kAttestationInvalid}},
    {"verifier_unreachable", VerifierUnreachable{}},
    {"orphaned", CredentialOrphaned{kId}},
    {"orphan_removed", OrphanCleaned{kId}},
    {"proving", ProvingNow{}},
    {"proof_needed", ProofKeyWanted{}},
    {"wrong_proof_key", WrongProofKey{}},
    {"proof_failed", ProofFailed{}},
    {"withdrawn", CredentialWithdrawn{kId}},
    {"completed", CredentialCompleted{.credential_id = kId, .is_proven = true}},
    {"finished", CeremonyFinished{1}},
    {"expired", WindowExpired{}},
    {"cancelled", CeremonyCancelled{}},
    {"failed", CeremonyFailed{.code = core::ErrorCode::kStoreFull}},
};

/// The names in the first column of the catalogue in enroll/README.md, with their members.
std::map<std::string, std::set<std::string>> catalogue() {
  std::ifstream file(std::string(FIRSTKEY_SOURCE_DIR) + "/enroll/README.md");
  std::map<std::string, std::set<std::string>> names;
  bool is_in_section = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) is_in_section = line == "## Events";
    if (!is_in_section || !line.starts_with("| `")) continue;
    std::istringstream cells(line);
    std::string name;
    std::string members;
    std::getline(cells, name, '|');
    std::getline(cells, name, '|');
    std::getline(cells, members, '|');
    std::set<std::string>& listed = names[name.substr(2, name.rfind('`') - 2)];
    std::istringstream words(members);
    for (std::string word; std::getline(words, word, '`');) {
      if (word.find_first_of(" ,") == std::string::npos && !word.empty()) listed.insert(word);
    }
  }
  return names;
}

}  // namespace

TEST_SUITE("enroll/events") {
  TEST_CASE("every event has its name, in JSON too") {
    CHECK(kAll.size() == std::variant_size_v<Event>);
    for (const Named& one : kAll) {
      CHECK(name_of(one.event) == one.name);
      const auto json = boost::json::parse(to_json(one.event)).as_object();
      CHECK(std::string(json.at("event").as_string()) == one.name);
    }
  }

  TEST_CASE("the catalogue in the README lists every event with the members it has") {
    const auto listed = catalogue();
    CHECK(listed.size() == kAll.size());
    for (const Named& one : kAll) {
      CAPTURE(one.name);
      REQUIRE(listed.contains(one.name));
      std::set<std::string> members;
      const auto json = boost::json::parse(to_json(one.event)).as_object();
      for (const auto& [key, _] : json) {
        if (key != "event") members.emplace(key);
      }
      CHECK(members == listed.at(one.name));
    }
  }

  TEST_CASE("attempts are told only when the key tells them") {
    const auto json = boost::json::parse(to_json(Event(PinWanted{}))).as_object();
    CHECK_FALSE(json.contains("attemptsLeft"));
  }

  TEST_CASE("four events end a ceremony") {
    std::set<std::string> ends;
    for (const Named& one : kAll) {
      if (is_final(one.event)) ends.insert(one.name);
    }
    CHECK(ends == std::set<std::string>{"cancelled", "expired", "failed", "finished"});
  }
}

}  // namespace firstkey::enroll::tests
