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
  asked_ = Request{.key = request.key, .kind = Kind::kCurrent};
}

void PinKeeper::ask(const AskNewPin& request) {
  next_.reset();
  asked_ = Request{.key = request.key, .kind = Kind::kNew};
}

void PinKeeper::forget() noexcept {
  current_.reset();
  next_.reset();
  kept_until_.reset();
}

std::optional<Input> PinKeeper::enter(device::Pin pin) {
  if (!asked_) return std::nullopt;
  const Request request = std::exchange(asked_, std::nullopt).value();
  const PinEntered input{.key = request.key, .code_points = pin.code_points()};
  (request.kind == Kind::kNew ? next_ : current_) = std::move(pin);
  return input;
}

std::optional<Input> PinKeeper::decline() {
  if (!asked_) return std::nullopt;
  return PinDeclined{std::exchange(asked_, std::nullopt)->key};
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
