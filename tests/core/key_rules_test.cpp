#include "core/key_rules.h"

#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/records.h"

using firstkey::core::all_key_flaws;
using firstkey::core::AttestationEnforcement;
using firstkey::core::Bytes;
using firstkey::core::Certification;
using firstkey::core::judge_key;
using firstkey::core::judge_model;
using firstkey::core::key_rules;
using firstkey::core::KeyFacts;
using firstkey::core::KeyFeature;
using firstkey::core::KeyFlaw;
using firstkey::core::KeyPolicy;
using firstkey::core::KeyRestrictions;
using firstkey::core::KeyTarget;
using firstkey::core::model_rules;
using firstkey::core::PasskeyProfile;
using firstkey::core::profiles_for;
using firstkey::core::Target;
using firstkey::tests::make_user;

namespace {

using Flaws = std::vector<KeyFlaw>;
using enum KeyFlaw;

const Bytes kListed(16, 1);
const Bytes kUnlisted(16, 2);

PasskeyProfile profile_with(KeyRestrictions::Type type) {
  return {.name = "Restricted",
          .restrictions = {.is_enforced = true, .type = type, .aaguids = {kListed}}};
}
const PasskeyProfile kAllowing = profile_with(KeyRestrictions::Type::kAllow);
const PasskeyProfile kBlocking = profile_with(KeyRestrictions::Type::kBlock);
const PasskeyProfile kAnything{};
const PasskeyProfile kAttesting{.name = "Attesting",
                                .attestation = AttestationEnforcement::kEnforced};

/// What keys are known to be: from a mere claim to one that a root of its model vouches for.
const KeyFacts kClaimed{.model = {.aaguid = kListed}};
const KeyFacts kTrusted{.model = {.aaguid = kListed}, .is_attested = true};
const KeyFacts kProven{.model = {.aaguid = kListed, .is_proven = true}, .is_attested = true};
const KeyFacts kProvenOther{.model = {.aaguid = kUnlisted, .is_proven = true}, .is_attested = true};
const KeyFacts kClaimedOther{.model = {.aaguid = kUnlisted}};

struct Case {
  const char* name;
  PasskeyProfile profile;
  KeyFacts facts;
  Flaws flaws;
};

const Case kCases[] = {
    {"nothing asked of a mere claim", kAnything, kClaimed, {}},
    {"nothing asked of a proven key", kAnything, kProven, {}},
    {"a claim is no attestation", kAttesting, kClaimed, {kNotAttested}},
    {"any trusted root attests", kAttesting, kTrusted, {}},
    {"a root of the model attests", kAttesting, kProven, {}},
    {"a claim to be listed is not enough", kAllowing, kClaimed, {kModelNotProven}},
    {"a root of no model proves no model", kAllowing, kTrusted, {kModelNotProven}},
    {"a proven model that is listed", kAllowing, kProven, {}},
    {"a proven model that is not listed", kAllowing, kProvenOther, {kModelNotListed}},
    {"a claimed model that is not listed", kAllowing, kClaimedOther, {kModelNotListed}},
    {"a claim to be blocked is enough", kBlocking, kClaimed, {kModelBlocked}},
    {"a blocked model that is proven", kBlocking, kProven, {kModelBlocked}},
    {"a claim to be of another model", kBlocking, kClaimedOther, {}},
    {"a proven model that is not blocked", kBlocking, kProvenOther, {}},
};

/// A profile with one requirement of our own, and what it has against a proven key that shows
/// `facts`.
template <class Require, class Show>
Flaws required(const Require& require, const Show& show) {
  PasskeyProfile profile;
  require(profile);
  KeyFacts facts = kProven;
  show(facts);
  return key_rules(profile, facts);
}

KeyTarget to_group(const std::string& name, std::vector<std::string> profiles) {
  return {.whom = {.kind = Target::Kind::kGroup, .id = name}, .profiles = std::move(profiles)};
}

std::vector<std::string> ids_for(const KeyPolicy& policy) {
  std::vector<std::string> ids;
  for (const auto* profile : profiles_for(make_user("lee"), policy)) ids.push_back(profile->id);
  return ids;
}

}  // namespace

