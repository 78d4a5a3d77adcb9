#pragma once
// Keys that follow a script, behind both ports of device/. A test holds the FakeKey and states what
// will be asked of it, in order; a call that was not expected, and an expectation that was not met
// when the FakeKey goes, fail the test.
//
//   FakeKey key({.facts = fido2_facts()});
//   key.expect_set_pin("1234");
//   key.expect_credential(made).with_pin("1234").saying({KeepAlive::kUserPresenceNeeded});
//   FakeKeyDiscovery discovery;
//   discovery.insert(key);

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "device/authenticator.h"
#include "device/key_discovery.h"
#include "tests/support/fake_key_configuration.h"

namespace firstkey::tests {

/// A key as an ordinary FIDO 2.1 one would describe itself, without a PIN.
[[nodiscard]] inline device::AuthenticatorFacts fido2_facts() {
  device::AuthenticatorFacts facts;
  facts.is_fido2 = true;
  facts.versions = {"FIDO_2_0", "FIDO_2_1"};
  facts.extensions = {"credProtect", "hmac-secret"};
  facts.transports = {"usb"};
  facts.options.rk = device::Option::kTrue;
  facts.options.client_pin = device::Option::kFalse;
  facts.options.cred_mgmt = device::Option::kTrue;
  facts.algorithms = {device::kEs256, device::kEdDsa};
  facts.pin_protocols = {2, 1};
  facts.max_credentials_in_list = 8;
  facts.remaining_discoverable_credentials = 25;
  return facts;
}

[[nodiscard]] inline std::unexpected<device::Error> fails(device::ErrorCode code, int status = 0) {
  return std::unexpected(device::Error{.code = code, .fido_status = status, .detail = "scripted"});
}

/// One call the key waits for, and what it does then.
class Expectation {
 public:
  enum class Call {
    kRefresh,
    kPinRetries,
    kUvRetries,
    kSetPin,
    kChangePin,
    kTouch,
    kCredential,
    kAssertion,
  };
  explicit Expectation(Call expected) : call(expected) {}

  Expectation& with_pin(std::string text) {
    pin = std::move(text);
    return *this;
  }
  /// The keep-alives told before the answer.
  Expectation& saying(std::vector<device::KeepAlive> said) {
    keep_alives = std::move(said);
    return *this;
  }
  /// Does not answer before the caller stops it (or its time is used up); then kCancelled (or
  /// kTimeout).
  Expectation& until_stopped() {
    waits_for_stop = true;
    return *this;
  }
  /// Answers as if nobody had stopped it, as a key does that was touched just then.
  Expectation& despite_stop() {
    ignores_stop = true;
    return *this;
  }
  /// Does not say that it has stopped, as a key that goes on blinking.
  Expectation& unanswered() {
    waits_for_stop = true;
    is_unanswered = true;
    return *this;
  }
  /// Runs on the calling thread just before the answer: pull the key, advance a clock.
  Expectation& meanwhile(std::function<void()> happening) {
    before_answer = std::move(happening);
    return *this;
  }

  Call call;
  std::optional<std::string> pin;
  std::optional<std::string> next_pin;
  std::vector<device::KeepAlive> keep_alives;
  bool waits_for_stop = false;
  bool ignores_stop = false;
  bool is_unanswered = false;
  std::function<void()> before_answer;
  device::Result<void> plain;
  device::Result<int> count = 0;
  std::function<device::Result<device::CredentialResponse>(const device::CredentialRequest&)>
      credential;
  std::function<device::Result<device::AssertionResponse>(const device::AssertionRequest&)>
      assertion;
};

/// The key itself: it outlives being opened and closed, as a real one does.
class FakeKey {
 public:
  struct Description {
    device::AuthenticatorFacts facts = fido2_facts();
    device::KeyPath path{.transport = device::Transport::kUsb, .text = "/dev/hidraw0"};
    std::string display_name = "Fake key (USB)";
    std::optional<device::Obstacle> obstacle = std::nullopt;
  };

