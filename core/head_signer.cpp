#include "core/head_signer.h"

#include <algorithm>

#include "core/audit_check.h"

namespace firstkey::core {

namespace {

constexpr std::size_t kPage = 1'000;

std::unexpected<Error> broken(const SignedHead& last, std::int64_t chain, const std::string& what) {
  return fail(ErrorCode::kAuditBroken,
              "chain " + std::to_string(chain) + " " + what + " (head " +
                  std::to_string(last.number) + ")");
}

/// Checks a chain from where it was signed to where it ends now.
Result<void> check_growth(ReadTransaction& view, ChainHead at, const ChainHead& end) {
  while (at.sequence < end.sequence) {
    const auto page = view.audit_rows({.chain = at.chain, .sequence = at.sequence}, kPage);
    for (const auto& row : page) {
      if (at.sequence == end.sequence) break;
      if (auto verified = verify_audit_row(row, at); !verified) return verified;
      at = head_at(row);
    }
    if (page.empty()) break;
  }
  if (at == end) return {};
  return fail(ErrorCode::kAuditBroken,
              "chain " + std::to_string(end.chain) + " does not lead to where it was left");
}

/// Whether the row that was signed is still the one.
bool has_row(ReadTransaction& view, const ChainHead& signed_at) {
  const auto rows =
      view.audit_rows({.chain = signed_at.chain, .sequence = signed_at.sequence - 1}, 1);
  return !rows.empty() && head_at(rows.front()) == signed_at;
}

Result<void> check_since(ReadTransaction& view,
                         const SignedHead& last,
                         const std::vector<ChainHead>& ends) {
  for (const auto& signed_at : last.chains) {
    const auto end = std::ranges::find(ends, signed_at.chain, &ChainHead::chain);
    if (end == ends.end()) return broken(last, signed_at.chain, "is missing and was signed");
    if (end->sequence < signed_at.sequence || !has_row(view, signed_at)) {
      return broken(last, signed_at.chain, "is not the one that was signed");
    }
  }
  for (const auto& end : ends) {
    const auto signed_at = std::ranges::find(last.chains, end.chain, &ChainHead::chain);
    const auto from = signed_at == last.chains.end() ? ChainHead{.chain = end.chain} : *signed_at;
    if (auto grown = check_growth(view, from, end); !grown) return grown;
  }
  return {};
}

/// The next head but for its signature; nothing if `last` says it all.
Result<std::optional<SignedHead>> next_head(ReadTransaction& view,
                                            const std::optional<SignedHead>& last,
                                            const AuditPublicKey& current) {
  const auto settings = view.settings();
  if (!settings) return fail(ErrorCode::kNotInitialised, "this store was never initialised");
  auto ends = view.audit_heads();
  std::erase_if(ends, [](const ChainHead& end) { return end.sequence == 0; });
  const bool is_continued = last && last->epoch == settings->epoch;
  const auto checked =
      is_continued ? check_since(view, last.value(), ends) : [&]() -> Result<void> {
    const auto whole = check_audit_trail(view);
    return whole ? Result<void>() : std::unexpected(whole.error());
  }();
  if (!checked) return std::unexpected(checked.error());
  const auto& signing = last ? successor_key(last.value()) : current;
  if (is_continued && last->chains == ends && signing == current) return std::nullopt;
  SignedHead head{.number = last ? last->number + 1 : 1,
                  .at = view.clock().now,
                  .epoch = settings->epoch,
                  .chains = std::move(ends),
                  .previous = last ? digest_of(last.value()) : Sha256{},
                  .key = signing,
                  .next_key = std::nullopt,
                  .signature = {}};
  if (signing != current) head.next_key = current;
  return head;
}

}  // namespace

Result<std::optional<SignedHead>> HeadSigner::sign() {
  auto file = HeadFile::open(path_);
  if (!file) return std::unexpected(file.error());
  auto head = read_from<std::optional<SignedHead>>(
      store_, [&](ReadTransaction& view) { return next_head(view, file->last(), key_.current()); });
  if (!head || !head.value()) return head;
  auto& unsigned_head = head.value().value();
  const auto signature = key_.sign(unsigned_head.key, signed_form(unsigned_head));
  if (!signature) {
    return fail(ErrorCode::kAuditKeyUnreadable,
                "the key that has to sign the next head is not in the key file; restore that, or "
                "begin a new file of heads");
  }
  unsigned_head.signature = signature.value();
  if (auto appended = file->append(unsigned_head); !appended) {
    return std::unexpected(appended.error());
  }
  return head;
}

}  // namespace firstkey::core
