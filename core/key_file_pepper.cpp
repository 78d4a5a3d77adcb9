#include "core/key_file_pepper.h"

#include <algorithm>
#include <string_view>

namespace firstkey::core {

namespace {

constexpr std::string_view kHeader = "firstkey pepper 1\n";

}  // namespace

Result<void> KeyFilePepper::create(const std::string& path, Random& random) {
  return create_key_file(path, kHeader, random);
}

Result<KeyFilePepper> KeyFilePepper::open(const std::string& path) {
  auto keys = read_key_file(path, kHeader);
  if (keys) return KeyFilePepper(std::move(keys.value()));
  return fail(ErrorCode::kPepperUnreadable,
              "the pepper " + path + " " + keys.error() +
                  "; without it no pass can be verified: restore it from its own backup");
}

Result<Sha256> KeyFilePepper::mac(const std::string& key_id, BytesView message) const {
  const auto key = std::ranges::find(keys_, key_id, &NamedKeys::value_type::first);
  if (key == keys_.end()) {
    return fail(ErrorCode::kPepperUnreadable,
                "the pepper '" + key_id + "' is not in the key file; restore the file it is in");
  }
  return hmac_sha256(key->second.expose(), message);  // the MAC's key
}

}  // namespace firstkey::core
