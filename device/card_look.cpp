#include "device/card_look.h"

#include <thread>

#include "device/card_thread.h"
#include "device/nfc_transport.h"
#include "device/pcsc_card.h"

namespace firstkey::device {

namespace {

/// More than the longest of the waits within, for cards that are cold or in others' hands.
constexpr std::chrono::milliseconds kLookTime{10'000};

}  // namespace

CardLook look_at_card(ReaderTurns& turns, const std::string& reader) {
  WakeEvent wake;
  const CallLimits limits{.time_left = kLookTime};
  RunningCall call(limits, wake);
  const OpenBlockingCard open_card = [reader](const std::stop_token& unwanted) {
    return PcscCard::open(reader, unwanted);
  };
  const auto channel = CardThread::open(turns, reader, open_card, call, wake);
  if (!channel) return std::unexpected(channel.error());
  const auto version = NfcTransport(**channel, wake).select(call);
  if (!version) return std::unexpected(version.error());
  return channel.value()->connection().usb;
}

void start_look(const std::shared_ptr<ReaderTurns>& turns,
                const std::shared_ptr<SeenCards>& cards,
                const CardVisit& visit) {
  // Detached, and so keeps its own owners: PC/SC may never give it back.
  std::thread([turns, cards, visit] {
    while (true) {
      const auto look = look_at_card(*turns, visit.reader);
      cards->looked(visit, look);
      const bool is_busy = !look && look.error().code == ErrorCode::kBusy;
      if (!is_busy) return;
      turns->await_free(visit.reader);
      if (!cards->is_worth_another_look(visit)) return;
    }
  }).detach();
}

}  // namespace firstkey::device
