#pragma once
// A verifier that follows a script: a test states which calls will come, in order, and which of
// them are refused; those that are not are answered as a verifier would. A call that was not
// expected, and an expectation that was not met when this goes, fail the test.

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "core/redemption_maker.h"
#include "core/verifier.h"
#include "core/webauthn/client_data.h"
#include "core/webauthn/json.h"
#include "tests/support/fake_clock.h"

namespace firstkey::tests {

class ScriptedVerifier final : public core::Verifier {
 public:
  enum class Call {
    kRedeem,
    kResume,
    kCreationOptions,
    kRegistration,
    kProofOptions,
    kProof,
    kWithdrawal,
    kFinish,
    kSnapshot
  };

  struct Step {
    Call call;
    std::optional<core::Error> refusal;
    std::function<void()> before_answer;

    Step& refused(core::ErrorCode code) {
      refusal = core::Error{.code = code, .detail = "scripted"};
      return *this;
    }
    /// Runs on the calling thread just before the answer.
    Step& meanwhile(std::function<void()> happening) {
      before_answer = std::move(happening);
      return *this;
    }
  };

  /// `clock` is the verifier's own and outlives it. A session of ten minutes that may hold two
  /// keys.
  explicit ScriptedVerifier(const FakeClock& clock) : clock_(clock) {
    session.session = core::SessionId("session-1");
    session.user_name = "lee@example.org";
    session.is_one_time = true;
    session.expires_at = clock.wall() + std::chrono::minutes(10);
    session.credentials_left = 2;
    options.rp = {.id = "example.org", .name = "Example"};
    options.user = {.id = {1, 2, 3}, .name = "lee@example.org", .display_name = "Lee Osei"};
    options.algorithms = {core::webauthn::Algorithm::kEs256};
    options.resident_key = core::webauthn::ResidentKeyRequirement::kRequired;
    options.user_verification = core::webauthn::UserVerificationRequirement::kRequired;
  }
  ~ScriptedVerifier() override {
    CHECK_MESSAGE(script_.empty(), script_.size(), " calls expected but never made");
  }

  // What it says, to be changed before the ceremony begins.
  core::SessionSnapshot session;
  core::webauthn::CreationOptions options;
  core::Duration challenge_lifetime = std::chrono::minutes(10);
  bool needs_proof = true;
  std::vector<core::OrphanMark> orphans;    ///< told with creation options
  core::Bytes aaguid = core::Bytes(16, 0);  ///< of the credentials it stores

  Step& expect(Call call) {
    const std::lock_guard lock(mutex_);
    return script_.emplace_back(Step{.call = call});
  }
  /// While it is not, no call reaches the script: each is answered with `code`.
  void make_unreachable(core::ErrorCode code) { silence_ = code; }
  void make_reachable() { silence_ = std::nullopt; }

  [[nodiscard]] std::vector<core::OrphanReport> reports() {
    const std::lock_guard lock(mutex_);
    return reports_;
  }
  [[nodiscard]] std::size_t calls_left() {
    const std::lock_guard lock(mutex_);
    return script_.size();
  }

  [[nodiscard]] core::SessionSnapshot snapshot_now() const {
    core::SessionSnapshot now = session;
    now.server_now = clock_.wall();
    return now;
  }

