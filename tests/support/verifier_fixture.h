#pragma once
// A LocalVerifier over any store of the contract, with Ana who administers, Lee who enrolls and Max
// who is somebody else. Its verbs are what a station does; what happens to the store meanwhile is
// said with edit_settings(), edit_user() and write().

#include <functional>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "core/local_verifier.h"
#include "tests/contract/store_fixtures.h"
#include "tests/support/enrollment_fixture.h"
#include "tests/support/interrupted_store.h"
#include "tests/support/records.h"
#include "tests/support/test_authenticator.h"
#ifdef FIRSTKEY_VERIFIED_REMOTELY
#include "tests/support/remote_access.h"
#endif

namespace firstkey::tests {

/// What the session of a test begins with.
struct Opening {
  bool is_one_time = true;
  bool is_simulated = false;      ///< as the station says at redemption
  core::Duration age_of_pass{0};  ///< at its redemption
};

/// How a test reaches the verifier: beside its store. Others: tests/support/remote_access.h.
class DirectAccess {
 public:
  using Verifier = core::LocalVerifier;

  DirectAccess(core::Store& /*store*/, core::LocalVerifier& local, const core::Clock& /*clock*/)
      : local_(local) {}
  core::LocalVerifier& verifier() { return local_; }

 private:
  core::LocalVerifier& local_;
};

template <class StoreFixture>
struct AccessOf {
  using Type = DirectAccess;
};
template <class StoreFixture>
  requires requires { typename StoreFixture::Access; }
struct AccessOf<StoreFixture> {
  using Type = typename StoreFixture::Access;
};

template <class StoreFixture>
class VerifierFixture : public StoreFixture {
 public:
  VerifierFixture() {
    write([&](core::WriteTransaction& t) {
      auto settings = make_settings();
      settings.trust_roots.clear();
      t.put_settings(settings);
      REQUIRE(t.insert_user(make_user("ana")));
      REQUIRE(t.insert_user(lee));
      REQUIRE(t.insert_user(max));
    });
  }

