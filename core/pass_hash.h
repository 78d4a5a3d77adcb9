#pragma once
// From a passcode to what the store keeps, HMAC-SHA-256(pepper, Argon2id(passcode, salt)), and back
// to a yes or no. Deliberately slow; how many run at once is bounded, so that guesses cannot take
// the machine's memory.

#include <semaphore>

#include "core/pass.h"
#include "core/pepper.h"
#include "core/random.h"
#include "core/result.h"
#include "core/secret.h"

namespace firstkey::core {

/// What Argon2id is asked to spend, in one lane. The default is OWASP's minimum for it. Range:
/// memory from 8 KiB to 1 GiB, 1..64 passes.
struct HashCost {
  std::uint32_t memory_kib = 19456;
  std::uint32_t passes = 2;
};

class PassHasher {
 public:
  /// `pepper` must outlive this. `concurrent`: how many hashes may run at once, 1..64.
  PassHasher(const Pepper& pepper, HashCost cost, int concurrent);

  /// A verifier with a fresh salt under the current pepper. `passcode` in its canonical form.
  /// Errors: kPepperUnreadable.
  [[nodiscard]] Result<PassVerifier> make(const Secret& passcode, Random& random);

  /// Errors: kPepperUnreadable (the verifier's key is not held), kStoreDamaged (a kind, version or
  /// cost that no firstkey wrote).
  [[nodiscard]] Result<bool> matches(const PassVerifier& verifier, const Secret& passcode);

  /// A verifier that nothing matches, at the present cost: what is checked for names without a
  /// pass, so that they take as long as others.
  [[nodiscard]] PassVerifier decoy() const;

  [[nodiscard]] const Pepper& pepper() const noexcept { return pepper_; }

 private:
  [[nodiscard]] Result<Sha256> digest(const PassVerifier& verifier, const Secret& passcode);

  const Pepper& pepper_;
  HashCost cost_;
  std::counting_semaphore<64> slots_;
};

}  // namespace firstkey::core
