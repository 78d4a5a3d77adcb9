#include "device/softkey/quirky_key.h"

#include <utility>

#include "device/softkey/answer_quirks.h"
#include "device/softkey/commands.h"
#include "device/softkey/request_quirks.h"
#include "device/softkey/status.h"

namespace firstkey::device::softkey {
namespace {

/// Source: CTAP 2.1 §8.2. The honest key's tokens end otherwise.
constexpr std::uint8_t kPinTokenExpired = 0x38;

}  // namespace

std::optional<Bytes> QuirkyKey::start(BytesView request) {
  request_.assign(request.begin(), request.end());
  started_ = clock_.now();
  late_.reset();
  if (hangs_) return {};
  if (const auto status = refusal_of(quirks_, request_)) return Bytes{*status};
  if (makes_or_asserts(request_) && quirks_.has(PinQuirk::kTokenExpires) &&
      !std::exchange(has_expired_, true)) {
    return Bytes{kPinTokenExpired};
  }
  if (quirks_.has(ProtocolQuirk::kManagementMisnumbered) && !request_.empty()) {
    if (request_.front() == command::kCredentialManagement) {
      return Bytes{static_cast<std::uint8_t>(Status::kInvalidCommand)};
    }
    if (request_.front() == command::kCredentialManagementPreview) {
      request_.front() = command::kCredentialManagement;
    }
  }
  return pass_on(honest_.start(request_));
}

std::optional<Bytes> QuirkyKey::poll() {
  if (hangs_) return {};
  if (late_) {
    if (clock_.now() < late_->due) return {};
    auto answer = std::move(late_->answer);
    late_.reset();
    return answer;
  }
  const bool is_waiting = honest_.is_awaiting_user();
  const auto waited = clock_.now() - started_;
  if (is_waiting && waited >= kRemovedAfter && leaves(RemovalQuirk::kWhileWaiting)) return {};
  if (is_waiting && quirks_.has(TimingQuirk::kImpatient) && waited >= kPatience &&
      !std::exchange(has_lost_patience_, true)) {
    (void)honest_.cancel();
    return Bytes{static_cast<std::uint8_t>(Status::kUserActionTimeout)};
  }
  return pass_on(honest_.poll());
}

std::optional<Bytes> QuirkyKey::cancel() {
  // A late answer is on its way: there is nothing left to cancel.
  if (late_ || hangs_ || quirks_.has(ProtocolQuirk::kCancelIgnored)) return {};
  auto answer = honest_.cancel();
  if (answer && quirks_.has(ProtocolQuirk::kCancelMisnamed)) {
    return Bytes{static_cast<std::uint8_t>(Status::kOperationDenied)};
  }
  return answer;
}

void QuirkyKey::power_cycle() {
  late_.reset();
  hangs_ = false;
  is_attached_ = true;
  honest_.power_cycle();
}

std::optional<Bytes> QuirkyKey::pass_on(std::optional<Bytes> answer) {
  if (!answer) return {};
  const bool is_touched = makes_or_asserts(request_);
  if (is_touched && leaves(RemovalQuirk::kBeforeAnswer)) return {};
  if (asks_for_info(request_) && leaves(RemovalQuirk::kWhileOpening)) return {};
  if (wants_presence_to_assert(request_) && leaves(RemovalQuirk::kBeforeProof)) return {};
  if (is_touched && quirks_.has(TimingQuirk::kNeverAnswers)) {
    hangs_ = true;
    return {};
  }
  auto spoiled = spoil(quirks_, parts_, request_, std::move(*answer));
  if (is_touched && quirks_.has(TimingQuirk::kLateAnswer)) {
    late_ = Late{std::move(spoiled), clock_.now() + kLateness};
    return {};
  }
  return spoiled;
}

bool QuirkyKey::leaves(RemovalQuirk moment) {
  if (has_left_ || !quirks_.has(moment)) return false;
  is_attached_ = false;
  has_left_ = true;
  return true;
}

}  // namespace firstkey::device::softkey
