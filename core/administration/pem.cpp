#include "core/administration/pem.h"

#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "core/webauthn/openssl_handles.h"

namespace firstkey::core {

namespace {

enum class BlockKind { kWanted, kOther, kNone };
struct Block {
  BlockKind kind = BlockKind::kNone;
  Bytes der;
};

/// kOther also for one that does not read.
Block next_block(BIO* pem, std::string_view label) {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* content = nullptr;
  long size = 0;
  if (PEM_read_bio(pem, &name, &header, &content, &size) != 1) {
    const bool is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    return {.kind = is_end ? BlockKind::kNone : BlockKind::kOther, .der = {}};
  }
  Block block{.kind = name == label ? BlockKind::kWanted : BlockKind::kOther,
              .der = Bytes(content, content + size)};
  OPENSSL_free(name);
  OPENSSL_free(header);
  OPENSSL_free(content);
  return block;
}

}  // namespace

std::optional<Bytes> der_of_file(BytesView file, std::string_view label) {
  constexpr std::uint8_t kDerSequence = 0x30;
  if (!file.empty() && file.front() == kDerSequence) return to_bytes(file);
  auto ders = ders_of_file(file, label);
  if (!ders || ders->size() != 1) return std::nullopt;
  return std::move(ders->front());
}

std::optional<std::vector<Bytes>> ders_of_file(BytesView file, std::string_view label) {
  const webauthn::BioPtr bio(BIO_new_mem_buf(file.data(), static_cast<int>(file.size())));
  if (!bio) {
    ERR_clear_error();
    return std::nullopt;
  }
  std::vector<Bytes> ders;
  auto block = next_block(bio.get(), label);
  for (; block.kind == BlockKind::kWanted; block = next_block(bio.get(), label)) {
    ders.push_back(std::move(block.der));
  }
  if (block.kind == BlockKind::kOther || ders.empty()) return std::nullopt;
  return ders;
}

}  // namespace firstkey::core
