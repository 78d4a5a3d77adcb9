#pragma once
// A PostgreSQL server of the test's own: its cluster in a private folder, reached through a socket
// there and nowhere else, run by an account that is not root, ended by its id, and by the kernel
// should the test die. It need not outlive the machine, so nothing is synced.

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include <poll.h>
#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pwd.h>
#include <unistd.h>

#include "tests/support/running_program.h"
#include "tests/support/temporary_folder.h"

namespace firstkey::tests {

class PostgresServer {
 public:
  [[nodiscard]] static bool is_possible() {
    return !programs().empty() && (::geteuid() != 0 || ::getpwnam("postgres") != nullptr);
  }

  PostgresServer() {
    if (::geteuid() == 0) {
      const auto* const account = ::getpwnam("postgres");
      if (account == nullptr || ::chown(folder_.path().c_str(), account->pw_uid, 0) != 0) {
        throw std::runtime_error("no account for PostgreSQL");
      }
    }
    const auto made = run(unprivileged() + programs() + "/initdb -U postgres -A trust -E UTF8" +
                          " --locale=C --no-sync -D " + folder_ / "data" + " 2>&1");
    if (made.status != 0) throw std::runtime_error("initdb failed: " + made.text);
    start();
  }
  ~PostgresServer() { crash(); }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  void start() {
    server_ = std::make_unique<RunningProgram>(
        "exec " + unprivileged() + programs() + "/postgres -D " + folder_ / "data" + " -k " +
        folder_.path() + " -c listen_addresses= -c fsync=off -c max_connections=60 2>>" +
        folder_ / "log");
    constexpr int kPause = 10;  // ms
    for (int waited = 0; !is_ready(); waited += kPause) {
      if (waited > kProgramPatience) throw std::runtime_error("PostgreSQL did not start");
      (void)::poll(nullptr, 0, kPause);
    }
  }
  /// Ends every process of the server at once, as a crash would; no connection gets an answer.
  void crash() {
    if (server_) (void)server_->end(SIGQUIT);
    server_ = nullptr;
  }

  /// Where its socket is.
  [[nodiscard]] const std::string& folder() const { return folder_.path(); }
  /// As a store is named.
  [[nodiscard]] std::string location() const {
    return "postgresql:///postgres?user=postgres&host=" + folder_.path();
  }
  void run_sql(const std::string& sql) const {
    pqxx::connection connection(location());
    const pqxx::quiet_errorhandler quiet(connection);
    pqxx::nontransaction(connection).exec(sql);
  }

 private:
  /// The folder of the newest installed server's programs, empty without one.
  static std::string programs() {
    std::string newest;
    std::error_code ignored;
    for (const auto& version :
         std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
      const auto folder = version.path() / "bin";
      if (std::filesystem::exists(folder / "initdb")) newest = std::max(newest, folder.string());
    }
    return newest;
  }
  static std::string unprivileged() {
    const std::string account =
        ::geteuid() == 0 ? "--reuid=postgres --regid=postgres --clear-groups " : "";
    return "setpriv " + account + "--pdeathsig QUIT ";
  }
  [[nodiscard]] bool is_ready() const {
    try {
      run_sql("SELECT 1");
      return true;
    } catch (const pqxx::failure&) {
      return false;
    }
  }

  TemporaryFolder folder_;
  std::unique_ptr<RunningProgram> server_;
};

/// The one of this suite, started when it is first needed.
inline PostgresServer& postgres_server() {
  static PostgresServer server;
  return server;
}

}  // namespace firstkey::tests