  FakeKey() = default;
  explicit FakeKey(Description description) : description_(std::move(description)) {}
  FakeKey(const FakeKey&) = delete;
  FakeKey& operator=(const FakeKey&) = delete;
  ~FakeKey() { CHECK_MESSAGE(script_.empty(), script_.size(), " calls expected but never made"); }

  using Call = Expectation::Call;
  using CredentialAnswer = decltype(Expectation::credential);
  using AssertionAnswer = decltype(Expectation::assertion);

  Expectation& expect_refresh(device::Result<void> answer = {}) {
    return plain(Call::kRefresh, std::move(answer));
  }
  Expectation& expect_touch(device::Result<void> answer = {}) {
    return plain(Call::kTouch, std::move(answer));
  }
  /// After a success the facts say that a PIN is set.
  Expectation& expect_set_pin(std::string pin, device::Result<void> answer = {}) {
    return plain(Call::kSetPin, std::move(answer)).with_pin(std::move(pin));
  }
  Expectation& expect_change_pin(std::string from,
                                 std::string to,
                                 device::Result<void> answer = {}) {
    Expectation& step = plain(Call::kChangePin, std::move(answer)).with_pin(std::move(from));
    step.next_pin = std::move(to);
    return step;
  }
  Expectation& expect_pin_retries(device::Result<int> answer) {
    Expectation& step = push(Call::kPinRetries);
    step.count = std::move(answer);
    return step;
  }
  Expectation& expect_uv_retries(device::Result<int> answer) {
    Expectation& step = push(Call::kUvRetries);
    step.count = std::move(answer);
    return step;
  }
  /// With a function the answer can depend on the request, such as a real signature over it.
  Expectation& expect_credential(CredentialAnswer answer) {
    Expectation& step = push(Call::kCredential);
    step.credential = std::move(answer);
    return step;
  }
  Expectation& expect_credential(device::Result<device::CredentialResponse> answer) {
    return expect_credential(
        [answer = std::move(answer)](const device::CredentialRequest&) { return answer; });
  }
  Expectation& expect_assertion(AssertionAnswer answer) {
    Expectation& step = push(Call::kAssertion);
    step.assertion = std::move(answer);
    return step;
  }
  Expectation& expect_assertion(device::Result<device::AssertionResponse> answer) {
    return expect_assertion(
        [answer = std::move(answer)](const device::AssertionRequest&) { return answer; });
  }

  /// Unplugs the key: a waiting call ends with kGone, as does every later one.
  void pull() {
    const std::lock_guard lock(mutex_);
    is_gone_ = true;
    changed_.notify_all();
  }
  void plug_in() {
    const std::lock_guard lock(mutex_);
    is_gone_ = false;
  }
  [[nodiscard]] bool is_gone() const {
    const std::lock_guard lock(mutex_);
    return is_gone_;
  }
  /// Handles on it that were opened and not closed again.
  [[nodiscard]] int open_handles() const noexcept { return open_handles_; }
  /// Runs on the closing thread, each time it is closed.
  void on_closing(std::function<void()> happening) { on_closing_ = std::move(happening); }
  void opened() noexcept { ++open_handles_; }
  void closed() {
    if (on_closing_) on_closing_();
    --open_handles_;
  }
  [[nodiscard]] std::size_t calls_left() const {
    const std::lock_guard lock(mutex_);
    return script_.size();
  }
  [[nodiscard]] const Description& description() const noexcept { return description_; }
  [[nodiscard]] device::AuthenticatorFacts& facts() noexcept { return description_.facts; }
  [[nodiscard]] FakeKeyConfiguration& configuration() noexcept { return configuration_; }

