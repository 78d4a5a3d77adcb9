#pragma once
// Which keys are there, and which come and go: the second port of this folder. Implemented by
// CompositeDiscovery over USB, PC/SC and the simulators named on the command line, and by
// tests::FakeKeyDiscovery.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "device/authenticator.h"
#include "device/error.h"

namespace firstkey::device {

enum class Transport {
  kUsb,
  kReader,     ///< a card or a key on a PC/SC reader, contactless or not
  kSimulator,  ///< a software key over UDP
};

/// Where a software key is: UDP on loopback, one port it listens on and one it answers to.
struct SimulatorAddress {
  std::uint16_t port = 0;
  std::uint16_t reply_port = 0;

  /// From "udp:127.0.0.1:8111:7112" ("localhost" is taken too). Nothing for another host, a port
  /// outside 1..65535, or twice the same one.
  [[nodiscard]] static std::optional<SimulatorAddress> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const SimulatorAddress&, const SimulatorAddress&) = default;
};

/// Where a key can be opened. As text: "/dev/hidraw3", "ccid:ACS ACR1252 [PICC] 00 00",
/// "udp:127.0.0.1:8111:7112".
struct KeyPath {
  Transport transport = Transport::kUsb;
  std::string text;

  /// Nothing unless `text` has one of the three forms and no control characters.
  [[nodiscard]] static std::optional<KeyPath> parse(std::string_view text);

  friend bool operator==(const KeyPath&, const KeyPath&) = default;
};

/// A place on the USB bus, by which one key on two paths is seen to be one.
struct UsbAddress {
  int bus = 0;
  int device = 0;

  friend bool operator==(const UsbAddress&, const UsbAddress&) = default;
};

/// Why a key that is there cannot be used, and what to do about it, in words for a person.
struct Obstacle {
  ErrorCode code = ErrorCode::kNoAccess;
  std::string reason;  ///< "no permission on /dev/hidraw3"
  std::string remedy;  ///< "install udev/70-firstkey.rules, join the group firstkey, …"

  friend bool operator==(const Obstacle&, const Obstacle&) = default;
};

struct SeenKey {
  KeyPath path;
  /// New for each insertion, so that a key re-plugged under the same path is another arrival.
  std::uint64_t arrival = 0;
  std::string display_name;  ///< "YubiKey 5 NFC (USB)"
  /// Not only the simulators of the command line: a hidraw node of uhid and a card in a virtual
  /// reader are told by where they hang, whatever they say of themselves.
  bool is_simulated = false;
  std::optional<UsbAddress> usb;
  std::optional<Obstacle> obstacle;  ///< set: it cannot be opened as it stands

  friend bool operator==(const SeenKey&, const SeenKey&) = default;
};

struct KeyEvent {
  enum class Kind {
    kArrived,
    kRemoved,
    kChanged,  ///< same arrival, another obstacle (a permission was granted, or taken away)
  };
  Kind kind = Kind::kArrived;
  SeenKey key;
};

class KeyDiscovery {
 public:
  virtual ~KeyDiscovery() = default;
  KeyDiscovery() = default;
  KeyDiscovery(const KeyDiscovery&) = delete;
  KeyDiscovery& operator=(const KeyDiscovery&) = delete;

  /// The keys present now, usable or not, and none twice. Threads: any. Does not block on a key.
  [[nodiscard]] virtual std::vector<SeenKey> keys() = 0;

  /// Waits until something came or went and returns every change since the last call, oldest
  /// first. The first call reports each key already there as arrived, so no key is ever missed.
  /// Empty: the time was used up, or `stop` was requested. Threads: one caller at a time.
  [[nodiscard]] virtual std::vector<KeyEvent> wait(std::chrono::milliseconds timeout,
                                                   std::stop_token stop) = 0;

  /// Opens the key and reads what it says of itself; a key that speaks U2F only opens too, and its
  /// facts say so. Threads: any.
  /// Errors: kUnknownPath, kNoAccess, kBusy, kGone, kNoApplet, kNoReaderService, kGarbage,
  /// kTimeout, kCancelled.
  [[nodiscard]] virtual Result<std::unique_ptr<Authenticator>> open(const KeyPath& path,
                                                                    const CallLimits& limits) = 0;

  /// What keeps a whole way of reaching keys shut, such as a reader service that is not running.
  /// Empty when all is well.
  [[nodiscard]] virtual std::vector<Obstacle> obstacles() = 0;
};

}  // namespace firstkey::device
