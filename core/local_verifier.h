#pragma once
// The Verifier beside its own store: what a kiosk on one workstation runs, and what a server has
// behind its interface. It joins the parts: PassRedeemer opens sessions, RegistrationDesk stores
// credentials in them, ProofDesk proves those. Threads: any, at the same time.

#include <chrono>
#include <string>

#include "core/pass_hash.h"
#include "core/pass_redeemer.h"
#include "core/pepper.h"
#include "core/proof_desk.h"
#include "core/random.h"
#include "core/registration_desk.h"
#include "core/store.h"
#include "core/verifier.h"

namespace firstkey::core {

/// How often tick() wants to be called while a session may be open: what a power cut may cost the
/// store's knowledge of the time. Source: core/README.md, "Time".
inline constexpr std::chrono::seconds kTickInterval{30};

class LocalVerifier final : public Verifier {
 public:
  /// All must outlive this.
  LocalVerifier(Store& store, Random& random, const Pepper& pepper, PassHasher& hasher)
      : store_(store),
        redeemer_(store, random, pepper, hasher),
        registrations_(store, random),
        proofs_(store, random) {}

  /// For a server, whose threads are everybody's: see core/pass_redeemer.h. Before the first call.
  void set_at_full_station(AtFullStation what) noexcept { redeemer_.set_at_full_station(what); }

  [[nodiscard]] Result<Redemption> redeem(RedemptionRequest request) override;
  [[nodiscard]] Result<Redemption> resume(ResumptionRequest request) override;
  [[nodiscard]] Result<IssuedOptions> creation_options(const SessionTicket& ticket) override;
  [[nodiscard]] Result<RegistrationReceipt> submit_registration(
      const SessionTicket& ticket, const std::string& response_json) override;
  [[nodiscard]] Result<IssuedOptions> proof_options(const SessionTicket& ticket,
                                                    BytesView credential_id) override;
  [[nodiscard]] Result<ProofReceipt> submit_proof(const SessionTicket& ticket,
                                                  const std::string& response_json) override;
  [[nodiscard]] Result<SessionSnapshot> withdraw(const SessionTicket& ticket,
                                                 BytesView credential_id) override;
  [[nodiscard]] Result<void> report_orphan(const SessionTicket& ticket,
                                           const OrphanReport& report) override;
  [[nodiscard]] Result<SessionSnapshot> finish(const SessionTicket& ticket) override;
  [[nodiscard]] Result<SessionSnapshot> snapshot(const SessionTicket& ticket) override;

  /// Raises the store's clock mark and ends the sessions that are over; writes nothing while no
  /// session is open. Errors: those of Store::read and Store::write.
  [[nodiscard]] Result<void> tick();

 private:
  Store& store_;
  PassRedeemer redeemer_;
  RegistrationDesk registrations_;
  ProofDesk proofs_;
};

}  // namespace firstkey::core
