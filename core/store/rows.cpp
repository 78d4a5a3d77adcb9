#include "core/store/rows.h"

#include <algorithm>
#include <limits>
#include <set>
#include <type_traits>
#include <vector>

#include <boost/json.hpp>

namespace firstkey::core {

namespace {

namespace json = boost::json;

[[noreturn]] void damaged(const std::string& what) {
  throw StoreAbort{{.code = ErrorCode::kStoreDamaged,
                    .detail = what + "; restore a backup, or ask for help before writing to it"}};
}

json::value parse(const std::string& text) {
  boost::system::error_code error;
  auto value = json::parse(text, error);
  if (error) damaged("a list in the database is not JSON");
  return value;
}

std::string list_text(const std::vector<std::string>& texts) {
  return json::serialize(json::array(texts.begin(), texts.end()));
}

std::vector<std::string> texts_of(const std::string& text) {
  std::vector<std::string> texts;
  const auto value = parse(text);
  if (!value.is_array()) damaged("a list in the database is no list");
  for (const auto& entry : value.get_array()) {
    if (!entry.is_string()) damaged("a list in the database holds something but strings");
    texts.emplace_back(entry.get_string());
  }
  return texts;
}

std::string instants_text(const std::vector<Instant>& instants) {
  json::array list;
  for (const auto instant : instants) list.push_back(instant.time_since_epoch().count());
  return json::serialize(list);
}

std::vector<Instant> instants_of(const std::string& text) {
  std::vector<Instant> instants;
  const auto value = parse(text);
  if (!value.is_array()) damaged("a list in the database is no list");
  for (const auto& entry : value.get_array()) {
    if (!entry.is_int64()) damaged("a list of instants holds something else");
    instants.emplace_back(Duration(entry.get_int64()));
  }
  return instants;
}

std::string roles_text(const std::set<Role>& roles) {
  std::vector<std::string> names;
  names.reserve(roles.size());
  for (const auto role : roles) names.emplace_back(to_string(role));
  return list_text(names);
}

std::set<Role> roles_of(const std::string& text) {
  std::set<Role> roles;
  for (const auto& name : texts_of(text)) {
    const auto role = role_from_string(name);
    if (!role) damaged("somebody holds the unknown role '" + name + "'");
    roles.insert(role.value());
  }
  return roles;
}

std::string details_text(const std::map<std::string, std::string>& details) {
  json::object object;
  for (const auto& [name, value] : details) object.emplace(name, value);
  return json::serialize(object);
}

std::map<std::string, std::string> details_of(const std::string& text) {
  std::map<std::string, std::string> details;
  const auto value = parse(text);
  if (!value.is_object()) damaged("an audit row's details are no object");
  for (const auto& entry : value.get_object()) {
    if (!entry.value().is_string()) damaged("an audit row's detail is no string");
    details.emplace(entry.key(), entry.value().get_string());
  }
  return details;
}

std::string personal_text(const std::map<std::string, PersonalField>& fields) {
  json::object object;
  for (const auto& [name, field] : fields) {
    object.emplace(
        name, json::array{to_base64url(field.commitment), to_base64url(field.salt), field.value});
  }
  return json::serialize(object);
}

PersonalField personal_field_of(const json::value& value) {
  if (!value.is_array() || value.get_array().size() != 3) damaged("a personal field is misshapen");
  const auto part = [&](std::size_t index) {
    const auto& entry = value.get_array()[index];
    if (!entry.is_string()) damaged("a personal field is misshapen");
    return std::string(entry.get_string());
  };
  const auto commitment = from_base64url(part(0));
  auto salt = from_base64url(part(1));
  if (!commitment || commitment->size() != Sha256{}.size() || !salt) {
    damaged("a personal field is misshapen");
  }
  PersonalField field{.commitment = {}, .salt = std::move(salt.value()), .value = part(2)};
  std::ranges::copy(commitment.value(), field.commitment.begin());
  return field;
}

std::map<std::string, PersonalField> personal_of(const std::string& text) {
  std::map<std::string, PersonalField> fields;
  const auto value = parse(text);
  if (!value.is_object()) damaged("an audit row's personal fields are no object");
  for (const auto& entry : value.get_object()) {
    fields.emplace(entry.key(), personal_field_of(entry.value()));
  }
  return fields;
}

}  // namespace

RowWriter& RowWriter::add(std::int64_t number) {
  put_number(number);
  return *this;
}

RowWriter& RowWriter::add(std::string_view text) {
  put_text(text);
  return *this;
}

RowWriter& RowWriter::add(BytesView bytes) {
  put_bytes(bytes);
  return *this;
}

RowWriter& RowWriter::add(const std::optional<Instant>& instant) {
  if (instant) return add(instant.value());
  put_nothing();
  return *this;
}

RowWriter& RowWriter::add(bool flag) {
  put_flag(flag);
  return *this;
}

int RowReader::small_number() {
  const auto value = number();
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) {
    damaged("a number in the database is out of range");
  }
  return static_cast<int>(value);
}

