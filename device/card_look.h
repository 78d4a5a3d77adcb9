#pragma once
// One look at a card that has come: is it a key, and where does its reader hang. It selects the
// applet and nothing more, so it uses no touch up. Takes as long as PC/SC keeps its thread.

#include <string>

#include "device/seen_cards.h"

namespace firstkey::device {

/// Errors: kNoApplet; kBusy; those of PcscCard::open and of NfcTransport::select.
[[nodiscard]] CardLook look_at_card(const std::string& reader);

}  // namespace firstkey::device
