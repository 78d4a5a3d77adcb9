#pragma once
// Documents of settings read strictly: every member is asked for once, and one that is missing,
// unknown or of another type ends the reading and is named. Nothing is guessed.

#include <array>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "core/bytes.h"
#include "core/policy.h"

namespace firstkey::core {

/// Ends the reading of a document; who reads a whole one catches it and answers with a code.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The values of an enumeration as documents spell them.
template <class Enum, std::size_t Size>
using Names = std::array<std::pair<Enum, const char*>, Size>;

template <class Enum, std::size_t Size>
const char* name_of(const Names<Enum, Size>& names, Enum value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  throw Malformed("a value outside its enumeration");
}

template <class Enum, std::size_t Size>
Enum value_of(const Names<Enum, Size>& names, std::string_view spelling, const std::string& where) {
  std::string allowed;
  for (const auto& [known, name] : names) {
    if (spelling == name) return known;
    allowed += std::string(allowed.empty() ? "" : ", ") + name;
  }
  throw Malformed(where + " is none of " + allowed);
}

/// Reads members by name, each exactly once; close() complains of members nobody asked for. All of
/// it throws Malformed. The value it reads must outlive it.
class StrictObject {
 public:
  StrictObject(const boost::json::value& value, std::string where);

  const boost::json::value& member(std::string_view name);
  /// For a member that may be left out; null then.
  const boost::json::value* maybe_member(std::string_view name);
  std::string text(std::string_view name);
  std::int64_t number(std::string_view name);
  int small_number(std::string_view name);
  bool flag(std::string_view name);
  const boost::json::array& list(std::string_view name);
  /// For a list that may be left out; null then.
  const boost::json::array* maybe_list(std::string_view name);
  template <class Enum, std::size_t Size>
  Enum one_of(std::string_view name, const Names<Enum, Size>& names) {
    return value_of(names, text(name), path(name));
  }
  void close() const;
  [[nodiscard]] std::string path(std::string_view name) const;

 private:
  const boost::json::object* object_ = nullptr;
  std::string where_;
  std::set<const boost::json::value*> read_;
};

inline constexpr Names<PolicyState, 2> kStateNames{
    {{PolicyState::kEnabled, "enabled"}, {PolicyState::kDisabled, "disabled"}}};

/// `where` names the list in complaints.
[[nodiscard]] std::vector<std::string> texts_of(const boost::json::array& list,
                                                const std::string& where);
[[nodiscard]] std::vector<std::string> read_texts(StrictObject& object, std::string_view name);

/// AAGUIDs as UUIDs.
[[nodiscard]] boost::json::array aaguids_to_json(const std::vector<Bytes>& aaguids);
[[nodiscard]] std::vector<Bytes> aaguids_of(const boost::json::array& list,
                                            const std::string& where);

/// The two members that name whom a policy means.
[[nodiscard]] boost::json::object target_to_json(const Target& target);
[[nodiscard]] Target read_target(StrictObject& object);
[[nodiscard]] boost::json::array targets_to_json(const std::vector<Target>& targets);
[[nodiscard]] std::vector<Target> read_targets(StrictObject& object, std::string_view name);

}  // namespace firstkey::core
