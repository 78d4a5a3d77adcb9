#pragma once
// A key that is open: libfido2's device over a Link of ours, what the key says of itself, and
// beside libfido2 the way for CTAP messages that version 1.12 cannot write. Falling back to U2F is
// off: a key that claims CTAP 2 and fails getInfo is an error, one that never claimed it is U2F
// only and says so. Source: CTAP 2.1 §6; libfido2 1.12.
//
// Threads: one call at a time, from any thread.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "device/fido2_handles.h"
#include "device/key_origin.h"
#include "device/link.h"
#include "device/running_call.h"
#include "device/types.h"

namespace firstkey::device {

class OpenKey {
 public:
  OpenKey(std::unique_ptr<Link> link, KeyOrigin origin)
      : link_(std::move(link)), origin_(std::move(origin)) {}

  /// Runs `body(RunningCall&)` with the link bounded by `limits` and the device open.
  template <class Body>
  [[nodiscard]] auto within(const CallLimits& limits, const Body& body)
      -> decltype(body(std::declval<RunningCall&>()));

  /// Opens the device once more and reads its facts: after a reset it is another key to libfido2.
  [[nodiscard]] Result<void> reopen(RunningCall& call);
  [[nodiscard]] Result<void> read_facts(RunningCall& call);
  /// kU2fOnly.
  [[nodiscard]] Result<void> require_fido2() const;
  /// Of a key that speaks U2F only: whether it can be spoken to from here.
  [[nodiscard]] bool carries_u2f() const noexcept { return link_->carries_u2f(); }

  /// Sends one CTAP request, command byte and CBOR, and returns the CBOR of its answer.
  /// Errors: kTooLarge before anything is sent; else as libfido2's calls, `doing` in their detail.
  [[nodiscard]] Result<Bytes> exchange(BytesView request,
                                       RunningCall& call,
                                       std::string_view doing);

  /// Sends a maker's own command of CTAPHID. Errors: kUnsupportedCommand and those of the link.
  [[nodiscard]] Result<Bytes> exchange_vendor(std::uint8_t command,
                                              BytesView request,
                                              RunningCall& call);

  [[nodiscard]] const AuthenticatorFacts& facts() const noexcept { return facts_; }
  [[nodiscard]] const KeyOrigin& origin() const noexcept { return origin_; }
  /// For calls of libfido2, within `within`.
  [[nodiscard]] fido_dev_t* dev() const noexcept { return dev_.get(); }
  [[nodiscard]] bool is_gone() const noexcept { return link_->is_gone(); }

 private:
  /// The call as the link's, until it ends.
  class Bound {
   public:
    Bound(Link& link, RunningCall& call) : link_(link) { link_.set_call(&call); }
    Bound(const Bound&) = delete;
    Bound& operator=(const Bound&) = delete;
    ~Bound() { link_.set_call(nullptr); }

   private:
    Link& link_;
  };

  [[nodiscard]] Result<void> prepare(RunningCall& call);

  std::unique_ptr<Link> link_;
  KeyOrigin origin_;
  FidoDevice dev_;  // after link_: closed before the link goes
  AuthenticatorFacts facts_;
};

/// A call of libfido2 has ended with `status`: what our side of the wire knows goes first.
[[nodiscard]] Result<void> judge(int status, const RunningCall& call, std::string_view doing);

/// What is refused before a key is asked.
[[nodiscard]] std::unexpected<Error> refuse(ErrorCode code, std::string why);

template <class Body>
auto OpenKey::within(const CallLimits& limits, const Body& body)
    -> decltype(body(std::declval<RunningCall&>())) {
  link_->wake().clear();
  RunningCall call(limits, link_->wake());
  const Bound bound(*link_, call);
  if (auto prepared = prepare(call); !prepared) return std::unexpected(prepared.error());
  return body(call);
}

}  // namespace firstkey::device
