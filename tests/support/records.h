#pragma once
// Records for tests, each whole and valid; a test changes what it is about.

#include <string>

#include "core/store.h"

namespace firstkey::tests {

inline const core::Instant kStart{std::chrono::seconds(1777636800)};  // FakeClock's first instant

inline core::Bytes bytes_of(const std::string& text, std::size_t size = 0) {
  core::Bytes bytes(text.begin(), text.end());
  if (size != 0) bytes.resize(size);
  return bytes;
}

inline core::User make_user(const std::string& name) {
  return {.id = core::UserId("user-" + name),
          .name = name + "@example.org",
          .display_name = "The person " + name,
          .type = core::UserType::kMember,
          .groups = {"newcomers", "berlin"},
          .roles = {},
          .is_enabled = true,
          .handle = bytes_of("handle of " + name, 32),
          .created_at = kStart};
}

inline core::Pass make_pass(const core::User& user) {
  return {
      .id = core::PassId("pass-of-" + user.id.text()),
      .user = user.id,
      .correlation = core::CorrelationId("correlation-" + user.id.text()),
      .verifier = {.salt = bytes_of("salt", 16), .key_id = "1", .digest = bytes_of("digest", 32)},
      .alphabet = core::Alphabet::kCrockfordBase32,
      .created_at = kStart,
      .created_by = core::UserId("user-ana"),
      .start_at = kStart,
      .lifetime = std::chrono::minutes(60),
      .is_one_time = true,
      .is_bootstrap = false,
      .redeemed_at = std::nullopt};
}

inline core::Session make_session(const core::Pass& pass, const std::string& station = "kiosk") {
  return {.id = core::SessionId("session-" + pass.id.text() + "-" + station),
          .pass = pass.id,
          .user = pass.user,
          .station = core::StationId(station),
          .correlation = pass.correlation,
          .secret_hash = core::sha256(core::as_bytes("secret of " + station)),
          .is_one_time = pass.is_one_time,
          .is_simulated = false,
          .opened_at = kStart,
          .expires_at = kStart + std::chrono::minutes(10),
          .last_seen_at = kStart,
          .state = core::SessionState::kOpen,
          .ended_at = std::nullopt,
          .ended_reason = "",
          .credentials = 0};
}

inline core::Challenge make_challenge(const core::Session& session,
                                      const std::string& value = "c") {
  return {.value = bytes_of(value, 32),
          .session = session.id,
          .purpose = core::ChallengePurpose::kRegistration,
          .credential_id = {},
          .created_at = kStart,
          .expires_at = kStart + std::chrono::minutes(5),
          .used_at = std::nullopt,
          .response_hash = {},
          .stored_credential_id = {}};
}

inline core::CredentialRecord make_credential(const core::User& user,
                                              const std::string& id = "credential") {
  return {.id = bytes_of(id),
          .user = user.id,
          .session = core::SessionId("session"),
          .correlation = core::CorrelationId("correlation"),
          .display_name = "My key",
          .public_key = bytes_of("cose"),
          .algorithm = -7,
          .sign_count = 4'000'000'000U,
          .aaguid = bytes_of("aaguid", 16),
          .is_user_verified = true,
          .is_backup_eligible = false,
          .is_backed_up = false,
          .is_discoverable = true,
          .transports = {"nfc", "usb"},
          .attestation_format = "packed",
          .attestation_level = core::AttestationLevel::kAttested,
          .is_model_proven = true,
          .trust_root = "CN=Root",
          .attestation_object = bytes_of("attestation"),
          .client_data_json = bytes_of("{}"),
          .is_simulated = false,
          .created_at = kStart,
          .proven_at = std::nullopt,
          .withdrawn_at = std::nullopt};
}

inline core::OrphanRecord make_orphan(const std::string& id = "orphan") {
  return {.credential_id = bytes_of(id),
          .rp_id = "example.org",
          .user = core::UserId("user-lee"),
          .session = core::SessionId("session"),
          .correlation = core::CorrelationId("correlation"),
          .aaguid = bytes_of("aaguid", 16),
          .cause = core::OrphanCause::kRefused,
          .recorded_at = kStart,
          .removed_at = std::nullopt};
}

inline core::ApiCredential make_api_credential(const core::User& owner,
                                               const std::string& name = "script") {
  return {.id = core::ApiCredentialId("api-credential-" + name),
          .owner = owner.id,
          .name = name,
          .roles = {core::Role::kAuditor, core::Role::kGlobalReader},
          .secret_hash = core::sha256(core::as_bytes("secret of " + name)),
          .epoch = 1,
          .created_at = kStart,
          .created_by = core::UserId("user-ana"),
          .expires_at = kStart + std::chrono::days(90),
          .revoked_at = std::nullopt,
          .last_used_at = std::nullopt};
}

inline core::AuditEvent make_event(const std::string& action) {
  return {.action = action,
          .outcome = "success",
          .correlation = core::CorrelationId("correlation"),
          .details = {{"passId", "p"}},
          .personal = {{"userName", "lee@example.org"}}};
}

inline core::Settings make_settings() {
  return {
      .relying_party = {.id = "example.org", .name = "Example", .origins = {"https://example.org"}},
      .pass_policy = {},
      .key_policy = {},
      .trust_roots = {{.id = "ab", .subject = "CN=Root", .der = {1, 2, 3}}},
      .owner_uid = 1000,
      .owner = core::UserId("user-ana"),
      .epoch = 1,
      .created_at = kStart};
}

}  // namespace firstkey::tests
