// Our own makeCredential beside python3-fido2's for the same parameters, byte for byte.

#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "device/cbor_writer.h"
#include "device/make_credential_message.h"
#include "tests/support/parts.h"
#include "tests/support/running_program.h"

using firstkey::device::Bytes;
using firstkey::device::CborWriter;
using firstkey::device::CredentialExtensions;
using firstkey::device::CredentialProtection;
using firstkey::device::CredentialRequest;
using firstkey::device::EnterpriseAttestation;
using firstkey::device::kEs256;
using firstkey::device::PinProtocol;
using firstkey::device::PinUvAuthProof;
using firstkey::device::to_make_credential;

namespace {

constexpr firstkey::device::CoseAlgorithm kEs512 = -36;

CredentialRequest request() {
  CredentialRequest asked{.rp_id = "example.org",
                          .rp_name = "Example",
                          .user_id = {4, 2},
                          .user_name = "lee@example.org",
                          .user_display_name = "Lee Osei"};
  std::iota(asked.client_data_hash.begin(), asked.client_data_hash.end(), std::uint8_t{0});
  return asked;
}

CredentialRequest nameless() {
  auto asked = request();
  asked.rp_name.clear();
  asked.user_name.clear();
  asked.user_display_name.clear();
  return asked;
}

CredentialRequest for_enterprise(EnterpriseAttestation kind) {
  auto asked = request();
  asked.enterprise_attestation = kind;
  return asked;
}

CredentialRequest discoverable(CredentialRequest asked) {
  asked.is_resident_key_wanted = true;
  return asked;
}

Bytes some_hmac_input() {
  CborWriter out;
  out.map(3).integer(1).map(2).integer(1).integer(2).integer(3).integer(-25);
  out.integer(2).bytes(Bytes(48, 4)).integer(4).integer(2);
  return std::move(out).take();
}

/// In the order of python_requests.py.
std::vector<Bytes> ours() {
  const CredentialExtensions both{.protection = CredentialProtection::kUvRequired,
                                  .has_hmac_secret = true};
  const CredentialExtensions all{.protection = CredentialProtection::kUvOptional,
                                 .has_hmac_secret = true,
                                 .has_min_pin_length = true,
                                 .has_large_blob_key = true,
                                 .blob = Bytes{1, 2, 3}};
  const std::vector<Bytes> excluded{Bytes(16, 1), Bytes(300, 2)};
  const PinUvAuthProof one{.protocol = PinProtocol::kOne, .param = Bytes(16, 0x5A)};
  const PinUvAuthProof two{.protocol = PinProtocol::kTwo, .param = Bytes(32, 0x5A)};
  return {
      to_make_credential(request(), {.algorithm = kEs256}, {}),
      to_make_credential(nameless(), {.algorithm = kEs512}, {}),
      to_make_credential(discoverable(request()),
                         {.algorithm = kEs256, .extensions = both, .excluded = excluded},
                         {.is_asked_of_key = true}),
      to_make_credential(for_enterprise(EnterpriseAttestation::kVendorFacilitated),
                         {.algorithm = kEs256},
                         {.proof = two}),
      to_make_credential(discoverable(for_enterprise(EnterpriseAttestation::kPlatformManaged)),
                         {.algorithm = kEs256},
                         {.proof = one}),
      to_make_credential(discoverable(request()),
                         {.algorithm = kEs256, .extensions = all, .hmac_input = some_hmac_input()},
                         {}),
  };
}

}  // namespace

TEST_SUITE("device/python_requests") {
  TEST_CASE("our own makeCredential is python-fido2's, byte for byte") {
    const bool is_there =
        firstkey::tests::run("/usr/bin/python3 -c 'import fido2.ctap2' 2>&1").status == 0;
    if (firstkey::tests::part_is_absent("python3-fido2", is_there)) return;
    const auto printed = firstkey::tests::run("/usr/bin/python3 -B '" FIRSTKEY_SOURCE_DIR
                                              "/tests/device/python_requests.py'");
    REQUIRE(printed.status == 0);
    std::istringstream lines(printed.text);
    for (const auto& message : ours()) {
      std::string theirs;
      std::getline(lines, theirs);
      CHECK(fmt::format("{:02x}", fmt::join(message, "")) == theirs);
    }
  }
}
