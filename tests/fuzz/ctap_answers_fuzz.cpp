// CTAP answers of a key that says anything, through the real libfido2 and what we make of it. The
// first byte says how it is reached and what is asked of it, the rest is what it answers
// (answering_key.h). libfido2's own message for each call is in its source, so a seed lists the
// answers in that order; the numbers in the PIN protocol are the key's, and any will do.
//
//   bit 7: a card, else HID   bits 0-2:
//   0 getInfo twice more          4 change the PIN
//   1 credential with the PIN     5 retries, and a touch
//   2 assertion with the PIN      6 credential by the key's own verification, twenty excluded
//   3 set the PIN                 7 assertion without the PIN, for one credential

#include "core/webauthn/responses.h"
#include "device/card_link.h"
#include "device/cbor_bounds.h"
#include "device/fido2_authenticator.h"
#include "device/hid_link.h"
#include "tests/fuzz/answering_key.h"
#include "tests/fuzz/reached.h"

using namespace firstkey;
using device::CallLimits;
using device::ErrorCode;
using device::Result;
using tests::AnsweringKey;
using tests::demand;
using tests::Reached;
using tests::TimedCalls;

namespace {

constexpr std::uint8_t kCard = 0x80;
constexpr std::uint8_t kTask = 0x07;

Reached opened("a key opened");
Reached credential_made("a credential made with the PIN");
Reached verified_by_key("a credential made by the key's own verification");
Reached credential_taken("a credential that makes a response for the verifier");
Reached asserted("an assertion made with the PIN");
Reached asserted_without("an assertion made without it");
Reached pin_was_set("a PIN set");
Reached pin_was_changed("a PIN changed");
Reached retries_read("retries read");
Reached touched("a touch told");
Reached pin_wrong("a wrong PIN told");
Reached excluded("an excluded credential told");

/// Makes a call in its time and notes how it ended.
template <class Call>
auto made(TimedCalls& calls, const Call& call) {
  auto result = calls(call);
  pin_wrong.count_if(!result && result.error().code == ErrorCode::kPinInvalid);
  excluded.count_if(!result && result.error().code == ErrorCode::kCredentialExcluded);
  return result;
}

/// One open key and the calls at it.
class Client {
 public:
  Client(std::unique_ptr<device::Authenticator> key, TimedCalls& calls)
      : key_(std::move(key)), calls_(calls), pin_(pin("2468")) {}

  void perform(std::uint8_t task) {
    switch (task) {
      case 0:
        return look();
      case 1:
        return make_with_pin();
      case 2:
        return assert_with_pin();
      case 3:
        pin_was_set.count_if(
            made(calls_, [&](const CallLimits& l) { return key_->set_pin(pin_, l); }).has_value());
        return look();
      case 4:
        return change_pin();
      case 5:
        return ask();
      case 6:
        return make_without_pin();
      default:
        return assert_without_pin();
    }
  }

 private:
  static device::Pin pin(std::string_view text) {
    return std::move(device::Pin::create(text).value());
  }

  void look() {
    (void)made(calls_, [&](const CallLimits& l) { return key_->refresh(l); });
    const auto& facts = key_->facts();
    demand(!facts.algorithms.empty(), "every key has an algorithm");
    demand(facts.min_pin_length >= device::kMinPinCodePoints, "no minimum is below CTAP's");
    demand(facts.max_message_size > 0, "every key takes messages");
  }
  void ask() {
    retries_read.count_if(
        made(calls_, [&](const CallLimits& l) { return key_->pin_retries(l); }).has_value());
    (void)made(calls_, [&](const CallLimits& l) { return key_->uv_retries(l); });
    touched.count_if(
        made(calls_, [&](const CallLimits& l) { return key_->wait_for_touch(l); }).has_value());
  }
  void change_pin() {
    const auto next = pin("13579");
    pin_was_changed.count_if(made(calls_, [&](const CallLimits& l) {
                               return key_->change_pin(pin_, next, l);
                             }).has_value());
  }
  void make_with_pin() {
    const auto result = made(
        calls_, [&](const CallLimits& l) { return key_->make_credential(request(0), &pin_, l); });
    credential_made.count_if(result.has_value());
    if (result) judge(result.value());
  }
  void make_without_pin() {
    auto wanted = request(20);
    wanted.is_user_verification_required = true;
    const auto result = made(
        calls_, [&](const CallLimits& l) { return key_->make_credential(wanted, nullptr, l); });
    verified_by_key.count_if(result.has_value());
    if (result) judge(result.value());
  }
  void assert_with_pin() {
    asserted.count_if(made(calls_, [&](const CallLimits& l) {
                        return key_->get_assertion({.rp_id = "example.org"}, &pin_, l);
                      }).has_value());
  }
  void assert_without_pin() {
    const auto result = made(calls_, [&](const CallLimits& l) {
      return key_->get_assertion(
          {.rp_id = "example.org", .allowed_credentials = {{9, 8, 7, 6}}}, nullptr, l);
    });
    asserted_without.count_if(result.has_value());
    if (result) demand(!result->credential_id.empty(), "a credential has a name");
  }

  static device::CredentialRequest request(std::uint8_t excluded_ids) {
    device::CredentialRequest wanted{
        .rp_id = "example.org",
        .rp_name = "Example",
        .user_id = {1, 2, 3},
        .user_name = "lee@example.org",
        .user_display_name = "Lee Osei",
        .algorithms = {device::kEs256, device::kEdDsa, device::kRs256, device::kEs384},
        .is_resident_key_wanted = true,
        .credential_protection = device::CredentialProtection::kUvRequired,
        .is_hmac_secret_wanted = true};
    for (std::uint8_t i = 0; i < excluded_ids; ++i) {
      wanted.excluded_credentials.push_back(device::CredentialId(64, i));
    }
    return wanted;
  }
  /// What is made of a credential on its way to the verifier.
  static void judge(const device::CredentialResponse& response) {
    demand(device::is_bounded_cbor(response.attestation_statement), "a statement is CBOR");
    demand(device::is_bounded_cbor(response.attestation_object), "so is the object made of it");
    credential_taken.count_if(core::webauthn::make_registration_response(
                                  {.format = response.format,
                                   .statement = response.attestation_statement,
                                   .authenticator_data = response.authenticator_data,
                                   .client_data_json = {'{', '}'},
                                   .transports = response.transports})
                                  .has_value());
  }

  std::unique_ptr<device::Authenticator> key_;
  TimedCalls& calls_;
  device::Pin pin_;
};

std::unique_ptr<device::Link> link_to(AnsweringKey& key, bool is_card) {
  if (is_card) {
    return std::make_unique<device::CardLink>(
        [&key](device::RunningCall& /*call*/,
               device::WakeEvent& /*wake*/) -> Result<std::unique_ptr<device::CardChannel>> {
          return std::make_unique<tests::AnsweringCard>(key);
        },
        [] {});
  }
  return std::make_unique<device::HidLink>(
      [&key]() -> Result<std::unique_ptr<device::FrameChannel>> {
        return std::make_unique<tests::AnsweringWire>(key);
      });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  tests::InputScript script({input, size});
  const auto choice = script.byte();
  const bool is_card = (choice & kCard) != 0;
  TimedCalls calls;
  AnsweringKey answers(script, calls);
  auto key = calls([&](const CallLimits& limits) {
    return device::Fido2Authenticator::open(
        link_to(answers, is_card),
        {.path = "/dev/hidraw7", .is_chosen_by_placing = is_card},
        limits);
  });
  opened.count_if(key.has_value());
  if (key) Client(std::move(key.value()), calls).perform(choice & kTask);
  return 0;
}
