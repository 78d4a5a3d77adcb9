#pragma once
// A BlockingCard whose calls hold their thread until the test lets them go. What it keeps
// outlives their threads.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include "device/blocking_card.h"

namespace firstkey::tests {

class HeldCard {
 public:
  [[nodiscard]] device::OpenBlockingCard opener() {
    return [state = state_](const std::stop_token& unwanted)
               -> device::Result<std::unique_ptr<device::BlockingCard>> {
      std::unique_lock lock(state->mutex);
      state->unwanted = unwanted;
      state->has_opened = true;
      state->changed.notify_all();
      state->changed.wait(lock, [&] { return !state->is_held; });
      if (!state->opening_error) return std::make_unique<Card>(state);
      state->has_ended = true;
      state->changed.notify_all();
      return std::unexpected(device::Error{.code = *state->opening_error});
    };
  }

  void hold() { set(&State::is_held, true); }
  void release() { set(&State::is_held, false); }
  void set_connection(const device::CardConnection& connection) {
    set(&State::connection, connection);
  }
  void fail_opening(device::ErrorCode code) { set(&State::opening_error, std::optional(code)); }
  void fail_transmit(device::ErrorCode code) { set(&State::transmit_error, std::optional(code)); }
  void await_open() { await(&State::has_opened); }
  void await_transmit() { await(&State::is_transmitting); }
  void await_end() { await(&State::has_ended); }
  /// Whether the thread that opened it knows that nobody waits for it.
  [[nodiscard]] bool is_unwanted() { return get(&State::unwanted).stop_requested(); }
  [[nodiscard]] device::Bytes last_apdu() { return get(&State::last_apdu); }
  [[nodiscard]] std::optional<device::CardEnding> ending() { return get(&State::ending); }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_held = false;
    std::stop_token unwanted;
    device::CardConnection connection;
    bool has_opened = false;
    bool is_transmitting = false;
    bool has_ended = false;
    device::Bytes last_apdu;
    std::optional<device::CardEnding> ending;
    std::optional<device::ErrorCode> opening_error;
    std::optional<device::ErrorCode> transmit_error;
  };

  class Card final : public device::BlockingCard {
   public:
    explicit Card(std::shared_ptr<State> state) : state_(std::move(state)) {}
    ~Card() override {
      const std::lock_guard lock(state_->mutex);
      state_->has_ended = true;
      state_->changed.notify_all();
    }
    [[nodiscard]] device::CardConnection connection() const override {
      const std::lock_guard lock(state_->mutex);
      return state_->connection;
    }
    [[nodiscard]] device::Result<device::Bytes> transmit(device::BytesView apdu) override {
      std::unique_lock lock(state_->mutex);
      state_->last_apdu.assign(apdu.begin(), apdu.end());
      state_->is_transmitting = true;
      state_->changed.notify_all();
      state_->changed.wait(lock, [&] { return !state_->is_held; });
      if (state_->transmit_error) {
        return std::unexpected(device::Error{.code = *state_->transmit_error});
      }
      return device::Bytes{0x90, 0x00};
    }
    [[nodiscard]] bool was_reset() const noexcept override { return false; }
    void end(device::CardEnding ending) noexcept override {
      const std::lock_guard lock(state_->mutex);
      state_->ending = ending;
    }

   private:
    std::shared_ptr<State> state_;
  };

  template <class Value>
  void set(Value State::* member, Value value) {
    const std::lock_guard lock(state_->mutex);
    (*state_).*member = value;
    state_->changed.notify_all();
  }
  template <class Value>
  [[nodiscard]] Value get(Value State::* member) {
    const std::lock_guard lock(state_->mutex);
    return (*state_).*member;
  }
  void await(bool State::* member) {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [&] { return (*state_).*member; });
  }

  // Shared with the threads that are held.
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace firstkey::tests
