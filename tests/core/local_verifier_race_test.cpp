// Registrations that race each other and the deletion of what they rest on: whoever comes first,
// the store holds what one order of them would have left. Also run under ThreadSanitizer.

#include <algorithm>
#include <barrier>
#include <functional>
#include <thread>

#include <doctest/doctest.h>

#include "tests/support/verifier_fixture.h"

using firstkey::core::ErrorCode;
using firstkey::core::ReadTransaction;
using firstkey::core::RegistrationReceipt;
using firstkey::core::Result;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs

#define VERIFIERS VerifierFixture<MemoryFixture>, VerifierFixture<SqliteFixture>

namespace {

constexpr int kRounds = 8;

/// Runs all of `acts` at once, each on a thread of its own.
void race(const std::vector<std::function<void()>>& acts) {
  std::barrier start(static_cast<std::ptrdiff_t>(acts.size()));
  std::vector<std::jthread> threads;
  for (const auto& act : acts) {
    threads.emplace_back([&start, &act] {
      start.arrive_and_wait();
      act();
    });
  }
}

using Outcomes = std::vector<Result<RegistrationReceipt>>;

/// What comes of submitting `responses` at once.
template <class Fixture>
Outcomes submit_all(Fixture& f,
                    const firstkey::core::SessionTicket& ticket,
                    const std::vector<std::string>& responses) {
  Outcomes outcomes(responses.size(), firstkey::core::fail(ErrorCode::kStoreFailed));
  std::vector<std::function<void()>> acts;
  for (std::size_t i = 0; i < responses.size(); ++i) {
    acts.emplace_back(
        [&, i] { outcomes[i] = f.verifier.submit_registration(ticket, responses[i]); });
  }
  race(acts);
  return outcomes;
}

std::ptrdiff_t count(const Outcomes& outcomes, std::optional<ErrorCode> code) {
  return std::ranges::count_if(outcomes,
                               [&](const auto& outcome) { return refusal(outcome) == code; });
}

template <class Fixture>
std::size_t credentials_of_lee(Fixture& f) {
  return f.seen([&](ReadTransaction& t) { return t.credentials_of(f.lee.id); }).size();
}

}  // namespace

TEST_SUITE("core/local_verifier_race") {
  TEST_CASE_TEMPLATE(
      "one response submitted at once is stored once, told to all", Fixture, VERIFIERS) {
    for (int round = 0; round < kRounds; ++round) {
      Fixture f;
      const auto ticket = f.open_one_time();
      const auto response = f.response(ticket, TestAuthenticator());
      const auto outcomes = submit_all(f, ticket, {response, response, response, response});
      CHECK(count(outcomes, std::nullopt) == 4);
      CHECK(credentials_of_lee(f) == 1);
      CHECK(f.session(ticket).credentials == 1);
      CHECK(f.store().check());
    }
  }

  TEST_CASE_TEMPLATE("of several responses to one challenge one is stored", Fixture, VERIFIERS) {
    for (int round = 0; round < kRounds; ++round) {
      Fixture f;
      const auto ticket = f.open_one_time();
      const auto options = f.options(ticket);
      const auto outcomes = submit_all(f,
                                       ticket,
                                       {TestAuthenticator("first").make(options),
                                        TestAuthenticator("second").make(options),
                                        TestAuthenticator("third").make(options)});
      CHECK(count(outcomes, std::nullopt) == 1);
      CHECK(count(outcomes, ErrorCode::kChallengeUsed) == 2);
      CHECK(credentials_of_lee(f) == 1);
    }
  }

  TEST_CASE_TEMPLATE("racing responses store no more than the session may", Fixture, VERIFIERS) {
    for (int round = 0; round < kRounds; ++round) {
      Fixture f;
      const auto ticket = f.open_one_time();
      const auto outcomes = submit_all(f,
                                       ticket,
                                       {f.response(ticket, TestAuthenticator("first")),
                                        f.response(ticket, TestAuthenticator("second")),
                                        f.response(ticket, TestAuthenticator("third"))});
      CHECK(count(outcomes, std::nullopt) == 2);
      CHECK(count(outcomes, ErrorCode::kTooManyCredentials) == 1);
      CHECK(credentials_of_lee(f) == 2);
    }
  }

  TEST_CASE_TEMPLATE(
      "one key offered to two users at once becomes one user's", Fixture, VERIFIERS) {
    for (int round = 0; round < kRounds; ++round) {
      Fixture f;
      const auto of_lee = f.open(f.lee);
      const auto of_max = f.open(f.max);
      const TestAuthenticator key;
      const auto for_lee = f.response(of_lee, key);
      const auto for_max = f.response(of_max, key);
      Outcomes outcomes(2, firstkey::core::fail(ErrorCode::kStoreFailed));
      race({[&] { outcomes[0] = f.verifier.submit_registration(of_lee, for_lee); },
            [&] { outcomes[1] = f.verifier.submit_registration(of_max, for_max); }});
      CHECK(count(outcomes, std::nullopt) == 1);
      CHECK(count(outcomes, ErrorCode::kCredentialExists) == 1);
    }
  }

  TEST_CASE_TEMPLATE(
      "a registration racing its pass's deletion is whole or refused", Fixture, VERIFIERS) {
    for (int round = 0; round < kRounds; ++round) {
      Fixture f;
      const auto ticket = f.open_one_time();
      const auto response = f.response(ticket, TestAuthenticator());
      Result<RegistrationReceipt> outcome = firstkey::core::fail(ErrorCode::kStoreFailed);
      race({[&] { outcome = f.verifier.submit_registration(ticket, response); },
            [&] { f.delete_pass_of(f.lee); }});
      const bool is_consistent =
          outcome ? credentials_of_lee(f) == 1
                  : outcome.error().code == ErrorCode::kPassUnknown && credentials_of_lee(f) == 0;
      CHECK(is_consistent);
    }
  }

  TEST_CASE_TEMPLATE(
      "a registration racing the end of its user is whole or refused", Fixture, VERIFIERS) {
    for (int round = 0; round < kRounds; ++round) {
      Fixture f;
      const auto ticket = f.open_one_time();
      const auto response = f.response(ticket, TestAuthenticator());
      Result<RegistrationReceipt> outcome = firstkey::core::fail(ErrorCode::kStoreFailed);
      race({[&] { outcome = f.verifier.submit_registration(ticket, response); },
            [&] { f.edit_user(f.lee, [](auto& user) { user.is_enabled = false; }); }});
      const bool is_consistent =
          outcome.has_value() || outcome.error().code == ErrorCode::kUserDisabled;
      CHECK(is_consistent);
      CHECK(credentials_of_lee(f) == (outcome ? 1 : 0));
    }
  }

  TEST_CASE_TEMPLATE(
      "a proof racing its withdrawal ends one way or the other", Fixture, VERIFIERS) {
    for (int round = 0; round < kRounds; ++round) {
      Fixture f;
      const auto ticket = f.open_one_time();
      TestAuthenticator key;
      f.stored(ticket, key);
      const auto proof = key.prove(f.proof_options(ticket, key));
      race({[&] { (void)f.verifier.submit_proof(ticket, proof); },
            [&] { (void)f.verifier.withdraw(ticket, key.id); }});
      const auto record = f.record(key.id).value();
      CHECK(record.is_proven() != record.withdrawn_at.has_value());
    }
  }
}
