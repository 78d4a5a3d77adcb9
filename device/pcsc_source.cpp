#include "device/pcsc_source.h"

#include <utility>

#include "device/card_link.h"
#include "device/card_look.h"
#include "device/card_thread.h"
#include "device/card_users.h"
#include "device/fido2_authenticator.h"
#include "device/pcsc_card.h"
#include "device/reader_name.h"

namespace firstkey::device {

namespace {

constexpr std::chrono::milliseconds kFirstLooks{3'000};

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
  if (is_started_) stop();
}

void PcscSource::start(KeySink& sink) {
  is_started_ = true;
  cards_ = std::make_shared<SeenCards>(sink, [] { return running_card_users(); });
  watch_ =
      ReaderWatch::start([turns = turns_, cards = cards_](const std::vector<ReaderState>& readers) {
        const auto changes = cards->update(readers);
        for (const auto& reader : changes.lifted) turns->card_left(reader);
        for (const auto& visit : changes.to_look_at) start_look(turns, cards, visit);
      });
  if (watch_->await_answer(kFirstLooks)) (void)cards_->await_looks(kFirstLooks);
}

void PcscSource::stop() {
  is_started_ = false;
  watch_->stop();
  cards_->close();
}

Result<std::unique_ptr<Authenticator>> PcscSource::open(const KeyPath& path,
                                                        const CallLimits& limits) {
  const auto reader = to_reader(path);
  const auto visit = cards_->usable_visit(reader);
  if (!visit) return std::unexpected(visit.error());
  const OpenCard open_card = [turns = turns_, reader](RunningCall& call, WakeEvent& wake) {
    const OpenBlockingCard connect = [reader](const std::stop_token& unwanted) {
      return PcscCard::open(reader, unwanted);
    };
    return CardThread::open(*turns, reader, connect, call, wake);
  };
  const auto when_registered = [cards = cards_, visit = visit.value()] { cards->spend(visit); };
  return Fido2Authenticator::open(std::make_unique<CardLink>(open_card, when_registered),
                                  {.path = path.text,
                                   .is_simulated = is_virtual_reader(reader),
                                   .is_chosen_by_placing = cards_->is_contactless(reader)},
                                  limits);
}

std::vector<Obstacle> PcscSource::obstacles() {
  const auto error = watch_ ? watch_->service_error() : std::nullopt;
  if (!error) return {};
  return {service_obstacle(*error)};
}

}  // namespace firstkey::device
