#include "device/fido2_configuration.h"

#include "device/authenticator_config.h"
#include "device/credential_management.h"
#include "device/serial_number.h"

namespace firstkey::device {

namespace {

/// A key that said yes and is as it was.
std::unexpected<Error> unchanged() {
  return refuse(ErrorCode::kGarbage, "the key took the change and did not make it");
}

}  // namespace

template <class IsAlready, class Set>
Result<Change> Fido2Configuration::make_so(RunningCall& call,
                                           const IsAlready& is_already,
                                           const Set& set) {
  if (is_already()) return Change::kNotNeeded;
  if (auto done = set(); !done) return std::unexpected(done.error());
  if (auto read = key_.read_facts(call); !read) return std::unexpected(read.error());
  if (!is_already()) return unchanged();
  return Change::kMade;
}

Result<std::optional<std::string>> Fido2Configuration::serial(const CallLimits& limits) {
  return key_.within(limits, [&](RunningCall& call) { return read_serial_number(key_, call); });
}

Result<void> Fido2Configuration::require_min_pin_setting(RunningCall& call) {
  if (auto is_able = key_.require_fido2(); !is_able) return is_able;
  if (auto read = key_.read_facts(call); !read) return read;
  if (key_.facts().options.set_min_pin_length == Option::kTrue) return {};
  return refuse(ErrorCode::kUnsupportedOption, "its PIN rules cannot be set");
}

Result<void> Fido2Configuration::force_pin_change(const Pin* pin, const CallLimits& limits) {
  return key_.within(limits, [&](RunningCall& call) -> Result<void> {
    if (auto is_able = require_min_pin_setting(call); !is_able) return is_able;
    if (!key_.facts().has_pin()) return refuse(ErrorCode::kPinNotSet, "it has no PIN to change");
    const auto made = make_so(
        call,
        [&] { return key_.facts().is_pin_change_forced; },
        [&] { return configure(key_, ConfigRequest::force_pin_change(), pin, call); });
    if (!made) return std::unexpected(made.error());
    return {};
  });
}

Result<Change> Fido2Configuration::raise_min_pin_length(std::uint64_t code_points,
                                                        const Pin* pin,
                                                        const CallLimits& limits) {
  return key_.within(limits, [&](RunningCall& call) -> Result<Change> {
    if (code_points < kMinPinCodePoints || code_points > kMaxPinBytes) {
      return refuse(ErrorCode::kBadRequest, "a minimum is 4 to 63 code points");
    }
    if (auto is_able = require_min_pin_setting(call); !is_able) {
      return std::unexpected(is_able.error());
    }
    if (code_points < key_.facts().min_pin_length) {
      return refuse(ErrorCode::kPinPolicy, "a minimum can be raised only");
    }
    return make_so(
        call,
        [&] { return key_.facts().min_pin_length == code_points; },
        [&] { return configure(key_, ConfigRequest::min_pin_length(code_points), pin, call); });
  });
}

Result<void> Fido2Configuration::share_min_pin_length(const std::vector<std::string>& rp_ids,
                                                      const Pin* pin,
                                                      const CallLimits& limits) {
  return key_.within(limits, [&](RunningCall& call) -> Result<void> {
    if (rp_ids.empty()) return refuse(ErrorCode::kBadRequest, "no relying party is named");
    if (auto is_able = require_min_pin_setting(call); !is_able) return is_able;
    const auto most = key_.facts().max_rp_ids_for_min_pin_length;
    if (most == 0) return refuse(ErrorCode::kUnsupportedOption, "it tells nobody its minimum");
    if (rp_ids.size() > most) {
      return refuse(ErrorCode::kTooLarge,
                    "it keeps " + std::to_string(most) + " relying parties at most");
    }
    auto set = configure(key_, ConfigRequest::min_pin_length_rp_ids(rp_ids), pin, call);
    return set ? key_.read_facts(call) : set;
  });
}

Result<Change> Fido2Configuration::set_always_uv(AlwaysUv wanted,
                                                 const Pin* pin,
                                                 const CallLimits& limits) {
  return key_.within(limits, [&](RunningCall& call) -> Result<Change> {
    if (auto is_able = key_.require_fido2(); !is_able) return std::unexpected(is_able.error());
    // The command turns it over, whatever it was: so it is looked at last thing before.
    if (auto read = key_.read_facts(call); !read) return std::unexpected(read.error());
    if (key_.facts().options.always_uv == Option::kAbsent) {
      return refuse(ErrorCode::kUnsupportedOption, "it has no such setting");
    }
    const auto option = wanted == AlwaysUv::kOn ? Option::kTrue : Option::kFalse;
    return make_so(
        call,
        [&] { return key_.facts().options.always_uv == option; },
        [&] { return configure(key_, {.kind = ConfigRequest::Kind::kToggleAlwaysUv}, pin, call); });
  });
}

Result<Change> Fido2Configuration::enable_enterprise_attestation(const Pin* pin,
                                                                 const CallLimits& limits) {
  return key_.within(limits, [&](RunningCall& call) -> Result<Change> {
    if (auto is_able = key_.require_fido2(); !is_able) return std::unexpected(is_able.error());
    if (auto read = key_.read_facts(call); !read) return std::unexpected(read.error());
    if (key_.facts().options.ep == Option::kAbsent) {
      return refuse(ErrorCode::kUnsupportedOption, "it has no enterprise attestation");
    }
    return make_so(
        call,
        [&] { return key_.facts().options.ep == Option::kTrue; },
        [&] {
          return configure(
              key_, {.kind = ConfigRequest::Kind::kEnableEnterpriseAttestation}, pin, call);
        });
  });
}

Result<CredentialRoom> Fido2Configuration::credential_room(const Pin* pin,
                                                           const CallLimits& limits) {
  return key_.within(limits, [&](RunningCall& call) -> Result<CredentialRoom> {
    auto management = CredentialManagement::open(key_, pin, call);
    if (!management) return std::unexpected(management.error());
    return management->room();
  });
}

Result<std::vector<StoredCredential>> Fido2Configuration::credentials(const Pin* pin,
                                                                      const CallLimits& limits) {
  return key_.within(limits, [&](RunningCall& call) -> Result<std::vector<StoredCredential>> {
    auto management = CredentialManagement::open(key_, pin, call);
    if (!management) return std::unexpected(management.error());
    return management->all();
  });
}

Result<std::vector<StoredCredential>> Fido2Configuration::credentials_of(const std::string& rp_id,
                                                                         const Pin* pin,
                                                                         const CallLimits& limits) {
  return key_.within(limits, [&](RunningCall& call) -> Result<std::vector<StoredCredential>> {
    auto management = CredentialManagement::open(key_, pin, call);
    if (!management) return std::unexpected(management.error());
    return management->of(rp_id);
  });
}

Result<void> Fido2Configuration::rename(const UserRename& change,
                                        const Pin* pin,
                                        const CallLimits& limits) {
  return key_.within(limits, [&](RunningCall& call) -> Result<void> {
    auto management = CredentialManagement::open(key_, pin, call);
    if (!management) return std::unexpected(management.error());
    return management->rename(change);
  });
}

Result<void> Fido2Configuration::remove(const CredentialId& id,
                                        const Pin* pin,
                                        const CallLimits& limits) {
  return key_.within(limits, [&](RunningCall& call) -> Result<void> {
    auto management = CredentialManagement::open(key_, pin, call);
    if (!management) return std::unexpected(management.error());
    auto removed = management->remove(id);
    return removed ? key_.read_facts(call) : removed;
  });
}

Result<void> Fido2Configuration::reset(const CallLimits& limits) {
  return key_.within(limits, [&](RunningCall& call) -> Result<void> {
    if (auto is_able = key_.require_fido2(); !is_able) return is_able;
    auto wiped = judge(fido_dev_reset(key_.dev()), call, "reset");
    return wiped ? key_.reopen(call) : wiped;
  });
}

}  // namespace firstkey::device