TEST_SUITE("core/key_rules") {
  TEST_CASE("a profile has against a key what the table says") {
    for (const auto& [name, profile, facts, flaws] : kCases) {
      CAPTURE(name);
      CHECK(key_rules(profile, facts) == flaws);
    }
  }

  TEST_CASE("restrictions that are not enforced are none") {
    auto profile = kAllowing;
    profile.restrictions.is_enforced = false;
    CHECK(key_rules(profile, kClaimedOther).empty());
    profile = kBlocking;
    profile.restrictions.is_enforced = false;
    CHECK(key_rules(profile, kClaimed).empty());
  }

  TEST_CASE("a feature that is required has to be shown, each by itself") {
    using enum KeyFeature;
    for (const auto& [feature, flaw] : {std::pair{kResidentKey, kResidentKeyNotProven},
                                        {kUserVerification, kUserVerificationNotProven},
                                        {kHmacSecret, kHmacSecretNotProven}}) {
      const auto require = [&](PasskeyProfile& profile) { profile.features = {feature}; };
      CHECK(required(require, [](KeyFacts&) {}) == Flaws{flaw});
      CHECK(required(require, [&](KeyFacts& facts) { facts.features = {feature}; }).empty());
      CHECK(required(require, [&](KeyFacts& facts) {
              for (const auto other : {kResidentKey, kUserVerification, kHmacSecret}) {
                if (other != feature) facts.features.push_back(other);
              }
            }) == Flaws{flaw});
    }
  }

  TEST_CASE("a firmware is taken from its floor on, and a model without a floor with any") {
    const auto floor = [](const Bytes& aaguid) {
      return [aaguid](PasskeyProfile& profile) {
        profile.firmware_floors = {{.aaguid = aaguid, .minimum = 100}};
      };
    };
    const auto shown = [](std::int64_t firmware) {
      return [firmware](KeyFacts& facts) { facts.firmware = firmware; };
    };
    CHECK(required(floor(kListed), [](KeyFacts&) {}) == Flaws{kFirmwareUnknown});
    CHECK(required(floor(kListed), shown(99)) == Flaws{kFirmwareTooOld});
    CHECK(required(floor(kListed), shown(100)).empty());
    CHECK(required(floor(kListed), shown(101)).empty());
    CHECK(required(floor(kUnlisted), [](KeyFacts&) {}).empty());
  }

  TEST_CASE("a certification is taken from its floor on") {
    const auto floor = [](PasskeyProfile& profile) {
      profile.certification_floor = Certification::kL1Plus;
    };
    const auto shown = [](Certification certification) {
      return [certification](KeyFacts& facts) { facts.certification = certification; };
    };
    CHECK(required(floor, [](KeyFacts&) {}) == Flaws{kCertificationUnknown});
    CHECK(required(floor, shown(Certification::kAny)) == Flaws{kCertificationTooLow});
    CHECK(required(floor, shown(Certification::kL1)) == Flaws{kCertificationTooLow});
    CHECK(required(floor, shown(Certification::kL1Plus)).empty());
    CHECK(required(floor, shown(Certification::kL2)).empty());
  }

  TEST_CASE("where serial numbers are listed, one of them has to be told") {
    const auto list = [](PasskeyProfile& profile) { profile.serials = {Bytes{1}, Bytes{2, 3}}; };
    const auto shown = [](Bytes serial) {
      return [serial](KeyFacts& facts) { facts.serial = serial; };
    };
    CHECK(required(list, [](KeyFacts&) {}) == Flaws{kSerialUnknown});
    CHECK(required(list, shown({4})) == Flaws{kSerialNotListed});
    CHECK(required(list, shown({2})) == Flaws{kSerialNotListed});
    CHECK(required(list, shown({2, 3})).empty());
    CHECK(required([](PasskeyProfile&) {}, shown({4})).empty());
  }

  TEST_CASE("at a sign-in the model counts, and attestation no more") {
    auto profile = kAllowing;
    profile.attestation = AttestationEnforcement::kEnforced;
    CHECK(key_rules(profile, kClaimedOther) == Flaws{kNotAttested, kModelNotListed});
    CHECK(model_rules(profile, kClaimedOther.model) == Flaws{kModelNotListed});
    CHECK(model_rules(profile, kProven.model).empty());
  }

  TEST_CASE("a key passes if it satisfies any one profile fully") {
    const std::vector<const PasskeyProfile*> profiles{&kAttesting, &kAllowing, &kAnything};
    CHECK(judge_key(profiles, kProven).satisfied == &kAttesting);
    CHECK(judge_key(profiles, kClaimed).satisfied == &kAnything);
    CHECK(judge_key({}, kProven).satisfied == nullptr);
  }

  TEST_CASE("halves of two profiles are no profile, and each says why not") {
    auto both = kAllowing;
    both.attestation = AttestationEnforcement::kEnforced;
    const std::vector<const PasskeyProfile*> profiles{&both, &kAttesting};
    const auto judgement = judge_key(profiles, kClaimed);
    CHECK(judgement.satisfied == nullptr);
    CHECK(judgement.text() ==
          "Restricted: not_attested, model_not_proven; Attesting: not_attested");
    CHECK(judgement.nearest().profile == &kAttesting);
  }

  TEST_CASE("a model is judged by the profiles' restrictions alone") {
    const std::vector<const PasskeyProfile*> profiles{&kBlocking};
    CHECK(judge_model(profiles, kClaimed.model).satisfied == nullptr);
    CHECK(judge_model(profiles, kClaimedOther.model).satisfied == &kBlocking);
  }

  TEST_CASE("the profiles for a user are those of all targets they are in") {
    KeyPolicy policy;
    policy.profiles = {{.id = "1"}, {.id = "2"}, {.id = "3"}};
    policy.include_targets = {
        to_group("newcomers", {"2"}), to_group("berlin", {"1", "2"}), to_group("elsewhere", {"3"})};
    CHECK(ids_for(policy) == std::vector<std::string>{"1", "2"});
    policy.include_targets = {to_group("elsewhere", {"3"})};
    CHECK(ids_for(policy).empty());
    policy.include_targets = {
        {.whom = {.kind = Target::Kind::kUser, .id = make_user("lee").id.text()},
         .profiles = {"3"}}};
    CHECK(ids_for(policy) == std::vector<std::string>{"3"});
  }

  TEST_CASE("who is excluded has no profile, whatever includes them") {
    KeyPolicy policy;
    CHECK(ids_for(policy).size() == 1);
    policy.exclude_targets = {{.kind = Target::Kind::kGroup, .id = "berlin"}};
    CHECK(ids_for(policy).empty());
    policy.exclude_targets = {{.kind = Target::Kind::kGroup, .id = "elsewhere"}};
    CHECK(ids_for(policy).size() == 1);
  }

  TEST_CASE("the README's table has every flaw, in order, and no other") {
    std::ifstream file(FIRSTKEY_SOURCE_DIR "/core/README.md");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    std::size_t at = text.find("| Flaw |");
    for (const auto flaw : all_key_flaws()) {
      CAPTURE(to_string(flaw));
      const auto row = text.find("\n| `", at);
      REQUIRE(row != std::string::npos);
      CHECK(text.substr(row + 4, to_string(flaw).size() + 1) == std::string(to_string(flaw)) + "`");
      at = row + 1;
    }
    CHECK(text.find("\n| `", at) > text.find("\n\n", at));
  }
}
