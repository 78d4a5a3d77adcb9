#include "core/settings.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "tests/support/records.h"

namespace json = boost::json;
using firstkey::core::Alphabet;
using firstkey::core::AttestationEnforcement;
using firstkey::core::Bytes;
using firstkey::core::Certification;
using firstkey::core::ErrorCode;
using firstkey::core::Instant;
using firstkey::core::key_policy_from_json;
using firstkey::core::key_policy_to_json;
using firstkey::core::KeyFeature;
using firstkey::core::KeyPolicy;
using firstkey::core::KeyRestrictions;
using firstkey::core::pass_policy_from_json;
using firstkey::core::pass_policy_to_json;
using firstkey::core::PassPolicy;
using firstkey::core::PolicyState;
using firstkey::core::ProofRequirement;
using firstkey::core::Settings;
using firstkey::core::settings_from_json;
using firstkey::core::settings_to_json;
using firstkey::core::Target;
using firstkey::tests::make_settings;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// Policies of which no field is at its default, so that a field that is not carried shows.
PassPolicy unusual_pass_policy() {
  return {.state = PolicyState::kDisabled,
          .default_lifetime = minutes(90),
          .minimum_lifetime = minutes(30),
          .maximum_lifetime = minutes(43200),
          .default_length = 12,
          .is_usable_once = true,
          .include_targets = {{.kind = Target::Kind::kGroup, .id = "newcomers"}},
          .exclude_targets = {{.kind = Target::Kind::kUser, .id = "6f1967b7"}},
          .alphabet = Alphabet::kDigits,
          .lockout = {.free_attempts_per_name_and_station = 3,
                      .longest_pause = minutes(20),
                      .attempts_per_name = 40,
                      .attempts_per_station = 10,
                      .station_period = minutes(5)},
          .idle_limit = minutes(7),
          .credentials_per_session = 1,
          .proof = ProofRequirement::kOffered,
          .window = seconds(300)};
}

KeyPolicy unusual_key_policy() {
  return {.state = PolicyState::kDisabled,
          .allows_self_service = false,
          .include_targets = {{.whom = {.kind = Target::Kind::kUser, .id = "6f1967b7"},
                               .profiles = {"p"}}},
          .exclude_targets = {{.kind = Target::Kind::kGroup, .id = "leavers"}},
          .profiles = {{.id = "p",
                        .name = "Staff",
                        .attestation = AttestationEnforcement::kEnforced,
                        .restrictions = {.is_enforced = true,
                                         .type = KeyRestrictions::Type::kAllow,
                                         .aaguids = {Bytes(16, 1), Bytes(16, 2)}},
                        .features = {KeyFeature::kHmacSecret, KeyFeature::kResidentKey},
                        .firmware_floors = {{.aaguid = Bytes(16, 1), .minimum = 0xFFFFFFFF}},
                        .certification_floor = Certification::kL2,
                        .serials = {Bytes{1}, Bytes(16, 0xAB)}}},
          .requires_resident_key = false,
          .requires_user_verification = false,
          .allows_backup_eligible = true,
          .allows_simulators = true,
          .algorithms = {-8, -7},
          .metadata = {.refuses_user_verification_bypass = false,
                       .refuses_user_key_remote_compromise = false,
                       .refuses_user_key_physical_compromise = false,
                       .grace = std::chrono::days(7)}};
}

