#include "core/key_policy.h"

#include <string>

#include <doctest/doctest.h>

#include "core/settings.h"

using firstkey::core::Bytes;
using firstkey::core::ErrorCode;
using firstkey::core::kDefaultProfile;
using firstkey::core::KeyFeature;
using firstkey::core::KeyPolicy;
using firstkey::core::KeyRestrictions;
using firstkey::core::PasskeyProfile;
using firstkey::core::Target;
using firstkey::core::validate;

namespace {

constexpr const char* kOther = "6f1967b7-15e8-4935-ac26-d50770ed07a7";

ErrorCode code_of(const firstkey::core::Result<void>& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().code;
}

PasskeyProfile other_profile() {
  return {.id = kOther, .name = "Other"};
}

/// A list of `count` models.
std::vector<Bytes> models(std::size_t count) {
  std::vector<Bytes> aaguids;
  for (std::size_t i = 0; i < count; ++i) {
    aaguids.emplace_back(16, 0);
    aaguids.back()[0] = static_cast<std::uint8_t>(i >> 8U);
    aaguids.back()[1] = static_cast<std::uint8_t>(i);
  }
  return aaguids;
}

struct Fault {
  const char* name;
  void (*make)(KeyPolicy&);
};

const Fault kFaults[] = {
    {"no default profile",
     [](KeyPolicy& p) {
       p.profiles = {other_profile()};
       p.include_targets.front().profiles = {kOther};
     }},
    {"no profile at all", [](KeyPolicy& p) { p.profiles.clear(); }},
    {"a profile twice", [](KeyPolicy& p) { p.profiles.emplace_back(); }},
    {"an id that is no UUID", [](KeyPolicy& p) { p.profiles.push_back({.id = "staff"}); }},
    {"an id in capitals",
     [](KeyPolicy& p) { p.profiles.push_back({.id = "6F1967B7-15E8-4935-AC26-D50770ED07A7"}); }},
    {"no name", [](KeyPolicy& p) { p.profiles.front().name.clear(); }},
    {"a name of two lines", [](KeyPolicy& p) { p.profiles.front().name = "a\nb"; }},
    {"a name too long", [](KeyPolicy& p) { p.profiles.front().name = std::string(65, 'n'); }},
    {"a model twice",
     [](KeyPolicy& p) { p.profiles.front().restrictions.aaguids = {Bytes(16, 1), Bytes(16, 1)}; }},
    {"an allow list that is empty",
     [](KeyPolicy& p) {
       p.profiles.front().restrictions = {.is_enforced = true,
                                          .type = KeyRestrictions::Type::kAllow};
     }},
    {"a feature twice",
     [](KeyPolicy& p) {
       p.profiles.front().features = {KeyFeature::kHmacSecret, KeyFeature::kHmacSecret};
     }},
    {"two floors for a model",
     [](KeyPolicy& p) {
       p.profiles.front().firmware_floors = {{.aaguid = Bytes(16, 1), .minimum = 1},
                                             {.aaguid = Bytes(16, 1), .minimum = 2}};
     }},
    {"a firmware below all",
     [](KeyPolicy& p) { p.profiles.front().firmware_floors = {{.minimum = -1}}; }},
    {"a firmware beyond all",
     [](KeyPolicy& p) { p.profiles.front().firmware_floors = {{.minimum = 0x100000000}}; }},
    {"a serial number twice",
     [](KeyPolicy& p) { p.profiles.front().serials = {Bytes{1}, Bytes{1}}; }},
    {"a serial number of no bytes", [](KeyPolicy& p) { p.profiles.front().serials = {Bytes()}; }},
    {"a serial number of 65 bytes",
     [](KeyPolicy& p) { p.profiles.front().serials = {Bytes(65, 1)}; }},
    {"a target with no profile", [](KeyPolicy& p) { p.include_targets.front().profiles.clear(); }},
    {"a target with a profile that is gone",
     [](KeyPolicy& p) { p.include_targets.front().profiles.emplace_back(kOther); }},
    {"a target that is nobody", [](KeyPolicy& p) { p.include_targets.front().whom.id.clear(); }},
    {"a target twice",
     [](KeyPolicy& p) { p.include_targets.push_back(p.include_targets.front()); }},
    {"an excluded user by name",
     [](KeyPolicy& p) { p.exclude_targets = {{.kind = Target::Kind::kUser, .id = "lee"}}; }},
};

}  // namespace

TEST_SUITE("core/key_policy") {
  TEST_CASE("the policy of a fresh store is valid") {
    CHECK(validate(KeyPolicy{}).has_value());
  }

  TEST_CASE("a firmware is an unsigned number of 32 bits") {
    for (const std::int64_t minimum : {0LL, 1LL, 0xFFFFFFFFLL}) {
      KeyPolicy policy;
      policy.profiles.front().firmware_floors = {{.aaguid = Bytes(16, 1), .minimum = minimum}};
      CHECK(validate(policy).has_value());
    }
  }

  TEST_CASE("a policy that cannot be meant is refused") {
    for (const auto& fault : kFaults) {
      CAPTURE(fault.name);
      KeyPolicy policy;
      fault.make(policy);
      CHECK(code_of(validate(policy)) == ErrorCode::kPolicyInvalid);
    }
  }

  TEST_CASE("a policy has at most three profiles, the default among them") {
    KeyPolicy policy;
    policy.profiles.push_back(other_profile());
    policy.profiles.push_back({.id = "6f1967b7-15e8-4935-ac26-d50770ed07a8", .name = "Another"});
    policy.include_targets.front().profiles = {std::string(kDefaultProfile), kOther};
    CHECK(validate(policy).has_value());
    policy.profiles.push_back({.id = "6f1967b7-15e8-4935-ac26-d50770ed07a9", .name = "One more"});
    CHECK(code_of(validate(policy)) == ErrorCode::kPolicyInvalid);
  }

  TEST_CASE("a policy takes 20 KB of JSON at most") {
    KeyPolicy policy;
    auto& aaguids = policy.profiles.front().restrictions.aaguids;
    while (key_policy_to_json(policy).size() + 39 <= 20'480) aaguids = models(aaguids.size() + 1);
    CHECK(aaguids.size() > 480);
    CHECK(validate(policy).has_value());
    aaguids = models(aaguids.size() + 1);
    CHECK(code_of(validate(policy)) == ErrorCode::kPolicyInvalid);
  }

  TEST_CASE("a key policy allows known algorithms, at least one, each once") {
    const auto verdict = [](std::vector<int> algorithms) {
      return validate(KeyPolicy{.algorithms = std::move(algorithms)});
    };
    CHECK(verdict({-7, -8, -35, -36, -53, -257}).has_value());
    CHECK(code_of(verdict({})) == ErrorCode::kPolicyInvalid);
    CHECK(code_of(verdict({-7, -37})) == ErrorCode::kPolicyInvalid);
    CHECK(code_of(verdict({-7, -8, -7})) == ErrorCode::kPolicyInvalid);
  }

  TEST_CASE("metadata may be used for up to a year after the next was due") {
    const auto verdict = [](int days) {
      return validate(KeyPolicy{.metadata = {.grace = std::chrono::days(days)}});
    };
    CHECK(code_of(verdict(-1)) == ErrorCode::kPolicyInvalid);
    CHECK(verdict(0).has_value());
    CHECK(verdict(365).has_value());
    CHECK(code_of(verdict(366)) == ErrorCode::kPolicyInvalid);
  }
}
