#pragma once
// Client data: what the client says it did, hashed into every signature. WebAuthn L3 §5.8.1.

#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/webauthn/error.h"

namespace firstkey::core::webauthn {

inline constexpr std::string_view kTypeCreate = "webauthn.create";
inline constexpr std::string_view kTypeGet = "webauthn.get";

struct ClientData {
  std::string type;
  Bytes challenge;
  std::string origin;
  bool is_cross_origin = false;
  std::optional<std::string> top_origin;

  friend bool operator==(const ClientData&, const ClientData&) = default;
};

/// The largest client data taken, in bytes: generous for origins, challenges and future members.
inline constexpr std::size_t kMaxClientDataSize = 8 * 1024;

/// Steps 5 and 6 of §7.1 (8 and 9 of §7.2): decodes UTF-8 (a byte order mark is skipped) and reads
/// the JSON object. Members nobody here knows are ignored, as the standard asks.
/// Errors: kJson….
[[nodiscard]] Result<ClientData> parse_client_data(BytesView json);

/// The fixed serialisation of §5.8.1.1, as clients write it.
[[nodiscard]] std::string serialize(const ClientData& client_data);

}  // namespace firstkey::core::webauthn