Settings unusual_settings() {
  auto settings = make_settings();
  settings.pass_policy = unusual_pass_policy();
  settings.key_policy = unusual_key_policy();
  settings.relying_party.origins = {"https://example.org", "https://sso.example.org:8443"};
  settings.trust_roots.front().aaguids = {Bytes(16, 3)};
  settings.metadata_roots = {{.id = "cd", .subject = "CN=Metadata", .der = {4, 5}}};
  settings.metadata = {.number = 9,
                       .next_update = Instant(seconds(1'800'000'000)),
                       .imported_at = Instant(seconds(1'799'000'000)),
                       .previous_number = 8};
  settings.stations = {{.id = firstkey::core::StationId("kiosk"),
                        .code_hash = {1},
                        .code_expires_at = Instant(seconds(1'799'000'060)),
                        .created_at = Instant(seconds(1'799'000'000)),
                        .joined_at = Instant(seconds(1'799'000'030)),
                        .credential_hash = {2}},
                       {.id = firstkey::core::StationId("desk"),
                        .code_hash = {3},
                        .code_expires_at = Instant(seconds(1'799'000'060)),
                        .created_at = Instant(seconds(1'799'000'000)),
                        .joined_at = std::nullopt}};
  settings.pepper_mark = firstkey::core::PepperMark{.key_id = "2", .mac = {4}};
  settings.owner_uid = 0xFFFFFFFF;
  settings.owner_installation = firstkey::core::InstallationId("here");
  settings.epoch = 3;
  return settings;
}

struct Edit {
  const char* name;
  const char* member;
  const char* value;
};

const Edit kWrongInPassPolicy[] = {
    {"a word for a number", "defaultLength", R"("8")"},
    {"a fraction", "defaultLength", "8.5"},
    {"more than an int holds", "defaultLength", "4294967304"},
    {"more than int64 holds", "defaultLength", "18446744073709551615"},
    {"a number for a flag", "isUsableOnce", "1"},
    {"nothing for a flag", "isUsableOnce", "null"},
    {"a state that is none", "state", R"("on")"},
    {"a state in capitals", "state", R"("Enabled")"},
    {"an alphabet that is none", "alphabet", R"("emoji")"},
    {"an object for a list", "includeTargets", "{}"},
    {"a name for a target", "includeTargets", R"(["newcomers"])"},
    {"a target of no kind", "includeTargets", R"([{"id":"newcomers"}])"},
    {"a target with more to it",
     "includeTargets",
     R"([{"targetType":"group","id":"newcomers","isRegistrationRequired":false}])"},
    {"a list for an object", "lockout", "[]"},
    {"half an object", "lockout", R"({"attemptsPerName":50})"},
};

const Edit kWrongInKeyPolicy[] = {
    {"an algorithm by name", "algorithms", R"(["ES256"])"},
    {"another default", "defaultPasskeyProfile", R"("00000000-0000-0000-0000-000000000002")"},
    {"a target without profiles", "includeTargets", R"([{"targetType":"group","id":"staff"}])"},
    {"a profile by name", "passkeyProfiles", R"(["Default"])"},
    {"a profile without restrictions",
     "passkeyProfiles",
     R"([{"id":"a","name":"b","attestationEnforcement":"disabled"}])"},
    {"an enforcement that is none",
     "passkeyProfiles",
     R"([{"id":"a","name":"b","attestationEnforcement":"always","keyRestrictions":{
       "isEnforced":false,"enforcementType":"block","aaGuids":[]}}])"},
    {"a model by name",
     "passkeyProfiles",
     R"([{"id":"a","name":"b","attestationEnforcement":"disabled","keyRestrictions":{
       "isEnforced":true,"enforcementType":"allow","aaGuids":["Some key"]}}])"},
    {"restrictions with more to them",
     "passkeyProfiles",
     R"([{"id":"a","name":"b","attestationEnforcement":"disabled","keyRestrictions":{
       "isEnforced":false,"enforcementType":"block","aaGuids":[],"@odata.type":"x"}}])"},
};

const Edit kWrongInSettings[] = {
    {"a root for models that are none",
     "trustRoots",
     R"([{"id":"a","subject":"s","der":"AQ","aaGuids":"all"}])"},
    {"an account below all", "ownerUid", "-1"},
    {"an account beyond all", "ownerUid", "4294967296"},
    {"a root that is no certificate", "trustRoots", R"([{"id":"a","subject":"s","der":"+/="}])"},
    {"a metadata root that is no certificate",
     "metadataRoots",
     R"([{"id":"a","subject":"s","der":"+/="}])"},
    {"metadata without its number", "metadata", R"({"nextUpdate":1,"importedAt":1,
     "previousNumber":null})"},
    {"metadata before a previous one by name", "metadata", R"({"number":2,"nextUpdate":1,
     "importedAt":1,"previousNumber":"1"})"},
    {"an origin that is a number", "relyingParty", R"({"id":"a","name":"b","origins":[1]})"},
    {"a policy that is none", "passPolicy", "{}"},
};

std::string with(const std::string& document, const Edit& edit) {
  auto object = json::parse(document).as_object();
  object[edit.member] = json::parse(edit.value);
  return json::serialize(object);
}

/// That every member of `document` is needed, and none besides, whoever `read` it.
template <class Read>
void check_members(const std::string& document, const Read& read, ErrorCode code) {
  const auto whole = json::parse(document).as_object();
  for (const auto& entry : whole) {
    const std::string member(entry.key());
    CAPTURE(member);
    auto lacking = whole;
    lacking.erase(member);
    const auto refused = read(json::serialize(lacking));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == code);
    CHECK(refused.error().detail.contains(member));
  }
  auto more = whole;
  more["lifetime"] = 60;
  const auto refused = read(json::serialize(more));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == code);
  CHECK(refused.error().detail.contains("lifetime"));
}

}  // namespace