  /// Takes the next expectation, tells its keep-alives and waits if it waits. Nothing in the first
  /// but an error in the second when the call cannot be answered.
  [[nodiscard]] device::Result<Expectation> begin(Call call,
                                                  const device::Pin* pin,
                                                  const device::CallLimits& limits) {
    auto step = take(call);
    if (!step) return step;
    const std::optional<std::string> given =
        pin == nullptr ? std::nullopt : std::optional<std::string>(pin->expose());
    CHECK(given == step->pin);
    if (limits.on_keep_alive) std::ranges::for_each(step->keep_alives, limits.on_keep_alive);
    if (step->before_answer) step->before_answer();
    if (step->waits_for_stop) {
      auto error = wait_for_end(limits);
      error.is_unanswered = step->is_unanswered;
      return std::unexpected(std::move(error));
    }
    if (is_gone()) return fails(device::ErrorCode::kGone);
    if (limits.stop.stop_requested() && !step->ignores_stop) {
      return fails(device::ErrorCode::kCancelled);
    }
    return step;
  }

 private:
  Expectation& push(Call call) {
    const std::lock_guard lock(mutex_);
    return script_.emplace_back(call);
  }
  Expectation& plain(Call call, device::Result<void> answer) {
    Expectation& step = push(call);
    step.plain = std::move(answer);
    return step;
  }
  device::Result<Expectation> take(Call call) {
    const std::lock_guard lock(mutex_);
    if (is_gone_) return fails(device::ErrorCode::kGone);
    if (script_.empty() || script_.front().call != call) {
      ADD_FAIL_CHECK_AT(__FILE__, __LINE__, "the key was asked what its script does not expect");
      return fails(device::ErrorCode::kInternal);
    }
    Expectation step = std::move(script_.front());
    script_.pop_front();
    return step;
  }
  device::Error wait_for_end(const device::CallLimits& limits) {
    const std::stop_callback wake(limits.stop, [this] {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
    });
    std::unique_lock lock(mutex_);
    const bool is_over = changed_.wait_for(
        lock, limits.time_left, [&] { return is_gone_ || limits.stop.stop_requested(); });
    if (!is_over) return fails(device::ErrorCode::kTimeout).error();
    if (is_gone_) return fails(device::ErrorCode::kGone).error();
    return fails(device::ErrorCode::kCancelled).error();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool is_gone_ = false;
  std::atomic<int> open_handles_ = 0;
  std::function<void()> on_closing_;
  Description description_;
  FakeKeyConfiguration configuration_{description_.facts};
  std::deque<Expectation> script_;  // a deque: references to steps stay valid while more are added
};

class FakeAuthenticator final : public device::Authenticator {
 public:
  /// `key` outlives this object.
  explicit FakeAuthenticator(FakeKey& key) : key_(key) { key_.opened(); }
  ~FakeAuthenticator() override { key_.closed(); }

  [[nodiscard]] const device::AuthenticatorFacts& facts() const noexcept override {
    return key_.description().facts;
  }
  [[nodiscard]] device::Result<void> refresh(const device::CallLimits& limits) override {
    const auto step = key_.begin(Expectation::Call::kRefresh, nullptr, limits);
    return step ? step->plain : std::unexpected(step.error());
  }
  [[nodiscard]] device::Result<int> pin_retries(const device::CallLimits& limits) override {
    const auto step = key_.begin(Expectation::Call::kPinRetries, nullptr, limits);
    return step ? step->count : std::unexpected(step.error());
  }
  [[nodiscard]] device::Result<int> uv_retries(const device::CallLimits& limits) override {
    const auto step = key_.begin(Expectation::Call::kUvRetries, nullptr, limits);
    return step ? step->count : std::unexpected(step.error());
  }
  [[nodiscard]] device::Result<void> set_pin(const device::Pin& pin,
                                             const device::CallLimits& limits) override {
    const auto step = key_.begin(Expectation::Call::kSetPin, &pin, limits);
    if (!step) return std::unexpected(step.error());
    if (step->plain) key_.facts().options.client_pin = device::Option::kTrue;
    return step->plain;
  }
  [[nodiscard]] device::Result<void> change_pin(const device::Pin& current,
                                                const device::Pin& next,
                                                const device::CallLimits& limits) override {
    const auto step = key_.begin(Expectation::Call::kChangePin, &current, limits);
    if (!step) return std::unexpected(step.error());
    CHECK(step->next_pin == std::string(next.expose()));
    return step->plain;
  }
  [[nodiscard]] device::Result<void> wait_for_touch(const device::CallLimits& limits) override {
    const auto step = key_.begin(Expectation::Call::kTouch, nullptr, limits);
    return step ? step->plain : std::unexpected(step.error());
  }
  [[nodiscard]] device::Result<device::CredentialResponse> make_credential(
      const device::CredentialRequest& request,
      const device::Pin* pin,
      const device::CallLimits& limits) override {
    const auto step = key_.begin(Expectation::Call::kCredential, pin, limits);
    if (!step) return std::unexpected(step.error());
    return step->credential(request);
  }
  [[nodiscard]] device::Result<device::AssertionResponse> get_assertion(
      const device::AssertionRequest& request,
      const device::Pin* pin,
      const device::CallLimits& limits) override {
    const auto step = key_.begin(Expectation::Call::kAssertion, pin, limits);
    if (!step) return std::unexpected(step.error());
    return step->assertion(request);
  }
  [[nodiscard]] device::KeyConfiguration& configuration() noexcept override {
    return key_.configuration();
  }
  [[nodiscard]] bool is_gone() const noexcept override { return key_.is_gone(); }

