#include "device/seen_cards.h"

#include <algorithm>
#include <utility>

#include "device/reader_name.h"

namespace firstkey::device {

namespace {

const Error kSpent{.code = ErrorCode::kTouchNeeded,
                   .fido_status = 0,
                   .detail = "the card was used, and has not been lifted since"};

}  // namespace

SeenCards::Changes SeenCards::update(const std::vector<ReaderState>& readers) {
  Changes changes;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, card] : cards_) {
    const auto reader = std::ranges::find(readers, name, &ReaderState::name);
    if (reader == readers.end() || !is_same_card(card, *reader)) changes.lifted.push_back(name);
  }
  for (const auto& name : changes.lifted) remove(name);
  for (const auto& reader : readers) {
    if (!reader.has_card) continue;
    auto& card = cards_[reader.name];
    if (!learn(card, reader) || card.is_looked_at) continue;
    card.is_looked_at = true;
    changes.to_look_at.push_back({.reader = reader.name, .number = card.visit});
  }
  looked_.notify_all();
  return changes;
}

bool SeenCards::learn(Card& card, const ReaderState& reader) {
  const bool is_new = card.visit == 0;
  const bool was_exclusive = std::exchange(card.is_exclusive, reader.is_exclusive);
  const bool was_mute = std::exchange(card.is_mute, reader.is_mute);
  const auto obstacle = card.told ? card.told->obstacle : std::nullopt;
  const bool was_busy = obstacle && obstacle->code == ErrorCode::kBusy;
  if (is_new) card.visit = ++last_visit_;
  card.changes = reader.changes;
  card.is_contactless = reader.is_contactless;
  const bool is_freed = was_exclusive && !reader.is_exclusive && was_busy;
  const bool is_awake = was_mute && !reader.is_mute && obstacle;
  return is_new || is_freed || is_awake;
}

bool SeenCards::is_same_card(const Card& card, const ReaderState& reader) const {
  return reader.has_card && reader.changes == card.changes;
}

void SeenCards::remove(const std::string& reader) {
  const auto card = cards_.find(reader);
  if (card->second.told && sink_ != nullptr) sink_->removed(card->second.told.value().path);
  cards_.erase(card);
}

void SeenCards::looked(const CardVisit& visit, const CardLook& look) {
  const std::lock_guard lock(mutex_);
  auto* const card = find(visit);
  if (card == nullptr) return;
  card->is_looked_at = false;
  looked_.notify_all();
  SeenKey key{.path = to_key_path(visit.reader),
              .display_name = card_name(
                  visit.reader, card->is_contactless ? CardPlace::kField : CardPlace::kContacts),
              .is_simulated = is_virtual_reader(visit.reader)};
  if (look) {
    key.usb = look.value();
  } else {
    // pcscd will tell itself of a card that left, or has told already that it ended.
    const auto code = look.error().code;
    if (code == ErrorCode::kGone || code == ErrorCode::kUnknownPath ||
        code == ErrorCode::kNoReaderService) {
      return;
    }
    const auto users = code == ErrorCode::kBusy ? card_users_() : std::string();
    key.obstacle = to_obstacle(look.error(), users);
  }
  if (card->is_spent) key.obstacle = to_obstacle(kSpent, "");
  tell(*card, std::move(key));
}

SeenCards::Card* SeenCards::find(const CardVisit& visit) {
  const auto found = cards_.find(visit.reader);
  return found == cards_.end() || found->second.visit != visit.number ? nullptr : &found->second;
}

Result<CardVisit> SeenCards::usable_visit(const std::string& reader) {
  const std::lock_guard lock(mutex_);
  const auto found = cards_.find(reader);
  // pcscd may not have told of it yet, or of its reader; then it was not used either.
  if (found == cards_.end()) return CardVisit{.reader = reader};
  if (found->second.is_spent) return std::unexpected(kSpent);
  return CardVisit{.reader = reader, .number = found->second.visit};
}

bool SeenCards::is_worth_another_look(const CardVisit& visit) {
  const std::lock_guard lock(mutex_);
  const auto* const card = find(visit);
  return sink_ != nullptr && card != nullptr && !card->is_exclusive;
}

bool SeenCards::is_contactless(const std::string& reader) {
  const std::lock_guard lock(mutex_);
  const auto found = cards_.find(reader);
  return found == cards_.end() || found->second.is_contactless;
}

void SeenCards::spend(const CardVisit& visit) {
  const std::lock_guard lock(mutex_);
  auto* const card = find(visit);
  if (card == nullptr || !card->is_contactless) return;
  card->is_spent = true;
  if (!card->told) return;
  auto key = *card->told;
  key.obstacle = to_obstacle(kSpent, "");
  tell(*card, std::move(key));
}

void SeenCards::tell(Card& card, SeenKey key) {
  const auto before = std::exchange(card.told, key);
  if (sink_ == nullptr || before == key) return;
  if (before) return sink_->changed(std::move(key));
  sink_->arrived(std::move(key));
}

bool SeenCards::await_looks(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return looked_.wait_for(lock, patience, [&] {
    return std::ranges::none_of(cards_,
                                [](const auto& entry) { return entry.second.is_looked_at; });
  });
}

void SeenCards::close() {
  const std::lock_guard lock(mutex_);
  sink_ = nullptr;
}

Obstacle to_obstacle(const Error& error, const std::string& card_users) {
  if (error.code == ErrorCode::kNoApplet) {
    return {.code = error.code,
            .reason = "this is a card without FIDO, so no security key",
            .remedy = "hold a security key to the reader instead"};
  }
  if (error.code == ErrorCode::kBusy) {
    return {.code = error.code,
            .reason = "another program is using this card" +
                      (card_users.empty() ? std::string() : ", perhaps " + card_users),
            .remedy = "close what uses smart cards, or lift the card and hold it again"};
  }
  if (error.code == ErrorCode::kTouchNeeded) {
    return {.code = error.code,
            .reason = "this card was used already",
            .remedy = "lift it from the reader before a card is held there again"};
  }
  if (error.code == ErrorCode::kNoAccess) {
    return {.code = error.code,
            .reason = "this account may not use the reader",
            .remedy = "let it use pcscd (polkit: org.debian.pcsc-lite.access_card)"};
  }
  return {.code = error.code,
          .reason = "the reader cannot read this card",
          .remedy = "lift it, hold it again, and keep it still"};
}

}  // namespace firstkey::device
