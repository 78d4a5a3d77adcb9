#pragma once
// A software key with one quirk, beside its honest self.

#include <optional>

#include <doctest/doctest.h>

#include "device/softkey/quirky_key.h"
#include "tests/device/softkey/test_key.h"

namespace firstkey::tests::softkey {

[[nodiscard]] inline sk::Quirks only(sk::Quirk quirk) {
  sk::Quirks quirks;
  quirks.add(quirk);
  return quirks;
}

[[nodiscard]] inline Bytes encoded(std::uint8_t command,
                                   const std::optional<Map>& parameters = {}) {
  Bytes request{command};
  if (parameters) sk::append(request, sk::cbor::encode(*parameters));
  return request;
}

struct Misbehaving {
  explicit Misbehaving(sk::Quirk quirk)
      : quirky(*honest.authenticator, honest.authenticator->parts(), only(quirk)) {}
  /// The answer, byte by byte; empty if there is none yet.
  Bytes send(std::uint8_t command, const std::optional<Map>& parameters = {}) {
    return quirky.start(encoded(command, parameters)).value_or(Bytes{});
  }
  Answer call(std::uint8_t command, const std::optional<Map>& parameters = {}) {
    return read_answer(send(command, parameters));
  }
  void begin_waiting() {
    honest.user.answer = sk::Presence::kAwaited;
    REQUIRE(send(kMakeCredential, make_request()).empty());
  }
  /// A discoverable credential of example.org's user.
  void register_user() {
    REQUIRE(honest.status_of(kMakeCredential, with(make_request(), 0x07, Map{{"rk", true}})) ==
            Status::kOk);
  }

  TestKey honest;
  sk::QuirkyKey quirky;
};

}  // namespace firstkey::tests::softkey
