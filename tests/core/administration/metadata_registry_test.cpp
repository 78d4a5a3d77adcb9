#include "core/administration/metadata_registry.h"

#include <doctest/doctest.h>

#include "core/administration/trust_roots.h"
#include "tests/support/administration_fixture.h"
#include "tests/support/made_ceremony.h"
#include "tests/support/made_metadata.h"

using firstkey::core::CurrentMetadata;
using firstkey::core::ErrorCode;
using firstkey::core::from_rfc3339;
using firstkey::core::MetadataRegistry;
using firstkey::core::ReadTransaction;
using firstkey::core::Result;
using firstkey::core::Role;
using firstkey::core::Settings;
using firstkey::core::User;
using firstkey::core::WriteTransaction;
using firstkey::tests::AdministrationFixture;
using firstkey::tests::bytes_of;
using firstkey::tests::code_of;
using firstkey::tests::entry_with_status;
using firstkey::tests::EntryShape;
using firstkey::tests::kMetadataTime;
using firstkey::tests::MadeRegistration;
using firstkey::tests::make_credential;
using firstkey::tests::make_crl;
using firstkey::tests::metadata_signer;
using firstkey::tests::PayloadShape;

namespace {

const firstkey::core::Bytes kAaguid(16, 0xA5);

EntryShape revoked() {
  return entry_with_status({{"status", "REVOKED"}});
}

struct Fixture : AdministrationFixture {
  Fixture() {
    edit_settings([](Settings& settings) {
      settings.metadata_roots = {
          {.id = "m", .subject = "CN=Metadata Root", .der = metadata_signer().root.der}};
    });
  }
  Result<CurrentMetadata> import(const PayloadShape& payload) {
    return metadata.import({.blob = metadata_signer().blob(payload), .crls = {}});
  }
  auto compare(const PayloadShape& payload) {
    return metadata.compare({.blob = metadata_signer().blob(payload), .crls = {}});
  }
  std::optional<firstkey::core::StoredMetadata> stored(std::int64_t number) {
    return seen([&](ReadTransaction& t) { return t.metadata(number); });
  }
  /// `user` has a key of the model that EntryShape is about.
  void register_key(const User& user, const std::string& id) {
    auto credential = make_credential(user, id);
    credential.attestation_object = MadeRegistration().response().attestation_object;
    write([&](WriteTransaction& t) { REQUIRE(t.insert_credential(credential)); });
  }

  MetadataRegistry metadata{administration};
};

}  // namespace

