#include "core/policy.h"

#include <chrono>
#include <functional>
#include <string>

#include <doctest/doctest.h>

using std::chrono_literals::operator""min;
using firstkey::core::ErrorCode;
using firstkey::core::PassPolicy;
using firstkey::core::RelyingParty;
using firstkey::core::Target;
using firstkey::core::validate;

namespace {

constexpr const char* kSomebody = "6f1967b7-15e8-4935-ac26-d50770ed07a7";

ErrorCode code_of(const firstkey::core::Result<void>& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().code;
}

/// A policy field with its least and greatest value; `set` changes it and what depends on it.
struct Bound {
  const char* name;
  int least;
  int greatest;
  std::function<void(PassPolicy&, int)> set;
};

const Bound kBounds[] = {
    {"minimum lifetime",
     10,
     43200,
     [](PassPolicy& p, int v) {
       p.minimum_lifetime = std::chrono::minutes(v);
       p.default_lifetime = p.maximum_lifetime = 43200min;
     }},
    {"maximum lifetime",
     10,
     43200,
     [](PassPolicy& p, int v) {
       p.maximum_lifetime = std::chrono::minutes(v);
       p.default_lifetime = p.minimum_lifetime = 10min;
     }},
    {"default lifetime",
     60,
     480,
     [](PassPolicy& p, int v) { p.default_lifetime = std::chrono::minutes(v); }},
    {"default length", 8, 48, [](PassPolicy& p, int v) { p.default_length = v; }},
    {"idle limit", 1, 60, [](PassPolicy& p, int v) { p.idle_limit = std::chrono::minutes(v); }},
    {"credentials a session", 1, 10, [](PassPolicy& p, int v) { p.credentials_per_session = v; }},
    {"window", 60, 600, [](PassPolicy& p, int v) { p.window = std::chrono::seconds(v); }},
    {"free attempts",
     1,
     20,
     [](PassPolicy& p, int v) { p.lockout.free_attempts_per_name_and_station = v; }},
    {"longest pause",
     1,
     1440,
     [](PassPolicy& p, int v) { p.lockout.longest_pause = std::chrono::minutes(v); }},
    {"attempts a name", 5, 1000, [](PassPolicy& p, int v) { p.lockout.attempts_per_name = v; }},
    {"attempts a station",
     5,
     10000,
     [](PassPolicy& p, int v) { p.lockout.attempts_per_station = v; }},
    {"station period",
     1,
     1440,
     [](PassPolicy& p, int v) { p.lockout.station_period = std::chrono::minutes(v); }},
};

RelyingParty example(const std::string& origin) {
  return {.id = "example.org", .name = "Example", .origins = {origin}};
}

Target group(const std::string& name) {
  return {.kind = Target::Kind::kGroup, .id = name};
}
Target user(const std::string& id) {
  return {.kind = Target::Kind::kUser, .id = id};
}

}  // namespace

