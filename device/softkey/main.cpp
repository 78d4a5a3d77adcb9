// firstkey-softkey: puts the parts of one software key together and runs it behind the front end
// asked for. Exit status: 0 ended as asked or the reader went away, 1 could not start, 2 misuse.

#include <fstream>
#include <iostream>
#include <string>
#include <system_error>

#include <signal.h>
#include <sys/prctl.h>

#include "device/softkey/authenticator.h"
#include "device/softkey/card_frontend.h"
#include "device/softkey/command_line.h"
#include "device/softkey/quirky_card.h"
#include "device/softkey/quirky_key.h"

namespace softkey = firstkey::device::softkey;

namespace {

int fail(std::string_view what, std::string_view why) {
  std::cerr << "firstkey-softkey: " << what << ": " << why << "\n";
  return 1;
}

std::string describe(int fault) {
  return std::generic_category().message(fault);
}

std::string_view describe(softkey::StorageFault fault) {
  switch (fault) {
    case softkey::StorageFault::kInUse:
      return "another software key is running on it";
    case softkey::StorageFault::kUnreadable:
      return "it cannot be read";
    case softkey::StorageFault::kUnwritable:
      return "it cannot be written";
  }
  return "";
}

std::string_view describe(softkey::CredentialStore::OpenFault fault) {
  switch (fault) {
    case softkey::CredentialStore::OpenFault::kUnreadable:
      return "it cannot be read";
    case softkey::CredentialStore::OpenFault::kDamaged:
      return "it is damaged, or no key at all";
    case softkey::CredentialStore::OpenFault::kNewerVersion:
      return "a newer firstkey-softkey wrote it";
  }
  return "";
}

/// Whether the parent was still there when this was arranged.
bool end_with_parent() {
  const pid_t parent = ::getppid();
  return ::prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && ::getppid() == parent;
}

bool announce(const softkey::CommandLine& line, const std::string& where) {
  const std::string text = "ready " + where + "\n";
  if (!line.ready_fd) return static_cast<bool>(std::cout << text << std::flush);
  return ::write(*line.ready_fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

int show_root(const softkey::CommandLine& line, const softkey::CredentialStore& store) {
  const auto pem = softkey::root_pem(store);
  if (!pem) return fail("attestation root", "it cannot be encoded");
  if (line.prints_root) std::cout << *pem << std::flush;
  if (!line.root_file) return 0;
  std::ofstream file(*line.root_file, std::ios::trunc);
  file << *pem << std::flush;
  return file ? 0 : fail(line.root_file->string(), "it cannot be written");
}

/// Runs one front end over its pump, once it can be reached.
template <typename Pump, typename FrontEnd>
int serve(const softkey::CommandLine& line,
          std::expected<Pump, int> pump,
          const std::string& where,
          FrontEnd& front_end,
          softkey::TouchByPolicy& touch) {
  auto operator_input = softkey::OperatorInput::open();
  if (!operator_input) return fail("signals", describe(operator_input.error()));
  if (!pump) return fail(where, describe(pump.error()));
  if (!announce(line, softkey::to_string(pump->address()))) {
    return fail("ready line", "nobody takes it");
  }
  pump->run(front_end, *operator_input, touch);
  return 0;
}

int run_key(const softkey::CommandLine& line, softkey::CredentialStore& store) {
  const softkey::SystemClock clock;
  softkey::SystemRandom random;
  softkey::TouchByPolicy touch(line.touch);
  softkey::OncePerTap tap(touch, clock.now());
  const auto* udp = std::get_if<softkey::UdpAddress>(&line.front_end);
  const auto* uhid = std::get_if<softkey::UhidNode>(&line.front_end);
  const auto* usb = std::get_if<softkey::UsbController>(&line.front_end);
  const auto* vpcd = std::get_if<softkey::VpcdAddress>(&line.front_end);
  const bool is_tap =
      vpcd != nullptr && line.card_presence == softkey::CommandLine::CardPresence::kOncePerTap;
  softkey::UserPresence& presence = is_tap ? static_cast<softkey::UserPresence&>(tap) : touch;
  const auto key = softkey::Authenticator::create(line.settings, store, {clock, random, presence});
  if (!key) return fail("attestation", "its root cannot be made or kept");
  if (const int status = show_root(line, store); status != 0) return status;
  softkey::QuirkyKey quirky(**key, (*key)->parts(), line.quirks);
  softkey::HidFrontend hid(quirky, clock, random, softkey::keep_alives_of(line.quirks));
  if (udp != nullptr) {
    return serve(line, softkey::UdpPump::open(*udp), softkey::to_string(*udp), hid, touch);
  }
  if (uhid != nullptr) {
    return serve(line, softkey::UhidPump::open(*uhid), softkey::to_string(*uhid), hid, touch);
  }
  if (usb != nullptr) {
    return serve(line, softkey::UsbPump::open(*usb), softkey::to_string(*usb), hid, touch);
  }
  if (vpcd != nullptr) {
    softkey::CardFrontend honest_card(quirky);
    softkey::QuirkyCard card(honest_card, line.quirks, clock);
    return serve(line, softkey::VpcdPump::open(*vpcd), softkey::to_string(*vpcd), card, touch);
  }
  return 0;
}

std::expected<std::unique_ptr<softkey::StateStorage>, softkey::StorageFault> open_storage(
    const softkey::CommandLine& line) {
  if (line.state_file) return softkey::open_state_file(*line.state_file);
  return std::make_unique<softkey::MemoryStorage>();
}

int run(const softkey::CommandLine& line) {
  if (line.ends_with_parent && !end_with_parent()) return 0;
  const std::string name = line.state_file.value_or("state").string();
  auto storage = open_storage(line);
  if (!storage) return fail(name, describe(storage.error()));
  auto store = softkey::CredentialStore::open(std::move(*storage));
  if (!store) return fail(name, describe(store.error()));
  return run_key(line, *store);
}

}  // namespace

int main(int argc, char** argv) {
  const auto line = softkey::parse_command_line(argc, argv);
  if (!line) return line.error().status;
  return run(*line);
}
