#include "core/administration/pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "core/webauthn/openssl_handles.h"

namespace firstkey::core {

namespace {

/// The bytes of the next PEM block; nothing if there is none, or it is no `label`.
std::optional<Bytes> next_block(BIO* pem, std::string_view label) {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* content = nullptr;
  long size = 0;
  if (PEM_read_bio(pem, &name, &header, &content, &size) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  const bool is_wanted = name == label;
  Bytes der(content, content + size);
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(content);
  if (!is_wanted) return std::nullopt;
  return der;
}

}  // namespace

std::optional<Bytes> der_of_file(BytesView file, std::string_view label) {
  constexpr std::uint8_t kDerSequence = 0x30;
  if (!file.empty() && file.front() == kDerSequence) return to_bytes(file);
  const webauthn::BioPtr bio(BIO_new_mem_buf(file.data(), static_cast<int>(file.size())));
  if (!bio) return std::nullopt;
  auto der = next_block(bio.get(), label);
  if (next_block(bio.get(), label)) return std::nullopt;
  return der;
}

}  // namespace firstkey::core