  [[nodiscard]] core::Result<core::Redemption> redeem(core::RedemptionRequest request) override {
    CHECK(request.session_secret.size() == 32);
    return redemption_after(Call::kRedeem);
  }
  [[nodiscard]] core::Result<core::Redemption> resume(core::ResumptionRequest request) override {
    CHECK(request.ticket.session == session.session);
    return redemption_after(Call::kResume);
  }
  [[nodiscard]] core::Result<core::IssuedOptions> creation_options(
      const core::SessionTicket& ticket) override {
    if (const auto refusal = begin(Call::kCreationOptions, ticket)) {
      return std::unexpected(refusal.value());
    }
    options.challenge = fresh_challenge();
    return issued(core::webauthn::to_json(options));
  }
  [[nodiscard]] core::Result<core::RegistrationReceipt> submit_registration(
      const core::SessionTicket& ticket, const std::string& json) override {
    if (const auto refusal = begin(Call::kRegistration, ticket)) {
      return std::unexpected(refusal.value());
    }
    const auto response = core::webauthn::parse_registration_response(json);
    REQUIRE(response.has_value());
    examine(response->client_data_json, core::webauthn::kTypeCreate);
    session.credentials_left -= 1;
    return core::RegistrationReceipt{.credential_id = response->id,
                                     .aaguid = aaguid,
                                     .attestation_format = "none",
                                     .needs_proof = needs_proof,
                                     .session = snapshot_now()};
  }
  [[nodiscard]] core::Result<core::IssuedOptions> proof_options(
      const core::SessionTicket& ticket, core::BytesView credential_id) override {
    if (const auto refusal = begin(Call::kProofOptions, ticket)) {
      return std::unexpected(refusal.value());
    }
    return issued(core::webauthn::to_json(core::webauthn::RequestOptions{
        .challenge = fresh_challenge(),
        .timeout = std::nullopt,
        .rp_id = options.rp.id,
        .allow_credentials = {{.id = core::to_bytes(credential_id), .transports = {}}},
        .user_verification = options.user_verification,
        .hints = {}}));
  }
  [[nodiscard]] core::Result<core::ProofReceipt> submit_proof(const core::SessionTicket& ticket,
                                                              const std::string& json) override {
    if (const auto refusal = begin(Call::kProof, ticket)) return std::unexpected(refusal.value());
    const auto response = core::webauthn::parse_authentication_response(json);
    REQUIRE(response.has_value());
    examine(response->client_data_json, core::webauthn::kTypeGet);
    return core::ProofReceipt{.credential_id = response->id, .session = snapshot_now()};
  }
  [[nodiscard]] core::Result<core::SessionSnapshot> withdraw(const core::SessionTicket& ticket,
                                                             core::BytesView) override {
    return snapshot_after(Call::kWithdrawal, ticket);
  }
  /// Not scripted: what was told is looked at in reports().
  [[nodiscard]] core::Result<void> report_orphan(const core::SessionTicket& ticket,
                                                 const core::OrphanReport& report) override {
    CHECK(ticket.secret.size() == 32);
    if (const auto silence = silence_.load()) return core::fail(silence.value());
    const std::lock_guard lock(mutex_);
    reports_.push_back(report);
    return {};
  }
  [[nodiscard]] core::Result<core::SessionSnapshot> finish(
      const core::SessionTicket& ticket) override {
    return snapshot_after(Call::kFinish, ticket);
  }
  [[nodiscard]] core::Result<core::SessionSnapshot> snapshot(
      const core::SessionTicket& ticket) override {
    return snapshot_after(Call::kSnapshot, ticket);
  }

 private:
  /// The refusal, if there is one.
  [[nodiscard]] std::optional<core::Error> begin(Call call, const core::SessionTicket& ticket) {
    CHECK(ticket.session == core::SessionId("session-1"));
    CHECK(ticket.secret.size() == 32);
    return begin(call);
  }
  [[nodiscard]] std::optional<core::Error> begin(Call call) {
    if (const auto silence = silence_.load()) return core::Error{.code = silence.value()};
    Step step{.call = call};
    {
      const std::lock_guard lock(mutex_);
      if (script_.empty() || script_.front().call != call) {
        ADD_FAIL_CHECK_AT(__FILE__, __LINE__, "an unexpected call of the verifier");
        return core::Error{.code = core::ErrorCode::kSessionEnded};
      }
      step = std::move(script_.front());
      script_.pop_front();
    }
    if (step.before_answer) step.before_answer();
    return step.refusal;
  }
  [[nodiscard]] core::Result<core::SessionSnapshot> snapshot_after(
      Call call, const core::SessionTicket& ticket) {
    if (const auto refusal = begin(call, ticket)) return std::unexpected(refusal.value());
    return snapshot_now();
  }
  [[nodiscard]] core::Result<core::Redemption> redemption_after(Call call) {
    if (const auto refusal = begin(call)) return std::unexpected(refusal.value());
    return core::RedemptionMaker::make(snapshot_now());
  }
  [[nodiscard]] core::Bytes fresh_challenge() {
    challenge_ = core::Bytes(32, ++challenges_);
    return challenge_;
  }
  [[nodiscard]] core::IssuedOptions issued(std::string json) const {
    return {.json = std::move(json),
            .expires_at = clock_.wall() + challenge_lifetime,
            .server_now = clock_.wall(),
            .origin = "https://example.org",
            .orphans = orphans};
  }
  void examine(const core::Bytes& client_data_json, std::string_view type) const {
    const auto client_data = core::webauthn::parse_client_data(client_data_json);
    REQUIRE(client_data.has_value());
    CHECK(client_data->type == type);
    CHECK(client_data->challenge == challenge_);
    CHECK(client_data->origin == "https://example.org");
  }

  const FakeClock& clock_;
  std::atomic<std::optional<core::ErrorCode>> silence_;
  std::mutex mutex_;
  std::vector<core::OrphanReport> reports_;
  std::deque<Step> script_;  // a deque: references to steps stay valid while more are added
  core::Bytes challenge_;
  std::uint8_t challenges_ = 0;
};

}  // namespace firstkey::tests
