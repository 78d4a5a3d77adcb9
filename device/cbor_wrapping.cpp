#include "device/cbor_wrapping.h"

#include <array>

#include <cbor.h>

namespace firstkey::device {

namespace {

/// A CBOR head: the initial byte and at most eight bytes of length. Source: RFC 8949 §3.
using Head = std::array<unsigned char, 9>;

void append(Bytes& out, BytesView bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_text(Bytes& out, std::string_view text) {
  Head head{};
  append(out,
         BytesView(head).first(cbor_encode_string_start(text.size(), head.data(), head.size())));
  out.insert(out.end(), text.begin(), text.end());
}

void append_byte_string(Bytes& out, BytesView bytes) {
  Head head{};
  append(
      out,
      BytesView(head).first(cbor_encode_bytestring_start(bytes.size(), head.data(), head.size())));
  append(out, bytes);
}

}  // namespace

Result<Bytes> unwrap_byte_string(BytesView cbor) {
  struct Found {
    bool is_found = false;
    Bytes bytes;
  } found;
  cbor_callbacks callbacks = cbor_empty_callbacks;
  callbacks.byte_string = [](void* context, cbor_data data, std::size_t length) {
    auto& target = *static_cast<Found*>(context);
    target.is_found = true;
    target.bytes.assign(data, data + length);
  };
  const auto decoded = cbor_stream_decode(cbor.data(), cbor.size(), &callbacks, &found);
  if (decoded.status != CBOR_DECODER_FINISHED || decoded.read != cbor.size() || !found.is_found) {
    return std::unexpected(
        Error{.code = ErrorCode::kGarbage, .detail = "authenticator data is no byte string"});
  }
  return std::move(found.bytes);
}

Bytes to_attestation_object(std::string_view format,
                            BytesView statement,
                            BytesView authenticator_data) {
  Bytes object;
  Head head{};
  append(object, BytesView(head).first(cbor_encode_map_start(3, head.data(), head.size())));
  append_text(object, "fmt");
  append_text(object, format);
  append_text(object, "attStmt");
  append(object, statement);
  append_text(object, "authData");
  append_byte_string(object, authenticator_data);
  return object;
}

}  // namespace firstkey::device
