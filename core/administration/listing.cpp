#include "core/administration/listing.h"

#include <algorithm>

#include <fmt/format.h>

namespace firstkey::core {

namespace {

/// Fills a page from the pages `next` returns after a key, keeping what is `wanted`.
template <class Record, class Key, class Next>
std::vector<Record> page_where(Key after,
                               std::size_t limit,
                               const Next& next,
                               const std::function<bool(const Record&)>& wanted) {
  std::vector<Record> page;
  while (page.size() < limit) {
    auto candidates = next(after);
    if (candidates.empty()) break;
    after = candidates.back().id;
    for (auto& candidate : candidates) {
      if (page.size() < limit && wanted(candidate)) page.push_back(std::move(candidate));
    }
  }
  return page;
}

}  // namespace

Result<void> check_limit(std::size_t limit) {
  if (limit >= 1 && limit <= kMaxPage) return {};
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("a page has 1 to {} entries, not {}", kMaxPage, limit));
}

bool any_user(ReadTransaction& view, const std::function<bool(const User&)>& wanted) {
  std::string after;
  while (true) {
    const auto page = view.users(after, kMaxPage);
    if (std::ranges::any_of(page, wanted)) return true;
    if (page.size() < kMaxPage) return false;
    after = normalised_name(page.back().name);
  }
}

std::vector<Pass> passes_where(ReadTransaction& view,
                               const PassId& after,
                               std::size_t limit,
                               const std::function<bool(const Pass&)>& wanted) {
  return page_where<Pass>(
      after, limit, [&](const PassId& from) { return view.passes(from, limit); }, wanted);
}

std::vector<CredentialRecord> credentials_where(
    ReadTransaction& view,
    BytesView after,
    std::size_t limit,
    const std::function<bool(const CredentialRecord&)>& wanted) {
  return page_where<CredentialRecord>(
      to_bytes(after),
      limit,
      [&](const Bytes& from) { return view.credentials(from, limit); },
      wanted);
}

}  // namespace firstkey::core
