#pragma once
// The file that signed heads are appended to: outside the store, and better outside the machine.
// One program at a time appends. Only a last line that a crash left unfinished is ever taken away.

#include <functional>
#include <optional>
#include <string>

#include "core/result.h"
#include "core/signed_head.h"

namespace firstkey::core {

/// Held open, and locked against other signers, from open() on.
class HeadFile {
 public:
  /// Makes the file, mode 0600, if it is not there, and waits for another signer to be done.
  /// Errors: kStoreUnreachable, kStoreReadOnly, kAuditBroken (its last line is no signed head).
  [[nodiscard]] static Result<HeadFile> open(const std::string& path);
  HeadFile(HeadFile&& other) noexcept;
  HeadFile& operator=(HeadFile&&) = delete;
  HeadFile(const HeadFile&) = delete;
  HeadFile& operator=(const HeadFile&) = delete;
  ~HeadFile();

  [[nodiscard]] const std::optional<SignedHead>& last() const noexcept { return last_; }
  /// Durable once it returns. Errors: kStoreFull, kStoreUnreachable.
  [[nodiscard]] Result<void> append(const SignedHead& head);

 private:
  HeadFile(std::string path, int file) : path_(std::move(path)), file_(file) {}
  [[nodiscard]] Result<void> find_last();

  std::string path_;
  int file_;
  std::optional<SignedHead> last_;
};

/// Hands `visit` every head of the file in order, until it fails. An unfinished last line is left
/// out, as the next signer takes it away. Errors: kNotFound (no such file), kAuditBroken (a line
/// that is no signed head, by its number), those of `visit`.
[[nodiscard]] Result<void> read_heads(const std::string& path,
                                      const std::function<Result<void>(const SignedHead&)>& visit);

}  // namespace firstkey::core
