#include "core/webauthn/metadata_blob.h"

#include <optional>
#include <string>

#include <boost/json/object.hpp>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>

#include "core/webauthn/base64url.h"
#include "core/webauthn/signature.h"
#include "core/webauthn/strict_json.h"

namespace firstkey::core::webauthn {

namespace {

// That of 2021 with its two certificates has 4 KiB.
constexpr std::size_t kMaxHeader = std::size_t{64} << 10U;
constexpr std::size_t kMaxCertificates = 8;

std::unexpected<Error> malformed(std::string what) {
  return fail(Code::kMetadataMalformed, std::move(what));
}

/// The parts of a compact serialisation, as they stand in it.
struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;  ///< header, dot and payload
};

Result<Parts> split(std::string_view blob) {
  if (blob.size() > kMaxMetadataBlob) return malformed("it is too large");
  const auto first = blob.find('.');
  const auto second = blob.rfind('.');
  if (first == second || blob.find('.', first + 1) != second) {
    return malformed("it has not three parts");
  }
  return Parts{.header = blob.substr(0, first),
               .payload = blob.substr(first + 1, second - first - 1),
               .signature = blob.substr(second + 1),
               .signed_text = blob.substr(0, second)};
}

struct Header {
  Algorithm algorithm = Algorithm::kRs256;
  std::vector<Certificate> path;  ///< leaf first, never empty
};

Result<Algorithm> read_algorithm(const boost::json::object& header) {
  const auto name = need_text(header, "alg");
  if (!name) return malformed("header: " + name.error().detail);
  if (name.value() == "RS256") return Algorithm::kRs256;
  if (name.value() == "ES256") return Algorithm::kEs256;
  return fail(Code::kMetadataAlgorithmUnsupported, name.value());
}

Result<std::vector<Certificate>> read_path(const boost::json::object& header) {
  const auto texts = maybe_texts(header, "x5c");
  if (!texts) return malformed("header: x5c");
  if (texts->empty() || texts->size() > kMaxCertificates) {
    return malformed("header: x5c has " + std::to_string(texts->size()) + " certificates");
  }
  std::vector<Certificate> path;
  for (const auto& text : texts.value()) {
    const auto der = decode_base64(text);
    auto certificate = Certificate::parse(der.value_or(Bytes{}));
    if (!certificate) return malformed("header: x5c holds something but certificates");
    path.push_back(std::move(certificate.value()));
  }
  return path;
}

Result<Header> read_header(std::string_view text) {
  const auto bytes = decode_base64url(text);
  if (!bytes) return malformed("the header is not base64url");
  const auto json =
      parse_strict_json({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, kMaxHeader);
  if (!json) return malformed("the header is not JSON: " + json.error().detail);
  const auto object = as_object(json.value(), "header");
  if (!object) return malformed("the header is no object");
  // RFC 7515 §4.1.11: what is critical has to be understood, and here nothing is.
  if (object.value()->contains("crit")) return malformed("header: crit");
  const auto algorithm = read_algorithm(*object.value());
  if (!algorithm) return std::unexpected(algorithm.error());
  auto path = read_path(*object.value());
  if (!path) return std::unexpected(path.error());
  return Header{.algorithm = algorithm.value(), .path = std::move(path.value())};
}

/// The signature as OpenSSL takes it: JSON writes ECDSA's two numbers side by side (RFC 7518 §3.4).
std::optional<Bytes> der_of_ecdsa(BytesView raw) {
  constexpr std::size_t kNumber = 32;  // P-256
  if (raw.size() != 2 * kNumber) return std::nullopt;
  BignumPtr r(BN_bin2bn(raw.data(), kNumber, nullptr));
  BignumPtr s(BN_bin2bn(raw.data() + kNumber, kNumber, nullptr));
  const EcdsaSigPtr signature(ECDSA_SIG_new());
  if (!r || !s || !signature || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) {
    return std::nullopt;
  }
  (void)r.release();  // the signature's now
  (void)s.release();
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  const OpensslBytesPtr owner(der);
  if (size <= 0) return std::nullopt;
  return Bytes(der, der + size);
}

bool is_signed(const Parts& parts, const Header& header) {
  auto signature = decode_base64url(parts.signature);
  auto* key = header.path.front().public_key();
  if (header.algorithm == Algorithm::kEs256) {
    if (!is_on_p256(key)) return false;
    signature = der_of_ecdsa(signature.value_or(Bytes{}));
  }
  return signature && key != nullptr &&
         is_signed_by(key, header.algorithm, as_bytes(parts.signed_text), signature.value());
}

Result<Bytes> decode_payload(const Parts& parts) {
  auto payload = decode_base64url(parts.payload);
  if (!payload) return malformed("the payload is not base64url");
  return std::move(payload.value());
}

}  // namespace

Result<Bytes> open_metadata_blob(std::string_view blob,
                                 const MetadataAnchors& anchors,
                                 Instant now) {
  const auto parts = split(blob);
  if (!parts) return std::unexpected(parts.error());
  const auto header = read_header(parts->header);
  if (!header) return std::unexpected(header.error());
  if (auto signer = check_metadata_signer(header->path, anchors, now); !signer) {
    return std::unexpected(signer.error());
  }
  if (!is_signed(parts.value(), header.value())) return fail(Code::kMetadataSignatureInvalid);
  return decode_payload(parts.value());
}

Result<Bytes> payload_of_stored_blob(std::string_view blob) {
  const auto parts = split(blob);
  if (!parts) return std::unexpected(parts.error());
  return decode_payload(parts.value());
}

}  // namespace firstkey::core::webauthn
