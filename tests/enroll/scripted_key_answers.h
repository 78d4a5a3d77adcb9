#pragma once
// What scripted keys are and answer in the tests of ceremonies and of the programs around them.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

#include "core/bytes.h"
#include "device/pin.h"
#include "device/types.h"
#include "tests/support/fake_authenticator.h"

namespace firstkey::enroll::tests {

using firstkey::tests::FakeKey;

inline const core::Bytes kMadeCredential{0xC1, 0xC2, 0xC3};

/// Authenticator data as a key makes it, over the generator of P-256 as its public key.
[[nodiscard]] inline core::Bytes new_authenticator_data(const core::Bytes& credential_id) {
  core::Bytes data(32, 0x11);
  const auto append = [&data](const core::Bytes& part) {
    data.insert(data.end(), part.begin(), part.end());
  };
  append({0x45, 0, 0, 0, 1});
  append(core::Bytes(16, 0));
  append({0, static_cast<std::uint8_t>(credential_id.size())});
  append(credential_id);
  append({0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20});
  append(
      core::from_hex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296").value());
  append({0x22, 0x58, 0x20});
  append(
      core::from_hex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5").value());
  return data;
}

[[nodiscard]] inline device::CredentialResponse new_credential(
    const core::Bytes& id = kMadeCredential) {
  return {.format = "none",
          .authenticator_data = new_authenticator_data(id),
          .attestation_statement = {0xA0},
          .attestation_object = {},
          .credential_id = id,
          .algorithm = device::kEs256,
          .transports = {"usb"}};
}

[[nodiscard]] inline device::AssertionResponse new_assertion(
    const core::Bytes& id = kMadeCredential) {
  return {.credential_id = id,
          .authenticator_data = core::Bytes(37, 0x11),
          .signature = {1, 2, 3},
          .user_handle = {}};
}

[[nodiscard]] inline FakeKey::Description plain_key(int number = 0) {
  return {.path = {.transport = device::Transport::kUsb,
                   .text = "/dev/hidraw" + std::to_string(number)},
          .display_name = "Key " + std::to_string(number)};
}
[[nodiscard]] inline FakeKey::Description key_with_pin(int number = 0) {
  FakeKey::Description description = plain_key(number);
  description.facts.options.client_pin = device::Option::kTrue;
  return description;
}

/// A card on a reader whose model has a name, so that it can be known again.
[[nodiscard]] inline FakeKey::Description card_with_pin() {
  FakeKey::Description description = key_with_pin();
  description.path = {.transport = device::Transport::kReader, .text = "ccid:Reader 00 00"};
  description.facts.aaguid.fill(0xAA);
  return description;
}

[[nodiscard]] inline device::Pin pin(std::string_view text) {
  auto pin = device::Pin::create(text);
  REQUIRE(pin.has_value());
  return std::move(pin.value());
}

}  // namespace firstkey::enroll::tests
