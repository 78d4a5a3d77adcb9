#include "enroll/app/event_text.h"

#include <set>

#include <doctest/doctest.h>

namespace firstkey::enroll::tests {

namespace {

using Kind = EventText::Kind;

const core::Bytes kId{0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08};

struct Row {
  Event event;
  Kind kind;
  std::string says;  ///< somewhere in label or text
};

const std::vector<Row> kRows = {
    {InsertKey{}, Kind::kWait, "Insert a security key"},
    {KeyInserted{.display_name = "YubiKey 5 NFC (USB)"}, Kind::kFact, "YubiKey 5 NFC (USB)"},
    {KeyLeft{}, Kind::kTrouble, "gone"},
    {KeyRejected{KeyReason::kU2fOnly}, Kind::kTrouble, "FIDO2"},
    {KeyRejected{KeyReason::kFull}, Kind::kTrouble, "full"},
    {KeyObstructed{.reason = "no permission", .remedy = "join the group"}, Kind::kTrouble, "join"},
    {KeyIgnored{"Another key"}, Kind::kFact, "Another key"},
    {KeyUnresponding{}, Kind::kTrouble, "Take it out"},
    {SelectKey{3}, Kind::kWait, "3 keys"},
    {KeyLocked{PinLock::kUntilReinserted}, Kind::kTrouble, "insert it again"},
    {KeyLocked{PinLock::kForGood}, Kind::kTrouble, "another key"},
    {PresentAgain{}, Kind::kTrouble, "Lift the card"},
    {PinWanted{}, Kind::kQuestion, "PIN of the key"},
    {PinWanted{.attempts_left = 7, .was_wrong = true}, Kind::kQuestion, "7 attempts left"},
    {PinWanted{.attempts_left = 1, .was_wrong = true}, Kind::kQuestion, "last attempt"},
    {PinWanted{.purpose = Purpose::kPinChange}, Kind::kQuestion, "changed"},
    {NewPinWanted{.min_code_points = 6}, Kind::kQuestion, "at least 6"},
    {NewPinWanted{.cause = PinCause::kForced, .min_code_points = 8}, Kind::kQuestion, "another"},
    {NewPinRejected{.flaw = PinFlaw::kTooShort, .min_code_points = 6}, Kind::kTrouble, "6"},
    {NewPinRejected{.flaw = PinFlaw::kNotAllowed}, Kind::kTrouble, "another"},
    {PinWasSet{}, Kind::kGood, "PIN set"},
    {TouchWanted{Purpose::kRegistration}, Kind::kWait, "Touch your key now"},
    {TouchWanted{Purpose::kSelection}, Kind::kWait, "to register"},
    {TouchWanted{Purpose::kProof}, Kind::kWait, "once more"},
    {TouchMissed{TouchMishap::kTimedOut}, Kind::kTrouble, "not touched"},
    {TouchMissed{TouchMishap::kNotRecognised}, Kind::kTrouble, "finger"},
    {VerifyingNow{}, Kind::kPassing, "Verifying"},
    {CredentialStored{.attestation_format = "packed",
                      .attestation_level = core::AttestationLevel::kAttested,
                      .trust_root = "CN=Example Root"},
     Kind::kGood,
     "CN=Example Root"},
    {CredentialStored{.attestation_format = "packed"}, Kind::kGood, "not attested"},
    {CredentialStored{.attestation_format = "none"}, Kind::kGood, "no attestation"},
    {RegistrationRefused{.detail = "the statement is wrong"}, Kind::kTrouble, "statement"},
    {RegistrationRefused{.code = core::ErrorCode::kKeyNotAllowed},
     Kind::kTrouble,
     "not registered here"},
    {RegistrationRefused{.code = core::ErrorCode::kAttestationInvalid, .detail = "bad signature"},
     Kind::kTrouble,
     "proof of its make is false (bad signature)"},
    {RegistrationRefused{.code = core::ErrorCode::kStoreFull}, Kind::kTrouble, "store_full"},
    {VerifierUnreachable{}, Kind::kPassing, "Waiting"},
    {CredentialOrphaned{kId}, Kind::kTrouble, "AQIDBAUG…"},
    {OrphanCleaned{kId}, Kind::kFact, "AQIDBAUG…"},
    {ProvingNow{}, Kind::kPassing, "Signing in"},
    {ProofKeyWanted{}, Kind::kWait, "same key"},
    {WrongProofKey{}, Kind::kTrouble, "another key"},
    {ProofFailed{ProofFailure::kRefused}, Kind::kTrouble, "refused"},
    {ProofFailed{ProofFailure::kTooLate}, Kind::kTrouble, "over"},
    {CredentialWithdrawn{kId}, Kind::kTrouble, "not registered"},
    {CredentialCompleted{.is_proven = true}, Kind::kGood, "Proved"},
    {CredentialCompleted{.is_proven = false}, Kind::kGood, "without"},
    {CeremonyFinished{2}, Kind::kFact, "2 keys"},
    {WindowExpired{}, Kind::kTrouble, "another pass"},
    {WindowExpired{1}, Kind::kTrouble, "One key was registered"},
    {CeremonyCancelled{}, Kind::kTrouble, "Cancelled"},
    {CeremonyFailed{.code = core::ErrorCode::kStoreFull}, Kind::kTrouble, "store_full"},
    {CeremonyFailed{.detail = "the disk is full", .credentials = 2}, Kind::kTrouble, "2 keys"},
};

}  // namespace

TEST_SUITE("enroll/app/event_text") {
  TEST_CASE("every event has its words, and what it carries is in them") {
    std::set<std::size_t> seen;
    for (const auto& row : kRows) {
      CAPTURE(name_of(row.event));
      const auto text = text_of(row.event);
      CAPTURE(text.text);
      CHECK(text.kind == row.kind);
      CHECK((text.label + " " + text.text).find(row.says) != std::string::npos);
      seen.insert(row.event.index());
    }
    CHECK(seen.size() == std::variant_size_v<Event>);
  }

  TEST_CASE("an id is shown by its beginning, a short one whole") {
    CHECK(short_id(kId) == "AQIDBAUG…");
    CHECK(short_id(core::Bytes{1, 2, 3}) == "AQID");
  }
}

}  // namespace firstkey::enroll::tests
