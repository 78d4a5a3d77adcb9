#include "core/api_credential.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <sodium.h>

namespace firstkey::core {

namespace {

constexpr std::string_view kPrefix = "fk_api_";
constexpr std::size_t kSecretBytes = 32;
constexpr int kForm = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
/// What sodium writes of a secret, with its closing zero.
constexpr std::size_t kWritten = sodium_base64_ENCODED_LEN(kSecretBytes, kForm);

std::unexpected<Error> refused(ErrorCode code) {
  return fail(code, "this API credential is not good here; ask an administrator for another");
}

}  // namespace

ApiCredentialState state_at(const ApiCredential& credential,
                            std::int64_t epoch,
                            Instant now) noexcept {
  if (credential.revoked_at || credential.epoch != epoch) return ApiCredentialState::kRevoked;
  return now < credential.expires_at ? ApiCredentialState::kUsable : ApiCredentialState::kExpired;
}

Result<void> check_usable(const std::optional<ApiCredential>& credential,
                          std::int64_t epoch,
                          Instant now) {
  if (!credential) return refused(ErrorCode::kApiCredentialUnknown);
  switch (state_at(credential.value(), epoch, now)) {
    case ApiCredentialState::kUsable:
      return {};
    case ApiCredentialState::kExpired:
      return refused(ErrorCode::kApiCredentialExpired);
    case ApiCredentialState::kRevoked:
      return refused(ErrorCode::kApiCredentialRevoked);
  }
  return refused(ErrorCode::kApiCredentialUnknown);  // a value outside the enumeration
}

Secret api_secret_text(const Secret& secret) {
  std::array<char, kWritten> written{};
  const auto bytes = secret.expose();  // what is written
  ::sodium_bin2base64(written.data(), written.size(), bytes.data(), bytes.size(), kForm);
  auto text = Secret::of_size(kPrefix.size() + written.size() - 1);
  const auto out = text.expose_mutable();  // where it is written
  const auto rest = std::ranges::copy(kPrefix, out.begin()).out;
  std::copy(written.begin(), written.end() - 1, rest);
  ::sodium_memzero(written.data(), written.size());
  return text;
}

std::optional<Secret> read_api_secret(const Secret& shown) {
  const auto bytes = shown.expose();  // what is read
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(kPrefix) || text.size() != kPrefix.size() + kWritten - 1) {
    return std::nullopt;
  }
  auto secret = Secret::of_size(kSecretBytes);
  const auto out = secret.expose_mutable();  // where it is read to
  std::size_t count = 0;
  const char* end = nullptr;
  const auto read = ::sodium_base642bin(out.data(),
                                        out.size(),
                                        text.data() + kPrefix.size(),
                                        text.size() - kPrefix.size(),
                                        nullptr,
                                        &count,
                                        &end,
                                        kForm);
  if (read != 0 || count != kSecretBytes || end != text.data() + text.size()) return std::nullopt;
  return secret;
}

}  // namespace firstkey::core
