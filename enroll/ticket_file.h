#pragma once
// A station's ticket on disk, so that a session survives the end of its program: what the passcode
// alone does not resume, and what resumes nothing without the passcode. Mode 0600 in a folder of
// mode 0700; never the passcode.
//
// Order that loses nothing: begin() before a pass is redeemed, complete() after. A crash in between
// leaves station and secret, and redeeming again with those and the passcode gives the same session
// back; the pass is not burnt. Format: "firstkey ticket 1", then the lines "station …", "secret
// HEX" and, once redeemed, "session …".

#include <optional>
#include <string>

#include "core/result.h"
#include "core/session.h"

namespace firstkey::enroll {

class TicketFile {
 public:
  explicit TicketFile(std::string path) : path_(std::move(path)) {}

  struct Kept {
    core::StationId station;
    core::Secret secret;
    /// Absent: the program ended before it heard that the pass was redeemed. Redeem again with the
    /// same station and secret.
    std::optional<core::SessionId> session;
  };

  /// Writes station and secret, durably. Errors: kAlreadyExists, when an earlier session's ticket
  /// is there (resume it or wipe it); kInvalidArgument; kStoreReadOnly, kStoreFull,
  /// kStoreUnreachable.
  [[nodiscard]] core::Result<void> begin(const core::StationId& station,
                                         const core::Secret& secret) const;
  /// Adds the session, durably. Errors: those of files; the file is then as begin() left it.
  [[nodiscard]] core::Result<void> complete(const core::SessionId& session) const;

  /// Nothing when there is no ticket. Errors: kStoreDamaged, when it is not a whole ticket;
  /// kStoreUnreachable, when it is another account's or open to others.
  [[nodiscard]] core::Result<std::optional<Kept>> load() const;

  /// Overwrites and removes it; that it is not there is fine. Errors: those of files.
  [[nodiscard]] core::Result<void> wipe() const;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace firstkey::enroll
