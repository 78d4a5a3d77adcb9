#pragma once
// Where a key's state is kept: nowhere, or in one file of its owner's alone. A file is replaced
// whole and durably (write beside, fsync, rename, fsync of the folder): a cut of power leaves the
// old state or the new one. One key a file: a second program on it is refused.

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>

#include "device/softkey/bytes.h"

namespace firstkey::device::softkey {

enum class StorageFault : std::uint8_t {
  kInUse,       ///< another software key runs on this file
  kUnreadable,  ///< no permission, a folder, larger than any state
  kUnwritable,
};

class StateStorage {
 public:
  StateStorage() = default;
  StateStorage(const StateStorage&) = delete;
  StateStorage& operator=(const StateStorage&) = delete;
  virtual ~StateStorage() = default;

  /// What was saved last; nothing if nothing ever was.
  [[nodiscard]] virtual std::expected<std::optional<Bytes>, StorageFault> load() = 0;
  /// Durable when it returns without a fault.
  [[nodiscard]] virtual std::expected<void, StorageFault> save(BytesView state) = 0;
};

/// Forgets with the process.
class MemoryStorage final : public StateStorage {
 public:
  [[nodiscard]] std::expected<std::optional<Bytes>, StorageFault> load() override { return saved_; }
  [[nodiscard]] std::expected<void, StorageFault> save(BytesView state) override;

 private:
  std::optional<Bytes> saved_;
};

/// Errors: kInUse, kUnwritable (its folder is not there, or no lock can be made in it).
[[nodiscard]] std::expected<std::unique_ptr<StateStorage>, StorageFault> open_state_file(
    std::filesystem::path path);

}  // namespace firstkey::device::softkey