std::uint32_t RowReader::unsigned_number() {
  const auto value = number();
  if (value < 0 || value > std::numeric_limits<std::uint32_t>::max()) {
    damaged("a number in the database is out of range");
  }
  return static_cast<std::uint32_t>(value);
}

Sha256 RowReader::digest() {
  const auto value = bytes();
  Sha256 digest{};
  if (value.size() != digest.size()) damaged("a digest in the database has another length");
  std::ranges::copy(value, digest.begin());
  return digest;
}

std::optional<Instant> RowReader::maybe_instant() {
  const auto count = take_number_if_any();
  if (!count) return std::nullopt;
  return Instant(Duration(count.value()));
}

void write_row(RowWriter& row, const User& user) {
  row.add(user.id)
      .add(normalised_name(user.name))
      .add(user.name)
      .add(user.display_name)
      .add(user.type)
      .add(list_text(user.groups))
      .add(roles_text(user.roles))
      .add(is_administrator(user.roles))
      .add(user.is_enabled)
      .add(BytesView(user.handle))
      .add(user.created_at);
}

User read_user(RowReader& row) {
  User user;
  user.id = row.id<UserId>();
  (void)row.text();  // the normalised name follows from the name
  user.name = row.text();
  user.display_name = row.text();
  user.type = row.one_of<UserType>();
  user.groups = texts_of(row.text());
  user.roles = roles_of(row.text());
  (void)row.flag();  // is_administrator follows from the roles
  user.is_enabled = row.flag();
  user.handle = row.bytes();
  user.created_at = row.instant();
  return user;
}

void write_row(RowWriter& row, const Pass& pass) {
  const auto& verifier = pass.verifier;
  row.add(pass.id)
      .add(pass.user)
      .add(pass.correlation)
      .add(std::int64_t{verifier.version})
      .add(verifier.kind)
      .add(std::int64_t{verifier.memory_kib})
      .add(std::int64_t{verifier.passes})
      .add(std::int64_t{verifier.lanes})
      .add(BytesView(verifier.salt))
      .add(verifier.key_id)
      .add(BytesView(verifier.digest))
      .add(pass.alphabet)
      .add(pass.created_at)
      .add(pass.created_by)
      .add(pass.start_at)
      .add(std::int64_t{pass.lifetime.count()})
      .add(pass.is_one_time)
      .add(pass.is_bootstrap)
      .add(pass.redeemed_at);
}

Pass read_pass(RowReader& row) {
  Pass pass;
  pass.id = row.id<PassId>();
  pass.user = row.id<UserId>();
  pass.correlation = row.id<CorrelationId>();
  pass.verifier.version = row.small_number();
  pass.verifier.kind = row.text();
  pass.verifier.memory_kib = row.unsigned_number();
  pass.verifier.passes = row.unsigned_number();
  pass.verifier.lanes = row.unsigned_number();
  pass.verifier.salt = row.bytes();
  pass.verifier.key_id = row.text();
  pass.verifier.digest = row.bytes();
  pass.alphabet = row.one_of<Alphabet>();
  pass.created_at = row.instant();
  pass.created_by = row.id<UserId>();
  pass.start_at = row.instant();
  pass.lifetime = std::chrono::minutes(row.small_number());
  pass.is_one_time = row.flag();
  pass.is_bootstrap = row.flag();
  pass.redeemed_at = row.maybe_instant();
  return pass;
}