TEST_SUITE("core/settings") {
  TEST_CASE("a profile asks for what is its alone, in forms that can be read") {
    for (const auto& [member, value] :
         {std::pair{"requiredFeatures", R"("residentKey")"},
          {"requiredFeatures", R"(["touch"])"},
          {"firmwareFloors", R"([{"aaGuid":"any","minimumFirmware":1}])"},
          {"firmwareFloors",
           R"([{"aaGuid":"ee882879-721c-4913-9775-3dfcce97072a","minimumFirmware":"5.4.3"}])"},
          {"firmwareFloors", R"([{"aaGuid":"ee882879-721c-4913-9775-3dfcce97072a"}])"},
          {"enterpriseSerials", R"("0102")"},
          {"enterpriseSerials", R"(["012"])"},
          {"certificationFloor", R"("L1")"},
          {"certificationFloor", "null"}}) {
      CAPTURE(value);
      auto document = json::parse(key_policy_to_json(KeyPolicy{})).as_object();
      document["passkeyProfiles"].as_array()[0].as_object()[member] = json::parse(value);
      const auto read = key_policy_from_json(json::serialize(document));
      REQUIRE_FALSE(read);
      CHECK(read.error().detail.contains(member));
    }
  }

  TEST_CASE("settings come back as they were written, default or not") {
    for (const auto& settings : {make_settings(), unusual_settings()}) {
      const auto read = settings_from_json(settings_to_json(settings));
      REQUIRE(read);
      CHECK(read.value() == settings);
    }
  }

  TEST_CASE("policies come back as they were written, default or not") {
    for (const auto& policy : {PassPolicy{}, unusual_pass_policy()}) {
      CHECK(pass_policy_from_json(pass_policy_to_json(policy)).value() == policy);
    }
    for (const auto& policy : {KeyPolicy{}, unusual_key_policy()}) {
      CHECK(key_policy_from_json(key_policy_to_json(policy)).value() == policy);
    }
  }

  // Source: Graph, temporaryAccessPassAuthenticationMethodConfiguration.
  TEST_CASE("what Graph has a name for goes by Graph's name") {
    const auto policy = json::parse(pass_policy_to_json(PassPolicy{})).as_object();
    CHECK(policy.at("state") == "enabled");
    CHECK(policy.at("defaultLifetimeInMinutes") == 60);
    CHECK(policy.at("minimumLifetimeInMinutes") == 60);
    CHECK(policy.at("maximumLifetimeInMinutes") == 480);
    CHECK(policy.at("defaultLength") == 8);
    CHECK(policy.at("isUsableOnce") == false);
    CHECK(policy.at("includeTargets") ==
          json::parse(R"([{"targetType":"group","id":"all_users"}])"));
    const auto keys = json::parse(key_policy_to_json(KeyPolicy{}));
    CHECK(keys.at("isSelfServiceRegistrationAllowed") == true);
    CHECK(keys.at("includeTargets") == json::parse(R"([{"targetType":"group","id":"all_users",
            "allowedPasskeyProfiles":["00000000-0000-0000-0000-000000000001"]}])"));
    CHECK(keys.at("defaultPasskeyProfile") == "00000000-0000-0000-0000-000000000001");
    CHECK(keys.at("passkeyProfiles") ==
          json::parse(R"([{"id":"00000000-0000-0000-0000-000000000001","name":"Default",
            "attestationEnforcement":"disabled","keyRestrictions":{"isEnforced":false,
            "enforcementType":"block","aaGuids":[]}}])"));
  }

  TEST_CASE("a document that lacks a member or has one more is refused by its name") {
    check_members(
        pass_policy_to_json(PassPolicy{}), pass_policy_from_json, ErrorCode::kPolicyInvalid);
    check_members(key_policy_to_json(KeyPolicy{}), key_policy_from_json, ErrorCode::kPolicyInvalid);
    check_members(settings_to_json(make_settings()), settings_from_json, ErrorCode::kStoreDamaged);
  }

  TEST_CASE("a member of another type or meaning is refused by its name") {
    const auto policy = pass_policy_to_json(PassPolicy{});
    for (const auto& edit : kWrongInPassPolicy) {
      CAPTURE(edit.name);
      const auto read = pass_policy_from_json(with(policy, edit));
      REQUIRE_FALSE(read);
      CHECK(read.error().code == ErrorCode::kPolicyInvalid);
      CHECK(read.error().detail.contains(edit.member));
    }
  }

  TEST_CASE("a member of the key policy of another type or meaning is refused by its name") {
    const auto policy = key_policy_to_json(KeyPolicy{});
    for (const auto& edit : kWrongInKeyPolicy) {
      CAPTURE(edit.name);
      const auto read = key_policy_from_json(with(policy, edit));
      REQUIRE_FALSE(read);
      CHECK(read.error().code == ErrorCode::kPolicyInvalid);
      CHECK(read.error().detail.contains(edit.member));
    }
  }

  TEST_CASE("a document with a member that stands twice is refused, at any depth") {
    const auto twice = [](std::string document, const std::string& member) {
      const auto at = document.find('"' + member.substr(1, member.find('"', 1)));
      REQUIRE(at != std::string::npos);
      return document.insert(at, member + ",");
    };
    const auto passes = pass_policy_to_json(PassPolicy{});
    for (const auto& text : {twice(passes, R"("isUsableOnce":true)"),
                             twice(passes, R"("attemptsPerName":5)"),
                             twice(passes, R"("targetType":"user")")}) {
      CAPTURE(text);
      CHECK(pass_policy_from_json(text).error().code == ErrorCode::kPolicyInvalid);
    }
    const auto keys = key_policy_to_json(KeyPolicy{});
    CHECK(key_policy_from_json(twice(keys, R"("allowSimulators":true)")).error().code ==
          ErrorCode::kPolicyInvalid);
  }

  TEST_CASE("settings that no firstkey wrote are damaged") {
    const auto settings = settings_to_json(make_settings());
    for (const auto& edit : kWrongInSettings) {
      CAPTURE(edit.name);
      const auto read = settings_from_json(with(settings, edit));
      REQUIRE_FALSE(read);
      CHECK(read.error().code == ErrorCode::kStoreDamaged);
    }
  }

  TEST_CASE("what is no JSON object is refused, however deep or long") {
    for (const auto& text : {std::string(),
                             std::string("{"),
                             std::string("[]"),
                             std::string("null"),
                             std::string("{} {}"),
                             std::string(100'000, '[')}) {
      CAPTURE(text.substr(0, 10));
      CHECK(settings_from_json(text).error().code == ErrorCode::kStoreDamaged);
      CHECK(pass_policy_from_json(text).error().code == ErrorCode::kPolicyInvalid);
      CHECK(key_policy_from_json(text).error().code == ErrorCode::kPolicyInvalid);
    }
  }
}
