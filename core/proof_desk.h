#pragma once
// Proving a credential just stored: an assertion with user verification over a challenge bound to
// it. Allowed for two more minutes after the window (kProofGrace). A credential whose proof failed
// for good is withdrawn here. Source: core/README.md, "The commit".

#include <optional>
#include <string>

#include "core/challenge_ledger.h"
#include "core/random.h"
#include "core/result.h"
#include "core/session_rules.h"
#include "core/store.h"
#include "core/verifier.h"
#include "core/webauthn/assertion_verifier.h"
#include "core/webauthn/responses.h"

namespace firstkey::core {

class ProofDesk {
 public:
  /// Both must outlive this.
  ProofDesk(Store& store, Random& random) : store_(store), random_(random) {}

  /// See Verifier::proof_options.
  [[nodiscard]] Result<IssuedOptions> options(const SessionTicket& ticket, BytesView credential_id);
  /// See Verifier::submit_proof.
  [[nodiscard]] Result<ProofReceipt> submit(const SessionTicket& ticket,
                                            const std::string& response_json);
  /// See Verifier::withdraw.
  [[nodiscard]] Result<SessionSnapshot> withdraw(const SessionTicket& ticket,
                                                 BytesView credential_id);

 private:
  Store& store_;
  Random& random_;
};

}  // namespace firstkey::core
