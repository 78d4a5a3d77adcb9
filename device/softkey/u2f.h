#pragma once
// CTAP1/U2F: register, authenticate and version, as APDUs whatever carries them. U2F does not wait:
// without a touch it is refused with 6985 and the client asks again, so one question to the user
// spans several messages. Its credentials and those of CTAP2 are one kind: either answers for the
// other's, as far as U2F knows how. Source: U2F raw message formats 1.2; CTAP 2.1 §7.

#include <optional>

#include "device/softkey/apdu.h"
#include "device/softkey/key_parts.h"

namespace firstkey::device::softkey {

class U2f {
 public:
  /// How long a touch asked for by one message may be claimed by a later one.
  static constexpr Milliseconds kQuestionLimit{30'000};

  /// Keeps what `key` refers to, and a reference to `presence`.
  U2f(const KeyParts& key, UserPresence& presence) : key_(key), presence_(presence) {}

  /// The response, status word and all.
  [[nodiscard]] Bytes answer(const CommandApdu& apdu);
  /// Whoever asked for a touch has gone.
  void forget_question() { asked_.reset(); }

 private:
  [[nodiscard]] Bytes enroll(const CommandApdu& apdu);
  [[nodiscard]] Bytes authenticate(const CommandApdu& apdu);
  [[nodiscard]] bool is_user_present();

  KeyParts key_;
  UserPresence& presence_;
  std::optional<Instant> asked_;
};

}  // namespace firstkey::device::softkey
