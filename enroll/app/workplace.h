#pragma once
// Everything a command works with where a store is at hand: the store, this machine's files and the
// administration on top, opened when first needed and in the one right order.

#include <memory>
#include <string>

#include "core/administration/administration.h"
#include "core/key_file_pepper.h"
#include "core/pass_hash.h"
#include "core/store.h"

namespace firstkey::enroll {

/// Where a command works.
struct Place {
  std::string store;   ///< a file, or a database (core/store/postgres_location.h)
  std::string folder;  ///< this machine's own: the pepper, the audit key, a station's file, tickets

  [[nodiscard]] std::string pepper() const { return folder + "/pepper"; }
  [[nodiscard]] std::string audit_key() const { return folder + "/audit-key"; }
  [[nodiscard]] std::string installation() const { return folder + "/installation"; }
};

class Workplace {
 public:
  /// Errors: kNotInitialised and those of core::open_store, KeyFilePepper::open and match_pepper.
  [[nodiscard]] static core::Result<std::unique_ptr<Workplace>> open(const Place& place);
  /// For `init`: creates store and pepper if they are not there. Errors: those of open().
  [[nodiscard]] static core::Result<std::unique_ptr<Workplace>> create(const Place& place);

  [[nodiscard]] core::Administration& administration() noexcept { return *administration_; }
  [[nodiscard]] core::Store& store() noexcept { return *store_; }
  [[nodiscard]] core::Pepper& pepper() noexcept { return *pepper_; }
  [[nodiscard]] core::PassHasher& hasher() noexcept { return *hasher_; }
  /// Of the file beside the pepper, which the first signing makes.
  [[nodiscard]] const std::string& audit_key_path() const noexcept { return audit_key_path_; }
  [[nodiscard]] core::Random& random() noexcept { return random_; }
  [[nodiscard]] const core::Clock& clock() const noexcept { return clock_; }

 private:
  Workplace() = default;
  [[nodiscard]] core::Result<void> open_store(const Place& place, core::StorePresence presence);
  [[nodiscard]] core::Result<void> begin_folder(const Place& place);
  [[nodiscard]] core::Result<void> open_folder(const Place& place);

  core::SystemClock clock_;
  core::SystemRandom random_;
  std::unique_ptr<core::Store> store_;
  std::unique_ptr<core::KeyFilePepper> pepper_;
  std::unique_ptr<core::PassHasher> hasher_;
  std::unique_ptr<core::Administration> administration_;
  std::string audit_key_path_;
};

/// Who acts in process at `place`. Errors: those of core::installation_at.
[[nodiscard]] core::Result<core::Account> account_at(const Place& place);
/// The same where a store is about to begin: an installation that is not there begins as well.
[[nodiscard]] core::Result<core::Account> begin_account(const Place& place, core::Random& random);

/// Where the store is when nobody says: FIRSTKEY_STORE, else firstkey.db in /var/lib/firstkey for
/// root and in $XDG_DATA_HOME/firstkey (or ~/.local/share/firstkey) for others.
[[nodiscard]] std::string default_store();

/// Where this machine's files are when nobody says: FIRSTKEY_STATE, else beside a store that is a
/// file, else where the default store would be.
[[nodiscard]] std::string default_state_folder(const std::string& store);

}  // namespace firstkey::enroll
