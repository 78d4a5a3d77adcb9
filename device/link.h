#pragma once
// The wire below libfido2: what its C callbacks talk to. One Link is one way to one key; it can be
// connected again after a call was given up, so that a late answer cannot be taken for the next.
// Implemented by HidLink (frames) and CardLink (APDUs).

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

#include <fido.h>

#include "device/running_call.h"
#include "device/types.h"

namespace firstkey::device {

class Link {
 public:
  virtual ~Link() = default;
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// Called by libfido2 when it opens and closes the device. Errors go to the running call.
  [[nodiscard]] virtual bool connect() = 0;
  virtual void disconnect() noexcept = 0;
  /// Gives `dev` the callbacks that lead here. FIDO_OK, or what libfido2 says.
  [[nodiscard]] virtual int install_on(fido_dev_t& dev) = 0;

  /// Sends one CTAP request, command byte and CBOR, past libfido2's device while that is open, and
  /// waits for the answer: a status and CBOR that is_bounded_answer() has passed, never empty.
  /// Nothing: the running call has the error.
  [[nodiscard]] virtual std::optional<Bytes> exchange(BytesView request) = 0;
  /// The same for a command of CTAPHID that a maker defined (0x40 to 0x7F); what is answered is
  /// the maker's own, perhaps nothing. Where there is no CTAPHID it is kUnsupportedCommand.
  [[nodiscard]] virtual std::optional<Bytes> exchange_vendor(std::uint8_t command,
                                                             BytesView request) = 0;

  /// Whether libfido2's U2F messages pass here: they are framed as CTAPHID's, not as a card's.
  [[nodiscard]] virtual bool carries_u2f() const noexcept { return false; }

  /// The call that bounds what follows; null when none runs.
  void set_call(RunningCall* call) noexcept { call_ = call; }
  [[nodiscard]] WakeEvent& wake() noexcept { return wake_; }

  [[nodiscard]] bool is_gone() const noexcept { return is_gone_; }
  /// The last call was given up on: connect again before the next.
  [[nodiscard]] bool is_stale() const noexcept { return is_stale_; }

 protected:
  [[nodiscard]] RunningCall* call() noexcept { return call_; }
  /// Leaves `error` with the running call and remembers what it means for the next.
  void fail(Error error) {
    if (error.code == ErrorCode::kGone) is_gone_ = true;
    is_stale_ = true;
    if (call_ != nullptr) call_->fail(std::move(error));
  }
  void mark_fresh() noexcept { is_stale_ = false; }

 private:
  RunningCall* call_ = nullptr;
  WakeEvent wake_;
  std::atomic<bool> is_gone_ = false;  // asked for from any thread
  bool is_stale_ = false;
};

/// libfido2's open callback is given a path and nothing else, so the link to open is handed over
/// beside it, for the thread that opens.
class OpeningLink {
 public:
  explicit OpeningLink(Link& link) noexcept;
  OpeningLink(const OpeningLink&) = delete;
  OpeningLink& operator=(const OpeningLink&) = delete;
  ~OpeningLink();
};

/// The open and close callbacks of every link. The handle is the Link itself.
[[nodiscard]] void* open_link(const char* path);
void close_link(void* handle);

}  // namespace firstkey::device
