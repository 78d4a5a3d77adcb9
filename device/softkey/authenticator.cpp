#include "device/softkey/authenticator.h"

#include <utility>

#include "device/softkey/authenticator_config.h"
#include "device/softkey/commands.h"
#include "device/softkey/get_info.h"
#include "device/softkey/make_credential.h"
#include "device/softkey/request.h"
#include "device/softkey/status_word.h"

namespace firstkey::device::softkey {
namespace {

constexpr std::uint8_t kNoCommand = 0x00;  // CTAP2 has none of this number

Bytes with_status(const Result<Bytes>& answer) {
  if (!answer) return {static_cast<std::uint8_t>(answer.error())};
  Bytes bytes{static_cast<std::uint8_t>(Status::kOk)};
  append(bytes, *answer);
  return bytes;
}

bool is_newer_than_preview(std::uint8_t command) {
  return command == command::kCredentialManagement || command == command::kSelection ||
         command == command::kLargeBlobs || command == command::kConfig;
}

/// What `byte` means to a key of this edition.
std::uint8_t command_of(std::uint8_t byte, Settings::Edition edition) {
  if (edition == Settings::Edition::kCtap21) return byte;
  if (byte == command::kCredentialManagementPreview) return command::kCredentialManagement;
  return is_newer_than_preview(byte) ? kNoCommand : byte;
}

bool has_parameters(std::uint8_t command) {
  switch (command) {
    case command::kMakeCredential:
    case command::kGetAssertion:
    case command::kClientPin:
    case command::kCredentialManagement:
    case command::kLargeBlobs:
    case command::kConfig:
      return true;
    default:
      return false;
  }
}

bool is_known(std::uint8_t command) {
  return has_parameters(command) || command == command::kGetInfo || command == command::kReset ||
         command == command::kGetNextAssertion || command == command::kSelection;
}

/// The settings with what follows from others of them filled in.
Settings completed(Settings settings) {
  auto& permissions = settings.pin.permissions;
  const bool is_preview = settings.edition == Settings::Edition::kPreview;
  if (is_preview) {
    settings.pin.tokens = ClientPin::Settings::Tokens::kForAll;
  } else {
    permissions =
        permissions | Permission::kLargeBlobWrite | Permission::kAuthenticatorConfiguration;
  }
  if (settings.maximum_discoverable > 0) {
    permissions = permissions | Permission::kCredentialManagement;
  }
  return settings;
}

}  // namespace

Result<std::unique_ptr<Authenticator>> Authenticator::create(Settings settings,
                                                             CredentialStore& store,
                                                             Ports ports) {
  auto attestation =
      Attestation::create(settings.attestation, settings.aaguid, store, ports.random);
  if (!attestation) return std::unexpected(attestation.error());
  return std::unique_ptr<Authenticator>(
      new Authenticator(std::move(settings), store, std::move(*attestation), ports));
}

Authenticator::Authenticator(Settings settings,
                             CredentialStore& store,
                             Attestation attestation,
                             Ports ports)
    : settings_(completed(std::move(settings))),
      store_(store),
      attestation_(std::move(attestation)),
      ports_(ports),
      client_pin_(store, settings_.pin, ports.clock, ports.random),
      parts_{settings_, store_, client_pin_, attestation_, ports.clock, ports.random},
      u2f_(parts_, ports.presence),
      powered_up_(ports.clock.now()) {}

std::optional<Bytes> Authenticator::start(BytesView request) {
  pending_.reset();
  u2f_.forget_question();
  auto outcome = carry_out(request);
  if (!outcome) return with_status(std::unexpected(outcome.error()));
  if (auto* answer = std::get_if<Bytes>(&*outcome)) return with_status(std::move(*answer));
  const Instant now = ports_.clock.now();
  pending_.emplace(std::move(std::get<Consent>(*outcome)), now);
  ports_.presence.ask(now);
  return poll();
}

std::optional<Bytes> Authenticator::poll() {
  if (!pending_) return {};
  const Instant now = ports_.clock.now();
  switch (ports_.presence.poll(now)) {
    case Presence::kGranted: {
      Consent consent = std::move(pending_->consent);
      pending_.reset();
      return with_status(consent.when_granted());
    }
    case Presence::kRefused:
      pending_.reset();
      return with_status(std::unexpected(Status::kUpRequired));
    case Presence::kAwaited:
      break;
  }
  if (now - pending_->asked < kUserActionLimit) return {};
  pending_.reset();
  return with_status(std::unexpected(Status::kUserActionTimeout));
}

std::optional<Bytes> Authenticator::cancel() {
  if (!pending_) return {};
  pending_.reset();
  return with_status(std::unexpected(Status::kKeepaliveCancel));
}

Bytes Authenticator::answer_u2f(BytesView bytes) {
  pending_.reset();
  end_sequences(kNoCommand);
  const auto apdu = parse_apdu(bytes);
  return apdu ? u2f_.answer(*apdu) : refuse(StatusWord::kWrongLength);
}

CtapKey::Protocols Authenticator::protocols() const {
  return {.has_ctap2 = settings_.protocols != Settings::Protocols::kU2f,
          .has_u2f = settings_.protocols != Settings::Protocols::kCtap2 &&
                     !store_.configuration().always_verifies_user};
}

void Authenticator::power_cycle() {
  pending_.reset();
  end_sequences(kNoCommand);
  writing_.reset();
  u2f_.forget_question();
  powered_up_ = ports_.clock.now();
  client_pin_.power_cycle();
  ports_.presence.power_cycle(powered_up_);
}

void Authenticator::end_sequences(std::uint8_t command) {
  if (command != command::kGetNextAssertion) remaining_.reset();
  if (command != command::kCredentialManagement) enumeration_.reset();
}

Outcome Authenticator::carry_out(BytesView request) {
  if (request.empty()) return std::unexpected(Status::kInvalidLength);
  if (request.size() > kMaximumMessageSize) return std::unexpected(Status::kRequestTooLarge);
  const std::uint8_t command = command_of(request.front(), settings_.edition);
  if (!is_known(command)) return std::unexpected(Status::kInvalidCommand);
  end_sequences(command);
  if (has_parameters(command)) {
    const auto parameters = cbor::decode(request.subspan(1));
    if (!parameters) return std::unexpected(parameters.error());
    const auto* map = parameters->as<cbor::Map>();
    if (map == nullptr) return std::unexpected(Status::kCborUnexpectedType);
    return answer_to_map(command, *map);
  }
  if (request.size() != 1) return std::unexpected(Status::kInvalidLength);
  if (command == command::kGetInfo) return get_info(parts_);
  if (command == command::kGetNextAssertion) return get_next_assertion(parts_, remaining_);
  if (command == command::kReset) return reset();
  return Consent{[]() -> Result<Bytes> { return Bytes{}; }};  // §6.9 selection: a touch, no more
}

Outcome Authenticator::answer_to_map(std::uint8_t command, const cbor::Map& parameters) {
  if (command == command::kMakeCredential) return make_credential(parts_, parameters);
  if (command == command::kGetAssertion) return get_assertion(parts_, parameters, remaining_);
  if (command == command::kCredentialManagement) {
    return at_once(credential_management(parts_, parameters, enumeration_));
  }
  if (command == command::kLargeBlobs) return at_once(large_blobs(parts_, parameters, writing_));
  if (command == command::kConfig) return at_once(configure(parts_, parameters));
  return client_pin_.answer(parameters);
}

Outcome Authenticator::reset() {  // §6.6
  if (settings_.reset == Settings::Reset::kSoonAfterPowerUp &&
      ports_.clock.now() - powered_up_ >= kResetWindow) {
    return std::unexpected(Status::kNotAllowed);
  }
  return Consent{[this]() -> Result<Bytes> {
    const auto forgotten = store_.reset();
    if (!forgotten) return std::unexpected(forgotten.error());
    writing_.reset();
    client_pin_.power_cycle();
    return Bytes{};
  }};
}

}  // namespace firstkey::device::softkey