TEST_SUITE("core/policy") {
  TEST_CASE("the policies of a fresh store are valid") {
    CHECK(validate(PassPolicy{}).has_value());
  }

  TEST_CASE("each number of a pass policy is held to its range") {
    for (const auto& bound : kBounds) {
      CAPTURE(bound.name);
      const auto verdict = [&](int value) {
        PassPolicy policy;
        bound.set(policy, value);
        return validate(policy);
      };
      CHECK(code_of(verdict(bound.least - 1)) == ErrorCode::kPolicyInvalid);
      CHECK(verdict(bound.least).has_value());
      CHECK(verdict(bound.least + 1).has_value());
      CHECK(verdict(bound.greatest - 1).has_value());
      CHECK(verdict(bound.greatest).has_value());
      CHECK(code_of(verdict(bound.greatest + 1)) == ErrorCode::kPolicyInvalid);
    }
  }

  TEST_CASE("a minimum lifetime above the maximum is refused") {
    PassPolicy policy{.default_lifetime = 100min, .minimum_lifetime = 100min};
    policy.maximum_lifetime = 100min;
    CHECK(validate(policy).has_value());
    policy.maximum_lifetime = 99min;
    CHECK(code_of(validate(policy)) == ErrorCode::kPolicyInvalid);
  }

  TEST_CASE("a refusal names the field as the policy file spells it") {
    PassPolicy policy;
    policy.default_length = 7;
    CHECK(validate(policy).error().detail.contains("defaultLength"));
    CHECK(validate(policy).error().detail.contains("between 8 and 48"));
  }

  TEST_CASE("targets name a user by id or a group by name, each once") {
    const struct {
      const char* name;
      std::vector<Target> targets;
      bool is_valid;
    } cases[] = {
        {"nobody", {}, true},
        {"a group", {group("newcomers")}, true},
        {"a user", {user(kSomebody)}, true},
        {"a user and a group of one name", {user(kSomebody), group(kSomebody)}, true},
        {"the longest group", {group(std::string(256, 'g'))}, true},
        {"a group too long", {group(std::string(257, 'g'))}, false},
        {"no id", {group("")}, false},
        {"a control character", {group("new\ncomers")}, false},
        {"a user's name", {user("lee@example.org")}, false},
        {"a user's id in capitals", {user("6F1967B7-15E8-4935-AC26-D50770ED07A7")}, false},
        {"a user's id with more behind it", {user(std::string(kSomebody) + "0")}, false},
        {"one twice", {group("newcomers"), group("newcomers")}, false},
    };
    for (const auto& one : cases) {
      CAPTURE(one.name);
      PassPolicy including{.include_targets = one.targets};
      PassPolicy excluding{.exclude_targets = one.targets};
      CHECK(validate(including).has_value() == one.is_valid);
      CHECK(validate(excluding).has_value() == one.is_valid);
    }
  }

  TEST_CASE("a policy has at most 1000 targets on each side") {
    PassPolicy policy;
    policy.exclude_targets.clear();
    for (int i = 0; i < 1000; ++i) policy.exclude_targets.push_back(group(std::to_string(i)));
    CHECK(validate(policy).has_value());
    policy.exclude_targets.push_back(group("one more"));
    CHECK(code_of(validate(policy)) == ErrorCode::kPolicyInvalid);
  }

  TEST_CASE("a relying party id is a domain or localhost") {
    const std::string label(63, 'a');
    const struct {
      std::string id;
      bool is_valid;
    } cases[] = {
        {"example.org", true},
        {"keys.example.org", true},
        {"xn--bcher-kva.example", true},
        {"1.example.org", true},
        {"localhost", true},
        {label + ".org", true},
        {label + "a.org", false},
        {label + "." + label + "." + label + "." + label.substr(0, 61), true},
        {label + "." + label + "." + label + "." + label.substr(0, 62), false},
        {"", false},
        {"org", false},
        {"Example.org", false},
        {"example.org.", false},
        {".example.org", false},
        {"example..org", false},
        {"-example.org", false},
        {"example-.org", false},
        {"exam_ple.org", false},
        {"b\xC3\xBC"
         "cher.example",
         false},
        {"192.0.2.7", false},
        {"https://example.org", false},
        {"example.org:443", false},
    };
    for (const auto& one : cases) {
      CAPTURE(one.id);
      const auto verdict =
          validate(RelyingParty{.id = one.id, .name = "Example", .origins = {"https://" + one.id}});
      CHECK(verdict.has_value() == one.is_valid);
    }
  }

  TEST_CASE("an origin is scheme, host and port of the relying party, as a browser writes it") {
    const struct {
      const char* origin;
      bool is_valid;
    } cases[] = {
        {"https://example.org", true},
        {"https://keys.example.org", true},
        {"https://example.org:8443", true},
        {"https://example.org:1", true},
        {"https://example.org:65535", true},
        {"https://example.org:65536", false},
        {"https://example.org:0", false},
        {"https://example.org:443", false},
        {"https://example.org:08443", false},
        {"https://example.org:", false},
        {"https://example.org:80x", false},
        {"https://example.org/", false},
        {"https://example.org/keys", false},
        {"https://user@example.org", false},
        {"https://evil-example.org", false},
        {"https://example.org.evil.net", false},
        {"https://example.net", false},
        {"https://Example.org", false},
        {"http://example.org", false},
        {"http://localhost", false},
        {"example.org", false},
        {"HTTPS://example.org", false},
        {"", false},
    };
    for (const auto& one : cases) {
      CAPTURE(one.origin);
      CHECK(validate(example(one.origin)).has_value() == one.is_valid);
    }
  }

  TEST_CASE("localhost alone may go without TLS") {
    const auto verdict = [](const char* origin) {
      return validate(RelyingParty{.id = "localhost", .name = "Test", .origins = {origin}});
    };
    CHECK(verdict("http://localhost").has_value());
    CHECK(verdict("http://localhost:8080").has_value());
    CHECK(verdict("https://localhost:8443").has_value());
    CHECK(code_of(verdict("http://localhost:80")) == ErrorCode::kInvalidArgument);
    CHECK(code_of(verdict("http://keys.localhost")) == ErrorCode::kInvalidArgument);
  }

  TEST_CASE("a relying party has a name of 1 to 64 printable bytes") {
    auto party = example("https://example.org");
    for (const auto& [name, is_valid] : {std::pair{std::string(), false},
                                         {std::string(1, 'n'), true},
                                         {std::string(64, 'n'), true},
                                         {std::string(65, 'n'), false},
                                         {std::string("a\x1B[2J"), false}}) {
      CAPTURE(name);
      party.name = name;
      CHECK(validate(party).has_value() == is_valid);
    }
  }

  TEST_CASE("a relying party has 1 to 16 origins, each once") {
    auto party = example("https://example.org");
    party.origins.clear();
    CHECK(code_of(validate(party)) == ErrorCode::kInvalidArgument);
    for (int i = 1; i <= 16; ++i)
      party.origins.push_back("https://example.org:" + std::to_string(i));
    CHECK(validate(party).has_value());
    party.origins.push_back("https://example.org:17");
    CHECK(code_of(validate(party)) == ErrorCode::kInvalidArgument);
    party.origins = {"https://example.org", "https://example.org"};
    CHECK(code_of(validate(party)) == ErrorCode::kInvalidArgument);
  }
}
