#pragma once
// The desk of an administrator, served by the program itself, and a station with a folder of its
// own. Executables that use it are built as those of enrollment_desk.h.

#include <fstream>
#include <string>

#include <boost/json.hpp>

#include "tests/support/enrollment_desk.h"

namespace firstkey::tests {

class ServedDesk : public EnrollmentDesk {
 public:
  explicit ServedDesk(std::string location = "")
      : EnrollmentDesk("", std::move(location)), server(serving()) {
    const auto line = boost::json::parse(server.line());
    url = std::string(line.at("listening").at(0).as_string());
  }
  /// The command of a server, for a shell.
  [[nodiscard]] std::string serving() const {
    return "exec " + program() + " --json serve --insecure-http 127.0.0.1:0 2>/dev/null";
  }
  /// What the station's program says to `arguments`, reading `input`.
  [[nodiscard]] Finished at_station(const std::string& arguments, const std::string& input) const {
    std::ofstream(folder / "input", std::ios::trunc) << input;
    return run("'" FIRSTKEY_PROGRAM "' --store '" + station / "none.db" + "' --json " + arguments +
               " < '" + folder / "input" + "' 2>/dev/null");
  }
  [[nodiscard]] std::string admit() const {
    return std::string(answer("station add kiosk").at("code").as_string());
  }
  [[nodiscard]] Finished join(const std::string& code) const {
    return at_station("station join --verifier " + url + " --code-fd 0", code + "\n");
  }
  [[nodiscard]] Finished enroll_there() const {
    return at_station("enroll --verifier " + url + " " + unattended(), passcode + "\n123456\n");
  }

  TemporaryFolder station;
  RunningProgram server;
  std::string url;
};

/// The stable code of what failed.
inline std::string code_of(const Finished& finished) {
  return std::string(boost::json::parse(finished.text).at("error").at("code").as_string());
}

}  // namespace firstkey::tests
