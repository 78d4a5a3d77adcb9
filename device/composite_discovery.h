#pragma once
// Every source of keys joined into the one port that a ceremony sees: each insertion is numbered,
// changes are kept in their order until they are waited for, and a key that hangs on two paths (HID
// and CCID of one USB device) is one key.

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "device/key_source.h"

namespace firstkey::device {

class CompositeDiscovery final : public KeyDiscovery, private KeySink {
 public:
  /// Starts every source. With `only`, keys at other paths are neither shown nor opened.
  explicit CompositeDiscovery(std::vector<std::unique_ptr<KeySource>> sources,
                              std::optional<KeyPath> only = std::nullopt);
  CompositeDiscovery(const CompositeDiscovery&) = delete;
  CompositeDiscovery& operator=(const CompositeDiscovery&) = delete;
  /// Stops every source.
  ~CompositeDiscovery() override;

  [[nodiscard]] std::vector<SeenKey> keys() override;
  /// A key that came and went between two calls is not told at all: nobody could use it.
  [[nodiscard]] std::vector<KeyEvent> wait(std::chrono::milliseconds timeout,
                                           std::stop_token stop) override;
  [[nodiscard]] Result<std::unique_ptr<Authenticator>> open(const KeyPath& path,
                                                            const CallLimits& limits) override;
  [[nodiscard]] std::vector<Obstacle> obstacles() override;

 private:
  void arrived(SeenKey key) override;
  void removed(const KeyPath& path) override;
  void changed(SeenKey key) override;

  [[nodiscard]] bool is_wanted(const KeyPath& path) const;
  /// The rest holds mutex_.
  [[nodiscard]] bool is_hidden(const SeenKey& key) const;
  [[nodiscard]] bool outranks(const SeenKey& one, const SeenKey& other) const;
  /// Decides anew what is shown, and queues how that differs from before.
  void show();
  void queue(KeyEvent::Kind kind, const SeenKey& key);

  const std::vector<std::unique_ptr<KeySource>> sources_;
  const std::optional<KeyPath> only_;
  std::mutex mutex_;
  std::condition_variable_any has_events_;
  std::uint64_t last_arrival_ = 0;
  std::vector<SeenKey> present_;  // on every path, in the order of their arrival
  std::vector<SeenKey> shown_;    // without those that are another path to a shown one
  std::vector<KeyEvent> events_;  // not yet waited for
  bool has_told_ = false;         // wait() has been called
};

}  // namespace firstkey::device
