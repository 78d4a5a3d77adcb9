#include "core/webauthn/cose_key.h"

#include <optional>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include "core/webauthn/cbor.h"

namespace firstkey::core::webauthn {

namespace {

// RFC 9052 §7.1, RFC 9053 §7: labels of a COSE_Key. -1 to -3 mean other things for each kty.
constexpr std::int64_t kKty = 1;
constexpr std::int64_t kAlg = 3;
constexpr std::int64_t kMinusOne = -1;    // crv, or an RSA key's n
constexpr std::int64_t kMinusTwo = -2;    // x, or an RSA key's e
constexpr std::int64_t kMinusThree = -3;  // y
constexpr std::int64_t kOkp = 1;
constexpr std::int64_t kEc2 = 2;
constexpr std::int64_t kRsa = 3;

constexpr std::size_t kMinModulusBytes = 256;  // RFC 8230 §6.1: at least 2048 bits
constexpr std::size_t kMaxModulusBytes = 512;
constexpr std::size_t kMaxExponentBytes = 4;

/// What a COSE_Key holds, before it is known to make sense.
struct Members {
  std::optional<std::int64_t> kty;
  std::optional<std::int64_t> alg;
  std::optional<std::int64_t> crv;
  std::optional<BytesView> minus_one;
  std::optional<BytesView> minus_two;
  std::optional<BytesView> minus_three;
};

template <class Value>
Result<void> store(std::optional<Value>& member, Result<Value> value) {
  if (!value) return std::unexpected(value.error());
  member = value.value();
  return {};
}

/// Reads one member. -1 is a number for curves and bytes for RSA; kty comes before it canonically.
Result<void> read_member(CborReader& reader, std::int64_t label, Members& members) {
  switch (label) {
    case kKty:
      return store(members.kty, reader.read_integer());
    case kAlg:
      return store(members.alg, reader.read_integer());
    case kMinusOne:
      if (members.kty == kRsa) return store(members.minus_one, reader.read_bytes());
      return store(members.crv, reader.read_integer());
    case kMinusTwo:
      return store(members.minus_two, reader.read_bytes());
    case kMinusThree:
      return store(members.minus_three, reader.read_bytes());
    default:
      return fail(Code::kCoseKeyMalformed, "a member that no credential key has");
  }
}

Result<Members> read_members(BytesView encoded) {
  CborReader reader(encoded);
  auto map = reader.read_map();
  if (!map) return std::unexpected(map.error());
  Members members;
  while (true) {
    const auto label = reader.next_integer_key(map.value());
    if (!label) return std::unexpected(label.error());
    if (!label.value()) break;
    if (auto read = read_member(reader, label.value().value(), members); !read) {
      return std::unexpected(read.error());
    }
  }
  if (auto end = reader.expect_end(); !end) return std::unexpected(end.error());
  return members;
}

struct Curve {
  std::int64_t crv;  ///< IANA "COSE Elliptic Curves"
  std::size_t coordinate_bytes;
  const char* group;
};

/// WebAuthn L3 §5.8.5 ties each algorithm to one curve.
std::optional<Curve> curve_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kEs256:
      return Curve{.crv = 1, .coordinate_bytes = 32, .group = "P-256"};
    case Algorithm::kEs384:
      return Curve{.crv = 2, .coordinate_bytes = 48, .group = "P-384"};
    case Algorithm::kEs512:
      return Curve{.crv = 3, .coordinate_bytes = 66, .group = "P-521"};
    case Algorithm::kEddsa:
      return Curve{.crv = 6, .coordinate_bytes = 32, .group = "ED25519"};
    case Algorithm::kEd448:
      return Curve{.crv = 7, .coordinate_bytes = 57, .group = "ED448"};
    case Algorithm::kRs256:
      return std::nullopt;
  }
  return std::nullopt;
}

EvpPkeyPtr key_from_params(const char* type, const OSSL_PARAM* params) {
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(
          context.get(), &key, EVP_PKEY_PUBLIC_KEY, const_cast<OSSL_PARAM*>(params)) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return EvpPkeyPtr(key);
}

