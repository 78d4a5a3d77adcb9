#pragma once
// The pepper in a key file of mode 0600, beside but not in the store: a copy of the database alone
// is of no use for guessing. Format: that of key_file.h after the line "firstkey pepper 1".

#include <string>
#include <utility>

#include "core/key_file.h"
#include "core/pepper.h"
#include "core/random.h"

namespace firstkey::core {

class KeyFilePepper final : public Pepper {
 public:
  /// Writes a new file with one key. Errors: kAlreadyExists (a pepper is never overwritten: every
  /// pass hangs on it), kStoreReadOnly, kStoreFull, kStoreUnreachable.
  [[nodiscard]] static Result<void> create(const std::string& path, Random& random);

  /// Errors: kPepperUnreadable: absent, another account's, open to others, or not of the format.
  [[nodiscard]] static Result<KeyFilePepper> open(const std::string& path);

  KeyFilePepper(const KeyFilePepper&) = delete;
  KeyFilePepper& operator=(const KeyFilePepper&) = delete;
  KeyFilePepper(KeyFilePepper&& other) noexcept : keys_(std::move(other.keys_)) {}
  KeyFilePepper& operator=(KeyFilePepper&&) = delete;
  ~KeyFilePepper() override = default;

  [[nodiscard]] std::string current_key_id() const override { return keys_.back().first; }
  [[nodiscard]] Result<Sha256> mac(const std::string& key_id, BytesView message) const override;

 private:
  explicit KeyFilePepper(NamedKeys keys) : keys_(std::move(keys)) {}

  NamedKeys keys_;
};

}  // namespace firstkey::core
