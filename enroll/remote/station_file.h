#pragma once
// What a station keeps of its joining: the verifier's address, its own credential, what it trusts
// and, once it joined, its name. Mode 0600 in a folder of mode 0700. The credential is drawn and
// written before the code is spent, so that a lost answer burns no code. Format: "firstkey station
// 1", then the lines "verifier URL", "credential BASE64URL", "trust BASE64URL" (of PEM, may be
// empty) and, once joined, "name NAME".

#include <optional>
#include <string>

#include "core/ids.h"
#include "core/result.h"
#include "core/secret.h"

namespace firstkey::enroll::remote {

struct StationRecord {
  std::string verifier;  ///< as given: "https://verifier.example.org"
  core::Secret credential;
  std::string trust;                    ///< PEM; empty: the system's authorities
  std::optional<core::StationId> name;  ///< absent: it has not heard that it joined
};

class StationFile {
 public:
  explicit StationFile(std::string path) : path_(std::move(path)) {}

  /// Errors: kAlreadyExists, those of files.
  [[nodiscard]] core::Result<void> begin(const StationRecord& record) const;
  [[nodiscard]] core::Result<void> complete(const core::StationId& name) const;
  /// Nothing when there is no file. Errors: kStoreDamaged, those of files.
  [[nodiscard]] core::Result<std::optional<StationRecord>> load() const;
  /// That it is not there is fine. Errors: those of files.
  [[nodiscard]] core::Result<void> remove() const;

 private:
  [[nodiscard]] core::Result<void> append(core::BytesView bytes) const;

  std::string path_;
};

}  // namespace firstkey::enroll::remote
