#include "core/audit.h"

#include "core/hashed_form.h"

namespace firstkey::core {

namespace {

constexpr std::size_t kSaltBytes = 16;

Sha256 commit_to(BytesView salt, std::string_view name, std::string_view value) {
  Bytes message(salt.begin(), salt.end());
  message.insert(message.end(), name.begin(), name.end());
  message.push_back(0);
  message.insert(message.end(), value.begin(), value.end());
  return sha256(message);
}

}  // namespace

std::string_view detail_of(AuditSubject::Kind kind) noexcept {
  switch (kind) {
    case AuditSubject::Kind::kPass:
      return "passId";
    case AuditSubject::Kind::kCredential:
      return "credentialId";
  }
  return "";
}

std::string_view detail(const AuditRow& row, std::string_view name) {
  const auto found = row.details.find(std::string(name));
  return found == row.details.end() ? std::string_view() : found->second;
}

bool matches(const AuditRow& row, const AuditQuery& query) {
  if (query.correlation && row.correlation != query.correlation.value()) return false;
  if (query.action) {
    const auto& wanted = query.action.value();
    const bool is_family = wanted.ends_with('.');
    if (is_family ? !row.action.starts_with(wanted) : row.action != wanted) return false;
  }
  if (!query.reference) return true;
  const auto has_one = row.details.contains("reference");
  return has_one && detail(row, "reference") == query.reference.value();
}

Sha256 audit_hash(const AuditRow& row) {
  HashedForm form;
  // Rows of the first chain are hashed as they were when there was no other.
  if (row.chain == kFirstChain) {
    form.add(std::string_view("firstkey audit row 1"));
  } else {
    form.add(std::string_view("firstkey audit row 2"));
    form.add(row.chain);
  }
  form.add(row.sequence);
  form.add(std::int64_t{row.at.time_since_epoch().count()});
  form.add(row.action);
  form.add(row.outcome);
  form.add(row.correlation.text());
  form.add(std::uint64_t{row.details.size()});
  for (const auto& [name, value] : row.details) {
    form.add(name);
    form.add(value);
  }
  form.add(std::uint64_t{row.personal.size()});
  for (const auto& [name, field] : row.personal) {
    form.add(name);
    form.add_bare(field.commitment);
  }
  form.add_bare(row.previous_hash);
  return form.digest();
}

AuditRow make_audit_row(const AuditEvent& event,
                        const ChainHead& head,
                        Instant at,
                        Random& random) {
  AuditRow row{.chain = head.chain,
               .sequence = head.sequence + 1,
               .at = at,
               .action = event.action,
               .outcome = event.outcome,
               .correlation = event.correlation,
               .details = event.details,
               .personal = {},
               .previous_hash = head.hash,
               .hash = {}};
  for (const auto& [name, value] : event.personal) {
    auto salt = random.bytes(kSaltBytes);
    const auto commitment = commit_to(salt, name, value);
    row.personal.emplace(
        name, PersonalField{.commitment = commitment, .salt = std::move(salt), .value = value});
  }
  row.hash = audit_hash(row);
  return row;
}

ChainHead head_at(const AuditRow& row) {
  return {.chain = row.chain, .sequence = row.sequence, .hash = row.hash};
}

std::string name_of_row(const AuditPlace& place) {
  const auto row = "row " + std::to_string(place.sequence);
  return place.chain == kFirstChain ? row : row + " of chain " + std::to_string(place.chain);
}

Result<void> verify_audit_row(const AuditRow& row, const ChainHead& before) {
  const auto broken = [&](const std::string& what) {
    return fail(ErrorCode::kAuditBroken,
                name_of_row({.chain = row.chain, .sequence = row.sequence}) + ": " + what);
  };
  if (row.chain != before.chain || row.sequence != before.sequence + 1) {
    return broken("expected " +
                  name_of_row({.chain = before.chain, .sequence = before.sequence + 1}) + " here");
  }
  if (row.previous_hash != before.hash) return broken("does not follow the row before it");
  if (row.hash != audit_hash(row)) return broken("was changed after it was written");
  for (const auto& [name, field] : row.personal) {
    if (!field.is_erased() && field.commitment != commit_to(field.salt, name, field.value)) {
      return broken("the personal field '" + name + "' was changed");
    }
  }
  return {};
}

}  // namespace firstkey::core
