#pragma once
// A SQLite store in a temporary folder, filled with people who each hold a multi-use pass of the
// same passcode.

#include <memory>
#include <stdexcept>
#include <string>

#include "core/local_verifier.h"
#include "core/store/sqlite_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/records.h"
#include "tests/support/temporary_folder.h"

namespace firstkey::tests {

/// A pepper held in memory.
class BenchPepper final : public core::Pepper {
 public:
  [[nodiscard]] std::string current_key_id() const override { return "1"; }
  [[nodiscard]] core::Result<core::Sha256> mac(const std::string& /*key_id*/,
                                               core::BytesView message) const override {
    return core::hmac_sha256(core::as_bytes("pepper"), message);
  }
};

class FilledStore {
 public:
  /// `concurrent`: how many passcodes may be hashed at once.
  FilledStore(std::size_t passes, core::HashCost cost, int concurrent = 1)
      : passes_(passes), hasher_(pepper_, cost, concurrent) {
    auto verifier = hasher_.make(core::Secret(core::as_bytes(kPasscode)), random_).value();
    auto settings = make_settings();
    settings.trust_roots.clear();  // theirs are no certificates
    write([&](core::WriteTransaction& t) { t.put_settings(settings); });
    constexpr std::size_t kBatch = 5'000;
    for (std::size_t from = 0; from < passes_; from += kBatch) {
      write([&](core::WriteTransaction& t) {
        for (auto i = from; i < std::min(from + kBatch, passes_); ++i) {
          const auto user = make_user(name(i));
          auto pass = make_pass(user);
          pass.is_one_time = false;
          pass.verifier = verifier;
          if (!t.insert_user(user)) throw std::logic_error("two people of one name");
          t.insert_pass(pass);
        }
      });
    }
  }

  /// The next person of a walk that visits all, far from the one before.
  std::string next_user() {
    constexpr std::size_t kStride = 7919;  // a prime, so no size divides it
    at_ = (at_ + kStride) % passes_;
    return name(at_) + "@example.org";
  }
  bool look_up() {
    bool is_there = false;
    const auto user_name = next_user();
    const auto done = store_->read([&](core::ReadTransaction& t) {
      const auto user = t.user_by_name(user_name);
      is_there = user && t.pass_of(user->id);
    });
    return done && is_there;
  }
  /// A redemption by the next person; `session_secret` stays the caller's too.
  core::RedemptionRequest request(const core::Secret& session_secret) {
    return {.user_name = next_user(),
            .passcode = core::Secret(core::as_bytes(kPasscode)),
            .station = core::StationId("kiosk"),
            .session_secret = core::Secret(session_secret.expose()),
            .is_simulated = false};
  }
  core::Secret secret() { return random_.secret(32); }
  bool redeem() { return verifier_.redeem(request(secret())).has_value(); }

  [[nodiscard]] std::string path() const { return folder_ / "store/firstkey.db"; }
  core::LocalVerifier& verifier() { return verifier_; }
  const core::Clock& clock() const { return clock_; }
  /// Its clock stands still otherwise.
  void advance(core::Duration by) { clock_.advance(by); }

 private:
  static constexpr std::string_view kPasscode = "7KQM3TXF";
  static std::string name(std::size_t i) { return "person" + std::to_string(i); }
  template <class Work>
  void write(const Work& work) {
    const auto done = store_->write([&](core::WriteTransaction& t) {
      work(t);
      return core::Store::Ending::kCommit;
    });
    if (!done) throw std::runtime_error(done.error().detail);
  }

  std::size_t passes_;
  std::size_t at_ = 0;
  TemporaryFolder folder_;
  FakeClock clock_;
  core::SystemRandom random_;
  BenchPepper pepper_;
  core::PassHasher hasher_;
  std::unique_ptr<core::SqliteStore> store_ = std::move(
      core::SqliteStore::open(path(), core::SqliteStore::Presence::kMayBeCreated, clock_, random_)
          .value());
  core::LocalVerifier verifier_{*store_, random_, pepper_, hasher_};
};

}  // namespace firstkey::tests
