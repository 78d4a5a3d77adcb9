#pragma once
// What a station asks of whoever holds passes and credentials. One interface, so that a kiosk runs
// alike beside its own store (core/local_verifier) and against a server. Stations are not trusted
// with verdicts: challenge, trust, window and commit are decided behind this.
//
// Every operation may be repeated with the same arguments after a lost answer: it then returns what
// it returned, and burns nothing.

#include <chrono>
#include <string>
#include <vector>

#include "core/credential.h"
#include "core/orphan.h"
#include "core/policy.h"
#include "core/result.h"
#include "core/secret.h"
#include "core/session.h"

namespace firstkey::core {

struct RedemptionRequest {
  std::string user_name;  ///< as typed
  Secret passcode;        ///< as typed; spaces and hyphens are fine
  StationId station;
  Secret session_secret;      ///< 32 bytes, drawn by the station
  bool is_simulated = false;  ///< the station drives a simulated key, and says so
};

struct ResumptionRequest {
  SessionTicket ticket;
  Secret passcode;
};

/// Where a session stands. `server_now` and `expires_at` together let any screen count down.
struct SessionSnapshot {
  SessionId session;
  CorrelationId correlation;
  std::string user_name;
  std::string user_display_name;
  bool is_one_time = false;
  bool is_simulated = false;  ///< as its station said when the pass was redeemed
  SessionState state = SessionState::kOpen;
  Instant server_now;
  Instant expires_at;
  ProofRequirement proof = ProofRequirement::kRequired;
  int credentials_left = 0;     ///< how many more this session may store
  std::vector<Bytes> unproven;  ///< credentials of this session still to be proved
};

/// Proof that a pass was redeemed: only a verifier makes one.
class Redemption {
 public:
  [[nodiscard]] const SessionSnapshot& snapshot() const noexcept { return snapshot_; }

 private:
  friend class RedemptionMaker;  // the passkey of verifier implementations, core/redemption_maker.h
  explicit Redemption(SessionSnapshot snapshot) : snapshot_(std::move(snapshot)) {}
  SessionSnapshot snapshot_;
};

/// Options for a key, as WebAuthn L3 JSON, with the limits a station needs to know.
struct IssuedOptions {
  std::string json;  ///< PublicKeyCredentialCreationOptionsJSON or …RequestOptionsJSON
  Instant expires_at;
  Instant server_now;
  std::string origin;  ///< what the station writes into client data
  /// With creation options: credentials that a key met here may still hold and should not.
  std::vector<OrphanMark> orphans;
};

struct RegistrationReceipt {
  Bytes credential_id;
  Bytes aaguid;
  std::string attestation_format;
  AttestationLevel attestation_level = AttestationLevel::kNotAttested;
  std::string trust_root;  ///< subject of the root the chain ended in; empty if none
  bool needs_proof = true;
  SessionSnapshot session;
};

struct ProofReceipt {
  Bytes credential_id;
  SessionSnapshot session;
};

class Verifier {
 public:
  virtual ~Verifier() = default;
  Verifier() = default;
  Verifier(const Verifier&) = delete;
  Verifier& operator=(const Verifier&) = delete;

  /// Redeems a pass and opens a session; a one-time pass is consumed in the same transaction.
  /// Errors: kRefused, with a short reference and nothing else, for everything the person or the
  /// passcode is to blame for; staff find the reason in the audit trail under the reference.
  /// kStoreFailed and its kin, kNotInitialised.
  [[nodiscard]] virtual Result<Redemption> redeem(RedemptionRequest request) = 0;

  /// Takes a session up again after its station restarted: ticket and passcode, under the same
  /// lock-out. Errors: kRefused, kSessionEnded, kWindowOver.
  [[nodiscard]] virtual Result<Redemption> resume(ResumptionRequest request) = 0;

  /// A fresh challenge with the user's credentials to exclude and what the policies demand.
  /// Errors: kSessionUnknown, kSessionEnded, kWindowOver, kClockUncertain, kTooManyCredentials,
  /// kKeyNotAllowed (keys are off by policy, or are not for this user to register),
  /// kSimulatorNotAllowed.
  [[nodiscard]] virtual Result<IssuedOptions> creation_options(const SessionTicket& ticket) = 0;

  /// Verifies a RegistrationResponseJSON and stores its credential, unproven, if at that instant
  /// all conditions of the commit hold. Errors: those above, kChallengeUnknown, kChallengeExpired,
  /// kChallengeUsed, kRegistrationInvalid, kAttestationInvalid, kKeyNotAllowed, kCredentialExists,
  /// kPassUnknown, kUserDisabled, kUserOutOfScope, kSimulatorNotAllowed.
  [[nodiscard]] virtual Result<RegistrationReceipt> submit_registration(
      const SessionTicket& ticket, const std::string& response_json) = 0;

  /// A challenge for the proof of a credential of this session. Allowed up to two minutes past the
  /// window. Errors: kCredentialUnknown and those of the session.
  [[nodiscard]] virtual Result<IssuedOptions> proof_options(const SessionTicket& ticket,
                                                            BytesView credential_id) = 0;

  /// Verifies an AuthenticationResponseJSON and marks the credential proven.
  /// Errors: kAssertionInvalid, kKeyNotAllowed (the policy no longer takes its model), those of
  /// challenges and sessions.
  [[nodiscard]] virtual Result<ProofReceipt> submit_proof(const SessionTicket& ticket,
                                                          const std::string& response_json) = 0;

  /// Withdraws an unproven credential of this session whose proof failed for good.
  [[nodiscard]] virtual Result<SessionSnapshot> withdraw(const SessionTicket& ticket,
                                                         BytesView credential_id) = 0;

  /// Puts on record that a key holds, or no longer holds, a credential which is not registered;
  /// also after the session's end, when such credentials come out. A withdrawn one is on record
  /// already. Errors: kSessionUnknown, kInvalidArgument, kCredentialExists (it is registered),
  /// kTooManyCredentials.
  [[nodiscard]] virtual Result<void> report_orphan(const SessionTicket& ticket,
                                                   const OrphanReport& report) = 0;

  /// Ends the session: completed if it holds a credential and none awaits its proof, else
  /// cancelled. Ending an ended session changes nothing.
  [[nodiscard]] virtual Result<SessionSnapshot> finish(const SessionTicket& ticket) = 0;

  [[nodiscard]] virtual Result<SessionSnapshot> snapshot(const SessionTicket& ticket) = 0;
};

}  // namespace firstkey::core
