#pragma once
// core::Verifier at the other end of the enrollment API: what a station has instead of a store. A
// verdict is the server's; here a question is sent, repeated only where the server was too busy to
// begin, and its answer read. Threads: any.

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "core/verifier.h"
#include "enroll/remote/https_client.h"

namespace firstkey::enroll::remote {

class RemoteVerifier final : public core::Verifier {
 public:
  using Ask = std::function<core::Result<http::Answer>(HttpsClient::Question)>;
  using Rest = std::function<void(std::chrono::milliseconds)>;

  /// `credential` is the station's. `ask` sends a question, `rest` lets time go by between two
  /// tries; both from any thread.
  RemoteVerifier(core::Secret credential, Ask ask, Rest rest = sleep);

  // Besides the errors of core/verifier.h all of these: kVerifierUnreachable, kStationUnknown.
  [[nodiscard]] core::Result<core::Redemption> redeem(core::RedemptionRequest request) override;
  [[nodiscard]] core::Result<core::Redemption> resume(core::ResumptionRequest request) override;
  [[nodiscard]] core::Result<core::IssuedOptions> creation_options(
      const core::SessionTicket& ticket) override;
  [[nodiscard]] core::Result<core::RegistrationReceipt> submit_registration(
      const core::SessionTicket& ticket, const std::string& response_json) override;
  [[nodiscard]] core::Result<core::IssuedOptions> proof_options(
      const core::SessionTicket& ticket, core::BytesView credential_id) override;
  [[nodiscard]] core::Result<core::ProofReceipt> submit_proof(
      const core::SessionTicket& ticket, const std::string& response_json) override;
  [[nodiscard]] core::Result<core::SessionSnapshot> withdraw(
      const core::SessionTicket& ticket, core::BytesView credential_id) override;
  [[nodiscard]] core::Result<void> report_orphan(const core::SessionTicket& ticket,
                                                 const core::OrphanReport& report) override;
  [[nodiscard]] core::Result<core::SessionSnapshot> finish(
      const core::SessionTicket& ticket) override;
  [[nodiscard]] core::Result<core::SessionSnapshot> snapshot(
      const core::SessionTicket& ticket) override;

  /// Joins as the station of `code`, with this verifier's credential. Errors: kStationUnknown,
  /// kVerifierUnreachable.
  [[nodiscard]] core::Result<core::StationId> join(const core::Secret& code);

 private:
  struct Call {
    const char* method = "POST";
    std::string path;
    const core::Secret* session_secret = nullptr;  ///< null: without
    core::Secret body;
  };
  static void sleep(std::chrono::milliseconds time);
  [[nodiscard]] core::Result<boost::json::value> call(const Call& call);
  [[nodiscard]] core::Result<boost::json::value> in_session(const core::SessionTicket& ticket,
                                                            const char* method,
                                                            const std::string& rest_of_path,
                                                            std::string_view body = {});

  core::Secret credential_;
  Ask ask_;
  Rest rest_;
};

}  // namespace firstkey::enroll::remote