void write_row(RowWriter& row, const Session& session) {
  row.add(session.id)
      .add(session.pass)
      .add(session.user)
      .add(session.station)
      .add(session.correlation)
      .add(BytesView(session.secret_hash))
      .add(session.is_one_time)
      .add(session.is_simulated)
      .add(session.opened_at)
      .add(session.expires_at)
      .add(session.last_seen_at)
      .add(session.state)
      .add(session.ended_at)
      .add(session.ended_reason)
      .add(std::int64_t{session.credentials});
}

Session read_session(RowReader& row) {
  Session session;
  session.id = row.id<SessionId>();
  session.pass = row.id<PassId>();
  session.user = row.id<UserId>();
  session.station = row.id<StationId>();
  session.correlation = row.id<CorrelationId>();
  session.secret_hash = row.digest();
  session.is_one_time = row.flag();
  session.is_simulated = row.flag();
  session.opened_at = row.instant();
  session.expires_at = row.instant();
  session.last_seen_at = row.instant();
  session.state = row.one_of<SessionState>();
  session.ended_at = row.maybe_instant();
  session.ended_reason = row.text();
  session.credentials = row.small_number();
  return session;
}

void write_row(RowWriter& row, const Challenge& challenge) {
  row.add(BytesView(challenge.value))
      .add(challenge.session)
      .add(challenge.purpose)
      .add(BytesView(challenge.credential_id))
      .add(challenge.created_at)
      .add(challenge.expires_at)
      .add(challenge.used_at)
      .add(BytesView(challenge.response_hash))
      .add(BytesView(challenge.stored_credential_id));
}

Challenge read_challenge(RowReader& row) {
  Challenge challenge;
  challenge.value = row.bytes();
  challenge.session = row.id<SessionId>();
  challenge.purpose = row.one_of<ChallengePurpose>();
  challenge.credential_id = row.bytes();
  challenge.created_at = row.instant();
  challenge.expires_at = row.instant();
  challenge.used_at = row.maybe_instant();
  challenge.response_hash = row.digest();
  challenge.stored_credential_id = row.bytes();
  return challenge;
}

void write_row(RowWriter& row, const CredentialRecord& credential) {
  row.add(BytesView(credential.id))
      .add(credential.user)
      .add(credential.session)
      .add(credential.correlation)
      .add(credential.display_name)
      .add(BytesView(credential.public_key))
      .add(std::int64_t{credential.algorithm})
      .add(std::int64_t{credential.sign_count})
      .add(BytesView(credential.aaguid))
      .add(credential.is_user_verified)
      .add(credential.is_backup_eligible)
      .add(credential.is_backed_up)
      .add(credential.is_discoverable)
      .add(list_text(credential.transports))
      .add(credential.attestation_format)
      .add(credential.attestation_level)
      .add(BytesView(credential.attestation_object))
      .add(BytesView(credential.client_data_json))
      .add(credential.is_simulated)
      .add(credential.created_at)
      .add(credential.proven_at)
      .add(credential.withdrawn_at)
      .add(credential.trust_root)
      .add(credential.is_model_proven);
}

CredentialRecord read_credential(RowReader& row) {
  CredentialRecord credential;
  credential.id = row.bytes();
  credential.user = row.id<UserId>();
  credential.session = row.id<SessionId>();
  credential.correlation = row.id<CorrelationId>();
  credential.display_name = row.text();
  credential.public_key = row.bytes();
  credential.algorithm = row.small_number();
  credential.sign_count = row.unsigned_number();
  credential.aaguid = row.bytes();
  credential.is_user_verified = row.flag();
  credential.is_backup_eligible = row.flag();
  credential.is_backed_up = row.flag();
  credential.is_discoverable = row.flag();
  credential.transports = texts_of(row.text());
  credential.attestation_format = row.text();
  credential.attestation_level = row.one_of<AttestationLevel>();
  credential.attestation_object = row.bytes();
  credential.client_data_json = row.bytes();
  credential.is_simulated = row.flag();
  credential.created_at = row.instant();
  credential.proven_at = row.maybe_instant();
  credential.withdrawn_at = row.maybe_instant();
  credential.trust_root = row.text();
  credential.is_model_proven = row.flag();
  return credential;
}

