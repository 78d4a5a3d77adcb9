#include "device/fido2_authenticator.h"

#include <algorithm>
#include <new>

#include "device/fido2_facts.h"
#include "device/fido2_requests.h"

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

/// A call of libfido2 has ended with `status`: what our side of the wire knows goes first.
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
    return std::unexpected(std::move(error));
  }
  return std::unexpected(to_error(status, doing));
}

std::unexpected<Error> refuse(ErrorCode code, const char* why) {
  return std::unexpected(Error{.code = code, .detail = why});
}

/// The PIN as libfido2 takes it; null for none. The one place where a PIN leaves its type.
const char* exposed(const Pin* pin) {
  return pin == nullptr ? nullptr : pin->expose();
}

}  // namespace

Result<std::unique_ptr<Authenticator>> Fido2Authenticator::open(std::unique_ptr<Link> link,
                                                                Origin origin,
                                                                const CallLimits& limits) {
  // The constructor is private, which make_unique cannot reach.
  std::unique_ptr<Fido2Authenticator> key(
      new Fido2Authenticator(std::move(link), std::move(origin)));
  if (auto opened = key->within(limits, [](RunningCall&) { return Result<void>(); }); !opened) {
    return std::unexpected(opened.error());
  }
  return key;
}

template <class Body>
auto Fido2Authenticator::within(const CallLimits& limits, const Body& body)
    -> decltype(body(std::declval<RunningCall&>())) {
  prepare_thread();
  link_->wake().clear();
  RunningCall call(limits, link_->wake());
  link_->set_call(&call);
  const auto forget = [](Link* link) { link->set_call(nullptr); };
  const std::unique_ptr<Link, decltype(forget)> reset(link_.get(), forget);
  if (link_->is_gone()) return refuse(ErrorCode::kGone, "the key has left");
  if (call.is_over()) return std::unexpected(call.end_reason());
  if (!dev_ || link_->is_stale()) {
    if (auto opened = open_device(call); !opened) return std::unexpected(opened.error());
  }
  return body(call);
}

