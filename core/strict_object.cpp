#include "core/strict_object.h"

#include <fmt/format.h>

#include "core/aaguid.h"

namespace firstkey::core {

namespace {

namespace json = boost::json;

constexpr Names<Target::Kind, 2> kTargetKinds{
    {{Target::Kind::kUser, "user"}, {Target::Kind::kGroup, "group"}}};

}  // namespace

StrictObject::StrictObject(const json::value& value, std::string where) : where_(std::move(where)) {
  if (!value.is_object()) throw Malformed(where_ + " is not an object");
  object_ = &value.get_object();
}

const json::value& StrictObject::member(std::string_view name) {
  const auto* found = maybe_member(name);
  if (found == nullptr) throw Malformed(path(name) + " is missing");
  return *found;
}

const json::value* StrictObject::maybe_member(std::string_view name) {
  const auto* found = object_->if_contains(name);
  if (found != nullptr) read_.insert(found);
  return found;
}

std::string StrictObject::text(std::string_view name) {
  const auto& value = member(name);
  if (!value.is_string()) throw Malformed(path(name) + " is not a string");
  return std::string(value.get_string());
}

std::int64_t StrictObject::number(std::string_view name) {
  const auto& value = member(name);
  if (!value.is_int64()) throw Malformed(path(name) + " is not a whole number");
  return value.get_int64();
}

int StrictObject::small_number(std::string_view name) {
  const auto value = number(name);
  if (value < -1'000'000 || value > 1'000'000) throw Malformed(path(name) + " is out of range");
  return static_cast<int>(value);
}

bool StrictObject::flag(std::string_view name) {
  const auto& value = member(name);
  if (!value.is_bool()) throw Malformed(path(name) + " is neither true nor false");
  return value.get_bool();
}

const json::array& StrictObject::list(std::string_view name) {
  const auto* found = maybe_list(name);
  if (found == nullptr) throw Malformed(path(name) + " is missing");
  return *found;
}

const json::array* StrictObject::maybe_list(std::string_view name) {
  const auto* value = maybe_member(name);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) throw Malformed(path(name) + " is not a list");
  return &value->get_array();
}

void StrictObject::close() const {
  for (const auto& entry : *object_) {
    if (!read_.contains(&entry.value())) throw Malformed(path(entry.key()) + " is not known here");
  }
}

std::string StrictObject::path(std::string_view name) const {
  return where_.empty() ? std::string(name) : where_ + "." + std::string(name);
}

std::vector<std::string> texts_of(const json::array& list, const std::string& where) {
  std::vector<std::string> texts;
  for (const auto& value : list) {
    if (!value.is_string()) throw Malformed(where + " holds something but strings");
    texts.emplace_back(value.get_string());
  }
  return texts;
}

std::vector<std::string> read_texts(StrictObject& object, std::string_view name) {
  return texts_of(object.list(name), object.path(name));
}

json::array aaguids_to_json(const std::vector<Bytes>& aaguids) {
  json::array list;
  for (const auto& aaguid : aaguids) list.emplace_back(aaguid_text(aaguid));
  return list;
}

std::vector<Bytes> aaguids_of(const json::array& list, const std::string& where) {
  std::vector<Bytes> aaguids;
  for (const auto& text : texts_of(list, where)) {
    auto aaguid = aaguid_from_text(text);
    if (!aaguid) throw Malformed(fmt::format("{} has '{}', which is no AAGUID", where, text));
    aaguids.push_back(std::move(aaguid.value()));
  }
  return aaguids;
}

json::object target_to_json(const Target& target) {
  return {{"targetType", name_of(kTargetKinds, target.kind)}, {"id", target.id}};
}

Target read_target(StrictObject& object) {
  return {.kind = object.one_of("targetType", kTargetKinds), .id = object.text("id")};
}

json::array targets_to_json(const std::vector<Target>& targets) {
  json::array list;
  for (const auto& target : targets) list.push_back(target_to_json(target));
  return list;
}

std::vector<Target> read_targets(StrictObject& object, std::string_view name) {
  std::vector<Target> targets;
  for (const auto& value : object.list(name)) {
    StrictObject entry(value, object.path(name));
    targets.push_back(read_target(entry));
    entry.close();
  }
  return targets;
}

}  // namespace firstkey::core
