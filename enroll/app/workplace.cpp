#include "enroll/app/workplace.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <unistd.h>

#include "core/private_file.h"

namespace firstkey::enroll {

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): read-only environment
  return value == nullptr ? std::string() : value;
}

}  // namespace

std::string default_store_path() {
  if (auto named = environment("FIRSTKEY_STORE"); !named.empty()) return named;
  if (::geteuid() == 0) return "/var/lib/firstkey/firstkey.db";
  const auto data = environment("XDG_DATA_HOME");
  const auto base = data.empty() ? environment("HOME") + "/.local/share" : data;
  return base + "/firstkey/firstkey.db";
}

std::string pepper_path(const std::string& store_path) {
  return (std::filesystem::path(store_path).parent_path() / "pepper").string();
}

core::Result<std::unique_ptr<Workplace>> Workplace::open(const std::string& store_path) {
  return open_as(store_path, core::SqliteStore::Presence::kMustExist);
}

core::Result<std::unique_ptr<Workplace>> Workplace::create(const std::string& store_path) {
  core::SystemRandom random;
  const auto pepper = pepper_path(store_path);
  const auto found = core::examine_private_file(pepper);
  if (!found) return std::unexpected(found.error());
  if (found.value() == core::FilePresence::kAbsent) {
    // A store whose pepper is lost must not get a new one: every pass in it would be void.
    const auto store = core::examine_private_file(store_path);
    if (!store) return std::unexpected(store.error());
    if (store.value() == core::FilePresence::kAbsent) {
      if (auto created = core::KeyFilePepper::create(pepper, random); !created) {
        return std::unexpected(created.error());
      }
    }
  }
  return open_as(store_path, core::SqliteStore::Presence::kMayBeCreated);
}

core::Result<std::unique_ptr<Workplace>> Workplace::open_as(const std::string& store_path,
                                                            core::SqliteStore::Presence presence) {
  std::unique_ptr<Workplace> workplace(new Workplace());
  auto store = core::SqliteStore::open(store_path, presence, workplace->clock_, workplace->random_);
  if (!store) return std::unexpected(store.error());
  workplace->store_ = std::move(store.value());
  auto pepper = core::KeyFilePepper::open(pepper_path(store_path));
  if (!pepper) return std::unexpected(pepper.error());
  workplace->pepper_ = std::make_unique<core::KeyFilePepper>(std::move(pepper.value()));
  const auto cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  workplace->hasher_ =
      std::make_unique<core::PassHasher>(*workplace->pepper_, core::HashCost{}, cores);
  workplace->administration_ =
      std::make_unique<core::Administration>(*workplace->store_, core::Account{.uid = ::geteuid()});
  return workplace;
}

}  // namespace firstkey::enroll
