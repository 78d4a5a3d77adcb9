// The whole of the way to a key but for the wire: our adapter, the real libfido2, our I/O, and the
// real firstkey-softkey in a process of its own.

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/device/open_softkey.h"

using namespace std::chrono_literals;
using firstkey::device::AssertionRequest;
using firstkey::device::Bytes;
using firstkey::device::CallLimits;
using firstkey::device::CredentialProtection;
using firstkey::device::ErrorCode;
using firstkey::device::kCancelGrace;
using firstkey::device::KeepAlive;
using firstkey::device::Option;
using firstkey::tests::kPlenty;
using firstkey::tests::OpenSoftkey;
using firstkey::tests::pin;
using firstkey::tests::registration;

namespace {

/// What a machine under load and sanitizers may add to any bound on time.
constexpr std::chrono::milliseconds kSlack{750};

// Flags of authenticator data. Source: WebAuthn L3 §6.1.
constexpr std::size_t kFlagsOffset = 32;
constexpr std::uint8_t kUserPresent = 0x01;
constexpr std::uint8_t kUserVerified = 0x04;
constexpr std::uint8_t kHasExtensions = 0x80;

AssertionRequest sign_in(std::vector<Bytes> allowed = {}) {
  return {.client_data_hash = {3, 2, 1},
          .rp_id = "example.org",
          .allowed_credentials = std::move(allowed)};
}

bool has_flag(const Bytes& authenticator_data, std::uint8_t flag) {
  return (authenticator_data.at(kFlagsOffset) & flag) != 0;
}

bool contains(const Bytes& bytes, std::string_view text) {
  return !std::ranges::search(bytes, Bytes(text.begin(), text.end())).empty();
}

/// As many ids as asked, none of which any key knows.
std::vector<Bytes> foreign_ids(int count) {
  std::vector<Bytes> ids;
  for (int i = 0; i < count; ++i) ids.emplace_back(32, static_cast<std::uint8_t>(i));
  return ids;
}

}  // namespace

