#pragma once
// One owner for each handle of PC/SC: product code releases none by hand.

#include <optional>
#include <utility>

#include <winscard.h>

#include "device/card_channel.h"
#include "device/error.h"
#include "device/pcsc_error.h"

namespace firstkey::device {

/// A line to pcscd, with a socket of its own.
class PcscContext {
 public:
  /// Errors: kNoReaderService, kNoAccess.
  [[nodiscard]] static Result<PcscContext> establish() {
    SCARDCONTEXT context = 0;
    const LONG result = SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context);
    if (result == SCARD_S_SUCCESS) return PcscContext(context);
    return std::unexpected(to_pcsc_error(result, "reach the reader service"));
  }
  PcscContext(PcscContext&& other) noexcept
      : context_(std::exchange(other.context_, std::nullopt)) {}
  PcscContext(const PcscContext&) = delete;
  PcscContext& operator=(const PcscContext&) = delete;
  PcscContext& operator=(PcscContext&&) = delete;
  ~PcscContext() {
    // Fails only when the daemon has ended, and then nothing is left to release.
    if (context_) (void)SCardReleaseContext(*context_);
  }
  [[nodiscard]] SCARDCONTEXT get() const noexcept { return context_.value_or(0); }

 private:
  explicit PcscContext(SCARDCONTEXT context) noexcept : context_(context) {}
  std::optional<SCARDCONTEXT> context_;
};

/// A shared connection to the card in a reader.
class PcscConnection {
 public:
  /// SCARD_S_SUCCESS, or why there is none; may take as long as the card takes to power up.
  [[nodiscard]] LONG connect(const PcscContext& context, const char* reader) {
    SCARDHANDLE card = 0;
    const LONG result = SCardConnect(context.get(),
                                     reader,
                                     SCARD_SHARE_SHARED,
                                     SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                                     &card,
                                     &protocol_);
    if (result == SCARD_S_SUCCESS) card_ = card;
    return result;
  }
  /// SCARD_S_SUCCESS as long as the card is there; changes nothing about it.
  [[nodiscard]] LONG refresh() {
    return SCardReconnect(get(),
                          SCARD_SHARE_SHARED,
                          SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                          SCARD_LEAVE_CARD,
                          &protocol_);
  }
  PcscConnection() = default;
  PcscConnection(const PcscConnection&) = delete;
  PcscConnection& operator=(const PcscConnection&) = delete;
  ~PcscConnection() { disconnect(CardEnding::kLeave); }

  void disconnect(CardEnding ending) noexcept {
    const auto card = std::exchange(card_, std::nullopt);
    const DWORD disposition =
        ending == CardEnding::kPowerDown ? SCARD_UNPOWER_CARD : SCARD_LEAVE_CARD;
    // Fails only when card, reader or daemon has left.
    if (card) (void)SCardDisconnect(*card, disposition);
  }
  [[nodiscard]] SCARDHANDLE get() const noexcept { return card_.value_or(0); }
  [[nodiscard]] DWORD protocol() const noexcept { return protocol_; }

 private:
  std::optional<SCARDHANDLE> card_;
  DWORD protocol_ = SCARD_PROTOCOL_UNDEFINED;
};

/// Keeps other programs from the card of a connection, which outlives it.
class PcscTransaction {
 public:
  /// SCARD_S_SUCCESS, or why there is none; waits as long as another program has one.
  [[nodiscard]] LONG begin(const PcscConnection& connection) {
    const LONG result = SCardBeginTransaction(connection.get());
    if (result == SCARD_S_SUCCESS) card_ = connection.get();
    return result;
  }
  PcscTransaction() = default;
  PcscTransaction(const PcscTransaction&) = delete;
  PcscTransaction& operator=(const PcscTransaction&) = delete;
  ~PcscTransaction() { end(); }

  void end() noexcept {
    const auto card = std::exchange(card_, std::nullopt);
    if (card) (void)SCardEndTransaction(*card, SCARD_LEAVE_CARD);
  }

 private:
  std::optional<SCARDHANDLE> card_;
};

}  // namespace firstkey::device
