#include "core/webauthn/chain_memory.h"

#include <utility>

namespace firstkey::core::webauthn {

namespace {

std::string_view as_text(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::shared_ptr<const KnownChain> ChainMemory::recall(BytesView x5c) {
  const std::lock_guard lock(mutex_);
  const auto found = by_x5c_.find(as_text(x5c));
  if (found == by_x5c_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->known;
}

void ChainMemory::remember(BytesView x5c, std::shared_ptr<const KnownChain> known) {
  const std::lock_guard lock(mutex_);
  if (const auto found = by_x5c_.find(as_text(x5c)); found != by_x5c_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    found->second->known = std::move(known);
    return;
  }
  entries_.push_front({.x5c = std::string(as_text(x5c)), .known = std::move(known)});
  by_x5c_.emplace(entries_.front().x5c, entries_.begin());
  if (entries_.size() <= most_) return;
  by_x5c_.erase(entries_.back().x5c);
  entries_.pop_back();
}

std::size_t ChainMemory::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace firstkey::core::webauthn