TEST_SUITE("device/softkey_over_udp") {
  TEST_CASE("a fresh key tells what it is") {
    OpenSoftkey key;
    const auto& facts = key->facts();
    CHECK(facts.is_fido2);
    CHECK(facts.is_simulated);
    CHECK(facts.has_version("FIDO_2_1"));
    CHECK(facts.supports_resident_keys());
    CHECK(facts.options.client_pin == Option::kFalse);
    CHECK(facts.has_extension("credProtect"));
    CHECK(facts.has_algorithm(firstkey::device::kEdDsa));
    CHECK(key->pin_retries(kPlenty) == 8);
  }

  TEST_CASE("a PIN is set once, changed, and seen by the facts") {
    OpenSoftkey key;
    CHECK(key->set_pin(pin("2468"), kPlenty).has_value());
    CHECK(key->facts().has_pin());
    CHECK(key->set_pin(pin("1357"), kPlenty).error().code == ErrorCode::kPinAlreadySet);
    CHECK(key->change_pin(pin("9999"), pin("1357"), kPlenty).error().code ==
          ErrorCode::kPinInvalid);
    CHECK(key->change_pin(pin("2468"), pin("ünï€"), kPlenty).has_value());
    const auto current = pin("ünï€");
    CHECK(key->make_credential(registration(), &current, kPlenty).has_value());
  }

  TEST_CASE("a key's longer minimum holds for its first PIN") {
    OpenSoftkey key("--min-pin-length 6");
    CHECK(key->facts().min_pin_length == 6);
    CHECK(key->set_pin(pin("12345"), kPlenty).error().code == ErrorCode::kPinTooShort);
    CHECK(key->set_pin(pin("123456"), kPlenty).has_value());
  }

  TEST_CASE("a credential with everything asked of it has everything in it") {
    OpenSoftkey key;
    const auto secret = pin("2468");
    REQUIRE(key->set_pin(secret, kPlenty).has_value());
    auto wanted = registration();
    wanted.is_resident_key_wanted = true;
    wanted.is_user_verification_required = true;
    wanted.credential_protection = CredentialProtection::kUvRequired;
    wanted.is_credential_protection_enforced = true;
    wanted.is_hmac_secret_wanted = true;
    const auto made = key->make_credential(wanted, &secret, kPlenty);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    CHECK(made->format == "packed");
    CHECK(made->transports == std::vector<std::string>{"usb"});
    CHECK(has_flag(made->authenticator_data, kUserPresent));
    CHECK(has_flag(made->authenticator_data, kUserVerified));
    CHECK(has_flag(made->authenticator_data, kHasExtensions));
    CHECK(contains(made->authenticator_data, "credProtect\x03"));
    CHECK(contains(made->authenticator_data, "hmac-secret\xF5"));
    CHECK(contains(made->attestation_object, "x5c"));
  }

  TEST_CASE("each of the key's algorithms makes a credential") {
    OpenSoftkey key;
    for (const auto algorithm :
         {firstkey::device::kEs256, firstkey::device::kEdDsa, firstkey::device::kRs256}) {
      CAPTURE(algorithm);
      auto wanted = registration();
      wanted.algorithms = {algorithm};
      const auto made = key->make_credential(wanted, nullptr, kPlenty);
      REQUIRE_MESSAGE(made.has_value(), made.error().detail);
      CHECK(made->algorithm == algorithm);
    }
  }

  TEST_CASE("each kind of attestation comes through") {
    for (const std::string kind : {"packed", "self", "none"}) {
      CAPTURE(kind);
      OpenSoftkey key("--attestation " + kind);
      const auto made = key->make_credential(registration(), nullptr, kPlenty);
      REQUIRE_MESSAGE(made.has_value(), made.error().detail);
      CHECK(made->format == (kind == "none" ? "none" : "packed"));
      CHECK(contains(made->attestation_object, "x5c") == (kind == "packed"));
    }
  }

  TEST_CASE("a credential signs, found by its id or by the key itself") {
    OpenSoftkey key;
    auto wanted = registration();
    wanted.is_resident_key_wanted = true;
    const auto made = key->make_credential(wanted, nullptr, kPlenty);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    const auto by_id = key->get_assertion(sign_in({made->credential_id}), nullptr, kPlenty);
    REQUIRE_MESSAGE(by_id.has_value(), by_id.error().detail);
    CHECK(by_id->credential_id == made->credential_id);
    CHECK(has_flag(by_id->authenticator_data, kUserPresent));
    const auto discovered = key->get_assertion(sign_in(), nullptr, kPlenty);
    REQUIRE_MESSAGE(discovered.has_value(), discovered.error().detail);
    CHECK(discovered->credential_id == made->credential_id);
    CHECK(discovered->user_handle == wanted.user_id);
    CHECK_FALSE(discovered->signature.empty());
  }

  TEST_CASE("with a PIN an assertion is verified, without one it is not") {
    OpenSoftkey key;
    const auto secret = pin("2468");
    REQUIRE(key->set_pin(secret, kPlenty).has_value());
    const auto made = key->make_credential(registration(), &secret, kPlenty);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    auto verified = sign_in({made->credential_id});
    verified.is_user_verification_required = true;
    CHECK(key->get_assertion(verified, nullptr, kPlenty).error().code == ErrorCode::kPinRequired);
    const auto signed_in = key->get_assertion(verified, &secret, kPlenty);
    REQUIRE_MESSAGE(signed_in.has_value(), signed_in.error().detail);
    CHECK(has_flag(signed_in->authenticator_data, kUserVerified));
  }

  TEST_CASE("a silent look finds a credential without a touch") {
    OpenSoftkey key("--touch auto");
    const auto made = key->make_credential(registration(), nullptr, kPlenty);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    key.process.end();
    key.process.start("--touch never");
    key.reopen();
    auto look = sign_in({made->credential_id});
    look.is_user_presence_wanted = false;
    const auto found = key->get_assertion(look, nullptr, kPlenty);
    REQUIRE_MESSAGE(found.has_value(), found.error().detail);
    CHECK_FALSE(has_flag(found->authenticator_data, kUserPresent));
    look.allowed_credentials = foreign_ids(1);
    CHECK(key->get_assertion(look, nullptr, kPlenty).error().code == ErrorCode::kNoCredentials);
  }

  TEST_CASE("a credential in a list of many is found, before, at and after the key's limit") {
    OpenSoftkey key;
    const auto made = key->make_credential(registration(), nullptr, kPlenty);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    REQUIRE(key->facts().max_credentials_in_list == 8);
    for (const int others : {6, 7, 8, 30}) {
      CAPTURE(others);
      auto again = registration();
      again.excluded_credentials = foreign_ids(others);
      CHECK(key->make_credential(again, nullptr, kPlenty).has_value());
      again.excluded_credentials.push_back(made->credential_id);
      CHECK(key->make_credential(again, nullptr, kPlenty).error().code ==
            ErrorCode::kCredentialExcluded);
      const auto found = key->get_assertion(sign_in(again.excluded_credentials), nullptr, kPlenty);
      REQUIRE_MESSAGE(found.has_value(), found.error().detail);
      CHECK(found->credential_id == made->credential_id);
    }
  }

  TEST_CASE("a protected credential is found in a long list by its PIN") {
    OpenSoftkey key;
    const auto secret = pin("2468");
    REQUIRE(key->set_pin(secret, kPlenty).has_value());
    auto wanted = registration();
    wanted.credential_protection = CredentialProtection::kUvRequired;
    const auto made = key->make_credential(wanted, &secret, kPlenty);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    wanted.excluded_credentials = foreign_ids(20);
    wanted.excluded_credentials.push_back(made->credential_id);
    CHECK(key->make_credential(wanted, &secret, kPlenty).error().code ==
          ErrorCode::kCredentialExcluded);
  }

  TEST_CASE("wrong PINs block the key until it is re-plugged, and at last for good") {
    OpenSoftkey key;
    REQUIRE(key->set_pin(pin("2468"), kPlenty).has_value());
    const auto wrong = pin("1111");
    const auto guess = [&] {
      return key->make_credential(registration(), &wrong, kPlenty).error().code;
    };
    CHECK(guess() == ErrorCode::kPinInvalid);
    CHECK(guess() == ErrorCode::kPinInvalid);
    CHECK(guess() == ErrorCode::kPinAuthBlocked);
    CHECK(key->pin_retries(kPlenty) == 5);
    CHECK(guess() == ErrorCode::kPinAuthBlocked);
    CHECK(key->pin_retries(kPlenty) == 5);
    key.process.replug();
    key.reopen();
    for (const auto expected :
         {ErrorCode::kPinInvalid, ErrorCode::kPinInvalid, ErrorCode::kPinAuthBlocked}) {
      CHECK(guess() == expected);
    }
    key.process.replug();
    key.reopen();
    CHECK(guess() == ErrorCode::kPinInvalid);
    CHECK(guess() == ErrorCode::kPinBlocked);
    CHECK(key->pin_retries(kPlenty) == 0);
    const auto right = pin("2468");
    CHECK(key->make_credential(registration(), &right, kPlenty).error().code ==
          ErrorCode::kPinBlocked);
  }

  TEST_CASE("the right PIN gives all attempts back") {
    OpenSoftkey key;
    const auto right = pin("2468");
    REQUIRE(key->set_pin(right, kPlenty).has_value());
    const auto wrong = pin("1111");
    CHECK(key->make_credential(registration(), &wrong, kPlenty).error().code ==
          ErrorCode::kPinInvalid);
    CHECK(key->pin_retries(kPlenty) == 7);
    CHECK(key->make_credential(registration(), &right, kPlenty).has_value());
    CHECK(key->pin_retries(kPlenty) == 8);
  }

  TEST_CASE("a key with a PIN makes nothing without it") {
    OpenSoftkey key;
    REQUIRE(key->set_pin(pin("2468"), kPlenty).has_value());
    CHECK(key->make_credential(registration(), nullptr, kPlenty).error().code ==
          ErrorCode::kPinRequired);
  }

  TEST_CASE("a finger verifies at keys of either age, and a wrong one leaves the PIN") {
    for (const std::string edition : {"", "--preview "}) {
      CAPTURE(edition);
      OpenSoftkey key(edition + "--fingerprint match");
      auto wanted = registration();
      wanted.is_user_verification_required = true;
      const auto made = key->make_credential(wanted, nullptr, kPlenty);
      REQUIRE_MESSAGE(made.has_value(), made.error().detail);
      CHECK(has_flag(made->authenticator_data, kUserVerified));
      auto verified = sign_in({made->credential_id});
      verified.is_user_verification_required = true;
      const auto signed_in = key->get_assertion(verified, nullptr, kPlenty);
      REQUIRE_MESSAGE(signed_in.has_value(), signed_in.error().detail);
      CHECK(has_flag(signed_in->authenticator_data, kUserVerified));
    }
    OpenSoftkey other("--preview --fingerprint mismatch");
    const auto secret = pin("2468");
    REQUIRE(other->set_pin(secret, kPlenty).has_value());
    auto wanted = registration();
    wanted.is_user_verification_required = true;
    CHECK(other->make_credential(wanted, nullptr, kPlenty).error().code == ErrorCode::kPinRequired);
    CHECK(other->make_credential(wanted, &secret, kPlenty).has_value());
  }

  TEST_CASE("a key without PIN support says so") {
    OpenSoftkey without_pin("--no-pin");
    CHECK(without_pin->set_pin(pin("2468"), kPlenty).error().code == ErrorCode::kUnsupportedOption);
  }

  TEST_CASE("a full key says so before it is touched, where it tells its room and where not") {
    for (const std::string edition : {"", "--preview "}) {
      CAPTURE(edition);
      OpenSoftkey key(edition + "--max-credentials 1");
      const auto secret = pin("2468");
      REQUIRE(key->set_pin(secret, kPlenty).has_value());
      auto wanted = registration();
      wanted.is_resident_key_wanted = true;
      CHECK(key->make_credential(wanted, &secret, kPlenty).has_value());
      key.process.end();
      key.process.start(edition + "--max-credentials 1 --touch never");
      key.reopen();
      wanted.user_id = {9};
      CHECK(key->make_credential(wanted, &secret, kPlenty).error().code == ErrorCode::kStoreFull);
      wanted.is_resident_key_wanted = false;
      const CallLimits brief{.time_left = 1s};
      CHECK(key->make_credential(wanted, &secret, brief).error().code == ErrorCode::kTimeout);
    }
  }

  TEST_CASE("a key that was filled in this very session says so without another touch") {
    OpenSoftkey key("--max-credentials 1 --touch delay:50");
    auto wanted = registration();
    wanted.is_resident_key_wanted = true;
    CHECK(key->make_credential(wanted, nullptr, kPlenty).has_value());
    wanted.user_id = {9};
    std::vector<KeepAlive> heard;
    const CallLimits limits{.time_left = 20s,
                            .on_keep_alive = [&](KeepAlive said) { heard.push_back(said); }};
    CHECK(key->make_credential(wanted, nullptr, limits).error().code == ErrorCode::kStoreFull);
    CHECK(heard.empty());
  }

  TEST_CASE("a full key without a PIN says so as well, and forgets it with what it held") {
    OpenSoftkey key("--max-credentials 1 --reset-any-time");
    auto wanted = registration();
    wanted.is_resident_key_wanted = true;
    CHECK(key->make_credential(wanted, nullptr, kPlenty).has_value());
    wanted.user_id = {9};
    CHECK(key->make_credential(wanted, nullptr, kPlenty).error().code == ErrorCode::kStoreFull);
    CHECK(key.configuration().reset(kPlenty).has_value());
    CHECK(key->make_credential(wanted, nullptr, kPlenty).has_value());
  }

  TEST_CASE("a full key takes what needs no room: the same account, or to be told it is excluded") {
    OpenSoftkey key("--max-credentials 1");
    const auto secret = pin("2468");
    REQUIRE(key->set_pin(secret, kPlenty).has_value());
    auto wanted = registration();
    wanted.is_resident_key_wanted = true;
    REQUIRE(key->make_credential(wanted, &secret, kPlenty).has_value());
    const auto again = key->make_credential(wanted, &secret, kPlenty);
    REQUIRE_MESSAGE(again.has_value(), again.error().detail);
    wanted.user_id = {9};
    wanted.excluded_credentials = {again->credential_id};
    CHECK(key->make_credential(wanted, &secret, kPlenty).error().code ==
          ErrorCode::kCredentialExcluded);
  }

  TEST_CASE("names are taken up to the key's message, with a list of ids beside them") {
    OpenSoftkey key;
    auto wanted = registration();
    const auto made = key->make_credential(wanted, nullptr, kPlenty);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    wanted.user_display_name.assign(1700, 'x');
    wanted.excluded_credentials = foreign_ids(7);
    CHECK(key->make_credential(wanted, nullptr, kPlenty).has_value());
    wanted.excluded_credentials.push_back(made->credential_id);
    CHECK(key->make_credential(wanted, nullptr, kPlenty).error().code ==
          ErrorCode::kCredentialExcluded);
    wanted.user_display_name.assign(1850, 'x');
    CHECK(key->make_credential(wanted, nullptr, kPlenty).error().code == ErrorCode::kTooLarge);
    wanted.user_display_name.assign(2048, 'x');
    CHECK(key->make_credential(wanted, nullptr, kPlenty).error().code == ErrorCode::kTooLarge);
    auto look = sign_in();
    look.rp_id.assign(2048, 'x');
    CHECK(key->get_assertion(look, nullptr, kPlenty).error().code == ErrorCode::kTooLarge);
  }

  TEST_CASE("a key that waits for its touch says so, once, and then makes the credential") {
    OpenSoftkey key("--touch delay:300");
    std::vector<KeepAlive> heard;
    const CallLimits limits{.time_left = 20s,
                            .on_keep_alive = [&](KeepAlive said) { heard.push_back(said); }};
    CHECK(key->make_credential(registration(), nullptr, limits).has_value());
    CHECK(heard == std::vector{KeepAlive::kUserPresenceNeeded});
  }

  TEST_CASE("a stop ends the wait for a touch within the grace, and the key is free again") {
    OpenSoftkey key("--touch signal");
    std::stop_source stop;
    std::chrono::steady_clock::time_point asked;
    const CallLimits limits{
        .time_left = 20s, .stop = stop.get_token(), .on_keep_alive = [&](KeepAlive) {
          asked = std::chrono::steady_clock::now();
          stop.request_stop();
        }};
    CHECK(key->make_credential(registration(), nullptr, limits).error().code ==
          ErrorCode::kCancelled);
    CHECK(std::chrono::steady_clock::now() - asked < kCancelGrace + kSlack);
    const CallLimits touched{.time_left = 20s,
                             .on_keep_alive = [&](KeepAlive) { key.process.touch(); }};
    CHECK(key->make_credential(registration(), nullptr, touched).has_value());
  }

  TEST_CASE("a stop from another thread ends the wait for a touch") {
    OpenSoftkey key("--touch never");
    std::stop_source stop;
    std::promise<void> is_waiting;
    std::jthread stopper([&] {
      is_waiting.get_future().wait();
      stop.request_stop();
    });
    const CallLimits limits{.time_left = 20s,
                            .stop = stop.get_token(),
                            .on_keep_alive = [&](KeepAlive) { is_waiting.set_value(); }};
    CHECK(key->wait_for_touch(limits).error().code == ErrorCode::kCancelled);
  }

  TEST_CASE("the deadline ends every wait for a touch, and the key is free again") {
    OpenSoftkey key("--touch never");
    const auto begin = std::chrono::steady_clock::now();
    const CallLimits brief{.time_left = 300ms};
    CHECK(key->make_credential(registration(), nullptr, brief).error().code == ErrorCode::kTimeout);
    CHECK(key->wait_for_touch(brief).error().code == ErrorCode::kTimeout);
    CHECK(std::chrono::steady_clock::now() - begin < 2 * (300ms + kCancelGrace) + kSlack);
    CHECK(key->pin_retries(kPlenty) == 8);
  }

  TEST_CASE("a key that ends while it waits for a touch is gone, restarted it opens anew") {
    OpenSoftkey key("--touch never");
    const CallLimits limits{.time_left = 20s,
                            .on_keep_alive = [&](KeepAlive) { key.process.end(); }};
    CHECK(key->make_credential(registration(), nullptr, limits).error().code == ErrorCode::kGone);
    CHECK(key->is_gone());
    key.process.start();
    CHECK(key->refresh(kPlenty).error().code == ErrorCode::kGone);
    key.reopen();
    CHECK(key->make_credential(registration(), nullptr, kPlenty).has_value());
  }

  TEST_CASE("a key re-plugged while it waits for a touch is gone") {
    OpenSoftkey key("--touch never");
    // Over UDP only the next message tells, which here is the cancellation at the deadline.
    const CallLimits limits{.time_left = 1s,
                            .on_keep_alive = [&](KeepAlive) { key.process.replug(); }};
    CHECK(key->make_credential(registration(), nullptr, limits).error().code == ErrorCode::kGone);
    CHECK(key->is_gone());
  }

  TEST_CASE("of two keys that blink the one touched is chosen, and the other can be stopped") {
    OpenSoftkey one("--touch signal");
    OpenSoftkey other("--touch signal");
    std::promise<void> other_blinks;
    std::stop_source stop;
    auto unchosen = std::async(std::launch::async, [&] {
      return other->wait_for_touch({.time_left = 20s,
                                    .stop = stop.get_token(),
                                    .on_keep_alive = [&](KeepAlive) { other_blinks.set_value(); }});
    });
    other_blinks.get_future().wait();
    const CallLimits touched{.time_left = 20s,
                             .on_keep_alive = [&](KeepAlive) { one.process.touch(); }};
    CHECK(one->wait_for_touch(touched).has_value());
    stop.request_stop();
    CHECK(unchosen.get().error().code == ErrorCode::kCancelled);
  }
}
