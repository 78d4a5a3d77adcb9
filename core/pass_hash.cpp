#include "core/pass_hash.h"

#include <algorithm>
#include <new>

#include <sodium.h>

namespace firstkey::core {

namespace {

constexpr std::size_t kSaltBytes = 16;  // RFC 9106 §3.1: 16 bytes are recommended
static_assert(kSaltBytes == crypto_pwhash_argon2id_SALTBYTES);
constexpr std::size_t kOutputBytes = 32;
constexpr std::uint32_t kMaxMemoryKib = 1U << 20U;  // 1 GiB: more is damage, not policy
constexpr std::uint32_t kMaxPasses = 64;
constexpr std::uint32_t kMinMemoryKib = 8;  // RFC 9106 §3.1: eight a lane
constexpr std::uint32_t kLanes = 1;         // all that libsodium computes

/// What keeps a verifier from being checked; nothing if it can be.
const char* obstacle_to(const PassVerifier& verifier) {
  if (verifier.version != 1 || verifier.kind != "argon2id" || verifier.salt.size() != kSaltBytes ||
      verifier.digest.size() != kOutputBytes) {
    return "a pass has a verifier that no firstkey wrote";
  }
  if (verifier.lanes != kLanes) {
    return "a pass has a verifier of several Argon2id lanes, and this program computes one";
  }
  if (verifier.memory_kib < kMinMemoryKib || verifier.memory_kib > kMaxMemoryKib ||
      verifier.passes < 1 || verifier.passes > kMaxPasses) {
    return "a pass has a verifier of a cost that no firstkey asks for";
  }
  return nullptr;
}

class Slot {
 public:
  explicit Slot(std::counting_semaphore<64>& slots) : slots_(slots) { slots_.acquire(); }
  ~Slot() { slots_.release(); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

 private:
  std::counting_semaphore<64>& slots_;
};

Secret argon2id(const PassVerifier& verifier, const Secret& passcode) {
  auto output = Secret::of_size(kOutputBytes);
  const auto code = passcode.expose();  // the KDF's input
  // The Secret above has run sodium_init(), without which libsodium takes its slowest code.
  const int status = crypto_pwhash_argon2id(output.expose_mutable().data(),
                                            output.size(),
                                            reinterpret_cast<const char*>(code.data()),
                                            code.size(),
                                            verifier.salt.data(),
                                            verifier.passes,
                                            std::size_t{verifier.memory_kib} * 1024,
                                            crypto_pwhash_argon2id_ALG_ARGON2ID13);
  // Costs were checked before, so what is left to fail is the memory.
  if (status != 0) throw std::bad_alloc();
  return output;
}

}  // namespace

PassHasher::PassHasher(const Pepper& pepper, HashCost cost, int concurrent)
    : pepper_(pepper), cost_(cost), slots_(std::clamp(concurrent, 1, 64)) {}

Result<Sha256> PassHasher::digest(const PassVerifier& verifier, const Secret& passcode) {
  const Slot slot(slots_);
  const auto slow = argon2id(verifier, passcode);
  return pepper_.mac(verifier.key_id, slow.expose());  // next to the KDF
}

Result<PassVerifier> PassHasher::make(const Secret& passcode, Random& random) {
  auto verifier = decoy();
  verifier.salt = random.bytes(kSaltBytes);
  const auto computed = digest(verifier, passcode);
  if (!computed) return std::unexpected(computed.error());
  verifier.digest = to_bytes(computed.value());
  return verifier;
}

Result<bool> PassHasher::matches(const PassVerifier& verifier, const Secret& passcode) {
  if (const auto* obstacle = obstacle_to(verifier)) {
    return fail(ErrorCode::kStoreDamaged, obstacle);
  }
  const auto computed = digest(verifier, passcode);
  if (!computed) return std::unexpected(computed.error());
  return equal_constant_time(computed.value(), verifier.digest);
}

PassVerifier PassHasher::decoy() const {
  return {.version = 1,
          .kind = "argon2id",
          .memory_kib = cost_.memory_kib,
          .passes = cost_.passes,
          .lanes = kLanes,
          .salt = Bytes(kSaltBytes),
          .key_id = pepper_.current_key_id(),
          .digest = Bytes(kOutputBytes)};
}

}  // namespace firstkey::core