/// A key with a curve and no point: what point after point is put into. Looking a curve up by its
/// name costs three times as much as copying it.
EvpPkeyPtr make_curve(const char* group) {
  const EvpPkeyPtr key(EVP_EC_gen(group));
  EvpPkeyPtr parameters(EVP_PKEY_new());
  if (!key || !parameters || EVP_PKEY_copy_parameters(parameters.get(), key.get()) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return parameters;
}

evp_pkey_st* curve_parameters(Algorithm algorithm) {
  static const EvpPkeyPtr kP256 = make_curve("P-256");
  static const EvpPkeyPtr kP384 = make_curve("P-384");
  static const EvpPkeyPtr kP521 = make_curve("P-521");
  switch (algorithm) {
    case Algorithm::kEs256:
      return kP256.get();
    case Algorithm::kEs384:
      return kP384.get();
    case Algorithm::kEs512:
      return kP521.get();
    default:
      return nullptr;
  }
}

/// OpenSSL refuses a point that is not on the curve.
EvpPkeyPtr load_point(Algorithm algorithm, const Bytes& point) {
  EvpPkeyPtr key(EVP_PKEY_new());
  if (!key || EVP_PKEY_copy_parameters(key.get(), curve_parameters(algorithm)) != 1 ||
      EVP_PKEY_set1_encoded_public_key(key.get(), point.data(), point.size()) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return key;
}

EvpPkeyPtr load_rsa(BytesView modulus, BytesView exponent) {
  const OsslParamBldPtr builder(OSSL_PARAM_BLD_new());
  const BignumPtr n(BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr));
  const BignumPtr e(BN_bin2bn(exponent.data(), static_cast<int>(exponent.size()), nullptr));
  if (!builder || !n || !e || BN_is_odd(n.get()) == 0 || BN_is_odd(e.get()) == 0 ||
      BN_is_one(e.get()) == 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  const OsslParamPtr params(OSSL_PARAM_BLD_to_param(builder.get()));
  return params ? key_from_params("RSA", params.get()) : nullptr;
}

bool is_shaped_as_rsa(const Members& members) {
  return members.kty == kRsa && members.minus_one && members.minus_two && !members.minus_three &&
         members.minus_one->size() >= kMinModulusBytes &&
         members.minus_one->size() <= kMaxModulusBytes && members.minus_one->front() != 0 &&
         !members.minus_two->empty() && members.minus_two->size() <= kMaxExponentBytes &&
         members.minus_two->front() != 0;
}

bool is_shaped_as(const Members& members, const Curve& curve, std::int64_t kty) {
  const bool has_y = members.minus_three.has_value();
  return members.kty == kty && members.crv == curve.crv && members.minus_two &&
         members.minus_two->size() == curve.coordinate_bytes && has_y == (kty == kEc2) &&
         (!has_y || members.minus_three->size() == curve.coordinate_bytes);
}

}  // namespace

Result<CoseKey> CoseKey::parse(BytesView encoded) {
  const auto members = read_members(encoded);
  if (!members) return std::unexpected(members.error());
  if (!members->kty || !members->alg) return fail(Code::kCoseKeyMalformed, "kty or alg missing");
  const auto algorithm = algorithm_from_cose(members->alg.value());
  if (!algorithm) {
    return fail(Code::kAlgorithmUnsupported,
                "COSE algorithm " + std::to_string(members->alg.value()));
  }
  const auto curve = curve_of(algorithm.value());
  const bool is_edwards = algorithm == Algorithm::kEddsa || algorithm == Algorithm::kEd448;
  const bool is_well_shaped =
      curve ? is_shaped_as(members.value(), curve.value(), is_edwards ? kOkp : kEc2)
            : is_shaped_as_rsa(members.value());
  if (!is_well_shaped) {
    return fail(Code::kCoseKeyMalformed, "members do not suit the algorithm");
  }
  Bytes point;
  EvpPkeyPtr key;
  if (!curve) {
    key = load_rsa(members->minus_one.value(), members->minus_two.value());
  } else if (is_edwards) {
    const auto x = members->minus_two.value();
    key.reset(EVP_PKEY_new_raw_public_key_ex(nullptr, curve->group, nullptr, x.data(), x.size()));
  } else {
    point.reserve(1 + 2 * curve->coordinate_bytes);
    point.push_back(POINT_CONVERSION_UNCOMPRESSED);
    for (const auto coordinate : {members->minus_two.value(), members->minus_three.value()}) {
      point.insert(point.end(), coordinate.begin(), coordinate.end());
    }
    key = load_point(algorithm.value(), point);
  }
  if (!key) return fail(Code::kPublicKeyInvalid);
  return CoseKey(algorithm.value(), std::move(key), std::move(point));
}

Bytes CoseKey::subject_public_key_info() const {
  unsigned char* encoded = nullptr;
  const int size = i2d_PUBKEY(key_.get(), &encoded);
  if (size <= 0) return {};
  Bytes bytes(encoded, encoded + size);
  OPENSSL_free(encoded);
  return bytes;
}

}  // namespace firstkey::core::webauthn
