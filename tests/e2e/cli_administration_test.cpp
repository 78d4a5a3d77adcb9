// The program as scripts use it: each command a process, exit statuses and --json asserted, on a
// store of its own.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/support/temporary_folder.h"

using firstkey::tests::TemporaryFolder;

namespace {

namespace json = boost::json;

struct Ran {
  int status = -1;
  std::string output;  ///< standard output and error together
};

class Workstation {
 public:
  Workstation() {
    const auto made =
        run("--json init --rp-id example.org --user ana@example.org --name 'Ana Ortega'");
    REQUIRE_MESSAGE(made.status == 0, made.output);
    REQUIRE(run("user add lee@example.org --name 'Lee Osei' --groups newcomers").status == 0);
  }
  [[nodiscard]] Ran run(const std::string& arguments) const {
    const auto command =
        input_ + " " FIRSTKEY_PROGRAM " --store " + store() + " " + arguments + " 2>&1";
    Ran ran;
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"),
                                                     nullptr_deleter);
    std::array<char, 4096> buffer{};
    while (const auto got = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
      ran.output.append(buffer.data(), got);
    }
    const int status = ::pclose(pipe.get());
    ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ran;
  }
  /// The status of a command whose output the caller sends elsewhere.
  [[nodiscard]] int run_only(const std::string& arguments) const {
    const auto command = FIRSTKEY_PROGRAM " --store " + store() + " 2>/dev/null " + arguments;
    const int status = std::system(command.c_str());  // NOLINT(cert-env33-c): a fixed command
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  [[nodiscard]] Ran run_with_input(const std::string& input, const std::string& arguments) {
    input_ = "printf '%s' '" + input + "' |";
    auto ran = run(arguments);
    input_.clear();
    return ran;
  }
  [[nodiscard]] json::object answer(const std::string& arguments) const {
    const auto ran = run("--json " + arguments);
    REQUIRE_MESSAGE(ran.status == 0, ran.output);
    return json::parse(ran.output).as_object();
  }
  /// The stable code of a command that must fail with `status`.
  [[nodiscard]] std::string code(const std::string& arguments, int status) const {
    const auto ran = run("--json " + arguments);
    CAPTURE(ran.output);
    CHECK(ran.status == status);
    const auto value = json::parse(ran.output);
    const auto& error = value.at("error").as_object();
    CHECK(error.at("exitCode").as_int64() == status);
    return std::string(error.at("code").as_string());
  }
  [[nodiscard]] std::string store() const { return folder_ / "firstkey.db"; }
  [[nodiscard]] std::string file(const std::string& name) const { return folder_ / name; }

 private:
  static int nullptr_deleter(FILE* /*pipe*/) { return 0; }  // run() closes it for its status

  TemporaryFolder folder_;
  std::string input_;
};

std::string text(const json::object& object, const char* name) {
  return std::string(object.at(name).as_string());
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_SUITE("e2e/cli_administration") {
  TEST_CASE("a pass is issued, shown without its passcode, listed and deleted") {
    const Workstation w;
    const auto created = w.answer("pass create lee@example.org --one-time");
    CHECK(text(created, "temporaryAccessPass").size() == 8);
    CHECK(created.at("isUsableOnce").as_bool());
    CHECK(created.at("lifetimeInMinutes").as_int64() == 60);
    CHECK(text(created, "methodUsabilityReason") == "EnabledByPolicy");
    const auto shown = w.answer("pass show lee@example.org");
    CHECK_FALSE(shown.contains("temporaryAccessPass"));
    CHECK(shown.at("id") == created.at("id"));
    CHECK(w.answer("pass list").at("value").as_array().size() == 2);
    CHECK(w.answer("pass delete lee@example.org").contains("deleted"));
    CHECK(w.code("pass show lee@example.org", 3) == "pass_unknown");
  }

  TEST_CASE("the passcode is in no file of the store") {
    const Workstation w;
    const auto passcode = text(w.answer("pass create lee@example.org"), "temporaryAccessPass");
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(w.store()).parent_path())) {
      CAPTURE(entry.path().string());
      CHECK(content_of(entry.path().string()).find(passcode) == std::string::npos);
    }
  }

  TEST_CASE("the store and its pepper are their owner's alone") {
    const Workstation w;
    for (const auto* name : {"firstkey.db", "pepper"}) {
      struct stat status{};
      REQUIRE(::stat(w.file(name).c_str(), &status) == 0);
      CHECK((status.st_mode & 0777U) == 0600);
    }
  }

  TEST_CASE("a passcode that nobody can have seen is no success") {
    const Workstation w;
    CHECK(w.run_only("pass create lee@example.org >/dev/full") == 7);
    CHECK(w.run_only("--json pass create lee@example.org >/dev/full") == 7);
  }

  TEST_CASE("a store that others can open is the store's fault") {
    const Workstation w;
    ::chmod(w.store().c_str(), 0644);
    CHECK(w.code("pass list", 7) == "store_unreachable");
  }

