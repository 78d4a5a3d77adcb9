#include "core/head_check.h"

#include "core/head_file.h"

namespace firstkey::core {

namespace {

std::string named(std::int64_t head) {
  return "head " + std::to_string(head);
}

/// Meets every row of a trail and every signed place, both in order.
class Comparison {
 public:
  Comparison(const SignedHeads& heads, std::int64_t epoch) : heads_(heads), epoch_(epoch) {}

  [[nodiscard]] Result<void> meet(const AuditRow& row) {
    const auto place = heads_.places().find({row.chain, row.sequence});
    if (place == heads_.places().end()) return {};
    if (place->second.hash == row.hash) {
      confirmed_[row.chain] = row.sequence;
      return {};
    }
    return missed(place->second,
                  name_of_row({.chain = row.chain, .sequence = row.sequence}) +
                      " is not the one that was signed");
  }

  /// Asks for the signed places beyond the ends of chains.
  [[nodiscard]] Result<void> meet_ends(const std::vector<ChainHead>& ends) {
    std::map<std::int64_t, std::int64_t> lengths;
    for (const auto& end : ends) lengths[end.chain] = end.sequence;
    for (const auto& [at, place] : heads_.places()) {
      const auto& [chain, sequence] = at;
      const auto length = lengths.contains(chain) ? lengths.at(chain) : 0;
      if (sequence <= length) continue;
      const auto what = length == 0 ? "is missing" : "ends with row " + std::to_string(length);
      const auto met = missed(place,
                              "chain " + std::to_string(chain) + " " + what +
                                  ", and was signed up to row " + std::to_string(sequence));
      if (!met) return met;
    }
    return {};
  }

  [[nodiscard]] std::vector<UnsignedTail> unsigned_tails(const std::vector<ChainHead>& ends) const {
    std::vector<UnsignedTail> tails;
    for (const auto& end : ends) {
      const auto confirmed = confirmed_.contains(end.chain) ? confirmed_.at(end.chain) : 0;
      if (confirmed == end.sequence) continue;
      tails.push_back(
          {.chain = end.chain, .first = confirmed + 1, .rows = end.sequence - confirmed});
    }
    return tails;
  }
  [[nodiscard]] std::int64_t taken_back() const { return taken_back_; }

 private:
  /// A signed row that is not there: a restore's doing if it was of an earlier epoch.
  [[nodiscard]] Result<void> missed(const SignedHeads::Place& place, const std::string& what) {
    if (place.epoch < epoch_) {
      ++taken_back_;
      return {};
    }
    return fail(ErrorCode::kAuditBroken, what + " (" + named(place.head) + ")");
  }

  const SignedHeads& heads_;
  std::int64_t epoch_;
  std::map<std::int64_t, std::int64_t> confirmed_;  ///< the last signed row of each chain
  std::int64_t taken_back_ = 0;
};

}  // namespace

Result<SignedHeads> SignedHeads::read(const std::string& path) {
  SignedHeads heads;
  HeadSequence sequence;
  const auto read = read_heads(path, [&](const SignedHead& head) -> Result<void> {
    if (auto followed = sequence.follow(head); !followed) return followed;
    return heads.add(head);
  });
  if (!read) return std::unexpected(read.error());
  if (!sequence.last()) return fail(ErrorCode::kNotFound, path + " holds no signed head");
  heads.last_ = sequence.last().value();
  return heads;
}

Result<void> SignedHeads::add(const SignedHead& head) {
  keys_.insert(head.key);
  for (const auto& chain : head.chains) {
    const Place place{.hash = chain.hash, .head = head.number, .epoch = head.epoch};
    const auto [known, is_new] = places_.emplace(std::pair(chain.chain, chain.sequence), place);
    if (is_new || known->second.hash == chain.hash) continue;
    if (known->second.epoch == head.epoch) {
      return fail(ErrorCode::kAuditBroken,
                  named(known->second.head) + " and " + named(head.number) +
                      " signed different rows as " +
                      name_of_row({.chain = chain.chain, .sequence = chain.sequence}));
    }
    known->second = place;  // after a restore another row has its place
  }
  return {};
}

Result<SignedTrail> check_against_heads(ReadTransaction& view, const SignedHeads& heads) {
  const auto settings = view.settings();
  if (!settings) return fail(ErrorCode::kNotInitialised, "this store was never initialised");
  Comparison comparison(heads, settings->epoch);
  auto trail = check_audit_trail(view, [&](const AuditRow& row) { return comparison.meet(row); });
  if (!trail) return std::unexpected(trail.error());
  if (auto met = comparison.meet_ends(trail->heads); !met) return std::unexpected(met.error());
  auto tails = comparison.unsigned_tails(trail->heads);
  return SignedTrail{.trail = std::move(trail.value()),
                     .unsigned_tails = std::move(tails),
                     .taken_back = comparison.taken_back()};
}

}  // namespace firstkey::core
