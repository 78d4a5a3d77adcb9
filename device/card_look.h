#pragma once
// One look at a card that has come: is it a key, and where does its reader hang. It selects the
// applet and nothing more, so it uses no touch up.

#include <memory>

#include "device/reader_turns.h"
#include "device/seen_cards.h"

namespace firstkey::device {

/// Blocks for some seconds at most.
/// Errors: kNoApplet; kBusy (another program has the card, or the reader was never given back);
/// kTimeout; those of PcscCard::open and of NfcTransport::select.
[[nodiscard]] CardLook look_at_card(ReaderTurns& turns, const std::string& reader);

/// Looks on a thread of its own, and once more whenever a card that was busy is free, until
/// `visit` has been told for good.
void start_look(const std::shared_ptr<ReaderTurns>& turns,
                const std::shared_ptr<SeenCards>& cards,
                const CardVisit& visit);

}  // namespace firstkey::device
