// A station's ticket, as a crash, a full disk or a person left it. One that is read is one that
// could be written, and comes back from its own form.

#include <cstdio>
#include <filesystem>
#include <optional>

#include "enroll/ticket_file.h"
#include "tests/fuzz/demand.h"
#include "tests/fuzz/reached.h"
#include "tests/support/temporary_folder.h"

using namespace firstkey;
using enroll::TicketFile;
using tests::demand;

namespace {

tests::Reached kept("a ticket of a session");
tests::Reached begun("a ticket begun");

void leave(const std::string& path, core::BytesView bytes) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  demand(file != nullptr && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size() &&
             std::fclose(file) == 0,
         "a file can be written");
  std::filesystem::permissions(
      path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

std::optional<TicketFile::Kept> load(const TicketFile& file) {
  auto loaded = file.load();
  return loaded ? std::move(loaded.value()) : std::nullopt;
}

/// A form of `ticket` that load() must take.
std::string form_of(const TicketFile::Kept& ticket) {
  std::string form = "firstkey ticket 1\nstation " + ticket.station.text() + "\nsecret " +
                     core::to_hex(ticket.secret.expose()) + "\n";  // the fuzzer's own bytes
  if (ticket.session) form += "session " + ticket.session->text() + "\n";
  return form;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  static const tests::TemporaryFolder kFolder;
  const TicketFile file(kFolder / "ticket");
  leave(file.path(), {input, size});
  const auto ticket = load(file);
  kept.count_if(ticket && ticket->session);
  begun.count_if(ticket && !ticket->session);
  if (!ticket) return 0;
  leave(file.path(), core::as_bytes(form_of(*ticket)));
  const auto again = load(file);
  demand(again && again->station == ticket->station && again->secret.equals(ticket->secret) &&
             again->session == ticket->session,
         "a ticket is one again");
  return 0;
}
