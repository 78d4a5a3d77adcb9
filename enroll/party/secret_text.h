#pragma once
// A text with secrets in it, put together without a copy of them outside of wiped memory: the
// places for them are marked, and filled in one go.

#include <string>
#include <string_view>
#include <vector>

#include "core/secret.h"
#include "enroll/party/extension_outputs.h"

namespace firstkey::enroll {

class SecretText {
 public:
  /// A mark for 32 bytes of `secret`, the first ones or the second. It is no base64, so that no
  /// other member of an answer can be taken for it.
  enum class Half { kFirst, kSecond };
  [[nodiscard]] std::string mark(const PrfResults& secret, Half half);

  /// `text` with each mark replaced by the base64url of what it stands for.
  [[nodiscard]] core::Secret fill(std::string_view text) const;

 private:
  struct Part {
    std::string mark;
    PrfResults secret;
    std::size_t offset = 0;
  };
  std::vector<Part> parts_;
};

}  // namespace firstkey::enroll
