#include "core/audit_key.h"

#include <algorithm>

#include <sodium.h>

#include "core/private_file.h"

namespace firstkey::core {

namespace {

constexpr std::string_view kHeader = "firstkey audit key 1\n";
static_assert(std::tuple_size_v<AuditPublicKey> == crypto_sign_ed25519_PUBLICKEYBYTES);
static_assert(std::tuple_size_v<AuditSignature> == crypto_sign_ed25519_BYTES);

struct KeyPair {
  AuditPublicKey open{};
  Secret hidden = Secret::of_size(crypto_sign_ed25519_SECRETKEYBYTES);
};

KeyPair pair_of(const Secret& seed) {
  KeyPair pair;
  // What the signature is made with; a seed has the 32 bytes it takes, and nothing here can fail.
  (void)crypto_sign_ed25519_seed_keypair(
      pair.open.data(), pair.hidden.expose_mutable().data(), seed.expose().data());
  return pair;
}

Result<NamedKeys> seeds_in(const std::string& path) {
  auto keys = read_key_file(path, kHeader);
  if (keys) return std::move(keys.value());
  return fail(ErrorCode::kAuditKeyUnreadable,
              "the audit key " + path + " " + keys.error() +
                  "; restore it, or move it away and begin a new file of heads");
}

}  // namespace

AuditKey::AuditKey(const NamedKeys& seeds) {
  for (const auto& [id, seed] : seeds) {
    keys_.emplace_back(pair_of(seed).open, Secret(seed.expose()));  // kept as the file has it
  }
}

Result<AuditKey> AuditKey::open(const std::string& path, Random& random) {
  const auto found = examine_private_file(path);
  if (found && found.value() == FilePresence::kAbsent) {
    if (auto created = create_key_file(path, kHeader, random); !created) {
      return std::unexpected(created.error());
    }
  }
  const auto seeds = seeds_in(path);
  if (!seeds) return std::unexpected(seeds.error());
  return AuditKey(seeds.value());
}

Result<AuditKey> AuditKey::renew(const std::string& path, Random& random) {
  if (auto first = open(path, random); !first) return first;
  const auto seeds = seeds_in(path);
  if (!seeds) return std::unexpected(seeds.error());
  if (auto added = add_key_to_file(path, kHeader, seeds.value(), random); !added) {
    return std::unexpected(added.error());
  }
  return open(path, random);
}

std::vector<AuditPublicKey> AuditKey::all() const {
  std::vector<AuditPublicKey> open;
  for (const auto& [key, seed] : keys_) open.push_back(key);
  return open;
}

std::optional<AuditSignature> AuditKey::sign(const AuditPublicKey& key, BytesView message) const {
  const auto found = std::ranges::find(keys_, key, &Keys::value_type::first);
  if (found == keys_.end()) return std::nullopt;
  const auto pair = pair_of(found->second);
  AuditSignature signature{};
  (void)crypto_sign_ed25519_detached(signature.data(),
                                     nullptr,
                                     message.data(),
                                     message.size(),
                                     pair.hidden.expose().data());  // the signature's key
  return signature;
}

bool is_signed_by(const AuditPublicKey& key, BytesView message, const AuditSignature& signature) {
  return crypto_sign_ed25519_verify_detached(
             signature.data(), message.data(), message.size(), key.data()) == 0;
}

}  // namespace firstkey::core
