#pragma once
// How the questions and answers of core/verifier.h travel: the JSON of the enrollment API, both
// ways side by side, so that server and client cannot disagree. Instants are RFC 3339 with
// microseconds, byte strings base64url. Readers ignore members they do not know and refuse wrong
// types.

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/result.h"
#include "core/verifier.h"

namespace firstkey::enroll::remote {

[[nodiscard]] boost::json::object to_json(const core::SessionSnapshot& snapshot);
[[nodiscard]] boost::json::object to_json(const core::IssuedOptions& issued);
[[nodiscard]] boost::json::object to_json(const core::RegistrationReceipt& receipt);
[[nodiscard]] boost::json::object to_json(const core::ProofReceipt& receipt);
[[nodiscard]] boost::json::object to_json(const core::OrphanReport& report);

/// Errors of all readers: kInvalidArgument, naming the member.
[[nodiscard]] core::Result<core::SessionSnapshot> read_snapshot(const boost::json::value& value);
[[nodiscard]] core::Result<core::IssuedOptions> read_issued_options(
    const boost::json::value& value);
[[nodiscard]] core::Result<core::RegistrationReceipt> read_registration_receipt(
    const boost::json::value& value);
[[nodiscard]] core::Result<core::ProofReceipt> read_proof_receipt(const boost::json::value& value);
[[nodiscard]] core::Result<core::OrphanReport> read_orphan_report(const boost::json::value& value);

}  // namespace firstkey::enroll::remote
