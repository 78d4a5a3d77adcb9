#include "device/reader_watch.h"

#include <algorithm>
#include <string_view>
#include <thread>
#include <utility>

#include "device/answer_to_reset.h"
#include "device/service_watch.h"

namespace firstkey::device {

namespace {

constexpr const char* kSocket = "/run/pcscd/pcscd.comm";
/// The reader whose news is that the list of readers has changed.
constexpr const char* kReaderList = R"(\\?PnP?\Notification)";
/// The list is read anew this often even without news: pcscd counts its readers only when the wait
/// begins, so that one which comes in that very moment is not told of.
constexpr DWORD kListMilliseconds = 60'000;
constexpr std::chrono::milliseconds kServiceRetry{5'000};
/// SCardCancel does nothing when it comes just before the wait it is meant for.
constexpr std::chrono::milliseconds kCancelAgain{20};
constexpr DWORD kChangesShift = 16;

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

ReaderState to_reader_state(const SCARD_READERSTATE& state) {
  return {
      .name = state.szReader,
      .has_card = (state.dwEventState & SCARD_STATE_PRESENT) != 0,
      .is_exclusive = (state.dwEventState & SCARD_STATE_EXCLUSIVE) != 0,
      .is_mute = (state.dwEventState & SCARD_STATE_MUTE) != 0,
      .is_contactless = is_contactless(
          BytesView(state.rgbAtr).first(std::min<std::size_t>(state.cbAtr, sizeof(state.rgbAtr)))),
      .changes = static_cast<std::uint32_t>(state.dwEventState >> kChangesShift)};
}

}  // namespace

std::shared_ptr<ReaderWatch> ReaderWatch::start(Report report) {
  // The constructor is private, which make_shared cannot reach.
  std::shared_ptr<ReaderWatch> watch(new ReaderWatch(std::move(report)));
  std::thread([watch] { watch->run(); }).detach();
  return watch;
}

bool ReaderWatch::await_answer(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return has_answered_; });
}

std::optional<Error> ReaderWatch::service_error() {
  const std::lock_guard lock(mutex_);
  if (!has_answered_) return Error{.code = ErrorCode::kNoReaderService, .detail = "no answer yet"};
  return service_error_;
}

void ReaderWatch::stop() {
  is_stopping_ = true;
  stop_.signal();
  // A service that hangs answers no cancellation either.
  std::thread([watch = shared_from_this()] { watch->cancel_until_ended(); }).detach();
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kStopPatience, [&] { return has_ended_; });
}

void ReaderWatch::cancel_until_ended() {
  std::unique_lock lock(mutex_);
  while (!has_ended_) {
    const auto context = cancellable_;
    lock.unlock();
    if (context) (void)SCardCancel(*context);
    lock.lock();
    changed_.wait_for(lock, kCancelAgain, [&] { return has_ended_; });
  }
}

void ReaderWatch::run() {
  while (!is_stopping_) {
    ServiceWatch service(kSocket);
    const auto context = PcscContext::establish();
    auto error = context ? follow(context.value()) : context.error();
    if (is_stopping_) break;
    tell({}, std::move(error));
    service.wait(kServiceRetry, stop_);
  }
  const std::lock_guard lock(mutex_);
  has_ended_ = true;
  changed_.notify_all();
}

Error ReaderWatch::follow(const PcscContext& context) {
  set_cancellable(context.get());
  KnownStates known;
  Result<void> followed;
  while (followed && !is_stopping_) followed = follow_once(context, known);
  set_cancellable(std::nullopt);
  return followed ? Error{.code = ErrorCode::kCancelled} : followed.error();
}

Result<void> ReaderWatch::follow_once(const PcscContext& context, KnownStates& known) {
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
  if (readers->empty()) tell({}, std::nullopt);
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
    const bool has_left = (state.dwEventState & SCARD_STATE_UNKNOWN) != 0;
    if (!has_left) seen.push_back(to_reader_state(state));
  }
  tell(seen, std::nullopt);
  return {};
}

void ReaderWatch::tell(const std::vector<ReaderState>& readers, std::optional<Error> error) {
  report_(readers);
  const std::lock_guard lock(mutex_);
  service_error_ = std::move(error);
  has_answered_ = true;
  changed_.notify_all();
}

void ReaderWatch::set_cancellable(std::optional<SCARDCONTEXT> context) {
  const std::lock_guard lock(mutex_);
  cancellable_ = context;
}

}  // namespace firstkey::device
