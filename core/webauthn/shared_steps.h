#pragma once
// The checks that registering (WebAuthn L3 §7.1) and asserting (§7.2) have in common, each one step
// of both.

#include <string_view>

#include "core/webauthn/authenticator_data.h"
#include "core/webauthn/check.h"
#include "core/webauthn/client_data.h"
#include "core/webauthn/error.h"
#include "core/webauthn/expectations.h"

namespace firstkey::core::webauthn {

[[nodiscard]] Result<CheckOutcome> check_type(const ClientData& client, std::string_view expected);
[[nodiscard]] Result<CheckOutcome> check_challenge(const ClientData& client,
                                                   const CeremonyExpectations& expected);
[[nodiscard]] Result<CheckOutcome> check_origin(const ClientData& client,
                                                const CeremonyExpectations& expected);
[[nodiscard]] Result<CheckOutcome> check_cross_origin(const ClientData& client,
                                                      const CeremonyExpectations& expected);
[[nodiscard]] Result<CheckOutcome> check_top_origin(const ClientData& client,
                                                    const CeremonyExpectations& expected);
[[nodiscard]] Result<CheckOutcome> check_rp_id_hash(const AuthenticatorData& data,
                                                    const CeremonyExpectations& expected);
[[nodiscard]] Result<CheckOutcome> check_user_present(const AuthenticatorData& data);
[[nodiscard]] Result<CheckOutcome> check_user_verified(const AuthenticatorData& data,
                                                       const CeremonyExpectations& expected);
[[nodiscard]] Result<CheckOutcome> check_backup_state(const AuthenticatorData& data);
[[nodiscard]] Result<CheckOutcome> check_backup_eligibility(const AuthenticatorData& data,
                                                            const CeremonyExpectations& expected);

}  // namespace firstkey::core::webauthn
