#include "device/open_key.h"

#include <new>

#include "device/fido2_facts.h"

namespace firstkey::device {

namespace {

/// libfido2 keeps its flags in each thread, and its default is to take a failed getInfo for U2F.
void prepare_thread() {
  thread_local const bool kIsPrepared = [] {
    fido_init(FIDO_DISABLE_U2F_FALLBACK);
    return true;
  }();
  (void)kIsPrepared;
}

}  // namespace

Result<void> judge(int status, const RunningCall& call, std::string_view doing) {
  if (status == FIDO_OK) return {};
  if (call.failure()) {
    auto error = *call.failure();
    if (error.fido_status == 0) error.fido_status = status;
    error.detail = std::string(doing) + ": " + error.detail;
    return std::unexpected(std::move(error));
  }
  // The key stopped because we told it to: for what reason, only we know.
  if (status == FIDO_ERR_KEEPALIVE_CANCEL && call.is_in_grace()) {
    auto error = call.end_reason();
    error.fido_status = status;
    error.is_unanswered = false;
    return std::unexpected(std::move(error));
  }
  return std::unexpected(to_error(status, doing));
}

std::unexpected<Error> refuse(ErrorCode code, std::string why) {
  return std::unexpected(Error{.code = code, .detail = std::move(why)});
}

Result<void> OpenKey::prepare(RunningCall& call) {
  prepare_thread();
  if (link_->is_gone()) return refuse(ErrorCode::kGone, "the key has left");
  if (call.is_over()) return std::unexpected(call.end_reason());
  if (dev_ && !link_->is_stale()) return {};
  return reopen(call);
}

Result<void> OpenKey::reopen(RunningCall& call) {
  dev_.reset();  // closes what is stale before the link connects anew
  FidoDevice dev(fido_dev_new());
  if (!dev) throw std::bad_alloc();
  if (auto set = judge(link_->install_on(*dev), call, "install own transport"); !set) return set;
  const OpeningLink opening(*link_);
  if (auto opened = judge(fido_dev_open(dev.get(), origin_.path.c_str()), call, "open the key");
      !opened) {
    return opened;
  }
  dev_ = std::move(dev);
  return read_facts(call);
}

Result<void> OpenKey::read_facts(RunningCall& call) {
  if (!fido_dev_is_fido2(dev_.get())) {
    facts_ = AuthenticatorFacts{.versions = {"U2F_V2"}, .algorithms = {kEs256}};
    facts_.is_simulated = origin_.is_simulated;
    return {};
  }
  const FidoGetInfo info(fido_cbor_info_new());
  if (!info) throw std::bad_alloc();
  if (auto got = judge(fido_dev_get_cbor_info(dev_.get(), info.get()), call, "getInfo"); !got) {
    return got;
  }
  facts_ = to_facts(*info);
  facts_.is_simulated = origin_.is_simulated;
  return {};
}

Result<void> OpenKey::require_fido2() const {
  if (facts_.is_fido2) return {};
  return refuse(ErrorCode::kU2fOnly, "the key speaks U2F only");
}

Result<Bytes> OpenKey::exchange(BytesView request, RunningCall& call, std::string_view doing) {
  if (request.size() > facts_.max_message_size) {
    return refuse(ErrorCode::kTooLarge,
                  std::string(doing) + ": a message of " + std::to_string(request.size()) +
                      " bytes, and the key takes " + std::to_string(facts_.max_message_size));
  }
  const auto answer = link_->exchange(request);
  const int status = answer ? answer->front() : FIDO_ERR_RX;
  if (auto judged = judge(status, call, doing); !judged) return std::unexpected(judged.error());
  return Bytes(answer->begin() + 1, answer->end());
}

Result<Bytes> OpenKey::exchange_vendor(std::uint8_t command, BytesView request, RunningCall& call) {
  auto answer = link_->exchange_vendor(command, request);
  const int status = answer ? FIDO_OK : FIDO_ERR_RX;
  if (auto judged = judge(status, call, "maker's command"); !judged) {
    return std::unexpected(judged.error());
  }
  return std::move(*answer);
}

}  // namespace firstkey::device
