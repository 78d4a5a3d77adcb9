#pragma once
// JSON from clients: core/strict_json with the codes of WebAuthn, and accessors that name the
// member they miss.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "core/bytes.h"
#include "core/strict_json.h"
#include "core/webauthn/error.h"

namespace firstkey::core::webauthn {

/// Errors: kJsonTooLarge, kJsonMalformed, kJsonDuplicateMember.
[[nodiscard]] Result<boost::json::value> parse_strict_json(std::string_view text,
                                                           std::size_t max_size);
/// The same; `memory` outlives the value.
[[nodiscard]] Result<boost::json::value> parse_strict_json(std::string_view text,
                                                           std::size_t max_size,
                                                           JsonMemory& memory);

/// `value` as an object. Errors: kJsonMemberInvalid, naming `what`.
[[nodiscard]] Result<const boost::json::object*> as_object(const boost::json::value& value,
                                                           std::string_view what);

/// Members of an object. need_… errors: kJsonMemberMissing; all: kJsonMemberInvalid for another
/// type and kJsonBase64urlInvalid. A member that is null counts as absent where it is optional.
[[nodiscard]] Result<std::string> need_text(const boost::json::object& object,
                                            std::string_view name);
[[nodiscard]] Result<Bytes> need_bytes(const boost::json::object& object, std::string_view name);
[[nodiscard]] Result<const boost::json::object*> need_object(const boost::json::object& object,
                                                             std::string_view name);
[[nodiscard]] Result<std::optional<std::string>> maybe_text(const boost::json::object& object,
                                                            std::string_view name);
[[nodiscard]] Result<std::optional<Bytes>> maybe_bytes(const boost::json::object& object,
                                                       std::string_view name);
[[nodiscard]] Result<std::optional<bool>> maybe_bool(const boost::json::object& object,
                                                     std::string_view name);
[[nodiscard]] Result<std::optional<std::int64_t>> maybe_integer(const boost::json::object& object,
                                                                std::string_view name);
[[nodiscard]] Result<const boost::json::object*> maybe_object(const boost::json::object& object,
                                                              std::string_view name);
[[nodiscard]] Result<const boost::json::array*> maybe_array(const boost::json::object& object,
                                                            std::string_view name);
[[nodiscard]] Result<std::vector<std::string>> maybe_texts(const boost::json::object& object,
                                                           std::string_view name);

}  // namespace firstkey::core::webauthn
