#include "device/card_thread.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "device/frame_channel.h"

namespace firstkey::device {

namespace {

/// Whoever only looks what card it is has long done so.
constexpr std::chrono::milliseconds kTurnPatience{1000};
/// How soon a stop is noticed while waiting for a turn.
constexpr std::chrono::milliseconds kTurnSlice{50};

std::optional<ReaderTurns::Turn> take_turn(ReaderTurns& turns,
                                           const std::string& reader,
                                           const RunningCall& call) {
  for (auto waited = kTurnSlice; waited <= kTurnPatience && !call.is_over(); waited += kTurnSlice) {
    if (auto turn = turns.take(reader, kTurnSlice)) return turn;
  }
  return std::nullopt;
}

}  // namespace

/// Where the two threads meet: an APDU goes one way, its answer the other.
class CardThread::Desk {
 public:
  struct Answer {
    Result<Bytes> bytes;
    bool was_reset = false;
  };

  explicit Desk(ReaderTurns::Turn turn) : turn_(std::move(turn)) {}

  // The side of the channel.
  [[nodiscard]] CardConnection connection() {
    const std::lock_guard lock(mutex_);
    return connection_;
  }
  void ask(BytesView apdu) {
    const std::lock_guard lock(mutex_);
    if (has_ended_) return put(std::unexpected(gone()));
    apdu_.emplace(apdu.begin(), apdu.end());
    is_working_ = true;
    changed_.notify_all();
  }
  [[nodiscard]] std::optional<Answer> take_answer() {
    const std::lock_guard lock(mutex_);
    answered_.clear();
    return std::exchange(answer_, std::nullopt);
  }
  [[nodiscard]] int answered_fd() const noexcept { return answered_.fd(); }
  void set_ending(CardEnding ending) {
    const std::lock_guard lock(mutex_);
    ending_ = ending;
  }
  /// No APDU follows. The card may have been lifted, or its user has gone.
  void leave() {
    const std::lock_guard lock(mutex_);
    is_left_ = true;
    unwanted_.request_stop();
    changed_.notify_all();
  }
  /// Gives the thread time to let the card go, unless it is at work and so cannot be hurried.
  void await_end(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    if (!is_working_) changed_.wait_for(lock, patience, [&] { return has_ended_; });
    if (turn_) turn_->set_stuck();
  }

  /// When the card is lifted, `desk` is left. `desk` is this.
  void heed_lifting(const std::weak_ptr<Desk>& desk) {
    const std::lock_guard lock(mutex_);
    turn_.value().set_leave([desk] {
      if (const auto there = desk.lock()) there->leave();
    });
  }

  // The side of the thread.
  [[nodiscard]] std::stop_token unwanted() const { return unwanted_.get_token(); }
  void set_connection(const CardConnection& connection) {
    const std::lock_guard lock(mutex_);
    connection_ = connection;
  }
  void answer(Result<Bytes> bytes, bool was_reset) {
    const std::lock_guard lock(mutex_);
    is_working_ = false;
    put(std::move(bytes), was_reset);
  }
  [[nodiscard]] std::optional<Bytes> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return apdu_ || is_left_; });
    if (is_left_) return std::nullopt;
    return std::exchange(apdu_, std::nullopt);
  }
  [[nodiscard]] CardEnding ending() {
    const std::lock_guard lock(mutex_);
    return ending_;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
    // Asked in the moment the card was lifted.
    if (std::exchange(apdu_, std::nullopt)) put(std::unexpected(gone()));
    turn_.reset();
    changed_.notify_all();
  }

 private:
  static Error gone() { return {.code = ErrorCode::kGone, .detail = "the card was lifted"}; }
  void put(Result<Bytes> bytes, bool was_reset = false) {
    answer_.emplace(std::move(bytes), was_reset);
    answered_.signal();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  WakeEvent answered_;
  std::optional<ReaderTurns::Turn> turn_;
  std::optional<Bytes> apdu_;
  std::optional<Answer> answer_;
  CardConnection connection_;
  CardEnding ending_ = CardEnding::kLeave;
  std::stop_source unwanted_;
  bool is_working_ = true;  // it begins with opening the card
  bool is_left_ = false;
  bool has_ended_ = false;
};

CardThread::CardThread(ReaderTurns::Turn turn, OpenBlockingCard open_card)
    : desk_(std::make_shared<Desk>(std::move(turn))) {
  desk_->heed_lifting(desk_);
  std::thread([desk = desk_, open = std::move(open_card)] {
    auto card = open(desk->unwanted());
    if (card) desk->set_connection(card.value()->connection());
    desk->answer(card ? Result<Bytes>() : std::unexpected(card.error()), false);
    while (card) {
      const auto apdu = desk->next();
      if (!apdu) break;
      auto answer = card.value()->transmit(*apdu);
      const bool is_gone = !answer && answer.error().code == ErrorCode::kGone;
      if (is_gone) card.value()->end(CardEnding::kLeave);
      desk->answer(std::move(answer), card.value()->was_reset());
      if (is_gone) return desk->end();
    }
    if (card) card.value()->end(desk->ending());
    card = nullptr;
    desk->end();
  }).detach();
}

Result<std::unique_ptr<CardChannel>> CardThread::open(ReaderTurns& turns,
                                                      const std::string& reader,
                                                      OpenBlockingCard open_card,
                                                      RunningCall& call,
                                                      WakeEvent& wake) {
  auto turn = take_turn(turns, reader, call);
  if (call.is_over()) return std::unexpected(call.end_reason());
  if (!turn) {
    return std::unexpected(Error{.code = ErrorCode::kBusy, .detail = "the reader is in use"});
  }
  auto channel = std::make_unique<CardThread>(std::move(*turn), std::move(open_card));
  if (auto opened = channel->await_opening(call, wake); !opened) {
    return std::unexpected(opened.error());
  }
  return channel;
}

Result<void> CardThread::await_opening(RunningCall& call, const WakeEvent& wake) {
  const auto end = RunningCall::Clock::now() + kOpeningPatience;
  while (!call.is_over()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - RunningCall::Clock::now());
    if (left <= std::chrono::milliseconds::zero()) {
      return std::unexpected(Error{.code = ErrorCode::kBusy,
                                   .detail = "another program has the card, or its reader hangs"});
    }
    auto opened = receive(std::min(left, call.time_left()), wake);
    if (!opened) return std::unexpected(opened.error());
    if (opened.value()) return {};
  }
  return std::unexpected(call.end_reason());
}

CardThread::~CardThread() {
  desk_->leave();
  desk_->await_end(kCancelGrace);
}

void CardThread::send(BytesView apdu) {
  desk_->ask(apdu);
}

Result<std::optional<Bytes>> CardThread::receive(std::chrono::milliseconds timeout,
                                                 const WakeEvent& wake) {
  const auto is_answered = wait_readable(desk_->answered_fd(), wake, timeout);
  if (!is_answered) return std::unexpected(is_answered.error());
  auto answer = is_answered.value() ? desk_->take_answer() : std::nullopt;
  if (!answer) return std::nullopt;
  was_reset_ = answer->was_reset;
  if (!answer->bytes) return std::unexpected(answer->bytes.error());
  return std::move(answer->bytes.value());
}

void CardThread::rest(std::chrono::milliseconds pause, const WakeEvent& wake) {
  // poll() passes over a negative descriptor.
  (void)wait_readable(-1, wake, pause);
}

CardConnection CardThread::connection() const {
  return desk_->connection();
}

void CardThread::set_ending(CardEnding ending) {
  desk_->set_ending(ending);
}

}  // namespace firstkey::device
