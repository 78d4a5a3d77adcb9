#include "core/administration/administration.h"

namespace firstkey::core {

namespace {

/// Whether the error is about what the actor may do, rather than about what was looked for.
bool concerns_authority(ErrorCode code) {
  return code == ErrorCode::kRoleMissing || code == ErrorCode::kNotForOneself ||
         code == ErrorCode::kAdministratorsNeedPrivilegedRole ||
         code == ErrorCode::kAccountNotBound || code == ErrorCode::kPrincipalUnknown ||
         code == ErrorCode::kUserDisabled || code == ErrorCode::kApiCredentialUnknown ||
         code == ErrorCode::kApiCredentialExpired || code == ErrorCode::kApiCredentialRevoked;
}

}  // namespace

void Administration::record_refusal(WriteTransaction& transaction,
                                    AuditEvent event,
                                    const Error& error) {
  if (error.code == ErrorCode::kNotInitialised) return;
  event.outcome = std::string(to_string(error.code));
  transaction.append_audit(event);
}

Error Administration::refused_to_look(AuditEvent event, Error error) {
  if (!concerns_authority(error.code)) return error;
  const auto recorded = store_.write([&](WriteTransaction& transaction) {
    record_refusal(transaction, event, error);
    return Store::Ending::kCommit;
  });
  // A trail that cannot be written is the graver news, and the refusal stands either way.
  return recorded ? error : recorded.error();
}

}  // namespace firstkey::core
