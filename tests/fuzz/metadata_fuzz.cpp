// A metadata BLOB as it is handed over, or, where the input begins like JSON, the payload of one,
// which no mutation could sign. The signer of a BLOB leads to its own last certificate, so that the
// chains of the seeds verify and mutations reach what is behind them.

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/webauthn/base64url.h"
#include "core/webauthn/metadata_blob.h"
#include "core/webauthn/metadata_service.h"
#include "core/webauthn/strict_json.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/reached.h"

using namespace firstkey::core;
using namespace firstkey::core::webauthn;
using firstkey::tests::demand;
using firstkey::tests::Reached;

namespace {

Reached payload_read("a payload read");
Reached chain_verified("a chain verified");
Reached named_otherwise("a chain of another name");

/// Within the life of the certificates in the seeds.
const Instant kThen = from_rfc3339("2021-11-20T12:00:00Z").value();

/// The last certificate of the BLOB's header; nothing if it does not read.
MetadataAnchors agreeing_with(std::string_view blob) {
  const auto bytes = decode_base64url(blob.substr(0, blob.find('.')));
  if (!bytes) return {};
  const auto header = webauthn::parse_strict_json(
      {reinterpret_cast<const char*>(bytes->data()), bytes->size()}, 64 * 1024);
  if (!header || !header->is_object()) return {};
  const auto path = maybe_texts(header->get_object(), "x5c");
  if (!path || path->empty()) return {};
  const auto root = decode_base64(path->back());
  return {.roots = {root.value_or(Bytes{})}};
}

void take_blob(std::string_view blob) {
  const auto anchors = agreeing_with(blob);
  const auto opened = open_metadata_blob(blob, anchors, kThen);
  demand(!opened, "no mutation signs a payload");
  const auto code = opened.error().code;
  chain_verified.count_if(code == Code::kMetadataSignatureInvalid);
  named_otherwise.count_if(code == Code::kMetadataSignerNameMismatch);
  demand(!open_metadata_blob(blob, {}, kThen), "nothing is trusted without a root");
  static_cast<void>(MetadataService::read_stored(blob));
}

void take_payload(BytesView json) {
  const auto payload = parse_metadata_payload(json);
  if (!payload) return;
  payload_read.count_if(true);
  const auto stored = MetadataService::read_stored("." + to_base64url(json) + ".");
  demand(stored && stored->entries() == payload->entries, "a stored payload reads as the same");
  for (const auto& entry : stored->entries()) {
    demand(entry.aaguid.empty() || stored->find(entry.aaguid) == &entry,
           "an entry is found by its AAGUID");
    for (const auto& identifier : entry.key_identifiers) {
      demand(stored->find(identifier) == &entry, "an entry is found by its key identifiers");
    }
    const auto level = certification_at(entry, kThen);
    demand(!level || level <= AuthenticatorStatus::kFidoCertifiedL3Plus,
           "what certifies is a certificate");
    const auto checked = stored->check_status(entry, {}, {}, kThen);
    for (const auto& report : entry.reports) {
      demand(report.status != AuthenticatorStatus::kRevoked || !checked,
             "a revoked model is refused");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  if (size != 0 && input[0] == '{') {
    take_payload({input, size});
  } else {
    take_blob({reinterpret_cast<const char*>(input), size});
  }
  return 0;
}
