#pragma once
// Everything a command works with on this workstation: the store, the pepper beside it and the
// administration on top, opened when first needed and in the one right order.

#include <memory>
#include <string>

#include "core/administration/administration.h"
#include "core/key_file_pepper.h"
#include "core/pass_hash.h"
#include "core/store/sqlite_store.h"

namespace firstkey::enroll {

class Workplace {
 public:
  /// Errors: kNotInitialised and those of SqliteStore::open and KeyFilePepper::open.
  [[nodiscard]] static core::Result<std::unique_ptr<Workplace>> open(const std::string& store_path);
  /// For `init`: creates store and pepper if they are not there. Errors: those of open().
  [[nodiscard]] static core::Result<std::unique_ptr<Workplace>> create(
      const std::string& store_path);

  [[nodiscard]] core::Administration& administration() noexcept { return *administration_; }
  [[nodiscard]] core::Store& store() noexcept { return *store_; }
  [[nodiscard]] core::Pepper& pepper() noexcept { return *pepper_; }
  [[nodiscard]] core::PassHasher& hasher() noexcept { return *hasher_; }
  [[nodiscard]] core::Random& random() noexcept { return random_; }
  [[nodiscard]] const core::Clock& clock() const noexcept { return clock_; }

 private:
  Workplace() = default;
  [[nodiscard]] static core::Result<std::unique_ptr<Workplace>> open_as(
      const std::string& store_path, core::SqliteStore::Presence presence);

  core::SystemClock clock_;
  core::SystemRandom random_;
  std::unique_ptr<core::SqliteStore> store_;
  std::unique_ptr<core::KeyFilePepper> pepper_;
  std::unique_ptr<core::PassHasher> hasher_;
  std::unique_ptr<core::Administration> administration_;
};

/// Where the store is when nobody says: FIRSTKEY_STORE, else /var/lib/firstkey/firstkey.db for root
/// and $XDG_DATA_HOME (or ~/.local/share)/firstkey/firstkey.db for others.
[[nodiscard]] std::string default_store_path();

/// The key file beside the store.
[[nodiscard]] std::string pepper_path(const std::string& store_path);

}  // namespace firstkey::enroll
