#pragma once
// Administration of people: who there is, which groups and roles they have, whether they are
// enabled. There is always an enabled holder of each privileged role: without one, nobody could
// grant roles or help an administrator any more.

#include <set>
#include <string>
#include <vector>

#include "core/administration/administration.h"
#include "core/random.h"
#include "core/user.h"

namespace firstkey::core {

struct UserRequest {
  std::string name;          ///< user principal name, unique in its normalised form
  std::string display_name;  ///< empty: the name
  UserType type = UserType::kMember;
  std::vector<std::string> groups;
  std::set<Role> roles;  ///< any role at all takes what set_roles() takes
  bool is_enabled = true;
};

class UserDirectory {
 public:
  /// Both must outlive this.
  UserDirectory(Administration& administration, Random& random)
      : administration_(administration), random_(random) {}

  /// A second administrator makes the bootstrap pass void: it is deleted and its sessions end.
  /// Errors: kInvalidArgument, kAlreadyExists.
  [[nodiscard]] Result<User> add(const UserRequest& request);

  /// At most `limit` (1..1000) users after the one named `after` (empty: from the start), by
  /// normalised name.
  [[nodiscard]] Result<std::vector<User>> list(const std::string& after, std::size_t limit);

  /// Errors of this and all below: kUserUnknown.
  [[nodiscard]] Result<User> show(const UserReference& reference);

  /// Ends the user's open sessions. Errors: kLastAdministrator.
  [[nodiscard]] Result<User> disable(const UserReference& reference);
  [[nodiscard]] Result<User> enable(const UserReference& reference);

  /// Replaces the user's groups. Open sessions are judged by the new ones at their next step.
  /// Errors: kInvalidArgument.
  [[nodiscard]] Result<User> set_groups(const UserReference& reference,
                                        const std::vector<std::string>& groups);

  /// Replaces the user's roles. Errors: kLastAdministrator.
  [[nodiscard]] Result<User> set_roles(const UserReference& reference, const std::set<Role>& roles);

  /// Takes the user's pass, sessions and credentials along. Errors: kLastAdministrator.
  [[nodiscard]] Result<void> remove(const UserReference& reference);

 private:
  Administration& administration_;
  Random& random_;
};

/// A user of the directory as `request` asks for, with a new id and handle.
/// Errors: kInvalidArgument, naming the field.
[[nodiscard]] Result<User> make_user(const UserRequest& request, Random& random, Instant now);

}  // namespace firstkey::core
