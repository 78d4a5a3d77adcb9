#include "enroll/app/demo_keys.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>

#include <boost/json.hpp>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
using Launch = ChildProgram::Launch;

constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::milliseconds kLook{100};
constexpr const char* kVirtualReader = "127.0.0.1:35963";              // vpcd's first
constexpr const char* kVirtualCardPath = "ccid:Virtual PCD 00 00";     // and its name
constexpr const char* kReaderService = "/usr/sbin/pcscd";              // Debian's pcscd
constexpr const char* kReaderServiceSocket = "/run/pcscd/pcscd.comm";  // likewise

bool becomes_true(const std::function<bool()>& condition) {
  for (auto waited = std::chrono::milliseconds(0); waited < kPatience; waited += kLook) {
    if (condition()) return true;
    (void)::poll(nullptr, 0, static_cast<int>(kLook.count()));
  }
  return false;
}

bool reader_service_answers() {
  const device::FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string_view path(kReaderServiceSocket);
  std::ranges::copy(path, std::begin(address.sun_path));
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// A UDP port that nobody uses at this moment.
std::uint16_t free_udp_port() {
  const device::FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  (void)::bind(socket.get(), generic, size);
  (void)::getsockname(socket.get(), generic, &size);
  return ntohs(address.sin_port);
}

/// A software key that says it is ready, and where it is after that word.
struct StartedKey {
  ChildProgram program;
  std::string where;
};

core::Result<StartedKey> start_softkey(std::vector<std::string> arguments,
                                       const std::string& root_file) {
  arguments.insert(arguments.end(), {"--root-out", root_file, "--exit-with-parent"});
  auto program =
      ChildProgram::start({.program = companion_path("firstkey-softkey", "../../device/softkey"),
                           .arguments = std::move(arguments),
                           .output = Launch::Output::kRead});
  if (!program) return std::unexpected(program.error());
  constexpr std::string_view kReady = "ready ";
  const auto line = program->next_line(kPatience);
  if (!line || !line->starts_with(kReady)) {
    return core::fail(core::ErrorCode::kNotFound,
                      "firstkey-softkey did not start: is it installed beside firstkey?");
  }
  return StartedKey{.program = std::move(program.value()), .where = line->substr(kReady.size())};
}

/// What `key list` says, with that in `value`; empty when there are none.
json::array seen_keys(const std::string& program) {
  auto child = ChildProgram::start({.program = program,
                                    .arguments = {"--json", "key", "list"},
                                    .output = Launch::Output::kRead});
  if (!child) return {};
  const auto shown = child->rest();
  if (child->wait() != 0) return {};
  const auto bytes = shown.expose();  // no secret
  const auto answer = json::parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return answer.at("value").as_array();
}

}  // namespace

std::string own_path() {
  std::error_code fault;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", fault);
  return fault ? "firstkey" : path.string();
}

core::Result<DemoKey> start_usb_key(const std::string& root_file) {
  auto started = start_softkey(
      {"--udp", "127.0.0.1:0:" + std::to_string(free_udp_port()), "--touch", "delay:700"},
      root_file);
  if (!started) return std::unexpected(started.error());
  return DemoKey{.program = std::move(started->program),
                 .option = "--simulator",
                 .path = std::move(started->where),
                 .root_file = root_file};
}

core::Result<DemoReader> DemoReader::open(std::string program) {
  if (reader_service_answers()) return DemoReader(std::move(program), std::nullopt);
  if (::geteuid() != 0) {
    return core::fail(core::ErrorCode::kNotFound, "pcscd does not run, and only root can start it");
  }
  auto service = ChildProgram::start(
      {.program = kReaderService, .arguments = {"--foreground"}, .output = Launch::Output::kRead});
  if (!service) return std::unexpected(service.error());
  if (!becomes_true(reader_service_answers)) {
    return core::fail(core::ErrorCode::kNotFound, "pcscd does not start: is it installed?");
  }
  return DemoReader(std::move(program), std::move(service.value()));
}

core::Result<DemoKey> DemoReader::insert_card(const std::string& root_file) {
  std::optional<StartedKey> started;
  // The virtual readers come a moment after the service. A card that is never lifted has its
  // presence only once, and nobody is here to lift it: so this one's never tires.
  const bool is_in = becomes_true([&] {
    auto card = start_softkey({"--vpcd", kVirtualReader, "--presence", "always"}, root_file);
    if (card) started.emplace(std::move(card.value()));
    return started.has_value();
  });
  if (!is_in) {
    return core::fail(core::ErrorCode::kNotFound,
                      "no virtual reader takes a card: install vsmartcard-vpcd");
  }
  const bool is_seen = becomes_true([&] {
    return std::ranges::any_of(seen_keys(program_), [](const json::value& key) {
      return key.at("path").as_string() == kVirtualCardPath;
    });
  });
  if (!is_seen) return core::fail(core::ErrorCode::kNotFound, "the card does not show");
  return DemoKey{.program = std::move(started->program),
                 .option = "--device",
                 .path = kVirtualCardPath,
                 .root_file = root_file};
}

std::optional<std::string> real_key_name(const std::string& program) {
  for (const auto& key : seen_keys(program)) {
    const bool is_usable =
        !key.at("isSimulated").as_bool() && !key.as_object().contains("obstacle");
    if (is_usable) return std::string(key.at("displayName").as_string());
  }
  return std::nullopt;
}

}  // namespace firstkey::enroll
