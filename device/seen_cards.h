#pragma once
// Which cards are on which readers, kept from what PC/SC says of its readers and what a look at
// each card finds. Pure but for its lock: it calls no PC/SC. Each insertion is a visit with its own
// number, so that a look that comes back late is not taken for the card that lies there now.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "device/key_source.h"

namespace firstkey::device {

struct ReaderState {
  std::string name;
  bool has_card = false;
  bool is_exclusive = false;  ///< a program keeps the card for itself
  bool is_mute = false;       ///< it does not answer to being powered up
  bool is_contactless = true;
  std::uint32_t changes = 0;  ///< pcscd's count of insertions and removals
};

/// What a look at a card found: a key (and where its reader hangs), or why it cannot be used.
using CardLook = Result<std::optional<UsbAddress>>;

/// One insertion of a card.
struct CardVisit {
  std::string reader;
  std::uint64_t number = 0;

  friend bool operator==(const CardVisit&, const CardVisit&) = default;
};

class SeenCards {
 public:
  struct Changes {
    std::vector<std::string> lifted;    ///< readers whose card was lifted
    std::vector<CardVisit> to_look_at;  ///< for each of them looked() is due
  };

  /// Names the programs that may have a card, for people; empty for none.
  using CardUsers = std::function<std::string()>;

  /// Keeps a reference to `sink` until close().
  SeenCards(KeySink& sink, CardUsers card_users)
      : sink_(&sink), card_users_(std::move(card_users)) {}

  /// `readers` are all there are.
  [[nodiscard]] Changes update(const std::vector<ReaderState>& readers);
  /// Threads: any.
  void looked(const CardVisit& visit, const CardLook& look);
  /// The insertion that is there now, if it may be used. Threads: any.
  /// Errors: kTouchNeeded (spent).
  [[nodiscard]] Result<CardVisit> usable_visit(const std::string& reader);
  /// Whether the card of `visit` is there, and not in the hands of a program that has it for
  /// itself: of the end of that pcscd tells. Threads: any.
  [[nodiscard]] bool is_worth_another_look(const CardVisit& visit);
  [[nodiscard]] bool is_contactless(const std::string& reader);
  /// Somebody has registered with this insertion, and has gone: the next person is to hold a card
  /// there anew, so that nobody registers by a tap of somebody else's. Threads: any.
  void spend(const CardVisit& visit);
  /// Waits until every card there has been looked at. False: `patience` is over.
  [[nodiscard]] bool await_looks(std::chrono::milliseconds patience);
  /// Nothing is reported any more. Threads: any.
  void close();

 private:
  struct Card {
    std::uint64_t visit = 0;
    std::uint32_t changes = 0;
    bool is_exclusive = false;
    bool is_mute = false;
    bool is_contactless = true;
    bool is_looked_at = false;  // a look is under way
    bool is_spent = false;
    std::optional<SeenKey> told;
  };

  [[nodiscard]] bool is_same_card(const Card& card, const ReaderState& reader) const;
  /// Takes over what is new. Whether that is a reason to look at the card.
  [[nodiscard]] bool learn(Card& card, const ReaderState& reader);
  /// Null when it is not there any more.
  [[nodiscard]] Card* find(const CardVisit& visit);
  void remove(const std::string& reader);
  void tell(Card& card, SeenKey key);

  std::mutex mutex_;
  std::condition_variable looked_;
  KeySink* sink_;
  const CardUsers card_users_;
  std::uint64_t last_visit_ = 0;
  std::map<std::string, Card> cards_;
};

/// Why a card cannot be used and what to do about it, in words for a person. `card_users` may be
/// to blame when another program has it.
[[nodiscard]] Obstacle to_obstacle(const Error& error, const std::string& card_users);

}  // namespace firstkey::device
