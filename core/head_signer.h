#pragma once
// Signs where the trail's chains end, and appends it to a file. Before it signs, the rows since the
// last head are checked, and that what that head named is still there: a trail that was rewritten
// is told of rather than signed.

#include <optional>
#include <string>

#include "core/audit_key.h"
#include "core/head_file.h"
#include "core/store.h"

namespace firstkey::core {

class HeadSigner {
 public:
  /// `store` and `key` must outlive this. `path`: of the file of heads.
  HeadSigner(Store& store, const AuditKey& key, std::string path)
      : store_(store), key_(key), path_(std::move(path)) {}

  /// The head that was signed and appended; nothing if the last one says it all. After a renewal of
  /// the key its predecessor signs once more, and names it.
  /// Errors: kAuditBroken, kAuditKeyUnreadable (the key that has to sign is not in the key file),
  /// those of HeadFile and of Store::read.
  [[nodiscard]] Result<std::optional<SignedHead>> sign();

 private:
  Store& store_;
  const AuditKey& key_;
  std::string path_;
};

}  // namespace firstkey::core
