#include "enroll/party/key_lines.h"

#include <algorithm>
#include <optional>

#include "core/bytes.h"
#include "core/webauthn/authenticator_data.h"
#include "core/webauthn/cbor.h"
#include "core/webauthn/cose_key.h"

namespace firstkey::enroll {

namespace {

namespace webauthn = core::webauthn;
using core::Bytes;
using core::BytesView;
using webauthn::Algorithm;

std::unexpected<PartyError> no_room(std::string why) {
  return refuse(PartyErrorCode::kFormUnsuitable, std::move(why));
}

/// The COSE_Key of a registration, which has been read before.
PartyResult<Bytes> public_key_of(const PartyRegistration& registration) {
  const auto& data = registration.response.authenticator_data;
  const auto parsed = webauthn::AuthenticatorData::parse(data ? BytesView(*data) : BytesView());
  if (!parsed || !parsed->credential) {
    return refuse(PartyErrorCode::kAnswerUnreadable, "the key's answer has no public key");
  }
  return core::to_bytes(parsed->credential->public_key);
}

PartyResult<webauthn::CoseKey> cose_key_of(const PartyRegistration& registration) {
  const auto encoded = public_key_of(registration);
  if (!encoded) return std::unexpected(encoded.error());
  auto key = webauthn::CoseKey::parse(*encoded);
  if (!key) return refuse(PartyErrorCode::kAnswerUnreadable, key.error().detail);
  return std::move(key.value());
}

/// Modulus and exponent of an RSA key, one after the other: members -1 and -2 (RFC 8230 §4), which
/// canonical CBOR has in this order.
std::optional<Bytes> rsa_numbers(BytesView cose_key) {
  constexpr int kModulus = -1;
  constexpr int kExponent = -2;
  webauthn::CborReader reader(cose_key);
  auto map = reader.read_map();
  Bytes numbers;
  while (map) {
    const auto label = reader.next_integer_key(*map);
    if (!label) return std::nullopt;
    if (!label->has_value()) return numbers;
    if (**label != kModulus && **label != kExponent) {
      if (!reader.read_any(1)) return std::nullopt;
      continue;
    }
    const auto bytes = reader.read_bytes();
    if (!bytes) return std::nullopt;
    numbers.insert(numbers.end(), bytes->begin(), bytes->end());
  }
  return std::nullopt;
}

/// pam_u2f's public key: libfido2's own form of it.
PartyResult<Bytes> raw_key_of(const PartyRegistration& registration, const webauthn::CoseKey& key) {
  const auto& point = key.encoded_point();
  switch (key.algorithm()) {
    case Algorithm::kEs256:
      return Bytes(point.begin() + 1, point.end());
    case Algorithm::kEddsa:
      return point;
    case Algorithm::kRs256: {
      const auto encoded = public_key_of(registration);
      if (!encoded) return std::unexpected(encoded.error());
      auto numbers = rsa_numbers(*encoded);
      constexpr std::size_t kSize = 256 + 3;  // rs256_pk_t: RSA-2048, an exponent of three bytes
      if (numbers && numbers->size() == kSize) return std::move(*numbers);
      break;
    }
    case Algorithm::kEs384:
    case Algorithm::kEs512:
    case Algorithm::kEd448:
      break;
  }
  return no_room("pam_u2f does not know keys of this algorithm");
}

std::string_view pam_name_of(Algorithm algorithm) {
  if (algorithm == Algorithm::kEddsa) return "eddsa";
  return algorithm == Algorithm::kRs256 ? "rs256" : "es256";
}

bool is_one_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c != ':' && c != ',' && c != '\x7F';
  });
}

/// RFC 4251 §5: a length of four bytes and as many bytes.
void append_string(Bytes& out, BytesView bytes) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(bytes.size() >> static_cast<unsigned>(shift)));
  }
  out.insert(out.end(), bytes.begin(), bytes.end());
}

std::string ssh_public_key(const webauthn::CoseKey& key, std::string_view application) {
  const bool is_ed25519 = key.algorithm() == Algorithm::kEddsa;
  const std::string_view type =
      is_ed25519 ? "sk-ssh-ed25519@openssh.com" : "sk-ecdsa-sha2-nistp256@openssh.com";
  Bytes blob;
  append_string(blob, core::as_bytes(type));
  if (!is_ed25519) append_string(blob, core::as_bytes("nistp256"));
  append_string(blob, key.encoded_point());
  append_string(blob, core::as_bytes(application));
  return std::string(type) + " " + core::to_base64(blob);
}

}  // namespace

PartyResult<std::string> ipa_mapping(const PartyRegistration& registration) {
  const auto key = cose_key_of(registration);
  if (!key) return std::unexpected(key.error());
  auto line = "passkey:" + core::to_base64(registration.response.id) + "," +
              core::to_base64(key->subject_public_key_info());
  if (registration.is_discoverable) line += "," + core::to_base64(registration.options.user.id);
  return line;
}

bool is_known_to_pam(Algorithm algorithm) noexcept {
  return algorithm == Algorithm::kRs256 || is_known_to_ssh(algorithm);
}

bool is_known_to_ssh(Algorithm algorithm) noexcept {
  return algorithm == Algorithm::kEs256 || algorithm == Algorithm::kEddsa;
}

PartyResult<void> check_pam_user(std::string_view user) {
  if (is_one_word(user)) return {};
  return no_room("pam_u2f's line begins with the name of a user here; say it with --user");
}

PartyResult<std::string> pam_u2f_line(const PartyRegistration& registration,
                                      std::string_view user) {
  if (auto named = check_pam_user(user); !named) return std::unexpected(named.error());
  const auto key = cose_key_of(registration);
  if (!key) return std::unexpected(key.error());
  const auto raw = raw_key_of(registration, *key);
  if (!raw) return std::unexpected(raw.error());
  const bool wants_pin =
      registration.options.user_verification == webauthn::UserVerificationRequirement::kRequired;
  return std::string(user) + ":" + core::to_base64(registration.response.id) + "," +
         core::to_base64(*raw) + "," + std::string(pam_name_of(key->algorithm())) + ",+presence" +
         (wants_pin ? "+pin" : "");
}

PartyResult<std::string> ssh_note(const PartyRegistration& registration) {
  const auto key = cose_key_of(registration);
  if (!key) return std::unexpected(key.error());
  if (!is_known_to_ssh(key->algorithm())) return no_room("OpenSSH does not know this algorithm");
  // A name with a line break in it would be a line of authorized_keys.
  const auto& user = registration.options.user.name;
  return "# For authorized_keys on the servers:\n" +
         ssh_public_key(*key, registration.options.rp.id) + (is_one_word(user) ? " " + user : "") +
         "\n# On each computer to sign in from, with the key plugged in:\n"
         "ssh-keygen -K";
}

}  // namespace firstkey::enroll
