#include "device/pin_uv_auth.h"

#include <algorithm>
#include <optional>

#include "device/cbor_view.h"

namespace firstkey::device {

namespace {

constexpr std::uint8_t kClientPin = 0x06;

// Source: CTAP 2.1 §6.5.5, parameters of the request and members of the answer.
enum class Subcommand : std::uint8_t {
  kGetKeyAgreement = 0x02,
  kGetPinToken = 0x05,
  kGetTokenUsingUv = 0x06,
  kGetTokenUsingPin = 0x09,
};
constexpr int kProtocol = 0x01;
constexpr int kSubcommand = 0x02;
constexpr int kKeyAgreement = 0x03;
constexpr int kPinHashEnc = 0x06;
constexpr int kPermissions = 0x09;
constexpr int kRpId = 0x0A;
constexpr int kAnswerKeyAgreement = 0x01;
constexpr int kAnswerToken = 0x02;

// A COSE_Key on P-256. Source: RFC 9053 §7.1; CTAP 2.1 §6.5.6 for the algorithm, named although it
// is not what is computed.
constexpr int kKeyType = 1;
constexpr int kAlgorithm = 3;
constexpr int kCurve = -1;
constexpr int kX = -2;
constexpr int kY = -3;
constexpr int kEc2 = 2;
constexpr int kP256 = 1;
constexpr int kEcdhEsHkdf256 = -25;

/// Source: CTAP 2.1 §6.5.6 (protocol one), §6.5.7 (protocol two).
constexpr std::size_t kShortToken = 16;
constexpr std::size_t kLongToken = 32;

std::unexpected<Error> garbage(const char* why) {
  return refuse(ErrorCode::kGarbage, why);
}

CborWriter request(Subcommand subcommand, PinProtocol protocol, std::size_t members) {
  CborWriter out;
  out.command(kClientPin)
      .map(2 + members)
      .integer(kProtocol)
      .integer(static_cast<int>(protocol))
      .integer(kSubcommand)
      .integer(static_cast<int>(subcommand));
  return out;
}

std::optional<P256Point> read_point(const CborView& cose_key) {
  const auto is = [&](int label, int expected) {
    const auto member = cose_key.find(label);
    return member && member->as_integer() == expected;
  };
  // The algorithm is not looked at: keys name others.
  if (!is(kKeyType, kEc2) || !is(kCurve, kP256)) return std::nullopt;
  P256Point point;
  const auto take = [&](int label, std::array<std::uint8_t, 32>& coordinate) {
    const auto member = cose_key.find(label);
    const auto bytes = member ? member->as_bytes() : std::nullopt;
    if (!bytes || bytes->size() != coordinate.size()) return false;
    std::ranges::copy(*bytes, coordinate.begin());
    return true;
  };
  if (!take(kX, point.x) || !take(kY, point.y)) return std::nullopt;
  return point;
}

Result<SharedSecret> agree(OpenKey& key, PinProtocol protocol, RunningCall& call) {
  const auto answer = key.exchange(
      request(Subcommand::kGetKeyAgreement, protocol, 0).take(), call, "key agreement");
  if (!answer) return std::unexpected(answer.error());
  const auto members = CborView::parse(*answer);
  if (!members) return std::unexpected(members.error());
  const auto cose_key = members->find(kAnswerKeyAgreement);
  const auto point = cose_key ? read_point(*cose_key) : std::nullopt;
  if (!point) return garbage("key agreement without a P-256 key");
  return SharedSecret::agree(protocol, *point);
}

/// Which subcommand gets a token, or why none can.
Result<Subcommand> choose_subcommand(const AuthenticatorFacts& facts,
                                     const Pin* pin,
                                     Permission permission) {
  const bool has_permissions = facts.options.pin_uv_auth_token == Option::kTrue;
  if (pin != nullptr) {
    if (!facts.supports_pin()) return refuse(ErrorCode::kUnsupportedOption, "no PIN support");
    if (!facts.has_pin()) return refuse(ErrorCode::kPinNotSet, "it has no PIN yet");
    return has_permissions ? Subcommand::kGetTokenUsingPin : Subcommand::kGetPinToken;
  }
  // Source: CTAP 2.1 §6.4 uvAcfg: a finger may configure only where the key says so.
  const bool is_finger_enough =
      permission != Permission::kAuthenticatorConfig || facts.options.uv_acfg == Option::kTrue;
  if (facts.has_user_verification() && has_permissions && is_finger_enough) {
    return Subcommand::kGetTokenUsingUv;
  }
  if (facts.has_pin()) return refuse(ErrorCode::kPinRequired, "its PIN is needed");
  if (facts.supports_pin()) return refuse(ErrorCode::kPinNotSet, "it has no PIN yet");
  return refuse(ErrorCode::kUnsupportedOption, "it cannot verify its user");
}

Result<Bytes> token_request(const SharedSecret& secret,
                            Subcommand subcommand,
                            const Pin* pin,
                            Permission permission,
                            std::string_view rp_id) {
  const bool names_permission = subcommand != Subcommand::kGetPinToken;
  const bool names_rp = names_permission && !rp_id.empty();
  auto out = request(
      subcommand,
      secret.protocol(),
      1U + (pin != nullptr ? 1U : 0U) + (names_permission ? 1U : 0U) + (names_rp ? 1U : 0U));
  out.integer(kKeyAgreement);
  write_cose_key(out, secret.our_point());
  if (pin != nullptr) {
    // The PIN itself never leaves; what does is the left half of its hash, encrypted.
    const auto encrypted = secret.encrypt(pin_hash(pin->expose()));
    if (!encrypted) return std::unexpected(encrypted.error());
    out.integer(kPinHashEnc).bytes(*encrypted);
  }
  if (names_permission) out.integer(kPermissions).integer(static_cast<int>(permission));
  if (names_rp) out.integer(kRpId).text(rp_id);
  return std::move(out).take();
}

bool is_token_size(PinProtocol protocol, std::size_t size) {
  return size == kLongToken || (protocol == PinProtocol::kOne && size == kShortToken);
}

}  // namespace

void write_cose_key(CborWriter& out, const P256Point& point) {
  out.map(5)
      .integer(kKeyType)
      .integer(kEc2)
      .integer(kAlgorithm)
      .integer(kEcdhEsHkdf256)
      .integer(kCurve)
      .integer(kP256)
      .integer(kX)
      .bytes(point.x)
      .integer(kY)
      .bytes(point.y);
}

Result<SharedSecret> agree_with(OpenKey& key, RunningCall& call) {
  const auto protocol = choose_pin_protocol(key.facts());
  if (!protocol) return std::unexpected(protocol.error());
  return agree(key, protocol.value(), call);
}

bool is_protected(const AuthenticatorFacts& facts) {
  return facts.has_pin() || facts.has_user_verification();
}

Result<PinUvAuthToken> get_pin_uv_auth_token(OpenKey& key,
                                             const Pin* pin,
                                             Permission permission,
                                             std::string_view rp_id,
                                             RunningCall& call) {
  const auto subcommand = choose_subcommand(key.facts(), pin, permission);
  if (!subcommand) return std::unexpected(subcommand.error());
  const auto secret = agree_with(key, call);
  if (!secret) return std::unexpected(secret.error());
  const auto protocol = secret->protocol();
  const auto asked = token_request(secret.value(), subcommand.value(), pin, permission, rp_id);
  if (!asked) return std::unexpected(asked.error());
  const auto answer = key.exchange(asked.value(), call, "get a token");
  if (!answer) return std::unexpected(answer.error());
  const auto members = CborView::parse(*answer);
  if (!members) return std::unexpected(members.error());
  const auto encrypted = members->find(kAnswerToken);
  const auto bytes = encrypted ? encrypted->as_bytes() : std::nullopt;
  if (!bytes) return garbage("no token came");
  auto token = secret->decrypt(*bytes);
  if (!token) return std::unexpected(token.error());
  if (!is_token_size(protocol, token->size())) return garbage("a token of a wrong size");
  return PinUvAuthToken(protocol, std::move(token.value()));
}

}  // namespace firstkey::device
