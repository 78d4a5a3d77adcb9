#include "enroll/app/key_reset.h"

#include <algorithm>
#include <set>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "device/key_configuration.h"
#include "enroll/app/attendance.h"
#include "enroll/app/key_listing.h"
#include "enroll/app/key_words.h"

namespace firstkey::enroll {

namespace {

using device::ErrorCode;
using device::SeenKey;

/// What a key is known by when it comes back, perhaps under another path.
struct Identity {
  std::string display_name;
  device::Transport transport = device::Transport::kUsb;
  device::Aaguid aaguid{};
  std::optional<std::uint64_t> firmware;
  std::optional<std::string> serial;

  friend bool operator==(const Identity&, const Identity&) = default;
};

Identity identity_of(const KeyReading& reading) {
  return {.display_name = reading.key.display_name,
          .transport = reading.key.path.transport,
          .aaguid = reading.facts.aaguid,
          .firmware = reading.facts.firmware_version,
          .serial = reading.serial};
}

Failure of_key(std::string code, std::string message, ExitCode exit_code = ExitCode::kNoKey) {
  return {.code = std::move(code), .message = std::move(message), .exit_code = exit_code};
}

Attempt<void> require_confirmation(const KeyDesk& desk, const KeyReset& wish) {
  auto typed = wish.confirmation;
  if (!typed) {
    if (desk.terminal == nullptr) {
      return misuse(
          fmt::format("--confirm '{}' is needed: there is no terminal to ask at", kResetPhrase));
    }
    auto answer =
        ask_text(*desk.terminal, desk.signals, fmt::format("Type \"{}\" to go on", kResetPhrase));
    if (!answer) return std::unexpected(answer.error());
    typed = std::move(*answer);
  }
  if (*typed == kResetPhrase) return {};
  return misuse(fmt::format("that is not \"{}\": nothing was erased", kResetPhrase));
}

/// Waits until `before` has left and another insertion is there.
class Reinsertion {
 public:
  /// A key that was there before counts for no insertion, so this is made before any is asked for.
  Reinsertion(const KeyDesk& desk, const SeenKey& before) : desk_(desk), before_(before) {
    for (const auto& key : desk.discovery.keys()) known_.insert(key.arrival);
  }

  Attempt<SeenKey> await() {
    Attendance attendance(desk_.signals, desk_.clock, desk_.terminal);
    const auto deadline = desk_.clock.read().since_boot + kReinsertTime;
    bool was_there = true;
    attendance.show(sentence(was_there), kReinsertTime);
    while (!attendance.is_stopped()) {
      const auto keys = desk_.discovery.keys();
      const bool is_there =
          std::ranges::find(keys, before_.arrival, &SeenKey::arrival) != keys.end();
      if (is_there) {
        // What comes beside it is another key.
        for (const auto& key : keys) known_.insert(key.arrival);
      } else if (const auto back = newcomer(keys)) {
        return *back;
      }
      const auto left = deadline - desk_.clock.read().since_boot;
      if (left <= core::Duration::zero()) return std::unexpected(timed_out(is_there));
      if (is_there != was_there) attendance.show(sentence(is_there), left);
      was_there = is_there;
      (void)desk_.discovery.wait(std::chrono::ceil<std::chrono::milliseconds>(left),
                                 attendance.stop_token());
    }
    return std::unexpected(cancelled());
  }

 private:
  [[nodiscard]] std::string sentence(bool is_there) const {
    const bool is_card = before_.path.transport == device::Transport::kReader;
    if (is_there) return is_card ? "Lift the card off the reader …" : "Take the key out …";
    return is_card ? "Hold it to the reader again, and leave it there …"
                   : "Insert it again, and stay beside it …";
  }
  [[nodiscard]] std::optional<SeenKey> newcomer(const std::vector<SeenKey>& keys) const {
    const auto found = std::ranges::find_if(keys, [this](const SeenKey& key) {
      // One on the same way: a key on two shows for a moment on the other when it is pulled.
      const bool may_be_it = key.path.transport == before_.path.transport && !key.obstacle;
      return may_be_it && !known_.contains(key.arrival);
    });
    return found == keys.end() ? std::nullopt : std::optional(*found);
  }
  [[nodiscard]] static Failure timed_out(bool is_there) {
    return of_key("not_reinserted",
                  is_there ? "the key was not taken out: nothing was erased"
                           : "the key was not inserted again: nothing was erased");
  }

