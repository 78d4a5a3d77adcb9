// kill -9 at random points of a run of issue, redeem and commit, many times over. The child tells
// each acknowledged step over a pipe; reopened, the store holds every acknowledged step, at most
// the one that was under way besides, and nothing by halves.

#include <cerrno>
#include <string>

#include <doctest/doctest.h>
#include <time.h>
#include <unistd.h>

#include "tests/contract/store_fixtures.h"
#include "tests/support/child_process.h"
#include "tests/support/records.h"

using firstkey::core::ReadTransaction;
using firstkey::core::Store;
using firstkey::core::SystemClock;
using firstkey::core::SystemRandom;
using firstkey::core::WriteTransaction;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs

namespace {

constexpr int kStepsPerPerson = 3;  // issue, redeem, commit

std::string person(int run, int number) {
  return std::to_string(run) + "-" + std::to_string(number);
}

/// One step of the life of a person's enrollment, whole in one transaction.
bool take_step(Store& store, const std::string& name, int step) {
  const auto user = make_user(name);
  const auto pass = make_pass(user);
  const auto session = make_session(pass);
  const auto challenge = make_challenge(session, name);
  const auto done = store.write([&](WriteTransaction& t) {
    switch (step) {
      case 0:
        if (!t.insert_user(user)) return Store::Ending::kRollBack;
        t.insert_pass(pass);
        t.append_audit(make_event("pass.issue"));
        break;
      case 1:
        if (!t.mark_redeemed(pass.id, t.clock().now)) return Store::Ending::kRollBack;
        t.insert_session(session);
        t.insert_challenge(challenge);
        t.append_audit(make_event("pass.redeem"));
        break;
      default:
        if (!t.mark_used(challenge.value, t.clock().now, {}, bytes_of(name))) {
          return Store::Ending::kRollBack;
        }
        (void)t.insert_credential(make_credential(user, name));
        t.append_audit(make_event("credential.store"));
        break;
    }
    return Store::Ending::kCommit;
  });
  return done.has_value();
}

template <class Fixture>
int run_until_killed(const Fixture& fixture, int run, int acknowledgements) {
  const SystemClock clock;
  SystemRandom random;
  const auto store = fixture.open_elsewhere(clock, random);
  if (!store) return 1;
  for (int number = 0;; ++number) {
    for (int step = 0; step < kStepsPerPerson; ++step) {
      if (!take_step(*store, person(run, number), step)) return 2;
      if (::write(acknowledgements, "+", 1) != 1) return 3;
    }
  }
}

/// Reads `pipe` until its writer is gone; returns how many acknowledgements came.
int count_acknowledgements(int pipe) {
  int count = 0;
  char buffer[4096];
  while (true) {
    const auto got = ::read(pipe, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return count;
    count += static_cast<int>(got);
  }
}

/// How many steps of this run the store holds; -1 if one of them is there by halves.
int count_steps(Store& store, int run) {
  return seen(store, [&](ReadTransaction& t) {
    int steps = 0;
    for (int number = 0;; ++number) {
      const auto user = make_user(person(run, number));
      const auto pass = make_pass(user);
      const bool is_issued = t.user(user.id).has_value();
      if (is_issued != t.pass(pass.id).has_value()) return -1;
      if (!is_issued) return steps;
      ++steps;
      const bool is_redeemed = t.pass(pass.id)->redeemed_at.has_value();
      const auto challenge =
          t.challenge(make_challenge(make_session(pass), person(run, number)).value);
      if (is_redeemed != t.session(make_session(pass).id).has_value()) return -1;
      if (is_redeemed != challenge.has_value()) return -1;
      if (!is_redeemed) return steps;
      ++steps;
      const bool is_stored = t.credential(bytes_of(person(run, number))).has_value();
      if (is_stored != challenge->used_at.has_value()) return -1;
      if (!is_stored) return steps;
      ++steps;
    }
  });
}

}  // namespace

TEST_SUITE(CONTRACT_SUITE("store_crash")) {
  TEST_CASE_TEMPLATE(
      "killed runs leave nothing lost, doubled or by halves", Fixture, LASTING_STORES) {
    Fixture f;
    f.close();
    FakeRandom random(20261123);
    std::int64_t steps_in_all = 0;
    for (int run = 0; run < Fixture::kKilledRuns; ++run) {
      CAPTURE(run);
      int pipe[2];
      REQUIRE(::pipe(pipe) == 0);
      ChildProcess child([&] {
        ::close(pipe[0]);
        return run_until_killed(f, run, pipe[1]);
      });
      ::close(pipe[1]);
      // The first acknowledgement says it runs; what follows is a random moment of its work.
      char first = 0;
      REQUIRE(::read(pipe[0], &first, 1) == 1);
      const timespec moment{.tv_sec = 0, .tv_nsec = static_cast<long>(random.below(30'000'000))};
      ::nanosleep(&moment, nullptr);
      child.kill();
      CHECK(child.wait() == -1);
      const int acknowledged = 1 + count_acknowledgements(pipe[0]);
      ::close(pipe[0]);

      Fixture::await_quiet();
      f.reopen();
      const int stored = count_steps(f.store(), run);
      f.close();
      CHECK(stored >= acknowledged);
      CHECK(stored <= acknowledged + 1);
      steps_in_all += stored;
    }
    f.reopen();
    CHECK(f.store().check());
    const auto last = seen(f.store(), [](ReadTransaction& t) { return t.last_audit_row(); });
    REQUIRE(last);
    CHECK(last->sequence == steps_in_all);
    MESSAGE("steps that survived " << Fixture::kKilledRuns << " kills: " << steps_in_all);
  }
}
