#pragma once
// A key that the policy does not take, told: to the person in a sentence with what to ask for
// instead, to staff by the profiles and the flaws in the audit trail.

#include <map>
#include <string>

#include "core/error.h"
#include "core/key_rules.h"
#include "core/webauthn/metadata_service.h"

namespace firstkey::core {

/// kKeyNotAllowed. `metadata` names the models that would do; null names none. `judgement` has a
/// shortfall.
[[nodiscard]] Error refused_key(const ProfileJudgement& judgement,
                                const webauthn::MetadataService* metadata);

/// The details of a refusal's audit row: the flaw that was told, as "check", those of every
/// profile, as "passkeyProfiles", and of the key what a policy could be made to take.
[[nodiscard]] std::map<std::string, std::string> details_of(const ProfileJudgement& judgement,
                                                            const KeyFacts& facts);

}  // namespace firstkey::core
