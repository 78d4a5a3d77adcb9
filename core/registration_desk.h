#pragma once
// Registering a credential in a session. A response is judged before the transaction, which holds
// up every other writer, and stored inside it; what the judgement rested on is read again there,
// and if it changed the response is judged anew. Source: core/README.md, "The commit".

#include <expected>
#include <map>
#include <memory>
#include <string>

#include "core/challenge_ledger.h"
#include "core/imported_metadata.h"
#include "core/random.h"
#include "core/result.h"
#include "core/session_rules.h"
#include "core/store.h"
#include "core/trusted_roots.h"
#include "core/verifier.h"
#include "core/webauthn/registration_verifier.h"
#include "core/webauthn/responses.h"

namespace firstkey::core {

class RegistrationDesk {
 public:
  /// Both must outlive this.
  RegistrationDesk(Store& store, Random& random) : store_(store), random_(random) {}

  /// See Verifier::creation_options.
  [[nodiscard]] Result<IssuedOptions> options(const SessionTicket& ticket);
  /// See Verifier::submit_registration.
  [[nodiscard]] Result<RegistrationReceipt> submit(const SessionTicket& ticket,
                                                   const std::string& response_json);

 private:
  struct Submission {
    webauthn::RegistrationResponse response;
    Answer answer;
  };
  using Verdict = webauthn::Result<webauthn::VerifiedCredential>;
  /// A verdict, and the settings it holds under.
  struct Judgement {
    Settings settings;
    Verdict verdict;
  };
  /// Why nothing was stored, and what the audit row says of it besides; "check" is the WebAuthn
  /// check or the rule of the policy that failed, if it was one.
  struct Refusal {
    Error error;
    std::map<std::string, std::string> details;
  };
  template <class Value>
  using Decision = std::expected<Value, Refusal>;

  [[nodiscard]] static Refusal refused_by(const webauthn::Error& error);
  [[nodiscard]] static webauthn::Result<Submission> read(const std::string& response_json);
  /// `metadata`: what `settings` name.
  [[nodiscard]] Result<Judgement> judge(const Submission& submission,
                                        Settings settings,
                                        const MetadataPtr& metadata,
                                        Instant now);
  /// Judges before the transaction. Errors: kSessionUnknown, kNotInitialised.
  [[nodiscard]] Result<Judgement> judge_ahead(const SessionTicket& ticket,
                                              const webauthn::Result<Submission>& submission);
  /// All conditions of the commit, in their order, and the credential if they hold.
  [[nodiscard]] Decision<RegistrationReceipt> commit(WriteTransaction& transaction,
                                                     const SessionTicket& ticket,
                                                     const webauthn::Result<Submission>& submission,
                                                     const Judgement& ahead);
  [[nodiscard]] Decision<webauthn::RegisteredCredential> verdict_now(ReadTransaction& view,
                                                                     const LiveSession& live,
                                                                     const Submission& submission,
                                                                     const Judgement& ahead);
  /// The name of the profile that the key satisfies, under the policy and for the user as they are
  /// now: what it is judged by stays as it was verified.
  [[nodiscard]] Decision<std::string> profile_of(ReadTransaction& view,
                                                 const LiveSession& live,
                                                 const webauthn::RegisteredCredential& verified);
  [[nodiscard]] Result<Judgement> judge_anew(ReadTransaction& view,
                                             const LiveSession& live,
                                             const Submission& submission);

  Store& store_;
  Random& random_;
  TrustedRoots roots_;
  ImportedMetadata metadata_;
};

}  // namespace firstkey::core