Result<void> Fido2Authenticator::open_device(RunningCall& call) {
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

Result<void> Fido2Authenticator::read_facts(RunningCall& call) {
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

Result<void> Fido2Authenticator::require_fido2() const {
  if (facts_.is_fido2) return {};
  return refuse(ErrorCode::kU2fOnly, "the key speaks U2F only");
}

Result<void> Fido2Authenticator::refresh(const CallLimits& limits) {
  return within(limits, [this](RunningCall& call) { return read_facts(call); });
}

Result<int> Fido2Authenticator::pin_retries(const CallLimits& limits) {
  return within(limits, [this](RunningCall& call) -> Result<int> {
    if (auto is_able = require_fido2(); !is_able) return std::unexpected(is_able.error());
    if (!facts_.supports_pin()) return refuse(ErrorCode::kUnsupportedOption, "no PIN support");
    int count = 0;
    const auto got = judge(fido_dev_get_retry_count(dev_.get(), &count), call, "PIN retries");
    if (!got) return std::unexpected(got.error());
    return count;
  });
}

Result<int> Fido2Authenticator::uv_retries(const CallLimits& limits) {
  return within(limits, [this](RunningCall& call) -> Result<int> {
    if (auto is_able = require_fido2(); !is_able) return std::unexpected(is_able.error());
    if (facts_.options.uv == Option::kAbsent) {
      return refuse(ErrorCode::kUnsupportedOption, "no user verification of its own");
    }
    int count = 0;
    const auto got = judge(fido_dev_get_uv_retry_count(dev_.get(), &count), call, "UV retries");
    if (!got) return std::unexpected(got.error());
    return count;
  });
}

Result<void> Fido2Authenticator::set_pin(const Pin& pin, const CallLimits& limits) {
  return within(limits, [&](RunningCall& call) -> Result<void> {
    if (auto is_able = require_fido2(); !is_able) return is_able;
    if (!facts_.supports_pin()) return refuse(ErrorCode::kUnsupportedOption, "no PIN support");
    // Asked before the key is: makers answer this with four different statuses.
    if (facts_.has_pin()) return refuse(ErrorCode::kPinAlreadySet, "a PIN is set already");
    if (!pin.has_at_least(facts_.min_pin_length)) {
      return refuse(ErrorCode::kPinTooShort, "below the key's own minimum");
    }
    const auto set = judge(fido_dev_set_pin(dev_.get(), exposed(&pin), nullptr), call, "set PIN");
    return set ? read_facts(call) : set;
  });
}

Result<void> Fido2Authenticator::change_pin(const Pin& current,
                                            const Pin& next,
                                            const CallLimits& limits) {
  return within(limits, [&](RunningCall& call) -> Result<void> {
    if (auto is_able = require_fido2(); !is_able) return is_able;
    if (!facts_.has_pin()) return refuse(ErrorCode::kPinNotSet, "no PIN is set");
    if (!next.has_at_least(facts_.min_pin_length)) {
      return refuse(ErrorCode::kPinTooShort, "below the key's own minimum");
    }
    const auto changed =
        judge(fido_dev_set_pin(dev_.get(), exposed(&next), exposed(&current)), call, "change PIN");
    return changed ? read_facts(call) : changed;
  });
}

Result<void> Fido2Authenticator::wait_for_touch(const CallLimits& limits) {
  return within(limits, [&](RunningCall& call) -> Result<void> {
    if (origin_.is_chosen_by_placing) return {};
    if (auto is_able = require_fido2(); !is_able) return is_able;
    auto begun = judge(fido_dev_get_touch_begin(dev_.get()), call, "ask for a touch");
    if (!begun) return begun;
    int is_touched = 0;
    // Its own time-out is off: the link bounds the wait, and is the one to tell the key to stop.
    auto ended = judge(fido_dev_get_touch_status(dev_.get(), &is_touched, -1), call, "touch");
    if (!ended) return ended;
    if (is_touched != 0) return {};
    // It takes a failed read for "not yet".
    return judge(FIDO_ERR_RX, call, "touch");
  });
}

/// Whether the key is to verify its user by itself: not when a PIN does it.
Result<fido_opt_t> Fido2Authenticator::own_verification(bool is_required, const Pin* pin) const {
  if (pin != nullptr || !is_required) return FIDO_OPT_OMIT;
  if (facts_.has_user_verification()) return FIDO_OPT_TRUE;
  switch (facts_.options.client_pin) {
    case Option::kTrue:
      return refuse(ErrorCode::kPinRequired, "its user can be verified by PIN only");
    case Option::kFalse:
      return refuse(ErrorCode::kPinNotSet, "it has no PIN yet");
    case Option::kAbsent:
      break;
  }
  return refuse(ErrorCode::kUnsupportedOption, "it cannot verify its user");
}

Result<CredentialResponse> Fido2Authenticator::make_credential(const CredentialRequest& request,
                                                               const Pin* pin,
                                                               const CallLimits& limits) {
  return within(limits, [&](RunningCall& call) -> Result<CredentialResponse> {
    if (auto is_able = require_fido2(); !is_able) return std::unexpected(is_able.error());
    const auto algorithm = choose_algorithm(request.algorithms, facts_);
    if (!algorithm) return std::unexpected(algorithm.error());
    const auto verification = own_verification(request.is_user_verification_required, pin);
    if (!verification) return std::unexpected(verification.error());
    const auto excluded = ids_to_send(
        request.excluded_credentials, size_without_list(request), request.rp_id, pin, call);
    if (!excluded) return std::unexpected(excluded.error());
    auto credential = to_fido_credential(
        request, facts_, algorithm.value(), excluded.value(), verification.value());
    if (!credential) return std::unexpected(credential.error());
    const int status = fido_dev_make_cred(dev_.get(), credential->get(), exposed(pin));
    if (auto made = judge(status, call, "make credential"); !made) {
      return std::unexpected(made.error());
    }
    auto response = to_response(**credential, algorithm.value());
    if (response) response->transports = facts_.transports;
    return response;
  });
}

Result<AssertionResponse> Fido2Authenticator::get_assertion(const AssertionRequest& request,
                                                            const Pin* pin,
                                                            const CallLimits& limits) {
  return within(limits, [&](RunningCall& call) -> Result<AssertionResponse> {
    if (auto is_able = require_fido2(); !is_able) return std::unexpected(is_able.error());
    const auto& ids = request.allowed_credentials;
    const auto allowed =
        ids_to_send(ids, size_without_list(request.rp_id), request.rp_id, pin, call);
    if (!allowed) return std::unexpected(allowed.error());
    // An empty list would now mean "any of them", which was not asked.
    if (allowed->empty() && !ids.empty()) {
      return refuse(ErrorCode::kNoCredentials, "the key knows none of them");
    }
    return assert_once(request, allowed.value(), pin, call);
  });
}

Result<AssertionResponse> Fido2Authenticator::assert_once(const AssertionRequest& request,
                                                          std::span<const CredentialId> allowed,
                                                          const Pin* pin,
                                                          RunningCall& call) {
  const auto verification = own_verification(request.is_user_verification_required, pin);
  if (!verification) return std::unexpected(verification.error());
  auto assertion = to_fido_assertion(request, allowed, verification.value());
  if (!assertion) return std::unexpected(assertion.error());
  const int status = fido_dev_get_assert(dev_.get(), assertion->get(), exposed(pin));
  if (auto got = judge(status, call, "get assertion"); !got) return std::unexpected(got.error());
  auto response = to_response(**assertion);
  // A key may leave out the id when it was given one only. Source: CTAP 2.1 §6.2.2.
  if (response && response->credential_id.empty() && allowed.size() == 1) {
    response->credential_id = allowed.front();
  }
  return response;
}

Result<std::vector<CredentialId>> Fido2Authenticator::ids_to_send(std::span<const CredentialId> ids,
                                                                  std::size_t other_bytes,
                                                                  const std::string& rp_id,
                                                                  const Pin* pin,
                                                                  RunningCall& call) {
  const auto limits = list_limits(facts_, std::max(other_bytes, size_without_list(rp_id)));
  const auto batches = to_batches(ids, limits);
  if (batches.empty()) return std::vector<CredentialId>();
  if (batches.size() == 1) return batches.front();
  const AssertionRequest look{.rp_id = rp_id, .is_user_presence_wanted = false};
  for (const auto& batch : batches) {
    // The PIN goes along because a credential of credProtect level 3 hides without it.
    auto found = assert_once(look, batch, pin, call);
    if (found) return std::vector<CredentialId>{std::move(found->credential_id)};
    if (found.error().code != ErrorCode::kNoCredentials) return std::unexpected(found.error());
  }
  return std::vector<CredentialId>();
}

}  // namespace firstkey::device
