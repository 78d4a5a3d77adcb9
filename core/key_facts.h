#pragma once
// What a verified registration shows of its key, for the rules of key_rules.h: by what the key
// signed, by its attestation certificate, and by what metadata says of a model that was proven.
// Source: core/README.md, "The key policy", says of each fact why it can be believed.

#include "core/clock.h"
#include "core/key_rules.h"
#include "core/webauthn/metadata_service.h"
#include "core/webauthn/registration_verifier.h"

namespace firstkey::core {

/// The metadata that a key is judged by, as the policy has it used.
struct MetadataInUse {
  const webauthn::MetadataService* service = nullptr;  ///< null without any
  Duration grace{0};  ///< after it is out of date, in which it still says what a model can do
  Instant now;
};

[[nodiscard]] KeyFacts facts_of(const webauthn::RegisteredCredential& verified,
                                const MetadataInUse& metadata);

}  // namespace firstkey::core
