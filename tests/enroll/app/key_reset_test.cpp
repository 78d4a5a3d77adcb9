#include "enroll/app/key_reset.h"

#include <deque>
#include <functional>

#include <doctest/doctest.h>

#include "tests/enroll/app/key_desk_fixture.h"

namespace firstkey::enroll::tests {

namespace {

using namespace std::chrono_literals;
using device::ErrorCode;
using firstkey::tests::FakeKey;

/// Keys with a person beside them, who does the next thing whenever a command waits for it.
class KeysAndPerson final : public device::KeyDiscovery {
 public:
  /// `keys` outlives this.
  KeysAndPerson(firstkey::tests::FakeKeyDiscovery& keys, std::deque<std::function<void()>> acts)
      : keys_(keys), acts_(std::move(acts)) {}
  ~KeysAndPerson() override { CHECK_MESSAGE(acts_.empty(), "the person was not waited for"); }

  std::vector<device::SeenKey> keys() override { return keys_.keys(); }
  std::vector<device::KeyEvent> wait(std::chrono::milliseconds /*timeout*/,
                                     std::stop_token /*stop*/) override {
    REQUIRE_FALSE(acts_.empty());
    acts_.front()();
    acts_.pop_front();
    return {};
  }
  device::Result<std::unique_ptr<device::Authenticator>> open(
      const device::KeyPath& path, const device::CallLimits& limits) override {
    return keys_.open(path, limits);
  }
  std::vector<device::Obstacle> obstacles() override { return {}; }

 private:
  firstkey::tests::FakeKeyDiscovery& keys_;
  std::deque<std::function<void()>> acts_;
};

/// A desk with a key at /dev/hidraw0, which --device names, and another one in a drawer.
struct ResetFixture : KeyDeskFixture {
  ResetFixture() {
    other.facts().aaguid = {9};
    choice.only = key_path("/dev/hidraw0");
    discovery.insert(key);
  }
  [[nodiscard]] Attempt<void> reset(std::deque<std::function<void()>> acts) {
    KeysAndPerson person(discovery, std::move(acts));
    const KeyDesk reset_desk{.discovery = person,
                             .signals = signals,
                             .clock = clock,
                             .choice = choice,
                             .output = output};
    return reset_key(reset_desk, {.confirmation = std::string(kResetPhrase)});
  }
  [[nodiscard]] std::function<void()> take_out() {
    return [this] { discovery.remove(key); };
  }
  [[nodiscard]] std::function<void()> insert(FakeKey& inserted) {
    return [this, &inserted] { discovery.insert(inserted); };
  }
  [[nodiscard]] std::function<void()> wait(core::Duration time) {
    return [this, time] { clock.advance(time); };
  }

  FakeKey key{{.path = key_path("/dev/hidraw0")}};
  FakeKey other{{.path = key_path("/dev/hidraw7")}};
};

}  // namespace

TEST_SUITE("enroll/app/key_reset") {
  TEST_CASE("a key that is taken out and inserted again is reset") {
    ResetFixture f;
    f.key.configuration().stored = {firstkey::tests::stored_credential("example.org", {1}, "lee")};
    CHECK(code_of(f.reset({f.take_out(), f.insert(f.key)})) == "done");
    CHECK(f.key.configuration().resets == 1);
    CHECK(f.key.configuration().stored.empty());
  }

  TEST_CASE("without --device, or without the phrase, nothing is touched") {
    ResetFixture f;
    CHECK(code_of(reset_key(f.desk(), {})) == "invalid_argument");
    CHECK(code_of(reset_key(f.desk(), {.confirmation = "erase"})) == "invalid_argument");
    f.choice.only.reset();
    CHECK(code_of(reset_key(f.desk(), {.confirmation = std::string(kResetPhrase)})) ==
          "invalid_argument");
    CHECK(f.key.configuration().resets == 0);
  }

  TEST_CASE("another key that is inserted instead is left alone") {
    ResetFixture f;
    CHECK(code_of(f.reset({f.take_out(), f.insert(f.other)})) == "another_key");
    CHECK(f.other.configuration().resets == 0);
  }

  TEST_CASE("the same model with another serial number is another key") {
    ResetFixture f;
    f.other.facts().aaguid = f.key.facts().aaguid;
    f.key.configuration().serial_number = "1001";
    f.other.configuration().serial_number = "1002";
    CHECK(code_of(f.reset({f.take_out(), f.insert(f.other)})) == "another_key");
    f.discovery.remove(f.other);
    f.discovery.insert(f.key);
    f.other.configuration().serial_number = "1001";
    CHECK(code_of(f.reset({f.take_out(), f.insert(f.other)})) == "done");
    CHECK(f.other.configuration().resets == 1);
  }

  TEST_CASE("a key that comes while the one to be reset is still there is not taken for it") {
    ResetFixture f;
    CHECK(code_of(f.reset({f.insert(f.other), f.take_out(), f.insert(f.key)})) == "done");
    CHECK(f.key.configuration().resets == 1);
    CHECK(f.other.configuration().resets == 0);
  }

  TEST_CASE("a key that stays, or stays away, is not waited for without end") {
    ResetFixture stays;
    CHECK(code_of(stays.reset({stays.wait(kReinsertTime - 1us), stays.wait(1us)})) ==
          "not_reinserted");
    ResetFixture away;
    CHECK(code_of(away.reset({away.take_out(), away.wait(kReinsertTime)})) == "not_reinserted");
    ResetFixture late;
    CHECK(code_of(late.reset(
              {late.take_out(), late.wait(kReinsertTime - 1us), late.insert(late.key)})) == "done");
  }

  TEST_CASE("a key that refuses is told with what it means") {
    struct Case {
      ErrorCode refusal;
      const char* code;
      const char* words;
    };
    for (const auto& c : {Case{ErrorCode::kNotAllowed, "not_allowed", "within 10 s"},
                          Case{ErrorCode::kTouchTimeout, "touch_timeout", "within 30 s"},
                          Case{ErrorCode::kDenied, "denied", "refused"},
                          Case{ErrorCode::kGone, "gone", "firstkey key info"}}) {
      CAPTURE(c.code);
      ResetFixture f;
      f.key.configuration().reset_refusal = c.refusal;
      const auto reset = f.reset({f.take_out(), f.insert(f.key)});
      CHECK(code_of(reset) == c.code);
      CHECK(reset.error().message.find(c.words) != std::string::npos);
    }
  }
}

}  // namespace firstkey::enroll::tests