  template <class Work>
  void write(const Work& work) {
    commit(this->store(), work);
  }
  template <class Look>
  auto seen(const Look& look) {
    return tests::seen(this->store(), look);
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
  void edit_user(const core::User& user, const Edit& edit) {
    write([&](core::WriteTransaction& t) {
      auto edited = t.user(user.id).value();
      edit(edited);
      t.update_user(edited);
    });
  }
  /// Deletes the pass of `user`, as administration does but for the sessions it ends.
  void delete_pass_of(const core::User& user) {
    write([&](core::WriteTransaction& t) { t.delete_pass(t.pass_of(user.id)->id); });
  }

  /// `user` is issued a pass of passcode kPasscode and redeems it.
  core::SessionTicket open(const core::User& user, Opening opening = {}) {
    auto pass = make_pass(user);
    pass.start_at = this->clock.wall() - opening.age_of_pass;
    pass.is_one_time = opening.is_one_time;
    pass.verifier = hasher.make(core::Secret(core::as_bytes(kPasscode)), this->random).value();
    write([&](core::WriteTransaction& t) { t.insert_pass(pass); });
    const auto redeemed = verifier.redeem({.user_name = user.name,
                                           .passcode = core::Secret(core::as_bytes(kPasscode)),
                                           .station = core::StationId("kiosk"),
                                           .session_secret = EnrollmentFixture::secret_of("secret"),
                                           .is_simulated = opening.is_simulated});
    REQUIRE_MESSAGE(redeemed, (redeemed ? std::string() : redeemed.error().detail));
    return EnrollmentFixture::ticket(redeemed->snapshot().session);
  }
  core::SessionTicket open_one_time() { return open(lee); }
  core::SessionTicket open_multi_use() { return open(lee, {.is_one_time = false}); }

  core::IssuedOptions options(const core::SessionTicket& ticket) {
    auto issued = verifier.creation_options(ticket);
    REQUIRE_MESSAGE(issued, (issued ? std::string() : issued.error().detail));
    return issued.value();
  }
  /// What `key` answers to fresh options.
  std::string response(const core::SessionTicket& ticket, const TestAuthenticator& key) {
    return key.make(options(ticket));
  }
  core::Result<core::RegistrationReceipt> enroll(const core::SessionTicket& ticket,
                                                 const TestAuthenticator& key) {
    return verifier.submit_registration(ticket, response(ticket, key));
  }
  /// A credential of `key`, stored and yet to be proved.
  core::RegistrationReceipt stored(const core::SessionTicket& ticket,
                                   const TestAuthenticator& key) {
    const auto receipt = enroll(ticket, key);
    REQUIRE_MESSAGE(receipt, (receipt ? std::string() : receipt.error().detail));
    return receipt.value();
  }
  core::IssuedOptions proof_options(const core::SessionTicket& ticket,
                                    const TestAuthenticator& key) {
    auto issued = verifier.proof_options(ticket, key.id);
    REQUIRE_MESSAGE(issued, (issued ? std::string() : issued.error().detail));
    return issued.value();
  }
  core::Result<core::ProofReceipt> prove(const core::SessionTicket& ticket,
                                         TestAuthenticator& key) {
    return verifier.submit_proof(ticket, key.prove(proof_options(ticket, key)));
  }

  /// What submitting `json` says while `interruption` happens between judging and committing it.
  core::Result<core::RegistrationReceipt> submit_while(const core::SessionTicket& ticket,
                                                       const std::string& json,
                                                       const std::function<void()>& interruption) {
    InterruptedStore interrupted(this->store());
    interrupted.interrupt_before(1, interruption);
    core::RegistrationDesk desk(interrupted, this->random);
    return desk.submit(ticket, json);
  }

  core::Session session(const core::SessionTicket& ticket) {
    return seen([&](core::ReadTransaction& t) { return t.session(ticket.session); }).value();
  }
  std::optional<core::CredentialRecord> record(const core::Bytes& id) {
    return seen([&](core::ReadTransaction& t) { return t.credential(id); });
  }
  core::AuditRow last_audit() {
    return seen([](core::ReadTransaction& t) { return t.last_audit_row(); }).value();
  }
  std::vector<core::AuditRow> audit() {
    return seen([](core::ReadTransaction& t) { return t.audit_rows({}, 10'000); });
  }

  FakePepper pepper;
  core::PassHasher hasher{pepper, kCheapHash, 2};
  core::LocalVerifier local{this->store(), this->random, pepper, hasher};
  typename AccessOf<StoreFixture>::Type access{this->store(), local, this->clock};
  typename AccessOf<StoreFixture>::Type::Verifier& verifier = access.verifier();
  core::User lee = make_user("lee");
  core::User max = make_user("max");
};

/// The code of a refusal; nothing if there is none.
template <class Value>
std::optional<core::ErrorCode> refusal(const core::Result<Value>& result) {
  if (result) return std::nullopt;
  return result.error().code;
}

/// What a suite runs over: every store, or the enrollment API (tests/enroll/remote).
#ifdef FIRSTKEY_VERIFIED_REMOTELY
#define OVER_VERIFIERS(Fixture) Fixture<RemoteFixture>
#else
#define OVER_VERIFIERS(Fixture) Fixture<MemoryFixture>, Fixture<SqliteFixture>
#endif

/// That nothing of Lee's was stored, and the trail says why not.
template <class Fixture>
void check_refused(Fixture& f, core::ErrorCode code) {
  CHECK(f.seen([&](core::ReadTransaction& t) { return t.credentials_of(f.lee.id); }).empty());
  const auto row = f.last_audit();
  CHECK(row.action == "credential.register");
  CHECK(row.outcome == to_string(code));
  CHECK(row.correlation.text() == "correlation-user-lee");
  CHECK(f.store().check());
}

}  // namespace firstkey::tests
