#pragma once
// The members of a JSON object, read one after the other without a look at each: the first fault is
// kept, with the path of its member as it would be written in JavaScript
// ("excludeCredentials[1].id"), and every reading after it yields nothing of worth.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "core/bytes.h"
#include "core/webauthn/error.h"

namespace firstkey::core::webauthn {

/// How byte strings are spelt in a document.
enum class Base64Spelling {
  kBase64url,  ///< the one canonical spelling, WebAuthn L3 §3
  kAny,        ///< either alphabet of RFC 4648, padded or not
};

/// The first fault of a document, and how it spells bytes. Outlives its readers.
struct DocumentReading {
  Base64Spelling spelling = Base64Spelling::kBase64url;
  std::optional<Error> fault;
};

/// A member that is null counts as absent. Faults: kJsonMemberMissing, kJsonMemberInvalid for
/// another type, kJsonBase64urlInvalid.
class MemberReader {
 public:
  /// `object` and `reading` outlive this. `path` is empty for the document itself.
  MemberReader(const boost::json::object& object, std::string path, DocumentReading& reading)
      : object_(&object), path_(std::move(path)), reading_(&reading) {}

  [[nodiscard]] bool has(std::string_view name) const;

  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] Bytes bytes(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  /// An empty one in the place of what is missing.
  [[nodiscard]] MemberReader object(std::string_view name) const;

  [[nodiscard]] std::optional<std::string> maybe_text(std::string_view name) const;
  [[nodiscard]] std::optional<Bytes> maybe_bytes(std::string_view name) const;
  [[nodiscard]] std::optional<bool> maybe_bool(std::string_view name) const;
  [[nodiscard]] std::optional<std::int64_t> maybe_integer(std::string_view name) const;
  [[nodiscard]] std::optional<MemberReader> maybe_object(std::string_view name) const;
  /// Nothing when it is absent, which is not the same as empty.
  [[nodiscard]] std::optional<std::vector<MemberReader>> maybe_objects(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;

  /// The names of its members, in the order of the document.
  [[nodiscard]] std::vector<std::string> names() const;
  /// What `text` spells, in the way of this document; nothing when it is no base64.
  [[nodiscard]] std::optional<Bytes> decode(std::string_view text) const;
  [[nodiscard]] std::string path_of(std::string_view name) const;
  /// Refuses the member for another reason than its type.
  void refuse(std::string_view name) const;
  /// Says that a member is missing that may not be.
  void miss(std::string_view name) const;
  [[nodiscard]] bool is_failed() const { return reading_->fault.has_value(); }

 private:
  [[nodiscard]] const boost::json::value* find(std::string_view name) const;
  void fail_with(Code code, std::string path) const;

  const boost::json::object* object_;
  std::string path_;
  DocumentReading* reading_;
};

}  // namespace firstkey::core::webauthn
