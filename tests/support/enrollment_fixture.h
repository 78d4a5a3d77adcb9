#pragma once
// Everything a redemption needs, in memory and on a fake clock, with Ana who administers and Lee
// who holds a pass. Its verbs are what people do.

#include <string>

#include <doctest/doctest.h>

#include "core/pass_redeemer.h"
#include "core/passcode.h"
#include "core/store/memory_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/records.h"

namespace firstkey::tests {

/// A pepper held in memory.
class FakePepper final : public core::Pepper {
 public:
  [[nodiscard]] std::string current_key_id() const override { return "1"; }
  [[nodiscard]] core::Result<core::Sha256> mac(const std::string& key_id,
                                               core::BytesView message) const override {
    if (key_id != "1") return core::fail(core::ErrorCode::kPepperUnreadable, "no such key");
    return core::hmac_sha256(core::as_bytes("pepper"), message);
  }
};

/// The least Argon2id takes: tests are about rules, not about slowness.
inline constexpr core::HashCost kCheapHash{.memory_kib = 8, .passes = 1};
inline constexpr std::string_view kPasscode = "7KQM3TXF";

class EnrollmentFixture {
 public:
  EnrollmentFixture() {
    auto ana = make_user("ana");
    ana.roles = {core::Role::kPrivilegedAuthenticationAdministrator};
    write([&](core::WriteTransaction& t) {
      t.put_settings(make_settings());
      REQUIRE(t.insert_user(ana));
      REQUIRE(t.insert_user(lee));
    });
  }

  template <class Work>
  void write(const Work& work) {
    REQUIRE(store.write([&](core::WriteTransaction& t) {
      work(t);
      return core::Store::Ending::kCommit;
    }));
  }
  template <class Edit>
  void edit_settings(const Edit& edit) {
    write([&](core::WriteTransaction& t) {
      auto settings = t.settings().value();
      edit(settings);
      t.put_settings(settings);
    });
  }
  template <class Edit>
  void edit_lee(const Edit& edit) {
    write([&](core::WriteTransaction& t) {
      auto user = t.user(lee.id).value();
      edit(user);
      t.update_user(user);
    });
  }

  /// Lee gets a pass of passcode kPasscode; `edit` may change it before it is stored.
  template <class Edit>
  core::Pass issue(const Edit& edit) {
    auto pass = make_pass(lee);
    pass.verifier = hasher.make(core::Secret(core::as_bytes(kPasscode)), random).value();
    edit(pass);
    write([&](core::WriteTransaction& t) { t.insert_pass(pass); });
    return pass;
  }
  core::Pass issue_one_time() {
    return issue([](core::Pass& pass) { pass.is_one_time = true; });
  }
  core::Pass issue_multi_use() {
    return issue([](core::Pass& pass) { pass.is_one_time = false; });
  }

  core::Result<core::Redemption> redeem(std::string_view passcode = kPasscode,
                                        const std::string& station = "kiosk",
                                        const std::string& secret = "secret") {
    return redeem_as("lee@example.org", passcode, station, secret);
  }
  core::Result<core::Redemption> redeem_as(const std::string& name,
                                           std::string_view passcode,
                                           const std::string& station = "kiosk",
                                           const std::string& secret = "secret") {
    return redeemer.redeem({.user_name = name,
                            .passcode = core::Secret(core::as_bytes(passcode)),
                            .station = core::StationId(station),
                            .session_secret = secret_of(secret),
                            .is_simulated = false});
  }
  core::Result<core::Redemption> resume(const core::SessionId& session,
                                        std::string_view passcode = kPasscode,
                                        const std::string& station = "kiosk",
                                        const std::string& secret = "secret") {
    return redeemer.resume({.ticket = ticket(session, station, secret),
                            .passcode = core::Secret(core::as_bytes(passcode))});
  }
  static core::Secret secret_of(const std::string& text) {
    return core::Secret(bytes_of(text, 32));
  }
  static core::SessionTicket ticket(const core::SessionId& session,
                                    const std::string& station = "kiosk",
                                    const std::string& secret = "secret") {
    return {.session = session, .station = core::StationId(station), .secret = secret_of(secret)};
  }

  /// What entering the session for `purpose` says now.
  core::Result<core::SessionSnapshot> enter(
      const core::SessionTicket& ticket,
      core::SessionPurpose purpose = core::SessionPurpose::kRegister) {
    return core::decide_in<core::SessionSnapshot>(
        store, [&](core::WriteTransaction& t) -> core::Result<core::SessionSnapshot> {
          const auto live = core::enter_session(t, ticket, purpose);
          if (!live) return std::unexpected(live.error());
          return core::snapshot_of(t, live.value());
        });
  }

  template <class Look>
  auto seen(const Look& look) {
    std::invoke_result_t<Look, core::ReadTransaction&> value{};
    REQUIRE(store.read([&](core::ReadTransaction& t) { value = look(t); }));
    return value;
  }
  core::AuditRow last_audit() {
    return seen([](core::ReadTransaction& t) { return t.last_audit_row(); }).value();
  }
  std::size_t audit_rows() {
    return seen([](core::ReadTransaction& t) { return t.audit_rows({}, 10'000); }).size();
  }
  core::Session session(const core::SessionId& id) {
    return seen([&](core::ReadTransaction& t) { return t.session(id); }).value();
  }

  FakeClock clock;
  FakeRandom random{7};
  core::MemoryStore store{clock, random};
  FakePepper pepper;
  core::PassHasher hasher{pepper, kCheapHash, 2};
  core::PassRedeemer redeemer{store, random, pepper, hasher};
  core::User lee = make_user("lee");
};

}  // namespace firstkey::tests
