#pragma once
// What the lists of administration have in common: a bounded page, and walks over all records that
// hold a page of them at a time.

#include <functional>

#include "core/result.h"
#include "core/store.h"

namespace firstkey::core {

inline constexpr std::size_t kMaxPage = 1000;

/// Errors: kInvalidArgument outside 1..kMaxPage.
[[nodiscard]] Result<void> check_limit(std::size_t limit);

/// Whether any user of the directory is `wanted`.
[[nodiscard]] bool any_user(ReadTransaction& view, const std::function<bool(const User&)>& wanted);

/// The page of passes after `after` whose entries are `wanted`, skipping others until it is full.
[[nodiscard]] std::vector<Pass> passes_where(ReadTransaction& view,
                                             const PassId& after,
                                             std::size_t limit,
                                             const std::function<bool(const Pass&)>& wanted);

/// The same of credentials, withdrawn ones included.
[[nodiscard]] std::vector<CredentialRecord> credentials_where(
    ReadTransaction& view,
    BytesView after,
    std::size_t limit,
    const std::function<bool(const CredentialRecord&)>& wanted);

}  // namespace firstkey::core
