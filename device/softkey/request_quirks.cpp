#include "device/softkey/request_quirks.h"

#include "device/softkey/commands.h"
#include "device/softkey/map_edits.h"
#include "device/softkey/status.h"

namespace firstkey::device::softkey {
namespace {

constexpr int kAssertOptions = 0x05;
constexpr int kPinSubcommand = 0x02;
constexpr std::int64_t kGetRetries = 0x01;
constexpr std::int64_t kSetPin = 0x03;
constexpr std::int64_t kChangePin = 0x04;
/// A maker's own, of those that CTAP 2.1 §8.2 leaves to them.
constexpr std::uint8_t kMakersStatus = 0xF2;

bool is_command(BytesView request, std::uint8_t command) {
  return !request.empty() && request.front() == command;
}

/// 0 for other commands.
std::int64_t pin_subcommand(BytesView request) {
  const auto map = is_command(request, command::kClientPin) ? map_in(request) : std::nullopt;
  return map ? member<std::int64_t>(*map, kPinSubcommand) : 0;
}

}  // namespace

std::optional<std::uint8_t> refusal_of(const Quirks& quirks, BytesView request) {
  const bool makes = is_command(request, command::kMakeCredential);
  if (makes && quirks.has(ProtocolQuirk::kUnknownStatus)) return kMakersStatus;
  if (makes && quirks.has(ProtocolQuirk::kDenies)) {
    return static_cast<std::uint8_t>(Status::kOperationDenied);
  }
  const auto subcommand = pin_subcommand(request);
  const bool sets = subcommand == kSetPin || subcommand == kChangePin;
  if (sets && quirks.has(PinQuirk::kSetRefused)) {
    return static_cast<std::uint8_t>(Status::kPinPolicyViolation);
  }
  return {};
}

bool makes_or_asserts(BytesView request) {
  return is_command(request, command::kMakeCredential) ||
         is_command(request, command::kGetAssertion);
}

bool wants_presence_to_assert(BytesView request) {
  if (!is_command(request, command::kGetAssertion)) return false;
  const auto map = map_in(request);
  if (!map) return false;
  const auto options = member<cbor::Map>(*map, kAssertOptions);
  const auto* presence = options.find("up");
  const auto* is_wanted = presence == nullptr ? nullptr : presence->as<bool>();
  return is_wanted == nullptr || *is_wanted;
}

bool asks_for_info(BytesView request) {
  return is_command(request, command::kGetInfo);
}

bool is_set_pin(BytesView request) {
  return pin_subcommand(request) == kSetPin;
}

bool asks_for_pin_attempts(BytesView request) {
  return pin_subcommand(request) == kGetRetries;
}

}  // namespace firstkey::device::softkey
