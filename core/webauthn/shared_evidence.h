#pragma once
// Evidence for the steps that registrations and assertions have in common: what was expected beside
// what came. Both kinds of facts have `client`, `data` and `expected.ceremony`.

#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/webauthn/verdict.h"

namespace firstkey::core::webauthn {

/// What a client said, on one line: control characters as "\x0a", cut where it would flood a
/// screen.
[[nodiscard]] std::string quoted(std::string_view text);
[[nodiscard]] std::string listed(const std::vector<std::string>& values);
[[nodiscard]] std::string yes_or_no(bool is_so);
[[nodiscard]] std::string in_bytes(std::size_t size);

template <class Facts>
void describe_client_data(const Facts& facts, VerdictNode& node) {
  node.add("size", in_bytes(facts.response.client_data_json.size()));
  node.add("sha256", to_hex(sha256(facts.response.client_data_json)));
}
template <class Facts>
void describe_type(const Facts& facts, VerdictNode& node) {
  node.add("received", quoted(facts.client.type));
}
/// Its length alone: who reads a verdict may not finish the ceremony.
template <class Facts>
void describe_challenge(const Facts& facts, VerdictNode& node) {
  node.add("received", in_bytes(facts.client.challenge.size()));
  node.add("expected", in_bytes(facts.expected.ceremony.challenge.size()));
}
template <class Facts>
void describe_origin(const Facts& facts, VerdictNode& node) {
  node.add("received", quoted(facts.client.origin));
  node.add("expected", listed(facts.expected.ceremony.origins));
}
template <class Facts>
void describe_cross_origin(const Facts& facts, VerdictNode& node) {
  node.add("crossOrigin", yes_or_no(facts.client.is_cross_origin));
}
template <class Facts>
void describe_top_origin(const Facts& facts, VerdictNode& node) {
  if (!facts.client.top_origin) return;
  node.add("received", quoted(facts.client.top_origin.value()));
  node.add("expected", listed(facts.expected.ceremony.top_origins));
}

template <class Facts>
void describe_rp_id_hash(const Facts& facts, VerdictNode& node) {
  const auto& rp_id = facts.expected.ceremony.rp_id;
  node.add("rpId", rp_id);
  node.add("received", to_hex(facts.data.rp_id_hash));
  node.add("expected", to_hex(sha256(as_bytes(rp_id))));
}
template <class Facts>
void describe_user_present(const Facts& facts, VerdictNode& node) {
  node.add("UP", yes_or_no(facts.data.is_user_present));
}
template <class Facts>
void describe_user_verified(const Facts& facts, VerdictNode& node) {
  node.add("UV", yes_or_no(facts.data.is_user_verified));
}
template <class Facts>
void describe_backup(const Facts& facts, VerdictNode& node) {
  node.add("BE", yes_or_no(facts.data.is_backup_eligible));
  node.add("BS", yes_or_no(facts.data.is_backed_up));
}

}  // namespace firstkey::core::webauthn
