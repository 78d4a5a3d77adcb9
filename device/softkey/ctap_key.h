#pragma once
// What a front end carries messages to: a key without a transport. Implemented by the
// authenticator, and by what stands between it and a front end to misbehave (quirky_key.h).

#include <optional>

#include "device/softkey/bytes.h"

namespace firstkey::device::softkey {

class CtapKey {
 public:
  /// The protocols this key speaks now. alwaysUv switches U2F off, which cannot verify a user
  /// (CTAP 2.1 §7.2.4).
  struct Protocols {
    bool has_ctap2 = true;
    bool has_u2f = true;
  };

  CtapKey() = default;
  CtapKey(const CtapKey&) = delete;
  CtapKey& operator=(const CtapKey&) = delete;
  virtual ~CtapKey() = default;

  /// Takes a command byte and its CBOR. Returns the answer, or nothing while the user is awaited:
  /// poll() then until it has one. A request still under way is forgotten.
  [[nodiscard]] virtual std::optional<Bytes> start(BytesView request) = 0;
  /// The answer, once the user has touched the key or too much time has gone by.
  [[nodiscard]] virtual std::optional<Bytes> poll() = 0;
  /// Ends the wait for the user: the answer is KEEPALIVE_CANCEL. Nothing if there is none.
  [[nodiscard]] virtual std::optional<Bytes> cancel() = 0;
  [[nodiscard]] virtual bool is_awaiting_user() const = 0;
  /// The response to a U2F APDU, status word and all; for keys that speak it now. U2F never waits.
  [[nodiscard]] virtual Bytes answer_u2f(BytesView apdu) = 0;
  [[nodiscard]] virtual Protocols protocols() const = 0;
  /// Whether it is plugged in. Pulled out, it says nothing more until power_cycle().
  [[nodiscard]] virtual bool is_attached() const = 0;
  /// Unplugged and plugged: everything that is not in the store is gone.
  virtual void power_cycle() = 0;
};

}  // namespace firstkey::device::softkey
