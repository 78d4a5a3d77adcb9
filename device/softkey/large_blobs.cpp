#include "device/softkey/large_blobs.h"

#include <algorithm>

#include "device/softkey/crypto.h"
#include "device/softkey/fields.h"
#include "device/softkey/request.h"

namespace firstkey::device::softkey {
namespace {

// Parameters of the request (§6.10.1) and the member of the response.
constexpr int kGet = 0x01;
constexpr int kSet = 0x02;
constexpr int kOffset = 0x03;
constexpr int kLength = 0x04;
constexpr PinUvAuthKeys kAuthKeys{.param = 0x05, .protocol = 0x06};
constexpr int kConfig = 0x01;

constexpr std::size_t kMaximumFragment = kMaximumMessageSize - 64;  // §6.10.2
constexpr std::size_t kDigestSize = 16;
constexpr std::size_t kLeastSize = kDigestSize + 1;  // an empty array and its digest
constexpr std::uint8_t kEmptyArray = 0x80;

Bytes with_digest(Bytes array) {
  const Sha256 digest = sha256(array);
  append(array, BytesView(digest).first(kDigestSize));
  return array;
}

Bytes stored(const KeyParts& key) {
  const BytesView serialized = key.store.large_blobs();
  if (serialized.empty()) return with_digest({kEmptyArray});
  return {serialized.begin(), serialized.end()};
}

/// A size or an offset. Errors: kInvalidParameter for one that is negative or past any array.
Result<std::optional<std::size_t>> size_field(const cbor::Map& request, int key) {
  const auto number = optional_field<std::int64_t>(request, key);
  if (!number) return std::unexpected(number.error());
  if (*number == nullptr) return std::nullopt;
  if (**number < 0) return std::unexpected(Status::kInvalidParameter);
  return static_cast<std::size_t>(**number);
}

/// §6.10.2: what the token signs of a fragment.
Bytes proof_message(std::size_t offset, BytesView fragment) {
  Bytes message(32, 0xFF);
  append(message, std::array<std::uint8_t, 2>{0x0C, 0x00});
  for (unsigned shift = 0; shift < 32; shift += 8) {  // little-endian, as the section says
    message.push_back(static_cast<std::uint8_t>(offset >> shift));
  }
  append(message, sha256(fragment));
  return message;
}

Result<void> admit(const KeyParts& key,
                   const cbor::Map& request,
                   std::size_t offset,
                   BytesView fragment) {
  if (!key.client_pin.can_verify_user() && !key.store.configuration().always_verifies_user) {
    return {};
  }
  const auto auth = required_pin_uv_auth(request, kAuthKeys);
  if (!auth) return std::unexpected(auth.error());
  if (!key.client_pin.admit(
          *auth,
          proof_message(offset, fragment),
          {.permission = Permission::kLargeBlobWrite, .reach = TokenUse::Reach::kWholeKey})) {
    return std::unexpected(Status::kPinAuthInvalid);
  }
  return {};
}

Result<Bytes> read(const KeyParts& key, std::size_t offset, std::size_t count) {
  if (count > kMaximumFragment) return std::unexpected(Status::kInvalidLength);
  const Bytes all = stored(key);
  if (offset > all.size()) return std::unexpected(Status::kInvalidParameter);
  const BytesView left = BytesView(all).subspan(offset);
  return cbor::encode(cbor::Map{{kConfig, left.first(std::min(left.size(), count))}});
}

/// The start of a writing, or where it has got to.
/// Errors: those of a first fragment whose length cannot be, and of one out of turn.
Result<LargeBlobWriting> turn(const std::optional<LargeBlobWriting>& writing,
                              std::size_t offset,
                              std::optional<std::size_t> length) {
  if (offset == 0) {
    if (!length) return std::unexpected(Status::kInvalidParameter);
    if (*length > kMaximumLargeBlobArray) return std::unexpected(Status::kLargeBlobStorageFull);
    if (*length < kLeastSize) return std::unexpected(Status::kInvalidParameter);
    return LargeBlobWriting{*length, {}};
  }
  if (length) return std::unexpected(Status::kInvalidParameter);
  if (!writing || offset != writing->so_far.size()) {
    return std::unexpected(Status::kInvalidSequence);
  }
  return *writing;
}

Result<Bytes> finish(const KeyParts& key, LargeBlobWriting whole) {
  const BytesView all(whole.so_far);
  const Sha256 digest = sha256(all.first(all.size() - kDigestSize));
  if (!std::ranges::equal(BytesView(digest).first(kDigestSize), all.last(kDigestSize))) {
    return std::unexpected(Status::kIntegrityFailure);
  }
  const auto saved = key.store.set_large_blobs(std::move(whole.so_far));
  if (!saved) return std::unexpected(saved.error());
  return Bytes{};
}

Result<Bytes> write(const KeyParts& key,
                    const cbor::Map& request,
                    std::size_t offset,
                    const Bytes& fragment,
                    std::optional<LargeBlobWriting>& writing) {
  const auto length = size_field(request, kLength);
  if (!length) return std::unexpected(length.error());
  if (fragment.size() > kMaximumFragment) return std::unexpected(Status::kInvalidLength);
  auto next = turn(writing, offset, *length);
  if (!next) return std::unexpected(next.error());
  if (const auto admitted = admit(key, request, offset, fragment); !admitted) {
    return std::unexpected(admitted.error());
  }
  append(next->so_far, fragment);
  if (next->so_far.size() > next->expected_size) return std::unexpected(Status::kInvalidParameter);
  if (next->so_far.size() < next->expected_size) {
    writing = std::move(*next);
    return Bytes{};
  }
  writing.reset();
  return finish(key, std::move(*next));
}

}  // namespace

Result<Bytes> large_blobs(const KeyParts& key,
                          const cbor::Map& request,
                          std::optional<LargeBlobWriting>& writing) {
  const auto count = size_field(request, kGet);
  if (!count) return std::unexpected(count.error());
  const auto fragment = optional_field<Bytes>(request, kSet);
  if (!fragment) return std::unexpected(fragment.error());
  const auto offset = size_field(request, kOffset);
  if (!offset) return std::unexpected(offset.error());
  const bool is_writing = *fragment != nullptr;
  if (!*offset || count->has_value() == is_writing) {
    return std::unexpected(Status::kInvalidParameter);
  }
  if (is_writing) return write(key, request, **offset, **fragment, writing);
  if (request.find(kLength) != nullptr) return std::unexpected(Status::kInvalidParameter);
  return read(key, **offset, **count);
}

}  // namespace firstkey::device::softkey