  TEST_CASE("every refusal has its status and its code") {
    const Workstation w;
    CHECK(w.code("pass create ana@example.org", 3) == "not_for_oneself");
    CHECK(w.code("pass create nobody@example.org", 3) == "user_unknown");
    CHECK(w.code("pass create lee@example.org --lifetime 0", 3) == "lifetime_out_of_range");
    CHECK(w.code("pass create lee@example.org --lifetime 59", 3) == "lifetime_out_of_range");
    CHECK(w.code("pass create lee@example.org --lifetime 481", 3) == "lifetime_out_of_range");
    CHECK(w.code("pass create lee@example.org --start 2020-01-01T00:00:00Z", 3) ==
          "start_time_in_past");
    CHECK(w.code("pass create lee@example.org --start yesterday", 2) == "invalid_argument");
    CHECK(w.code("user add LEE@example.org", 3) == "already_exists");
    CHECK(w.code("user role lee@example.org King", 2) == "invalid_argument");
    CHECK(w.code("user delete ana@example.org", 3) == "not_for_oneself");
    CHECK(w.code("session end nothing", 3) == "session_unknown");
    CHECK(w.code("lockout clear lee@example.org", 3) == "not_found");
    CHECK(w.code("credential export AAAA", 3) == "credential_unknown");
    CHECK(w.code("credential export '*'", 2) == "invalid_argument");
    CHECK(w.code("policy trust remove abcdef0123", 3) == "not_found");
    CHECK(w.code("init --rp-id example.org --user ana@example.org", 7) == "already_initialised");
    CHECK(w.code("no-such-command", 2) == "invalid_argument");
    CHECK(w.run("pass create").status == 2);
  }

  TEST_CASE("a disabled user gets a pass with a warning, an external guest none") {
    const Workstation w;
    REQUIRE(w.run("user disable lee@example.org").status == 0);
    CHECK(w.run("pass create lee@example.org").output.find("Careful") != std::string::npos);
    REQUIRE(w.run("user add eve@partner.example --type externalGuest").status == 0);
    CHECK(w.code("pass create eve@partner.example", 3) == "external_guest");
  }

  TEST_CASE("policies are changed by member, and a bad change changes nothing") {
    Workstation w;
    CHECK(w.run_with_input(R"({"maximumLifetimeInMinutes":1440})", "policy set passes -").status ==
          0);
    CHECK(w.answer("policy show").at("passPolicy").at("maximumLifetimeInMinutes").as_int64() ==
          1440);
    CHECK(w.run_with_input(R"({"maximumLifetimeInMinutes":5})", "policy set passes -").status == 2);
    CHECK(w.run_with_input(R"({"maximumLifetime":60})", "policy set passes -").status == 2);
    CHECK(w.run_with_input("[]", "policy set keys -").status == 2);
    CHECK(w.answer("policy show").at("passPolicy").at("maximumLifetimeInMinutes").as_int64() ==
          1440);
    CHECK(w.answer("pass create lee@example.org --lifetime 1440").at("isUsable").as_bool());
  }

  TEST_CASE("the trail tells who did what, and verifies") {
    const Workstation w;
    (void)w.answer("pass create lee@example.org");
    const auto rows = w.answer("audit list --action pass.").at("value").as_array();
    REQUIRE(rows.size() == 2);
    CHECK(rows[1].at("action").as_string() == "pass.issue");
    CHECK(rows[1].at("correlationId") == w.answer("pass show lee@example.org").at("correlationId"));
    CHECK(w.answer("audit verify").at("rows").as_int64() >= 4);
    CHECK(w.answer("store check").at("isSound").as_bool());
  }

  TEST_CASE("a pass leads to its whole story, also once it is deleted") {
    const Workstation w;
    const auto id = std::string(w.answer("pass create lee@example.org").at("id").as_string());
    (void)w.answer("pass delete lee@example.org");
    const auto rows = w.answer("audit list --pass " + id).at("value").as_array();
    REQUIRE(rows.size() >= 2);
    CHECK(rows.front().at("action").as_string() == "pass.issue");
    CHECK(rows.front().at("correlationId") == rows.back().at("correlationId"));
    CHECK(w.answer("audit list --credential none").at("value").as_array().empty());
    CHECK(w.run("audit list --pass " + id + " --action pass.").status == 2);
  }

  TEST_CASE("a trail that was cut off is found by its signed heads") {
    const Workstation w;
    const auto heads = w.file("heads");
    CHECK(w.answer("audit sign --heads " + heads).at("number") == 1);
    (void)w.answer("user disable lee@example.org");
    CHECK(w.answer("audit verify --heads " + heads).at("unsigned").as_array().size() == 1);
    std::filesystem::remove(heads);
    CHECK(w.code("audit verify --heads " + heads, 3) == "not_found");
  }

  TEST_CASE("a damaged, foreign or missing store is told apart") {
    const Workstation w;
    std::filesystem::rename(w.file("pepper"), w.file("elsewhere"));
    CHECK(w.code("pass list", 7) == "pepper_unreadable");
    std::filesystem::rename(w.file("elsewhere"), w.file("pepper"));
    std::ofstream(w.store(), std::ios::trunc) << std::string(9000, 'x');
    CHECK(w.code("pass list", 7) == "store_damaged");
    std::filesystem::remove(w.store());
    CHECK(w.code("pass list", 7) == "not_initialised");
    // A pepper without its store is kept, a store without its pepper gets no new one.
    CHECK(w.run("init --rp-id example.org --user ana@example.org").status == 0);
  }

  TEST_CASE("a backup opens and overwrites nothing") {
    const Workstation w;
    CHECK(w.answer("store backup " + w.file("copy.db")).contains("path"));
    CHECK(w.code("store backup " + w.file("copy.db"), 3) == "already_exists");
  }

  TEST_CASE("piped output is plain, and every family explains itself") {
    const Workstation w;
    CHECK(w.run("user list").output.find('\x1b') == std::string::npos);
    for (const auto* family : {"",
                               "init",
                               "user",
                               "pass",
                               "pass create",
                               "policy",
                               "session",
                               "lockout",
                               "credential",
                               "audit",
                               "clock",
                               "store",
                               "version"}) {
      CAPTURE(family);
      const auto help = w.run(std::string(family) + " --help");
      CHECK(help.status == 0);
      CHECK(help.output.find("Usage: firstkey") != std::string::npos);
    }
  }
}