TEST_SUITE("core/administration/metadata_registry") {
  TEST_CASE("what is imported is kept as published, and is current at once") {
    Fixture f;
    const auto imported = f.import({});
    REQUIRE(imported);
    CHECK(imported->number == 7);
    CHECK(imported->next_update == from_rfc3339("2026-06-01T00:00:00Z"));
    CHECK(imported->imported_at == kMetadataTime);
    CHECK_FALSE(imported->previous_number);
    CHECK(f.settings().metadata == imported.value());
    CHECK(firstkey::core::webauthn::MetadataService::read_stored(f.stored(7)->blob)->number() == 7);
    CHECK(f.last_audit().action == "metadata.import");
    CHECK(f.last_audit().details.at("metadataNumber") == "7");
    CHECK(f.last_audit().details.at("sha256").size() == 64);
  }

  TEST_CASE("the one before is kept, and the one before that is not") {
    Fixture f;
    for (const std::int64_t number : {7, 8, 9}) REQUIRE(f.import({.number = number}));
    CHECK(f.settings().metadata->number == 9);
    CHECK(f.settings().metadata->previous_number == 8);
    CHECK(f.stored(8));
    CHECK_FALSE(f.stored(7));
  }

  TEST_CASE("an old number is refused, and so is the same again") {
    Fixture f;
    REQUIRE(f.import({.number = 7}));
    for (const std::int64_t number : {1, 6, 7}) {
      CAPTURE(number);
      CHECK(code_of(f.import({.number = number})) == ErrorCode::kMetadataNotNewer);
      CHECK(f.last_audit().details.at("check") == "metadata_not_newer");
      CHECK(f.last_audit().outcome == "metadata_not_newer");
    }
    CHECK(f.settings().metadata->number == 7);
    CHECK(f.import({.number = 8}));
  }

  TEST_CASE("metadata out of date by more than the policy's grace is refused") {
    Fixture f;
    f.edit_settings([](Settings& s) { s.key_policy.metadata.grace = std::chrono::days(1); });
    CHECK(code_of(f.import({.next_update = "2026-04-29"})) == ErrorCode::kMetadataOutOfDate);
    CHECK(f.import({.next_update = "2026-04-30"}));
  }

  TEST_CASE("only the listed roots of metadata count, those of keys do not") {
    Fixture f;
    f.edit_settings([](Settings& settings) {
      std::swap(settings.metadata_roots, settings.trust_roots);
      settings.metadata_roots.clear();
    });
    CHECK(code_of(f.import({})) == ErrorCode::kMetadataInvalid);
    CHECK(f.last_audit().details.at("check") == "metadata_signer_not_trusted");
    CHECK_FALSE(f.settings().metadata);
    firstkey::core::TrustRoots roots(f.administration, firstkey::core::TrustPurpose::kMetadata);
    REQUIRE(roots.add(metadata_signer().root.der, firstkey::core::LeafListing::kRefused));
    CHECK(f.import({}));
  }

  TEST_CASE("a damaged BLOB changes nothing") {
    Fixture f;
    auto blob = metadata_signer().blob();
    blob.back() = blob.back() == 'A' ? 'Q' : 'A';
    CHECK(code_of(f.metadata.import({.blob = blob, .crls = {}})) == ErrorCode::kMetadataInvalid);
    CHECK_FALSE(f.settings().metadata);
    CHECK_FALSE(f.stored(7));
  }

  TEST_CASE("revocation lists are taken in either form, and heeded") {
    Fixture f;
    const auto& signer = metadata_signer();
    const auto of_root = make_crl({}, signer.root);
    const auto import_with = [&](firstkey::core::Bytes crl) {
      return f.metadata.import({.blob = signer.blob(), .crls = {std::move(crl), of_root}});
    };
    CHECK(code_of(import_with(make_crl({.serials = {3}}, signer.intermediate))) ==
          ErrorCode::kMetadataInvalid);
    CHECK(f.last_audit().details.at("check") == "metadata_signer_revoked");
    CHECK(code_of(import_with(bytes_of("no list"))) == ErrorCode::kInvalidArgument);
    auto pem = firstkey::tests::to_pem(make_crl({}, signer.intermediate), "X509 CRL");
    CHECK(import_with(bytes_of(pem)));
  }

  TEST_CASE("without metadata there is nothing to see") {
    Fixture f;
    CHECK(code_of(f.metadata.state()) == ErrorCode::kNotFound);
    CHECK(code_of(f.metadata.list()) == ErrorCode::kNotFound);
    CHECK(code_of(f.metadata.show(kAaguid)) == ErrorCode::kNotFound);
  }

  TEST_CASE("its state, its models and one of them are shown") {
    Fixture f;
    REQUIRE(f.import({}));
    const auto state = f.metadata.state();
    CHECK(state->entries == 1);
    CHECK(state->in_force_until == from_rfc3339("2026-07-02T00:00:00Z"));
    CHECK(state->is_in_force());
    CHECK(f.metadata.list()->size() == 1);
    CHECK(f.metadata.show(kAaguid)->entry.description == "Test key");
    CHECK(f.metadata.show(kAaguid)->certification ==
          firstkey::core::webauthn::AuthenticatorStatus::kFidoCertifiedL1);
    CHECK(code_of(f.metadata.show(firstkey::core::Bytes(16, 1))) == ErrorCode::kNotFound);
    f.clock.advance(std::chrono::days(62));
    CHECK_FALSE(f.metadata.state()->is_in_force());
  }

  TEST_CASE("a comparison tells which models are new, gone or known otherwise") {
    Fixture f;
    const EntryShape same{.aaguid = "00000000-0000-0000-0000-000000000001"};
    const EntryShape gone{.aaguid = "00000000-0000-0000-0000-000000000002"};
    const EntryShape added{.aaguid = "00000000-0000-0000-0000-000000000003"};
    CHECK(f.compare({.entries = {same}})->models.size() == 1);
    REQUIRE(f.import({.entries = {same, gone, EntryShape{}}}));
    const auto compared = f.compare({.number = 8, .entries = {same, added, revoked()}});
    REQUIRE(compared);
    CHECK(compared->number == 8);
    CHECK(compared->current_number == 7);
    REQUIRE(compared->models.size() == 3);
    CHECK_FALSE(compared->models[0].before);
    CHECK(compared->models[0].after->aaguid.back() == 3);
    CHECK(compared->models[1].before->reports.size() == 1);
    CHECK(compared->models[1].after->reports.size() == 2);
    CHECK(compared->models[2].before->aaguid.back() == 2);
    CHECK_FALSE(compared->models[2].after);
    CHECK(f.settings().metadata->number == 7);
  }

  TEST_CASE("a comparison names the credentials a BLOB condemns, and which of these are news") {
    Fixture f;
    f.register_key(f.lee, "lee's");
    CHECK(f.compare({}).value().condemned.empty());
    const auto news = f.compare({.entries = {revoked()}});
    REQUIRE(news->condemned.size() == 1);
    CHECK(news->condemned[0].credential.id == bytes_of("lee's"));
    CHECK(news->condemned[0].user_name == "lee@example.org");
    CHECK(news->condemned[0].status == "authenticator_revoked");
    CHECK(news->condemned[0].is_news);
    REQUIRE(f.import({.entries = {revoked()}}));
    CHECK_FALSE(f.compare({.number = 8, .entries = {revoked()}})->condemned[0].is_news);
    CHECK(f.compare({.number = 8})->condemned.empty());
  }

  TEST_CASE("a withdrawn credential and one of another model are condemned by nothing") {
    Fixture f;
    f.register_key(f.lee, "lee's");
    auto entry = revoked();
    entry.aaguid = "00000000-0000-0000-0000-000000000001";
    CHECK(f.compare({.entries = {entry}})->condemned.empty());
    f.write([&](WriteTransaction& t) {
      auto credential = t.credential(bytes_of("lee's")).value();
      credential.withdrawn_at = kMetadataTime;
      t.update_credential(credential);
    });
    CHECK(f.compare({.entries = {revoked()}})->condemned.empty());
  }

  TEST_CASE("whose credentials one may not see are counted only") {
    Fixture f;
    f.register_key(f.lee, "lee's");
    f.register_key(f.max, "max's");
    f.holding({Role::kAuthenticationAdministrator});
    const auto members = f.compare({.entries = {revoked()}});
    REQUIRE(members->condemned.size() == 1);
    CHECK(members->condemned[0].user_name == "lee@example.org");
    CHECK(members->unseen_condemned == 1);
    f.holding({Role::kPrivilegedRoleAdministrator});
    CHECK(f.compare({.entries = {revoked()}})->condemned.empty());
    CHECK(f.compare({.entries = {revoked()}})->unseen_condemned == 2);
  }

  TEST_CASE("importing takes the role that has no say in the roots, looking a reader of policies") {
    Fixture f;
    for (const auto role : {Role::kAuthenticationPolicyAdministrator, Role::kGlobalReader}) {
      f.holding({role});
      CHECK(code_of(f.import({})) == ErrorCode::kRoleMissing);
    }
    f.holding({Role::kPrivilegedRoleAdministrator});
    CHECK(f.import({}));
    f.holding({Role::kGlobalReader});
    CHECK(f.metadata.state());
    CHECK(f.metadata.list());
    f.holding({Role::kAuditor});
    CHECK(code_of(f.metadata.state()) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.metadata.list()) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.metadata.show(kAaguid)) == ErrorCode::kRoleMissing);
    CHECK(code_of(f.compare({})) == ErrorCode::kRoleMissing);
  }
}