void write_row(RowWriter& row, const OrphanRecord& orphan) {
  row.add(BytesView(orphan.credential_id))
      .add(orphan.rp_id)
      .add(orphan.user)
      .add(orphan.session)
      .add(orphan.correlation)
      .add(BytesView(orphan.aaguid))
      .add(orphan.cause)
      .add(orphan.recorded_at)
      .add(orphan.removed_at);
}

OrphanRecord read_orphan(RowReader& row) {
  OrphanRecord orphan;
  orphan.credential_id = row.bytes();
  orphan.rp_id = row.text();
  orphan.user = row.id<UserId>();
  orphan.session = row.id<SessionId>();
  orphan.correlation = row.id<CorrelationId>();
  orphan.aaguid = row.bytes();
  orphan.cause = row.one_of<OrphanCause>();
  orphan.recorded_at = row.instant();
  orphan.removed_at = row.maybe_instant();
  return orphan;
}

void write_row(RowWriter& row, const ApiCredential& credential) {
  row.add(credential.id)
      .add(credential.owner)
      .add(credential.name)
      .add(roles_text(credential.roles))
      .add(BytesView(credential.secret_hash))
      .add(credential.epoch)
      .add(credential.created_at)
      .add(credential.created_by)
      .add(credential.expires_at)
      .add(credential.revoked_at)
      .add(credential.last_used_at);
}

ApiCredential read_api_credential(RowReader& row) {
  ApiCredential credential;
  credential.id = row.id<ApiCredentialId>();
  credential.owner = row.id<UserId>();
  credential.name = row.text();
  credential.roles = roles_of(row.text());
  credential.secret_hash = row.digest();
  credential.epoch = row.number();
  credential.created_at = row.instant();
  credential.created_by = row.id<UserId>();
  credential.expires_at = row.instant();
  credential.revoked_at = row.maybe_instant();
  credential.last_used_at = row.maybe_instant();
  return credential;
}

void write_row(RowWriter& row, const StoredMetadata& metadata) {
  row.add(metadata.number).add(metadata.imported_at).add(std::string_view(metadata.blob));
}

StoredMetadata read_metadata(RowReader& row) {
  StoredMetadata metadata;
  metadata.number = row.number();
  metadata.imported_at = row.instant();
  metadata.blob = row.text();
  return metadata;
}

void write_row(RowWriter& row, const LockoutCounter& counter) {
  row.add(counter.scope)
      .add(BytesView(counter.key))
      .add(std::int64_t{counter.attempts})
      .add(counter.first_at)
      .add(counter.last_at)
      .add(counter.blocked_until)
      .add(instants_text(counter.recent));
}

LockoutCounter read_lockout(RowReader& row) {
  LockoutCounter counter;
  counter.scope = row.one_of<LockoutScope>();
  counter.key = row.digest();
  counter.attempts = row.small_number();
  counter.first_at = row.instant();
  counter.last_at = row.instant();
  counter.blocked_until = row.instant();
  counter.recent = instants_of(row.text());
  return counter;
}

void write_row(RowWriter& row, const AuditRow& audit) {
  row.add(audit.sequence)
      .add(audit.at)
      .add(audit.action)
      .add(audit.outcome)
      .add(audit.correlation)
      .add(details_text(audit.details))
      .add(personal_text(audit.personal))
      .add(BytesView(audit.previous_hash))
      .add(BytesView(audit.hash))
      .add(detail(audit, "reference"))
      .add(detail(audit, detail_of(AuditSubject::Kind::kPass)))
      .add(detail(audit, detail_of(AuditSubject::Kind::kCredential)));
}

std::string audit_personal_text(const AuditRow& audit) {
  return personal_text(audit.personal);
}

AuditRow read_audit_row(RowReader& row) {
  AuditRow audit;
  audit.sequence = row.number();
  audit.at = row.instant();
  audit.action = row.text();
  audit.outcome = row.text();
  audit.correlation = row.id<CorrelationId>();
  audit.details = details_of(row.text());
  audit.personal = personal_of(row.text());
  audit.previous_hash = row.digest();
  audit.hash = row.digest();
  (void)row.text();  // the reference is one of the details
  return audit;
}

}  // namespace firstkey::core
