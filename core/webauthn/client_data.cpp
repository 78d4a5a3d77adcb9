#include "core/webauthn/client_data.h"

#include <boost/json/serialize.hpp>

#include "core/webauthn/strict_json.h"

namespace firstkey::core::webauthn {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Result<ClientData> parse_client_data(BytesView json) {
  std::string_view text(reinterpret_cast<const char*>(json.data()), json.size());
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  JsonMemory memory;
  const auto value = webauthn::parse_strict_json(text, kMaxClientDataSize, memory);
  if (!value) return std::unexpected(value.error());
  const auto object = as_object(value.value(), "clientDataJSON");
  if (!object) return std::unexpected(object.error());

  auto type = need_text(*object.value(), "type");
  if (!type) return std::unexpected(type.error());
  auto challenge = need_bytes(*object.value(), "challenge");
  if (!challenge) return std::unexpected(challenge.error());
  auto origin = need_text(*object.value(), "origin");
  if (!origin) return std::unexpected(origin.error());
  const auto cross_origin = maybe_bool(*object.value(), "crossOrigin");
  if (!cross_origin) return std::unexpected(cross_origin.error());
  auto top_origin = maybe_text(*object.value(), "topOrigin");
  if (!top_origin) return std::unexpected(top_origin.error());
  return ClientData{.type = std::move(type.value()),
                    .challenge = std::move(challenge.value()),
                    .origin = std::move(origin.value()),
                    .is_cross_origin = cross_origin.value().value_or(false),
                    .top_origin = std::move(top_origin.value())};
}

std::string serialize(const ClientData& client_data) {
  const auto quoted = [](std::string_view text) {
    return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
  };
  std::string text = "{\"type\":" + quoted(client_data.type) +
                     ",\"challenge\":" + quoted(to_base64url(client_data.challenge)) +
                     ",\"origin\":" + quoted(client_data.origin) +
                     ",\"crossOrigin\":" + (client_data.is_cross_origin ? "true" : "false");
  if (client_data.is_cross_origin && client_data.top_origin) {
    text += ",\"topOrigin\":" + quoted(client_data.top_origin.value());
  }
  return text + "}";
}

}  // namespace firstkey::core::webauthn
