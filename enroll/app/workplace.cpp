#include "enroll/app/workplace.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <unistd.h>

#include "core/installation.h"
#include "core/pepper_mark.h"
#include "core/private_file.h"
#include "core/store/open_store.h"
#include "core/store/postgres_location.h"

namespace firstkey::enroll {

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): read-only environment
  return value == nullptr ? std::string() : value;
}

std::string usual_folder() {
  if (::geteuid() == 0) return "/var/lib/firstkey";
  const auto data = environment("XDG_DATA_HOME");
  return (data.empty() ? environment("HOME") + "/.local/share" : data) + "/firstkey";
}

core::Result<bool> is_initialised(core::Store& store) {
  return core::read_from<bool>(store, [](core::ReadTransaction& view) -> core::Result<bool> {
    return view.settings().has_value();
  });
}

}  // namespace

std::string default_store() {
  auto named = environment("FIRSTKEY_STORE");
  return named.empty() ? usual_folder() + "/firstkey.db" : named;
}

std::string default_state_folder(const std::string& store) {
  if (auto named = environment("FIRSTKEY_STATE"); !named.empty()) return named;
  if (core::is_postgres_location(store)) return usual_folder();
  const auto folder = std::filesystem::path(store).parent_path().string();
  return folder.empty() ? "." : folder;
}

core::Result<core::Account> account_at(const Place& place) {
  core::Account account{.uid = ::geteuid()};
  if (!core::is_postgres_location(place.store)) return account;
  auto installation = core::installation_at(place.installation());
  if (!installation) return std::unexpected(installation.error());
  account.installation = installation.value().value_or(core::InstallationId());
  return account;
}

core::Result<core::Account> begin_account(const Place& place, core::Random& random) {
  auto account = account_at(place);
  if (!account || !core::is_postgres_location(place.store)) return account;
  if (!account->installation.empty()) return account;
  auto begun = core::begin_installation(place.installation(), random);
  if (!begun) return std::unexpected(begun.error());
  account->installation = std::move(begun.value());
  return account;
}

core::Result<std::unique_ptr<Workplace>> Workplace::open(const Place& place) {
  std::unique_ptr<Workplace> workplace(new Workplace());
  auto opened = workplace->open_store(place, core::StorePresence::kMustExist);
  if (opened) opened = workplace->open_folder(place);
  if (!opened) return std::unexpected(opened.error());
  return workplace;
}

core::Result<std::unique_ptr<Workplace>> Workplace::create(const Place& place) {
  std::unique_ptr<Workplace> workplace(new Workplace());
  auto created = workplace->open_store(place, core::StorePresence::kMayBeCreated);
  if (created) created = workplace->begin_folder(place);
  if (created) created = workplace->open_folder(place);
  if (!created) return std::unexpected(created.error());
  return workplace;
}

core::Result<void> Workplace::open_store(const Place& place, core::StorePresence presence) {
  auto store = core::open_store(place.store, presence, clock_, random_);
  if (!store) return std::unexpected(store.error());
  store_ = std::move(store.value());
  return {};
}

core::Result<void> Workplace::begin_folder(const Place& place) {
  const auto initialised = is_initialised(*store_);
  if (!initialised) return std::unexpected(initialised.error());
  // A store whose pepper is lost must not get a new one: every pass in it would be void.
  if (initialised.value()) return {};
  const auto pepper = core::examine_private_file(place.pepper());
  if (!pepper) return std::unexpected(pepper.error());
  if (pepper.value() == core::FilePresence::kAbsent) {
    if (auto begun = core::KeyFilePepper::create(place.pepper(), random_); !begun) return begun;
  }
  const auto owner = begin_account(place, random_);
  return owner ? core::Result<void>() : std::unexpected(owner.error());
}

core::Result<void> Workplace::open_folder(const Place& place) {
  auto pepper = core::KeyFilePepper::open(place.pepper());
  if (!pepper) return std::unexpected(pepper.error());
  pepper_ = std::make_unique<core::KeyFilePepper>(std::move(pepper.value()));
  if (auto matched = core::match_pepper(*store_, *pepper_); !matched) return matched;
  const auto cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  hasher_ = std::make_unique<core::PassHasher>(*pepper_, core::HashCost{}, cores);
  audit_key_path_ = place.audit_key();
  auto account = account_at(place);
  if (!account) return std::unexpected(account.error());
  administration_ = std::make_unique<core::Administration>(*store_, std::move(account.value()));
  return {};
}

}  // namespace firstkey::enroll
