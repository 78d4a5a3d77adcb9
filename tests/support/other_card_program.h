#pragma once
// Another program at the first virtual reader, such as one for PIV or OpenPGP cards: it has the
// card for itself, or in a transaction.

#include <doctest/doctest.h>
#include <winscard.h>

namespace firstkey::tests {

class OtherCardProgram {
 public:
  enum class Hold { kExclusive, kTransaction };

  explicit OtherCardProgram(Hold hold) {
    REQUIRE(SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context_) ==
            SCARD_S_SUCCESS);
    DWORD protocol = 0;
    REQUIRE(SCardConnect(context_,
                         "Virtual PCD 00 00",
                         hold == Hold::kExclusive ? SCARD_SHARE_EXCLUSIVE : SCARD_SHARE_SHARED,
                         SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                         &card_,
                         &protocol) == SCARD_S_SUCCESS);
    if (hold == Hold::kTransaction) REQUIRE(SCardBeginTransaction(card_) == SCARD_S_SUCCESS);
  }
  ~OtherCardProgram() { SCardReleaseContext(context_); }
  OtherCardProgram(const OtherCardProgram&) = delete;
  OtherCardProgram& operator=(const OtherCardProgram&) = delete;

  /// `disposition`: SCARD_LEAVE_CARD or SCARD_RESET_CARD.
  void let_go(DWORD disposition = SCARD_LEAVE_CARD) const { SCardDisconnect(card_, disposition); }

 private:
  SCARDCONTEXT context_ = 0;
  SCARDHANDLE card_ = 0;
};

}  // namespace firstkey::tests
