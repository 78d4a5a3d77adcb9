#pragma once
// Stands between an honest authenticator and its front end and plays the quirks it was given: it
// spoils answers, holds them back, refuses, does not hear a cancel, hangs, and is pulled out at a
// bad moment.

#include "device/softkey/ctap_key.h"
#include "device/softkey/key_parts.h"
#include "device/softkey/quirks.h"

namespace firstkey::device::softkey {

class QuirkyKey final : public CtapKey {
 public:
  /// How long after a touch a late answer comes: past the 5 s many clients wait for one.
  static constexpr Milliseconds kLateness{6'000};
  /// How long a key that is pulled out while it waits has waited.
  static constexpr Milliseconds kRemovedAfter{300};
  /// How long an impatient one waits, the first time.
  static constexpr Milliseconds kPatience{500};

  /// Keeps references to `honest` and its parts.
  QuirkyKey(CtapKey& honest, const KeyParts& parts, Quirks quirks)
      : honest_(honest), parts_(parts), quirks_(std::move(quirks)), clock_(parts.clock) {}

  [[nodiscard]] std::optional<Bytes> start(BytesView request) override;
  [[nodiscard]] std::optional<Bytes> poll() override;
  [[nodiscard]] std::optional<Bytes> cancel() override;
  [[nodiscard]] bool is_awaiting_user() const override {
    return late_.has_value() || hangs_ || honest_.is_awaiting_user();
  }
  [[nodiscard]] Bytes answer_u2f(BytesView apdu) override { return honest_.answer_u2f(apdu); }
  [[nodiscard]] Protocols protocols() const override { return honest_.protocols(); }
  [[nodiscard]] bool is_attached() const override { return is_attached_; }
  void power_cycle() override;

 private:
  struct Late {
    Bytes answer;
    Instant due;
  };

  [[nodiscard]] std::optional<Bytes> pass_on(std::optional<Bytes> answer);
  /// Whether it is pulled out at this `moment`, as it is once in its life; it then says nothing.
  [[nodiscard]] bool leaves(RemovalQuirk moment);

  CtapKey& honest_;
  const KeyParts& parts_;
  Quirks quirks_;
  const Clock& clock_;
  Bytes request_;  ///< the one under way, or answered last
  Instant started_;
  std::optional<Late> late_;
  bool is_attached_ = true;
  bool hangs_ = false;
  // What it does once in its life:
  bool has_left_ = false;
  bool has_expired_ = false;
  bool has_lost_patience_ = false;
};

}  // namespace firstkey::device::softkey