  const KeyDesk& desk_;
  const SeenKey before_;
  std::set<std::uint64_t> known_;
};

Failure to_reset_failure(const device::Error& error) {
  auto failure = to_failure(error);
  if (error.code == ErrorCode::kNotAllowed) {
    failure.message = fmt::format(
        "too late: the key takes a reset only within {} s of being inserted. Nothing was erased; "
        "begin again",
        device::kResetWindow.count());
  } else if (error.code == ErrorCode::kTouchTimeout || error.code == ErrorCode::kTimeout) {
    failure.message = fmt::format(
        "the key was not touched within {} s. Nothing was erased; begin "
        "again",
        device::kResetTouchWindow.count());
  } else if (error.code == ErrorCode::kDenied) {
    failure.message = "the key refused: it may be resettable over another connection only";
  } else if (error.code == ErrorCode::kGone) {
    failure.message =
        "the key was taken away before it answered; `firstkey key info` shows whether it still has "
        "its PIN";
  }
  return failure;
}

Attempt<KeyAtHand> open_again(const KeyDesk& desk, const SeenKey& key, const Identity& expected) {
  Attendance attendance(desk.signals, desk.clock, desk.terminal);
  auto opened = desk.discovery.open(key.path, attendance.limits(kAnswerTime, ""));
  if (!opened) return std::unexpected(to_failure(opened.error()));
  KeyAtHand hand{.key = key, .authenticator = std::move(opened.value())};
  if (identity_of(read_key(desk, hand)) == expected) return hand;
  return std::unexpected(
      of_key("another_key",
             "this is another key than the one that --device named: nothing was erased",
             ExitCode::kRefused));
}

void announce(const KeyDesk& desk, const KeyReading& reading) {
  const auto& output = desk.output;
  output.line("Key", reading.key.display_name);
  output.line("Path", reading.key.path.text);
  if (reading.serial) output.line("Serial", *reading.serial);
  output.line("PIN", pin_sentence(reading));
  output.say("A reset erases every passkey on it, its PIN and its settings, for ever.");
  output.say(
      fmt::format("It is taken out and inserted again first; it obeys for {} s, and then "
                  "wants a touch within {} s.",
                  device::kResetWindow.count(),
                  device::kResetTouchWindow.count()));
}

}  // namespace

Attempt<void> reset_key(const KeyDesk& desk, const KeyReset& wish) {
  if (!desk.choice.only) {
    return misuse("--device is needed: a reset names the one key that it erases" +
                  to_choose(eligible_keys(desk.discovery, desk.choice)));
  }
  auto before = take_key(desk);
  if (!before) return std::unexpected(before.error());
  const auto reading = read_key(desk, *before);
  announce(desk, reading);
  if (auto confirmed = require_confirmation(desk, wish); !confirmed) return confirmed;
  before->authenticator.reset();
  const auto back = Reinsertion(desk, before->key).await();
  if (!back) return std::unexpected(back.error());
  const auto hand = open_again(desk, *back, identity_of(reading));
  if (!hand) return std::unexpected(hand.error());
  {
    Attendance attendance(desk.signals, desk.clock, desk.terminal);
    const auto limits = attendance.limits(device::kResetTouchWindow, "Touch the key to erase it …");
    const auto done = hand->authenticator->configuration().reset(limits);
    if (!done) return std::unexpected(to_reset_failure(done.error()));
  }
  desk.output.say("Erased: the key is as it left its maker");
  tell(desk.output, read_key(desk, *hand));
  return {};
}

}  // namespace firstkey::enroll
