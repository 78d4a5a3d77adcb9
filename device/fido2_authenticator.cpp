#include "device/fido2_authenticator.h"

#include <algorithm>

#include "device/fido2_requests.h"
#include "device/hmac_secret.h"
#include "device/make_credential_message.h"
#include "device/pin_uv_auth.h"
#include "device/room_check.h"

namespace firstkey::device {

namespace {

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
  if (auto opened = key->key_.within(limits, [](RunningCall&) { return Result<void>(); });
      !opened) {
    return std::unexpected(opened.error());
  }
  return key;
}

Result<void> Fido2Authenticator::refresh(const CallLimits& limits) {
  return key_.within(limits, [this](RunningCall& call) { return key_.read_facts(call); });
}

Result<int> Fido2Authenticator::pin_retries(const CallLimits& limits) {
  return key_.within(limits, [this](RunningCall& call) -> Result<int> {
    if (auto is_able = key_.require_fido2(); !is_able) return std::unexpected(is_able.error());
    if (!facts().supports_pin()) return refuse(ErrorCode::kUnsupportedOption, "no PIN support");
    int count = 0;
    const auto got = judge(fido_dev_get_retry_count(key_.dev(), &count), call, "PIN retries");
    if (!got) return std::unexpected(got.error());
    return count;
  });
}

Result<int> Fido2Authenticator::uv_retries(const CallLimits& limits) {
  return key_.within(limits, [this](RunningCall& call) -> Result<int> {
    if (auto is_able = key_.require_fido2(); !is_able) return std::unexpected(is_able.error());
    if (facts().options.uv == Option::kAbsent) {
      return refuse(ErrorCode::kUnsupportedOption, "no user verification of its own");
    }
    int count = 0;
    const auto got = judge(fido_dev_get_uv_retry_count(key_.dev(), &count), call, "UV retries");
    if (!got) return std::unexpected(got.error());
    return count;
  });
}

Result<void> Fido2Authenticator::set_pin(const Pin& pin, const CallLimits& limits) {
  return key_.within(limits, [&](RunningCall& call) -> Result<void> {
    if (auto is_able = key_.require_fido2(); !is_able) return is_able;
    if (!facts().supports_pin()) return refuse(ErrorCode::kUnsupportedOption, "no PIN support");
    // Asked before the key is: makers answer this with four different statuses.
    if (facts().has_pin()) return refuse(ErrorCode::kPinAlreadySet, "a PIN is set already");
    if (!pin.has_at_least(facts().min_pin_length)) {
      return refuse(ErrorCode::kPinTooShort, "below the key's own minimum");
    }
    const auto set = judge(fido_dev_set_pin(key_.dev(), exposed(&pin), nullptr), call, "set PIN");
    return set ? key_.read_facts(call) : set;
  });
}

Result<void> Fido2Authenticator::change_pin(const Pin& current,
                                            const Pin& next,
                                            const CallLimits& limits) {
  return key_.within(limits, [&](RunningCall& call) -> Result<void> {
    if (auto is_able = key_.require_fido2(); !is_able) return is_able;
    if (!facts().has_pin()) return refuse(ErrorCode::kPinNotSet, "no PIN is set");
    if (!next.has_at_least(facts().min_pin_length)) {
      return refuse(ErrorCode::kPinTooShort, "below the key's own minimum");
    }
    const auto changed =
        judge(fido_dev_set_pin(key_.dev(), exposed(&next), exposed(&current)), call, "change PIN");
    return changed ? key_.read_facts(call) : changed;
  });
}

Result<void> Fido2Authenticator::wait_for_touch(const CallLimits& limits) {
  return key_.within(limits, [&](RunningCall& call) -> Result<void> {
    if (key_.origin().is_chosen_by_placing) return {};
    if (auto is_able = key_.require_fido2(); !is_able) return is_able;
    auto begun = judge(fido_dev_get_touch_begin(key_.dev()), call, "ask for a touch");
    if (!begun) return begun;
    int is_touched = 0;
    // Its own time-out is off: the link bounds the wait, and is the one to tell the key to stop.
    auto ended = judge(fido_dev_get_touch_status(key_.dev(), &is_touched, -1), call, "touch");
    if (!ended) return ended;
    if (is_touched != 0) return {};
    // It takes a failed read for "not yet".
    return judge(FIDO_ERR_RX, call, "touch");
  });
}

/// Whether the key is to verify its user by itself: not when a PIN does it.
Result<fido_opt_t> Fido2Authenticator::own_verification(bool is_required, const Pin* pin) const {
  if (pin != nullptr || !is_required) return FIDO_OPT_OMIT;
  if (facts().has_user_verification()) return FIDO_OPT_TRUE;
  switch (facts().options.client_pin) {
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
  return key_.within(limits, [&](RunningCall& call) -> Result<CredentialResponse> {
    if (!facts().is_fido2) return make_by_u2f(request, call);
    if (auto fits = check_request(request, facts()); !fits) return std::unexpected(fits.error());
    const auto algorithm = choose_algorithm(request.algorithms, facts());
    if (!algorithm) return std::unexpected(algorithm.error());
    const auto extensions = choose_extensions(request, facts());
    if (!extensions) return std::unexpected(extensions.error());
    const auto verification = own_verification(request.is_user_verification_required, pin);
    if (!verification) return std::unexpected(verification.error());
    if (auto room = check_room(key_, request, pin, call); !room) {
      return std::unexpected(room.error());
    }
    auto excluded = ids_to_send(
        request.excluded_credentials, size_without_list(request), request.rp_id, pin, call);
    if (!excluded) return std::unexpected(excluded.error());
    const CredentialPlan plan{.algorithm = algorithm.value(),
                              .extensions = extensions.value(),
                              .verification = verification.value(),
                              .excluded = std::move(excluded.value())};
    auto response = is_known_to_libfido2(request, plan)
                        ? make_by_libfido2(request, plan, pin, call)
                        : make_by_own_message(request, plan, pin, call);
    if (response) response->transports = facts().transports;
    return response;
  });
}

Result<CredentialResponse> Fido2Authenticator::make_by_libfido2(const CredentialRequest& request,
                                                                const CredentialPlan& plan,
                                                                const Pin* pin,
                                                                RunningCall& call) {
  auto credential = to_fido_credential(request, plan);
  if (!credential) return std::unexpected(credential.error());
  const int status = fido_dev_make_cred(key_.dev(), credential->get(), exposed(pin));
  if (auto made = judge(status, call, "make credential"); !made) {
    return std::unexpected(made.error());
  }
  return to_response(**credential, plan.algorithm);
}

Result<CredentialResponse> Fido2Authenticator::make_by_own_message(const CredentialRequest& request,
                                                                   const CredentialPlan& plan,
                                                                   const Pin* pin,
                                                                   RunningCall& call) {
  const bool is_asked_of_key = plan.verification == FIDO_OPT_TRUE;
  UserVerification verification;
  if (pin != nullptr || (is_asked_of_key && facts().options.pin_uv_auth_token == Option::kTrue)) {
    const auto token =
        get_pin_uv_auth_token(key_, pin, Permission::kMakeCredential, request.rp_id, call);
    if (!token) return std::unexpected(token.error());
    verification.proof = {.protocol = token->protocol(),
                          .param = token->prove(request.client_data_hash)};
  } else {
    verification.is_asked_of_key = is_asked_of_key;
  }
  MakeCredentialMessage message{
      .algorithm = plan.algorithm, .extensions = plan.extensions, .excluded = plan.excluded};
  std::optional<HmacSecretExchange> evaluation;
  if (plan.extensions.is_hmac_evaluated) {
    auto begun = HmacSecretExchange::begin(key_, request.hmac_salts.value(), call);
    if (!begun) return std::unexpected(begun.error());
    message.hmac_input = begun->input();
    evaluation.emplace(std::move(begun.value()));
  }
  const auto answer =
      key_.exchange(to_make_credential(request, message, verification), call, "make credential");
  if (!answer) return std::unexpected(answer.error());
  auto made = read_made_credential(*answer, plan.algorithm);
  // A key may leave the secret out: the credential is made all the same.
  if (made && evaluation) made->hmac_secret = evaluation->open(made->authenticator_data);
  return made;
}

Result<CredentialResponse> Fido2Authenticator::make_by_u2f(const CredentialRequest& request,
                                                           RunningCall& call) {
  if (request.is_resident_key_wanted || request.is_user_verification_required ||
      request.enterprise_attestation || !key_.carries_u2f()) {
    return std::unexpected(key_.require_fido2().error());
  }
  if (auto fits = check_request(request, facts()); !fits) return std::unexpected(fits.error());
  const auto algorithm = choose_algorithm(request.algorithms, facts());
  if (!algorithm) return std::unexpected(algorithm.error());
  const auto extensions = choose_extensions(request, facts());
  if (!extensions) return std::unexpected(extensions.error());
  // libfido2 asks such a key about each excluded id, and for a touch over and over: it says
  // nothing.
  call.report(KeepAlive::kUserPresenceNeeded);
  const CredentialPlan plan{.algorithm = algorithm.value(),
                            .extensions = extensions.value(),
                            .excluded = request.excluded_credentials};
  return make_by_libfido2(request, plan, nullptr, call);
}

Result<AssertionResponse> Fido2Authenticator::sign_by_u2f(const AssertionRequest& request,
                                                          RunningCall& call) {
  if (!request.is_user_presence_wanted || request.is_user_verification_required ||
      !key_.carries_u2f()) {
    return std::unexpected(key_.require_fido2().error());
  }
  if (request.allowed_credentials.empty()) {
    return refuse(ErrorCode::kNoCredentials, "U2F finds no credential by itself");
  }
  call.report(KeepAlive::kUserPresenceNeeded);
  const auto assertion = assert_once(request, request.allowed_credentials, nullptr, call);
  if (!assertion) return std::unexpected(assertion.error());
  return to_response(**assertion, request.allowed_credentials);
}

Result<AssertionResponse> Fido2Authenticator::get_assertion(const AssertionRequest& request,
                                                            const Pin* pin,
                                                            const CallLimits& limits) {
  return key_.within(limits, [&](RunningCall& call) -> Result<AssertionResponse> {
    if (!facts().is_fido2) return sign_by_u2f(request, call);
    if (size_without_list(request.rp_id) > facts().max_message_size) {
      return refuse(ErrorCode::kTooLarge, "the relying party's id is longer than its messages");
    }
    const auto& ids = request.allowed_credentials;
    const auto allowed = ids_to_send(ids, size_without_list(request), request.rp_id, pin, call);
    if (!allowed) return std::unexpected(allowed.error());
    // An empty list would now mean "any of them", which was not asked.
    if (allowed->empty() && !ids.empty()) {
      return refuse(ErrorCode::kNoCredentials, "the key knows none of them");
    }
    const auto assertion = assert_once(request, allowed.value(), pin, call);
    if (!assertion) return std::unexpected(assertion.error());
    auto response = to_response(**assertion, allowed.value());
    if (response) use_large_blob(*response, **assertion, request, pin, call);
    return response;
  });
}

Result<FidoAssertion> Fido2Authenticator::assert_once(const AssertionRequest& request,
                                                      std::span<const CredentialId> allowed,
                                                      const Pin* pin,
                                                      RunningCall& call) {
  const auto verification = own_verification(request.is_user_verification_required, pin);
  if (!verification) return std::unexpected(verification.error());
  auto assertion = to_fido_assertion(request,
                                     {.extensions = choose_extensions(request, facts()),
                                      .verification = verification.value(),
                                      .allowed = allowed});
  if (!assertion) return std::unexpected(assertion.error());
  const int status = fido_dev_get_assert(key_.dev(), assertion->get(), exposed(pin));
  if (auto got = judge(status, call, "get assertion"); !got) return std::unexpected(got.error());
  return assertion;
}

void Fido2Authenticator::use_large_blob(AssertionResponse& response,
                                        const fido_assert_t& assertion,
                                        const AssertionRequest& request,
                                        const Pin* pin,
                                        RunningCall& call) {
  const auto* const blob_key = fido_assert_largeblob_key_ptr(&assertion, 0);
  const auto key_size = fido_assert_largeblob_key_len(&assertion, 0);
  if (blob_key == nullptr || call.is_over()) return;
  if (request.large_blob_act == LargeBlobAct::kRead) {
    unsigned char* found = nullptr;
    std::size_t size = 0;
    const int status = fido_dev_largeblob_get(key_.dev(), blob_key, key_size, &found, &size);
    const MallocBytes blob(found);
    if (status == FIDO_OK && found != nullptr) response.large_blob = Bytes(found, found + size);
  } else if (request.large_blob_act == LargeBlobAct::kWrite) {
    const auto& blob = request.large_blob;
    response.is_large_blob_written =
        fido_dev_largeblob_set(
            key_.dev(), blob_key, key_size, blob.data(), blob.size(), exposed(pin)) == FIDO_OK;
  }
}

Result<std::vector<CredentialId>> Fido2Authenticator::ids_to_send(std::span<const CredentialId> ids,
                                                                  std::size_t other_bytes,
                                                                  const std::string& rp_id,
                                                                  const Pin* pin,
                                                                  RunningCall& call) {
  const auto looks = to_batches(ids, list_limits(facts(), size_without_list(rp_id)));
  if (looks.empty()) return std::vector<CredentialId>();
  const auto limits = list_limits(facts(), other_bytes);
  if (looks.size() == 1 && to_batches(looks.front(), limits) == looks) return looks.front();
  const AssertionRequest look{.rp_id = rp_id, .is_user_presence_wanted = false};
  for (const auto& batch : looks) {
    // The PIN goes along because a credential of credProtect level 3 hides without it.
    const auto looked = assert_once(look, batch, pin, call);
    if (!looked && looked.error().code == ErrorCode::kNoCredentials) continue;
    if (!looked) return std::unexpected(looked.error());
    auto found = to_response(**looked, batch);
    if (!found) return std::unexpected(found.error());
    std::vector<CredentialId> alone{std::move(found->credential_id)};
    if (!to_batches(alone, limits).empty()) return alone;
    return refuse(ErrorCode::kTooLarge, "the credential it knows fits no request of this length");
  }
  return std::vector<CredentialId>();
}

}  // namespace firstkey::device
