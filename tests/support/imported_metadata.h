#pragma once
// A BLOB of metadata in the store of a VerifierFixture, without the administration that brings it.

#include "core/store.h"
#include "tests/support/made_metadata.h"

namespace firstkey::tests {

/// As administration leaves it: the BLOB kept, and named by the settings.
template <class Fixture>
void import(Fixture& f, const PayloadShape& payload) {
  f.write([&](core::WriteTransaction& t) {
    t.insert_metadata({.number = payload.number,
                       .imported_at = kMetadataTime,
                       .blob = metadata_signer().blob(payload)});
    auto settings = t.settings().value();
    settings.metadata = {.number = payload.number,
                         .next_update = kMetadataTime,
                         .imported_at = kMetadataTime,
                         .previous_number = std::nullopt};
    t.put_settings(settings);
  });
}

}  // namespace firstkey::tests
