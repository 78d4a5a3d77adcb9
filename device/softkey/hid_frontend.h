#pragma once
// The key as a USB HID device: CTAPHID frames in, frames out. Pure: no sockets, no threads; the
// caller brings each report to receive() and calls tick() while is_busy(). One transaction at a
// time; whoever comes meanwhile hears that the channel is busy. Source: CTAP 2.1 §11.2.

#include <array>
#include <optional>
#include <vector>

#include "device/softkey/ctap_key.h"
#include "device/softkey/ports.h"
#include "device/softkey/quirks.h"

namespace firstkey::device::softkey {

inline constexpr std::size_t kReportSize = 64;
using Report = std::array<std::uint8_t, kReportSize>;
using Reports = std::vector<Report>;

class HidFrontend {
 public:
  /// While the key works or waits, the client hears of it this often (§11.2.9.1.7).
  static constexpr Milliseconds kKeepAliveInterval{100};
  /// A message whose next frame does not come within this time is dropped (§11.2.5.2).
  static constexpr Milliseconds kFrameTimeout{3'000};
  /// Channels in use at once; the one allocated longest ago gives way to the next.
  static constexpr std::size_t kMaximumChannels = 64;
  /// What one initialisation frame and 128 continuations hold (§11.2.4).
  static constexpr std::size_t kMaximumPayload = 57 + 128 * 59;

  /// How a waiting client is kept alive. Anything but the first is a misbehaviour.
  enum class KeepAlives : std::uint8_t { kEveryInterval, kOnChange, kNone };

  /// Keeps references to the first three.
  HidFrontend(CtapKey& key,
              const Clock& clock,
              Random& random,
              KeepAlives keep_alives = KeepAlives::kEveryInterval)
      : key_(key), clock_(clock), random_(random), keep_alives_(keep_alives) {}

  /// Frames to send in answer to `report`.
  [[nodiscard]] Reports receive(const Report& report);
  /// Frames that are due by now: keep-alives, answers the user made possible, timeouts.
  [[nodiscard]] Reports tick();
  /// Whether tick() has something to wait for.
  [[nodiscard]] bool is_busy() const {
    return is_attached() && (assembly_.has_value() || working_.has_value());
  }
  [[nodiscard]] int winks() const { return winks_; }
  /// Whether the key is still plugged in; if not, no frame of it comes until power_cycle().
  [[nodiscard]] bool is_attached() const { return key_.is_attached(); }
  /// Unplugged and plugged: channels, half messages and the request under way are gone.
  void power_cycle();

 private:
  using ChannelId = std::uint32_t;
  enum class Error : std::uint8_t;

  /// A message of which frames are still missing.
  struct Assembly {
    ChannelId channel = 0;
    std::uint8_t command = 0;
    std::size_t size = 0;
    std::uint8_t next_sequence = 0;
    Bytes payload;
    Instant deadline;
  };
  /// A CBOR request whose answer waits for the user.
  struct Working {
    ChannelId channel = 0;
    Instant next_keep_alive;
  };

  [[nodiscard]] Reports receive_initialisation(ChannelId channel, const Report& report);
  [[nodiscard]] Reports receive_continuation(ChannelId channel, const Report& report);
  [[nodiscard]] Reports begin_message(ChannelId channel, const Report& report);
  [[nodiscard]] Reports complete(ChannelId channel, std::uint8_t command, BytesView payload);
  [[nodiscard]] Reports initialise(ChannelId channel, BytesView nonce);
  [[nodiscard]] std::uint8_t capabilities() const;
  [[nodiscard]] Reports start_cbor(ChannelId channel, BytesView request);
  [[nodiscard]] Reports answer_u2f(ChannelId channel, BytesView apdu);
  [[nodiscard]] Reports keep_alive(Instant now);
  [[nodiscard]] Reports cancel(ChannelId channel);
  [[nodiscard]] Reports fail(ChannelId channel, Error error) const;
  void abandon(ChannelId channel);
  [[nodiscard]] bool is_allocated(ChannelId channel) const;
  [[nodiscard]] bool is_taken_by_another(ChannelId channel) const;
  [[nodiscard]] ChannelId allocate();

  CtapKey& key_;
  const Clock& clock_;
  Random& random_;
  KeepAlives keep_alives_;
  std::vector<ChannelId> channels_;
  std::optional<Assembly> assembly_;
  std::optional<Working> working_;
  int winks_ = 0;
};

/// How a key with `quirks` keeps its client alive.
[[nodiscard]] HidFrontend::KeepAlives keep_alives_of(const Quirks& quirks);

/// `payload` as an initialisation frame and the continuations it takes.
[[nodiscard]] Reports fragment(std::uint32_t channel, std::uint8_t command, BytesView payload);

}  // namespace firstkey::device::softkey
