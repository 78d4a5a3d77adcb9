#pragma once
// hmac-secret at a creation (hmac-secret-mc), which libfido2 1.12 does not know: the salts on their
// way to the key, and what it computes from them on its way back, both under a secret agreed for
// this one use. Source: CTAP 2.2 §12.8; CTAP 2.1 §12.5, whose input it shares.

#include <memory>
#include <utility>

#include "device/open_key.h"
#include "device/pin_protocol.h"
#include "device/secret_bytes.h"
#include "device/types.h"

namespace firstkey::device {

class HmacSecretExchange {
 public:
  /// Agrees with the key and encrypts the salts to it. Errors: those of agree_with().
  [[nodiscard]] static Result<HmacSecretExchange> begin(OpenKey& key,
                                                        const HmacSalts& salts,
                                                        RunningCall& call);

  /// The extension's input, a CBOR map.
  [[nodiscard]] const Bytes& input() const noexcept { return input_; }

  /// The extension's output out of authenticator data, 32 bytes a salt. Null when there is none of
  /// that size.
  [[nodiscard]] std::shared_ptr<const SecretBytes> open(BytesView authenticator_data) const;

 private:
  HmacSecretExchange(SharedSecret secret, Bytes input, std::size_t output_size)
      : secret_(std::move(secret)), input_(std::move(input)), output_size_(output_size) {}

  SharedSecret secret_;
  Bytes input_;
  std::size_t output_size_;
};

}  // namespace firstkey::device
