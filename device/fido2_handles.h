#pragma once
// One unique_ptr for each type of libfido2: product code has no fido_*_free.

#include <cstdlib>
#include <memory>

#include <fido.h>

namespace firstkey::device {

struct FidoDelete {
  void operator()(fido_dev_t* dev) const noexcept {
    (void)fido_dev_close(dev);  // says only whether it had been open
    fido_dev_free(&dev);
  }
  void operator()(fido_cred_t* cred) const noexcept { fido_cred_free(&cred); }
  void operator()(fido_assert_t* assertion) const noexcept { fido_assert_free(&assertion); }
  void operator()(fido_cbor_info_t* info) const noexcept { fido_cbor_info_free(&info); }
};

/// What libfido2 hands over for its caller to free.
struct MallocDelete {
  void operator()(unsigned char* memory) const noexcept { std::free(memory); }
};
using MallocBytes = std::unique_ptr<unsigned char, MallocDelete>;

using FidoDevice = std::unique_ptr<fido_dev_t, FidoDelete>;
using FidoCredential = std::unique_ptr<fido_cred_t, FidoDelete>;
using FidoAssertion = std::unique_ptr<fido_assert_t, FidoDelete>;
using FidoGetInfo = std::unique_ptr<fido_cbor_info_t, FidoDelete>;

}  // namespace firstkey::device
