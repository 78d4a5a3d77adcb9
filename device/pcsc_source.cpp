#include "device/pcsc_source.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "device/card_link.h"
#include "device/card_thread.h"
#include "device/fido2_authenticator.h"
#include "device/pcsc_card.h"
#include "device/reader_name.h"
#include "device/service_watch.h"

namespace firstkey::device {

namespace {

/// The reader whose news is that the list of readers has changed.
constexpr const char* kReaderList = R"(\\?PnP?\Notification)";
/// The list is read anew this often even without news: pcscd counts its readers only when the wait
/// begins, so that one which comes in that very moment is not told of.
constexpr DWORD kListMilliseconds = 60'000;
constexpr std::chrono::milliseconds kServiceRetry{5'000};
constexpr std::chrono::milliseconds kFirstLooks{3'000};
/// A look and the thread of a lifted card's connection are short; a ceremony is not waited for.
constexpr std::chrono::milliseconds kLookPatience{5'000};
constexpr std::chrono::milliseconds kLookTime{10'000};
/// SCardCancel does nothing when it comes just before the wait it is meant for.
constexpr std::chrono::milliseconds kCancelAgain{20};
constexpr DWORD kChangesShift = 16;

/// A BlockingCard on the thread that has nothing else to do.
class DirectChannel final : public CardChannel {
 public:
  explicit DirectChannel(BlockingCard& card) : card_(card) {}
  void send(BytesView apdu) override { answer_ = card_.transmit(apdu); }
  [[nodiscard]] Result<std::optional<Bytes>> receive(std::chrono::milliseconds /*timeout*/,
                                                     const WakeEvent& /*wake*/) override {
    if (!answer_) return std::unexpected(answer_.error());
    return std::move(answer_.value());
  }
  [[nodiscard]] bool was_reset() const noexcept override { return card_.was_reset(); }
  void rest(std::chrono::milliseconds pause, const WakeEvent& /*wake*/) override {
    std::this_thread::sleep_for(pause);
  }
  void set_ending(CardEnding /*ending*/) override {}

 private:
  BlockingCard& card_;
  Result<Bytes> answer_;
};

CardLook look_at_card(const std::string& reader) {
  const auto card = PcscCard::open(reader);
  if (!card) return std::unexpected(card.error());
  DirectChannel channel(**card);
  WakeEvent wake;
  const CallLimits limits{.time_left = kLookTime};
  RunningCall call(limits, wake);
  const auto version = NfcTransport(channel, wake).select(call);
  if (!version) return std::unexpected(version.error());
  return card.value()->usb_address();
}

Result<std::vector<std::string>> list_readers(const PcscContext& context) {
  DWORD length = 0;
  LONG result = SCardListReaders(context.get(), nullptr, nullptr, &length);
  std::string names(length, '\0');
  if (result == SCARD_S_SUCCESS) {
    result = SCardListReaders(context.get(), nullptr, names.data(), &length);
  }
  if (result == SCARD_E_NO_READERS_AVAILABLE) return std::vector<std::string>();
  if (result != SCARD_S_SUCCESS) return std::unexpected(to_pcsc_error(result, "list the readers"));
  // Names with a zero after each, and another zero after all.
  std::vector<std::string> readers;
  for (std::string_view rest(names); !rest.empty() && rest.front() != '\0';) {
    const auto name = rest.substr(0, rest.find('\0'));
    readers.emplace_back(name);
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
  }
  // One place is for the list itself.
  readers.resize(std::min<std::size_t>(readers.size(), PCSCLITE_MAX_READERS_CONTEXTS - 1));
  return readers;
}

Obstacle service_obstacle(const Error& error) {
  if (error.code == ErrorCode::kNoAccess) {
    return {.code = error.code,
            .reason = "this account may not use the reader service (pcscd)",
            .remedy = "let it use pcscd (polkit: org.debian.pcsc-lite.access_pcsc)"};
  }
  return {.code = ErrorCode::kNoReaderService,
          .reason = "the reader service (pcscd) does not answer, so cards cannot be used",
          .remedy = "install pcscd and start it: systemctl start pcscd.socket"};
}

}  // namespace

PcscSource::~PcscSource() {
  if (thread_.joinable()) stop();
}

void PcscSource::start(KeySink& sink) {
  // The look keeps its own owners: PC/SC may never give its thread back.
  struct Looker {
    std::shared_ptr<ReaderTurns> turns;
    std::weak_ptr<SeenCards> cards;
  };
  const auto looker = std::make_shared<Looker>(turns_);
  cards_ = std::make_shared<SeenCards>(
      sink, [looker](const std::string& reader, SeenCards::Visit visit) {
        std::thread([turns = looker->turns, cards = looker->cards, reader, visit] {
          auto turn = turns->take(reader, kLookPatience);
          const auto look = turn ? look_at_card(reader)
                                 : CardLook(std::unexpected(Error{.code = ErrorCode::kBusy}));
          turn.reset();
          if (const auto there = cards.lock()) there->looked(reader, visit, look);
        }).detach();
      });
  looker->cards = cards_;
  thread_ = std::thread([this] { watch(); });
  std::unique_lock lock(mutex_);
  const auto deadline = std::chrono::steady_clock::now() + kFirstLooks;
  changed_.wait_until(lock, deadline, [&] { return has_answered_; });
  lock.unlock();
  (void)cards_->await_looks(kFirstLooks);
}

void PcscSource::stop() {
  is_stopping_ = true;
  stop_.signal();
  {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kCancelAgain, [&] { return has_ended_; })) {
      if (cancellable_) (void)SCardCancel(*cancellable_);
    }
  }
  thread_.join();
  cards_->close();
}

void PcscSource::watch() {
  while (!is_stopping_) {
    ServiceWatch service(kSocket);
    auto context = PcscContext::establish();
    Error error = context ? follow(context.value()) : std::move(context.error());
    if (is_stopping_) break;
    update({}, std::move(error));
    service.wait(kServiceRetry, stop_);
  }
  const std::lock_guard lock(mutex_);
  has_ended_ = true;
  changed_.notify_all();
}

Error PcscSource::follow(const PcscContext& context) {
  set_cancellable(context.get());
  KnownStates known;
  Result<void> followed;
  while (followed && !is_stopping_) followed = follow_once(context, known);
  set_cancellable(std::nullopt);
  return followed ? Error{.code = ErrorCode::kCancelled} : followed.error();
}

Result<void> PcscSource::follow_once(const PcscContext& context, KnownStates& known) {
  const auto readers = list_readers(context);
  if (!readers) return std::unexpected(readers.error());
  std::erase_if(known, [&](const auto& entry) {
    return std::ranges::find(readers.value(), entry.first) == readers->end();
  });
  std::vector<SCARD_READERSTATE> states;
  for (const auto& reader : readers.value()) {
    const auto [entry, is_new] = known.try_emplace(reader, SCARD_STATE_UNAWARE);
    states.push_back({.szReader = reader.c_str(), .dwCurrentState = entry->second});
  }
  states.push_back({.szReader = kReaderList, .dwCurrentState = SCARD_STATE_UNAWARE});
  // With no reader there is nothing to wait for before this is known.
  if (readers->empty()) update({}, std::nullopt);
  const LONG result =
      SCardGetStatusChange(context.get(), kListMilliseconds, states.data(), states.size());
  // A reader that left between the two is not in the next list.
  if (result == SCARD_E_TIMEOUT || result == SCARD_E_UNKNOWN_READER) return {};
  if (result != SCARD_S_SUCCESS) {
    return std::unexpected(to_pcsc_error(result, "wait for cards"));
  }
  states.pop_back();
  std::vector<ReaderState> seen;
  for (const auto& state : states) {
    known[state.szReader] = state.dwEventState & ~DWORD{SCARD_STATE_CHANGED};
    if ((state.dwEventState & SCARD_STATE_UNKNOWN) != 0) continue;
    seen.push_back({.name = state.szReader,
                    .has_card = (state.dwEventState & SCARD_STATE_PRESENT) != 0,
                    .is_exclusive = (state.dwEventState & SCARD_STATE_EXCLUSIVE) != 0,
                    .changes = static_cast<std::uint32_t>(state.dwEventState >> kChangesShift)});
  }
  update(seen, std::nullopt);
  return {};
}

void PcscSource::update(const std::vector<ReaderState>& readers, std::optional<Error> error) {
  for (const auto& reader : cards_->update(readers)) turns_->card_left(reader);
  const std::lock_guard lock(mutex_);
  service_error_ = std::move(error);
  has_answered_ = true;
  changed_.notify_all();
}

void PcscSource::set_cancellable(std::optional<SCARDCONTEXT> context) {
  const std::lock_guard lock(mutex_);
  cancellable_ = context;
}

Result<std::unique_ptr<Authenticator>> PcscSource::open(const KeyPath& path,
                                                        const CallLimits& limits) {
  const auto reader = to_reader(path);
  const OpenCard open_card = [turns = turns_, reader](RunningCall& call, WakeEvent& wake) {
    const OpenBlockingCard connect = [reader]() -> Result<std::unique_ptr<BlockingCard>> {
      auto card = PcscCard::open(reader);
      if (!card) return std::unexpected(card.error());
      return std::move(card.value());
    };
    return CardThread::open(*turns, reader, connect, call, wake);
  };
  return Fido2Authenticator::open(
      std::make_unique<CardLink>(open_card),
      {.path = path.text, .is_simulated = is_virtual_reader(reader), .is_chosen_by_placing = true},
      limits);
}

std::vector<Obstacle> PcscSource::obstacles() {
  const std::lock_guard lock(mutex_);
  if (!service_error_) return {};
  return {service_obstacle(*service_error_)};
}

}  // namespace firstkey::device
