#pragma once
// A desk that allows software keys, with one of them, and a pass for Lee: firstkey from the command
// line. Executables that use it are built with FIRSTKEY_PROGRAM and FIRSTKEY_SOFTKEY.

#include <fstream>
#include <string>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "tests/support/running_program.h"
#include "tests/support/softkey_process.h"
#include "tests/support/temporary_folder.h"

namespace firstkey::tests {

class EnrollmentDesk {
 public:
  /// With its store in a file, or in the database that `location` names.
  explicit EnrollmentDesk(const std::string& key_options = "", std::string location = "")
      : store(location.empty() ? folder / "firstkey.db" : std::move(location)), key(key_options) {
    (void)answer("init --rp-id example.org --user ana@example.org");
    (void)answer("user add lee@example.org --name 'Lee Osei'");
    set_key_policy(R"({"allowSimulators":true})");
    issue();
  }

  /// `changes`: a JSON object.
  void set_key_policy(const std::string& changes) const {
    write("policy", changes);
    (void)answer("policy set keys " + folder / "policy");
  }
  void issue() { issue("lee@example.org"); }
  void issue(const std::string& user) {
    const auto pass = answer("pass create " + user + " --one-time");
    passcode = std::string(pass.at("temporaryAccessPass").as_string());
  }
  /// Writes passcode and PIN, a line each, where enroll() reads them.
  void bring(const std::string& code, const std::string& pin) const {
    write("secrets", code + "\n" + pin + "\n");
  }
  /// The command of an enrollment with what was brought, for a shell.
  [[nodiscard]] std::string enrollment(const std::string& options) const {
    return program() + " --json enroll " + options + " < '" + folder / "secrets" + "'";
  }
  [[nodiscard]] Finished enroll(const std::string& options) const {
    return run(enrollment(options) + " 2>/dev/null");
  }
  [[nodiscard]] std::string simulator() const { return "--simulator " + key.address().to_string(); }
  [[nodiscard]] std::string unattended(const std::string& user = "lee@example.org") const {
    return user + " --passcode-fd 0 --pin-fd 0 " + simulator();
  }
  /// The stable code of an enrollment that must fail with `status`.
  [[nodiscard]] std::string failure(const std::string& options, int status) const {
    const auto ran = enroll(options);
    CAPTURE(ran.text);
    CHECK(ran.status == status);
    return std::string(boost::json::parse(ran.text).at("error").at("code").as_string());
  }
  [[nodiscard]] boost::json::object answer(const std::string& arguments) const {
    const auto ran = run(program() + " --json " + arguments);
    REQUIRE_MESSAGE(ran.status == 0, ran.text);
    return boost::json::parse(ran.text).as_object();
  }
  [[nodiscard]] bool pass_is_usable() const {
    return answer("pass show lee@example.org").at("isUsable").as_bool();
  }
  [[nodiscard]] std::string program() const {
    return "'" FIRSTKEY_PROGRAM "' --store '" + store + "' --state-folder '" + folder.path() + "'";
  }

  TemporaryFolder folder;
  std::string store;
  SoftkeyProcess key;
  std::string passcode;

 private:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name, std::ios::trunc) << text;
  }
};

}  // namespace firstkey::tests
