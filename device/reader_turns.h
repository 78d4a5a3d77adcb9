#pragma once
// Who is at which reader: one thread of ours at most, and none beside one that PC/SC has never
// given back.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace firstkey::device {

class ReaderTurns : public std::enable_shared_from_this<ReaderTurns> {
 public:
  /// A turn at a reader; ends when it goes. Threads: one at a time.
  class Turn {
   public:
    Turn(Turn&&) noexcept = default;
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    Turn& operator=(Turn&&) = delete;
    ~Turn();
    /// Whoever wants this reader need not wait: nobody knows when the turn will end.
    void set_stuck();
    /// `leave` is run, on another thread, when the card is lifted: the turn should end soon.
    void set_leave(std::function<void()> leave);

   private:
    friend class ReaderTurns;
    Turn(std::shared_ptr<ReaderTurns> turns, std::string reader)
        : turns_(std::move(turns)), reader_(std::move(reader)) {}
    // Shared: a turn may be held by a thread that outlives whoever made it.
    std::shared_ptr<ReaderTurns> turns_;
    std::string reader_;
  };

  /// Waits while another has the reader, up to `patience`, and not at all when that one is stuck.
  /// Threads: any.
  [[nodiscard]] std::optional<Turn> take(const std::string& reader,
                                         std::chrono::milliseconds patience);
  /// Waits until nobody has the reader, as long as that takes. Threads: any.
  void await_free(const std::string& reader);
  /// The card of `reader` was lifted: whoever is there should leave. Threads: any.
  void card_left(const std::string& reader);

 private:
  struct Holder {
    bool is_stuck = false;
    std::function<void()> leave;
  };

  std::mutex mutex_;
  std::condition_variable freed_;
  std::map<std::string, Holder> holders_;
};

}  // namespace firstkey::device
