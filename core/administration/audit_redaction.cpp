#include "core/administration/audit_redaction.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/user.h"

namespace firstkey::core {

namespace {

constexpr const char* kAction = "audit.redact";
constexpr std::size_t kPage = 1'000;

/// A personal field that names somebody, and the detail that says who that is.
constexpr std::pair<const char*, const char*> kNames[] = {{"userName", "userId"},
                                                          {"actorName", "actorId"}};

/// Somebody as the trail knows them.
struct Person {
  std::string id;               ///< empty: nobody knows
  std::set<std::string> names;  ///< normalised

  void add_name(const std::string& name) {
    if (auto normalised = normalised_name(name); !normalised.empty()) names.insert(normalised);
  }
  [[nodiscard]] bool has_id(const AuditRow& row, const char* member) const {
    return !id.empty() && detail(row, member) == id;
  }
};

void walk(ReadTransaction& view, const std::function<void(const AuditRow&)>& visit) {
  AuditPlace place;
  while (true) {
    const auto page = view.audit_rows(place, kPage);
    std::ranges::for_each(page, visit);
    if (page.size() < kPage) return;
    place = {.chain = page.back().chain, .sequence = page.back().sequence};
  }
}

/// The names that rows about the person's id have.
void add_names_in_trail(ReadTransaction& view, Person& person) {
  walk(view, [&](const AuditRow& row) {
    for (const auto& [field, member] : kNames) {
      const auto found = row.personal.find(field);
      if (found == row.personal.end() || found->second.value.empty()) continue;
      if (person.has_id(row, member)) person.add_name(found->second.value);
    }
  });
}

std::set<std::string> fields_naming(const Person& person, const AuditRow& row) {
  std::set<std::string> fields;
  for (const auto& [field, member] : kNames) {
    const auto found = row.personal.find(field);
    if (found == row.personal.end() || found->second.is_erased()) continue;
    const bool is_theirs = person.names.contains(normalised_name(found->second.value));
    if (is_theirs || person.has_id(row, member)) fields.insert(field);
  }
  return fields;
}

std::vector<AuditErasure> erasures_of(ReadTransaction& view, const Person& person) {
  std::vector<AuditErasure> erasures;
  walk(view, [&](const AuditRow& row) {
    auto fields = fields_naming(person, row);
    if (fields.empty()) return;
    erasures.push_back(
        {.place = {.chain = row.chain, .sequence = row.sequence}, .fields = std::move(fields)});
  });
  return erasures;
}

std::optional<AuditRow> row_at(ReadTransaction& view, const AuditPlace& place) {
  const auto rows = view.audit_rows({.chain = place.chain, .sequence = place.sequence - 1}, 1);
  if (rows.empty()) return std::nullopt;
  const auto& row = rows.front();
  const bool is_there = row.chain == place.chain && row.sequence == place.sequence;
  return is_there ? std::optional(row) : std::nullopt;
}

void erase_fields(WriteTransaction& transaction, const AuditErasure& erasure) {
  auto row = row_at(transaction, erasure.place);
  if (!row) return;
  for (const auto& field : erasure.fields) {
    auto& erased = row->personal[field];
    erased.salt.clear();
    erased.value.clear();
  }
  transaction.put_personal_fields(row.value());
}

/// Whoever of the directory is meant, if the actor may redact them; nobody if none is.
Result<std::optional<User>> authorised(Act& act, const std::string& reference) {
  auto user = act.view().user(UserId(reference));
  if (!user) user = act.view().user_by_name(normalised_name(reference));
  const auto allowed = user ? act.authorise(Operation::kRedactAudit, user.value())
                            : act.authorise(Operation::kRedactAudit);
  if (!allowed) return std::unexpected(allowed.error());
  return user;
}

/// The row, if the actor may redact whoever it is about.
Result<AuditRow> authorised_row(Act& act, const AuditPlace& place) {
  if (auto allowed = act.authorise(Operation::kRedactAudit); !allowed) {
    return std::unexpected(allowed.error());
  }
  auto row = row_at(act.view(), place);
  if (!row) return fail(ErrorCode::kNotFound, "the trail has no " + name_of_row(place));
  for (const auto& [field, member] : kNames) {
    const auto user = act.view().user(UserId(std::string(detail(row.value(), member))));
    if (!user) continue;
    if (auto allowed = act.authorise(Operation::kRedactAudit, user.value()); !allowed) {
      return std::unexpected(allowed.error());
    }
  }
  return std::move(row.value());
}

/// Whoever `reference` means, in the directory or in the trail alone.
Person person_of(ReadTransaction& view, const std::string& reference, const User* user) {
  Person person{.id = user != nullptr ? user->id.text() : reference, .names = {}};
  person.add_name(user != nullptr ? user->name : reference);
  add_names_in_trail(view, person);
  return person;
}

}  // namespace

Result<Redaction> AuditRedaction::redact_user(const UserReference& reference) {
  // The trail is long: it is searched in a snapshot, and only what was found is locked.
  const auto found = administration_.look<std::vector<AuditErasure>>(
      kAction, [&](Act& act) -> Result<std::vector<AuditErasure>> {
        const auto user = authorised(act, reference.text);
        if (!user) return std::unexpected(user.error());
        const auto* known = user.value() ? &user.value().value() : nullptr;
        return erasures_of(act.view(), person_of(act.view(), reference.text, known));
      });
  if (!found) return std::unexpected(found.error());
  return erase(found.value(), [&](Act& act) -> Result<void> {
    const auto user = authorised(act, reference.text);
    if (!user) return std::unexpected(user.error());
    if (user.value()) act.note("userId", user.value()->id.text());
    return {};
  });
}

Result<Redaction> AuditRedaction::redact_row(const AuditPlace& place) {
  const auto found = administration_.look<std::vector<AuditErasure>>(
      kAction, [&](Act& act) -> Result<std::vector<AuditErasure>> {
        const auto row = authorised_row(act, place);
        if (!row) return std::unexpected(row.error());
        AuditErasure erasure{.place = place, .fields = {}};
        for (const auto& [name, field] : row->personal) {
          if (!field.is_erased()) erasure.fields.insert(name);
        }
        return erasure.fields.empty() ? std::vector<AuditErasure>() : std::vector{erasure};
      });
  if (!found) return std::unexpected(found.error());
  return erase(found.value(), [&](Act& act) -> Result<void> {
    const auto row = authorised_row(act, place);
    if (!row) return std::unexpected(row.error());
    act.note("row", name_of_row(place));
    return {};
  });
}

Result<Redaction> AuditRedaction::erase(const std::vector<AuditErasure>& erasures,
                                        const Authorise& authorise) {
  const auto erased = administration_.act<void>(kAction, [&](Act& act) -> Result<Effect<void>> {
    if (auto allowed = authorise(act); !allowed) return std::unexpected(allowed.error());
    act.note("rows", std::to_string(erasures.size()));
    return [&erasures](WriteTransaction& transaction) {
      for (const auto& erasure : erasures) erase_fields(transaction, erasure);
    };
  });
  if (!erased) return std::unexpected(erased.error());
  Redaction redaction{.rows = erasures.size(), .left_behind = std::nullopt};
  if (auto scrubbed = administration_.store().scrub(); !scrubbed) {
    redaction.left_behind = scrubbed.error();
  }
  return redaction;
}

}  // namespace firstkey::core