 private:
  FakeKey& key_;
};

/// Keys are inserted and removed by the test, from any thread.
class FakeKeyDiscovery final : public device::KeyDiscovery {
 public:
  /// `key` outlives this object.
  void insert(FakeKey& key) {
    key.plug_in();
    const std::lock_guard lock(mutex_);
    const auto& about = key.description();
    device::SeenKey seen{.path = about.path,
                         .arrival = ++arrivals_,
                         .display_name = about.display_name,
                         .is_simulated = about.facts.is_simulated,
                         .obstacle = about.obstacle};
    events_.push_back({.kind = device::KeyEvent::Kind::kArrived, .key = seen});
    present_.emplace_back(std::move(seen), &key);
    changed_.notify_all();
  }
  void remove(FakeKey& key) {
    key.pull();
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(present_, &key, &Present::second);
    REQUIRE(found != present_.end());
    events_.push_back({.kind = device::KeyEvent::Kind::kRemoved, .key = found->first});
    present_.erase(found);
    changed_.notify_all();
  }
  void report(device::Obstacle obstacle) {
    const std::lock_guard lock(mutex_);
    obstacles_.push_back(std::move(obstacle));
  }

  [[nodiscard]] std::vector<device::SeenKey> keys() override {
    const std::lock_guard lock(mutex_);
    std::vector<device::SeenKey> seen;
    for (const auto& [key, _] : present_) seen.push_back(key);
    return seen;
  }
  [[nodiscard]] std::vector<device::KeyEvent> wait(std::chrono::milliseconds timeout,
                                                   std::stop_token stop) override {
    const std::stop_callback wake(stop, [this] {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
    });
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [&] { return !events_.empty() || stop.stop_requested(); });
    return std::exchange(events_, {});
  }
  [[nodiscard]] device::Result<std::unique_ptr<device::Authenticator>> open(
      const device::KeyPath& path, const device::CallLimits& limits) override {
    const std::lock_guard lock(mutex_);
    if (limits.stop.stop_requested()) return fails(device::ErrorCode::kCancelled);
    const auto found =
        std::ranges::find_if(present_, [&](const Present& one) { return one.first.path == path; });
    if (found == present_.end()) return fails(device::ErrorCode::kUnknownPath);
    if (found->first.obstacle) return fails(found->first.obstacle->code);
    return std::make_unique<FakeAuthenticator>(*found->second);
  }
  [[nodiscard]] std::vector<device::Obstacle> obstacles() override {
    const std::lock_guard lock(mutex_);
    return obstacles_;
  }

 private:
  using Present = std::pair<device::SeenKey, FakeKey*>;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t arrivals_ = 0;
  std::vector<Present> present_;
  std::vector<device::KeyEvent> events_;
  std::vector<device::Obstacle> obstacles_;
};

}  // namespace firstkey::tests
