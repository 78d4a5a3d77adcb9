#include "enroll/pin_keeper.h"

#include <utility>

namespace firstkey::enroll {

namespace {

std::optional<device::Pin> once_more(const std::optional<device::Pin>& pin) {
  if (!pin) return std::nullopt;
  return pin->duplicate();
}

}  // namespace

void PinKeeper::ask(const AskPin& request) {
  forget();
  ask(Request{.key = request.key, .kind = Kind::kCurrent});
}

void PinKeeper::ask(const AskNewPin& request) {
  next_.reset();
  ask(Request{.key = request.key, .kind = Kind::kNew});
}

void PinKeeper::ask(Request request) {
  last_ = PinRequestId{static_cast<std::uint64_t>(last_) + 1};
  asked_ = request;
}

std::optional<PinKeeper::Request> PinKeeper::take(PinRequestId answered) {
  return answered == last_ ? std::exchange(asked_, std::nullopt) : std::nullopt;
}

void PinKeeper::forget() noexcept {
  current_.reset();
  next_.reset();
  kept_until_.reset();
}

std::optional<Input> PinKeeper::enter(PinRequestId request, device::Pin pin) {
  const auto asked = take(request);
  if (!asked) return std::nullopt;
  const PinEntered input{.key = asked->key, .code_points = pin.code_points()};
  (asked->kind == Kind::kNew ? next_ : current_) = std::move(pin);
  return input;
}

std::optional<Input> PinKeeper::decline(PinRequestId request) {
  const auto asked = take(request);
  if (!asked) return std::nullopt;
  return PinDeclined{asked->key};
}

void PinKeeper::adopt_new() noexcept {
  current_ = std::exchange(next_, std::nullopt);
}

std::optional<device::Pin> PinKeeper::current() const {
  return once_more(current_);
}

std::optional<device::Pin> PinKeeper::next() const {
  return once_more(next_);
}

}  // namespace firstkey::enroll
