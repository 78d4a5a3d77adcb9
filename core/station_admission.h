#pragma once
// Which station is calling: joining with a code, and the credential shown ever after. Both are
// judged inside a transaction of their own, so that a station that was removed is refused from the
// next call on.

#include <string>

#include "core/result.h"
#include "core/station.h"
#include "core/store.h"

namespace firstkey::core {

class StationAdmission {
 public:
  /// `store` must outlive this.
  explicit StationAdmission(Store& store) : store_(store) {}

  /// Binds `credential`, 32 bytes drawn by the station, to the station of `code`, as typed. A code
  /// joins once; the same code with the same credential again is answered as before, so that a lost
  /// answer burns nothing. Errors: kStationUnknown (no such code, used, or over), kInvalidArgument
  /// (a credential of another size), kNotInitialised and those of the store.
  [[nodiscard]] Result<StationId> join(const Secret& code, const Secret& credential);

  /// The station that holds `credential`. Writes nothing: whoever asks decides whether a refusal is
  /// worth a row, which a flood of them is not.
  /// Errors: kStationUnknown, kNotInitialised and those of the store.
  [[nodiscard]] Result<StationId> identify(const Secret& credential);

  /// Puts on record that a caller from `address` was not recognised. Errors: those of the store.
  [[nodiscard]] Result<void> record_refusal(const std::string& address);

 private:
  Store& store_;
};

}  // namespace firstkey::core
