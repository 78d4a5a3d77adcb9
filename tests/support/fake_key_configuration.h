#pragma once
// A key's configuration in memory: a test states what is stored and set, lets the code under test
// change it, and looks at what it has become. The rules a caller can run into are kept: the right
// PIN, a minimum that only rises, credentials that are there; any other refusal is asked for by
// refuse_next().
//
//   FakeKey key;
//   key.configuration().pin = "2468";
//   key.configuration().stored = {stored_credential("example.org", {1}, "lee")};

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "device/key_configuration.h"

namespace firstkey::tests {

[[nodiscard]] inline device::StoredCredential stored_credential(std::string rp_id,
                                                                device::CredentialId id,
                                                                std::string user_name) {
  device::StoredCredential credential;
  credential.id = std::move(id);
  credential.rp_id = std::move(rp_id);
  credential.user_id = {4, 2};
  credential.user_name = std::move(user_name);
  credential.algorithm = device::kEs256;
  return credential;
}

class FakeKeyConfiguration final : public device::KeyConfiguration {
 public:
  /// `facts` outlives this object; what is changed shows there.
  explicit FakeKeyConfiguration(device::AuthenticatorFacts& facts) : facts_(facts) {}

  std::optional<std::string> pin;  ///< the right one; none: no PIN is set
  std::vector<device::StoredCredential> stored;
  std::uint64_t capacity = 25;  ///< discoverable credentials
  std::optional<std::string> serial_number;
  std::vector<std::string> rp_ids_told_minimum;
  int resets = 0;
  std::optional<device::ErrorCode> reset_refusal;  ///< of every reset

  /// The next call is refused so, whatever it is.
  void refuse_next(device::ErrorCode code) { refusal_ = code; }
  /// Runs on the calling thread just before the next call is answered.
  void before_next(std::function<void()> happening) { happening_ = std::move(happening); }

  [[nodiscard]] device::Result<std::optional<std::string>> serial(
      const device::CallLimits& limits) override {
    if (auto begun = begin(limits); !begun) return std::unexpected(begun.error());
    return serial_number;
  }
  [[nodiscard]] device::Result<void> force_pin_change(const device::Pin* given,
                                                      const device::CallLimits& limits) override {
    if (auto admitted = admit(given, limits); !admitted) return admitted;
    facts_.is_pin_change_forced = true;
    return {};
  }
  [[nodiscard]] device::Result<device::Change> raise_min_pin_length(
      std::uint64_t code_points,
      const device::Pin* given,
      const device::CallLimits& limits) override {
    if (auto admitted = admit(given, limits); !admitted) return std::unexpected(admitted.error());
    if (code_points < facts_.min_pin_length) return refuse(device::ErrorCode::kPinPolicy);
    return become(facts_.min_pin_length, code_points);
  }
  [[nodiscard]] device::Result<void> share_min_pin_length(
      const std::vector<std::string>& rp_ids,
      const device::Pin* given,
      const device::CallLimits& limits) override {
    if (auto admitted = admit(given, limits); !admitted) return admitted;
    rp_ids_told_minimum = rp_ids;
    return {};
  }
  [[nodiscard]] device::Result<device::Change> set_always_uv(
      device::AlwaysUv wanted,
      const device::Pin* given,
      const device::CallLimits& limits) override {
    if (auto admitted = admit(given, limits); !admitted) return std::unexpected(admitted.error());
    return become(facts_.options.always_uv,
                  wanted == device::AlwaysUv::kOn ? device::Option::kTrue : device::Option::kFalse);
  }
  [[nodiscard]] device::Result<device::Change> enable_enterprise_attestation(
      const device::Pin* given, const device::CallLimits& limits) override {
    if (auto admitted = admit(given, limits); !admitted) return std::unexpected(admitted.error());
    return become(facts_.options.ep, device::Option::kTrue);
  }
  [[nodiscard]] device::Result<device::CredentialRoom> credential_room(
      const device::Pin* given, const device::CallLimits& limits) override {
    if (auto admitted = admit(given, limits); !admitted) return std::unexpected(admitted.error());
    return device::CredentialRoom{.existing = stored.size(), .remaining = capacity - stored.size()};
  }
  [[nodiscard]] device::Result<std::vector<device::StoredCredential>> credentials(
      const device::Pin* given, const device::CallLimits& limits) override {
    if (auto admitted = admit(given, limits); !admitted) return std::unexpected(admitted.error());
    return stored;
  }
  [[nodiscard]] device::Result<std::vector<device::StoredCredential>> credentials_of(
      const std::string& rp_id,
      const device::Pin* given,
      const device::CallLimits& limits) override {
    auto found = credentials(given, limits);
    if (found) std::erase_if(*found, [&](const auto& one) { return one.rp_id != rp_id; });
    return found;
  }
  [[nodiscard]] device::Result<void> rename(const device::UserRename& change,
                                            const device::Pin* given,
                                            const device::CallLimits& limits) override {
    if (auto admitted = admit(given, limits); !admitted) return admitted;
    const auto found = find(change.credential_id);
    if (found == stored.end()) return refuse(device::ErrorCode::kNoCredentials);
    if (found->user_id != change.user_id) return refuse(device::ErrorCode::kBadRequest);
    found->user_name = change.user_name;
    found->user_display_name = change.user_display_name;
    return {};
  }
  [[nodiscard]] device::Result<void> remove(const device::CredentialId& id,
                                            const device::Pin* given,
                                            const device::CallLimits& limits) override {
    if (auto admitted = admit(given, limits); !admitted) return admitted;
    const auto found = find(id);
    if (found == stored.end()) return refuse(device::ErrorCode::kNoCredentials);
    stored.erase(found);
    return {};
  }
  [[nodiscard]] device::Result<void> reset(const device::CallLimits& limits) override {
    if (auto begun = begin(limits); !begun) return begun;
    if (reset_refusal) return refuse(*reset_refusal);
    ++resets;
    stored.clear();
    pin.reset();
    facts_.options.client_pin = device::Option::kFalse;
    facts_.is_pin_change_forced = false;
    return {};
  }

 private:
  static std::unexpected<device::Error> refuse(device::ErrorCode code) {
    return std::unexpected(device::Error{.code = code, .detail = "fake"});
  }
  device::Result<void> begin(const device::CallLimits& limits) {
    if (const auto happening = std::exchange(happening_, nullptr)) happening();
    if (limits.stop.stop_requested()) return refuse(device::ErrorCode::kCancelled);
    if (const auto refusal = std::exchange(refusal_, std::nullopt)) return refuse(*refusal);
    return {};
  }
  device::Result<void> admit(const device::Pin* given, const device::CallLimits& limits) {
    if (auto begun = begin(limits); !begun) return begun;
    if (!pin) return refuse(device::ErrorCode::kPinNotSet);
    if (given == nullptr) return refuse(device::ErrorCode::kPinRequired);
    if (*pin != std::string_view(given->expose())) return refuse(device::ErrorCode::kPinInvalid);
    return {};
  }
  template <class Setting>
  static device::Change become(Setting& setting, Setting wanted) {
    return std::exchange(setting, wanted) == wanted ? device::Change::kNotNeeded
                                                    : device::Change::kMade;
  }
  std::vector<device::StoredCredential>::iterator find(const device::CredentialId& id) {
    return std::ranges::find(stored, id, &device::StoredCredential::id);
  }

  device::AuthenticatorFacts& facts_;
  std::optional<device::ErrorCode> refusal_;
  std::function<void()> happening_;
};

}  // namespace firstkey::tests
