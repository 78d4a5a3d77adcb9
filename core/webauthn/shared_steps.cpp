#include "core/webauthn/shared_steps.h"

#include <algorithm>

namespace firstkey::core::webauthn {

namespace {

bool is_listed(const std::vector<std::string>& list, const std::string& value) {
  return std::ranges::find(list, value) != list.end();
}

}  // namespace

Result<CheckOutcome> check_type(const ClientData& client, std::string_view expected) {
  if (client.type != expected) return fail(Code::kTypeMismatch, client.type.substr(0, 64));
  return CheckOutcome::kPassed;
}

Result<CheckOutcome> check_challenge(const ClientData& client,
                                     const CeremonyExpectations& expected) {
  // An empty challenge would equal an empty expectation: nobody may forget to set one.
  if (expected.challenge.empty() || !equal_constant_time(client.challenge, expected.challenge)) {
    return fail(Code::kChallengeMismatch);
  }
  return CheckOutcome::kPassed;
}

Result<CheckOutcome> check_origin(const ClientData& client, const CeremonyExpectations& expected) {
  if (!is_listed(expected.origins, client.origin)) {
    return fail(Code::kOriginNotAllowed, client.origin.substr(0, 256));
  }
  return CheckOutcome::kPassed;
}

Result<CheckOutcome> check_cross_origin(const ClientData& client,
                                        const CeremonyExpectations& expected) {
  if (!client.is_cross_origin) return CheckOutcome::kNotAsked;
  if (expected.cross_origin == CrossOriginRule::kRefused) {
    return fail(Code::kCrossOriginNotAllowed);
  }
  return CheckOutcome::kPassed;
}

Result<CheckOutcome> check_top_origin(const ClientData& client,
                                      const CeremonyExpectations& expected) {
  if (!client.top_origin) return CheckOutcome::kNotAsked;
  const bool is_allowed = client.is_cross_origin &&
                          expected.cross_origin == CrossOriginRule::kAllowed &&
                          is_listed(expected.top_origins, client.top_origin.value());
  if (!is_allowed) {
    return fail(Code::kTopOriginNotAllowed, client.top_origin->substr(0, 256));
  }
  return CheckOutcome::kPassed;
}

Result<CheckOutcome> check_rp_id_hash(const AuthenticatorData& data,
                                      const CeremonyExpectations& expected) {
  const auto hash = sha256(as_bytes(expected.rp_id));
  if (expected.rp_id.empty() || !std::ranges::equal(data.rp_id_hash, hash)) {
    return fail(Code::kRpIdMismatch);
  }
  return CheckOutcome::kPassed;
}

Result<CheckOutcome> check_user_present(const AuthenticatorData& data) {
  if (!data.is_user_present) return fail(Code::kUserNotPresent);
  return CheckOutcome::kPassed;
}

Result<CheckOutcome> check_user_verified(const AuthenticatorData& data,
                                         const CeremonyExpectations& expected) {
  if (expected.user_verification == UserVerificationRule::kNotRequired) {
    return CheckOutcome::kNotAsked;
  }
  if (!data.is_user_verified) return fail(Code::kUserNotVerified);
  return CheckOutcome::kPassed;
}

Result<CheckOutcome> check_backup_state(const AuthenticatorData& data) {
  if (data.is_backed_up && !data.is_backup_eligible) return fail(Code::kBackupStateInvalid);
  return CheckOutcome::kPassed;
}

Result<CheckOutcome> check_backup_eligibility(const AuthenticatorData& data,
                                              const CeremonyExpectations& expected) {
  if (expected.backup == BackupRule::kBackupEligibleAllowed) return CheckOutcome::kNotAsked;
  if (data.is_backup_eligible) return fail(Code::kBackupEligibleNotAllowed);
  return CheckOutcome::kPassed;
}

}  // namespace firstkey::core::webauthn
