#pragma once
// What a key says of itself, in words that a desk understands. Nothing in it is proven before an
// attestation is.

#include <string>
#include <utility>
#include <vector>

#include "enroll/app/key_facts.h"
#include "enroll/app/output.h"

namespace firstkey::enroll {

/// "8 attempts left", and of the last one what it risks.
[[nodiscard]] std::string attempts_left(int attempts);
/// State, attempts left and minimum of the PIN.
[[nodiscard]] std::string pin_sentence(const KeyReading& reading);
/// "always-uv off; enterprise attestation not offered".
[[nodiscard]] std::string rules_sentence(const device::AuthenticatorFacts& facts);

/// Which key this is about: name, path and whether it is real; with --json the whole object.
void tell(const Output& output, const device::SeenKey& key);

/// Label and words, a line each.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> to_lines(const KeyReading& reading);
/// The same printed, or the whole object with --json.
void tell(const Output& output, const KeyReading& reading);

}  // namespace firstkey::enroll
