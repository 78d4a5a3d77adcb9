// The same with a card in a reader of the real pcscd: however a ceremony ends, its reader is free
// for the next program, and the card has no power left.

#include <functional>
#include <string>

#include <doctest/doctest.h>

#include "device/pcsc_handles.h"
#include "device/pcsc_source.h"
#include "tests/e2e/kiosk.h"
#include "tests/support/parts.h"
#include "tests/support/reader_service.h"
#include "tests/support/running_program.h"

using namespace firstkey;
using tests::pin;
using tests::ReaderService;
using namespace std::chrono_literals;

namespace {

bool is_absent() {
  return tests::part_is_absent("pcscd and vpcd, as root", ReaderService::is_possible());
}

/// A station whose only key is a card in a virtual reader.
class CardDesk : public tests::Station {
 public:
  CardDesk() { look_with(std::make_unique<device::PcscSource>()); }
  ~CardDesk() { leave(); }

  void hold_card(const std::string& options = "") {
    card.emplace("exec '" FIRSTKEY_SOFTKEY "' --exit-with-parent --vpcd 127.0.0.1:" +
                 std::to_string(ReaderService::kFirstReader) + " " + options);
    REQUIRE(card->line().starts_with("ready vpcd:"));
  }
  /// Asked when the ceremony has begun: a card that lay there before would have to be lifted.
  void reach_pin() {
    await("insert_key");
    hold_card();
    await("choose_pin");
  }

  std::optional<tests::RunningProgram> card;
};

/// Whether another program gets the reader for itself: nothing of ours holds on to it.
bool is_reader_free() {
  SCARDCONTEXT context = 0;
  REQUIRE(::SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context) ==
          SCARD_S_SUCCESS);
  SCARDHANDLE card = 0;
  DWORD protocol = 0;
  const LONG result = ::SCardConnect(context,
                                     "Virtual PCD 00 00",
                                     SCARD_SHARE_EXCLUSIVE,
                                     SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                                     &card,
                                     &protocol);
  if (result == SCARD_S_SUCCESS) ::SCardDisconnect(card, SCARD_UNPOWER_CARD);
  ::SCardReleaseContext(context);
  return result == SCARD_S_SUCCESS;
}

bool becomes_free() {
  const auto patience = std::chrono::steady_clock::now() + 10s;
  while (!is_reader_free()) {
    if (std::chrono::steady_clock::now() > patience) return false;
  }
  return true;
}

void finish(CardDesk& desk) {
  desk.enter_pin(pin("2468"));
  desk.await("proof_needed");  // its one tap made the credential
  desk.card->signal(SIGUSR2);  // lifted and held again
  desk.await("completed");
  desk.runner().finish();
  (void)desk.runner().wait();
}

void cancel(CardDesk& desk) {
  desk.runner().cancel();
  (void)desk.runner().wait();
}

struct Outcome {
  std::string name;
  std::function<void(CardDesk&)> reach;
};

const std::vector<Outcome>& outcomes() {
  static const std::vector<Outcome> all = {
      {"completed", finish},
      {"cancelled at the PIN", cancel},
      {"the window's end at the PIN",
       [](CardDesk& desk) {
         desk.clock.advance(10min);
         (void)desk.runner().wait();
       }},
      {"cancelled between tap and proof",
       [](CardDesk& desk) {
         desk.enter_pin(pin("2468"));
         desk.await("proof_needed");
         cancel(desk);
       }},
      {"taken away at the PIN", [](CardDesk&) {}},
  };
  return all;
}

}  // namespace

TEST_SUITE("e2e/card_leftovers") {
  TEST_CASE("however a ceremony with a card ends, the reader is free afterwards") {
    if (is_absent()) return;
    const ReaderService service;
    for (const Outcome& outcome : outcomes()) {
      CAPTURE(outcome.name);
      CardDesk desk;
      desk.begin();
      desk.reach_pin();
      outcome.reach(desk);
      desk.leave();
      CHECK(becomes_free());
      CHECK(enroll::keys_left_alone() == 0);
    }
  }

  TEST_CASE("a card lifted in the middle leaves the reader to the next one") {
    if (is_absent()) return;
    const ReaderService service;
    CardDesk desk;
    desk.begin();
    desk.reach_pin();
    desk.card.reset();
    desk.await("key_removed");
    desk.await("insert_key");
    desk.hold_card();
    desk.await("choose_pin");
    desk.leave();
    CHECK(becomes_free());
  }
}
