#include "device/authenticator_config.h"

#include <optional>

#include "device/cbor_writer.h"

namespace firstkey::device {

namespace {

constexpr std::uint8_t kCommand = 0x0D;

// Source: CTAP 2.1 §6.11, members of the request, and of setMinPINLength's parameters.
constexpr int kSubcommand = 0x01;
constexpr int kParams = 0x02;
constexpr int kProtocol = 0x03;
constexpr int kProof = 0x04;
constexpr int kNewMinPinLength = 0x01;
constexpr int kMinPinLengthRpIds = 0x02;
constexpr int kForceChangePin = 0x03;

/// What is proved begins with as many bytes of FF, so that it is no message of another command.
constexpr std::size_t kPrefixSize = 32;

Bytes proved_message(const ConfigRequest& request) {
  Bytes message(kPrefixSize, 0xFF);
  message.push_back(kCommand);
  message.push_back(static_cast<std::uint8_t>(request.kind));
  message.insert(message.end(), request.params.begin(), request.params.end());
  return message;
}

Bytes to_message(const ConfigRequest& request, const std::optional<PinUvAuthToken>& token) {
  const bool has_params = !request.params.empty();
  CborWriter out;
  out.command(kCommand)
      .map(1U + (has_params ? 1U : 0U) + (token ? 2U : 0U))
      .integer(kSubcommand)
      .integer(static_cast<int>(request.kind));
  if (has_params) out.integer(kParams).encoded(request.params);
  if (token) {
    out.integer(kProtocol)
        .integer(static_cast<int>(token->protocol()))
        .integer(kProof)
        .bytes(token->prove(proved_message(request)));
  }
  return std::move(out).take();
}

}  // namespace

ConfigRequest ConfigRequest::min_pin_length(std::uint64_t code_points) {
  CborWriter params;
  params.map(1).integer(kNewMinPinLength).integer(static_cast<std::int64_t>(code_points));
  return {.params = std::move(params).take()};
}

ConfigRequest ConfigRequest::min_pin_length_rp_ids(const std::vector<std::string>& rp_ids) {
  CborWriter params;
  params.map(1).integer(kMinPinLengthRpIds).array(rp_ids.size());
  for (const auto& rp_id : rp_ids) params.text(rp_id);
  return {.params = std::move(params).take()};
}

ConfigRequest ConfigRequest::force_pin_change() {
  CborWriter params;
  params.map(1).integer(kForceChangePin).yes();
  return {.params = std::move(params).take()};
}

Result<void> configure(OpenKey& key,
                       const ConfigRequest& request,
                       const Pin* pin,
                       RunningCall& call) {
  if (key.facts().options.authnr_cfg != Option::kTrue) {
    return refuse(ErrorCode::kUnsupportedOption, "it cannot be configured");
  }
  std::optional<PinUvAuthToken> token;
  if (pin != nullptr || is_protected(key.facts())) {
    auto got = get_pin_uv_auth_token(key, pin, Permission::kAuthenticatorConfig, {}, call);
    if (!got) return std::unexpected(got.error());
    token.emplace(std::move(got.value()));
  }
  const auto answer = key.exchange(to_message(request, token), call, "configure");
  if (!answer) return std::unexpected(answer.error());
  return {};
}

}  // namespace firstkey::device
