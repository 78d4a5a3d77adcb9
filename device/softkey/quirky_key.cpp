#include "device/softkey/quirky_key.h"

#include "device/softkey/answer_quirks.h"
#include "device/softkey/commands.h"
#include "device/softkey/status.h"

namespace firstkey::device::softkey {
namespace {

bool makes_or_asserts(BytesView request) {
  return !request.empty() &&
         (request.front() == command::kMakeCredential || request.front() == command::kGetAssertion);
}

}  // namespace

std::optional<Bytes> QuirkyKey::start(BytesView request) {
  request_.assign(request.begin(), request.end());
  started_ = clock_.now();
  late_.reset();
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
  if (late_) {
    if (clock_.now() < late_->due) return {};
    auto answer = std::move(late_->answer);
    late_.reset();
    return answer;
  }
  const bool is_waiting = honest_.is_awaiting_user();
  if (is_waiting && quirks_.has(RemovalQuirk::kWhileWaiting) &&
      clock_.now() - started_ >= kRemovedAfter) {
    is_attached_ = false;
    return {};
  }
  return pass_on(honest_.poll());
}

std::optional<Bytes> QuirkyKey::cancel() {
  // A late answer is on its way: there is nothing left to cancel.
  if (late_ || quirks_.has(ProtocolQuirk::kCancelIgnored)) return {};
  auto answer = honest_.cancel();
  if (answer && quirks_.has(ProtocolQuirk::kCancelMisnamed)) {
    return Bytes{static_cast<std::uint8_t>(Status::kOperationDenied)};
  }
  return answer;
}

void QuirkyKey::power_cycle() {
  late_.reset();
  is_attached_ = true;
  honest_.power_cycle();
}

std::optional<Bytes> QuirkyKey::pass_on(std::optional<Bytes> answer) {
  if (!answer) return {};
  const bool is_touched = makes_or_asserts(request_);
  if (is_touched && quirks_.has(RemovalQuirk::kBeforeAnswer)) {
    is_attached_ = false;
    return {};
  }
  auto spoiled = spoil(quirks_, parts_, request_, std::move(*answer));
  if (is_touched && quirks_.has(TimingQuirk::kLateAnswer)) {
    late_ = Late{std::move(spoiled), clock_.now() + kLateness};
    return {};
  }
  return spoiled;
}

}  // namespace firstkey::device::softkey
