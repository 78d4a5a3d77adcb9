// demo: the whole story on a throw-away store, told by running this very program as its users
// would. What is shown is what they would see.

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "enroll/app/commands.h"
#include "enroll/app/demo_keys.h"
#include "enroll/app/signal_watch.h"
#include "enroll/app/terminal.h"

namespace firstkey::enroll {

namespace {

namespace json = boost::json;
namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

constexpr const char* kUser = "lee@example.org";
constexpr std::string_view kPin = "2580";  // of keys that forget everything in a minute

class ThrowAwayFolder {
 public:
  ThrowAwayFolder() {
    auto pattern = (fs::temp_directory_path() / "firstkey-demo-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~ThrowAwayFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  ThrowAwayFolder(const ThrowAwayFolder&) = delete;
  ThrowAwayFolder& operator=(const ThrowAwayFolder&) = delete;

  [[nodiscard]] bool is_there() const { return !path_.empty(); }
  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

std::string quoted(const std::string& word) {
  return word.find_first_of(" {}\"") == std::string::npos ? word : "'" + word + "'";
}

/// The passcode that `pass create` showed, as text or as JSON.
core::Secret passcode_in(const core::Secret& shown) {
  const auto bytes = shown.expose();  // from wiped memory to wiped memory
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const std::string_view mark : {"\"temporaryAccessPass\":\"", "Passcode "}) {
    const auto found = text.find(mark);
    if (found == std::string_view::npos) continue;
    const auto begin = text.find_first_not_of(' ', found + mark.size());
    const auto end = text.find_first_of(" \"\n", begin);
    return core::Secret(bytes.subspan(begin, end - begin));
  }
  return {};
}

/// Two lines, as `enroll --passcode-fd 3 --pin-fd 3` reads them.
core::Secret two_lines(const core::Secret& passcode) {
  auto lines = core::Secret::of_size(passcode.size() + kPin.size() + 2);
  const auto room = lines.expose_mutable();  // for the pipe to `enroll`
  const auto code = passcode.expose();       // likewise
  auto next = std::ranges::copy(code, room.begin()).out;
  *next++ = '\n';
  next = std::ranges::copy(kPin, next).out;
  *next = '\n';
  return lines;
}

class Demo {
 public:
  Demo(const Output& output, const ThrowAwayFolder& folder)
      : output_(output), folder_(folder), store_(folder.file("firstkey.db")) {}

  Attempt<void> play();

 private:
  /// What one command shows, and what it needs.
  struct Step {
    Arguments arguments;
    const core::Secret* third = nullptr;
    bool shows_passcode = false;
    bool is_attended = false;
  };

  Attempt<void> set_up();
  Attempt<void> enroll_with(const std::string& title, const DemoKey& key);
  Attempt<void> enroll_with_card();
  Attempt<void> offer_real_key();
  Attempt<void> show_what_is_kept();

  void title(const std::string& text);
  Attempt<core::Secret> run(const Step& step);
  Attempt<void> run_all(const std::vector<Arguments>& commands);
  void skip(const std::string& what, const std::string& why);

  const Output& output_;
  const ThrowAwayFolder& folder_;
  const std::string store_;
  SignalWatch signals_;
  int chapter_ = 0;
  json::array steps_;
  json::array skipped_;
};

void Demo::title(const std::string& text) {
  output_.heading(fmt::format("{}. {}", ++chapter_, text));
}

void Demo::skip(const std::string& what, const std::string& why) {
  output_.say(fmt::format("Left out: {}: {}", what, why));
  skipped_.push_back({{"step", what}, {"reason", why}});
}

Attempt<core::Secret> Demo::run(const Step& step) {
  std::string line = "firstkey";
  for (const auto& word : step.arguments) line += " " + quoted(word);
  output_.heading("$ " + line);
  Arguments arguments{"--store", store_, "--state-folder", folder_.path()};
  if (output_.is_json()) arguments.emplace_back("--json");
  arguments.insert(arguments.end(), step.arguments.begin(), step.arguments.end());
  (void)std::fflush(stdout);  // before the child writes there
  const bool is_read = output_.is_json() || step.shows_passcode;
  using Launch = ChildProgram::Launch;
  auto child = ChildProgram::start(
      {.program = own_path(),
       .arguments = std::move(arguments),
       .output = is_read ? Launch::Output::kRead : Launch::Output::kShown,
       .input = step.is_attended ? Launch::Input::kShared : Launch::Input::kNothing,
       .third = step.third});
  if (!child) return std::unexpected(to_failure(child.error()));
  auto shown = is_read ? child->rest() : core::Secret();
  const int status = child->wait();
  while (const auto wish = signals_.take()) {
    if (*wish == SignalWatch::Wish::kEnd) return std::unexpected(cancelled());
  }
  if (status != 0) {
    return std::unexpected(Failure{.code = "demo_failed",
                                   .message = fmt::format("{} ended with {}", line, status),
                                   .exit_code = static_cast<ExitCode>(status)});
  }
  json::object told{{"command", line}};
  if (output_.is_json() && !step.shows_passcode) {
    const auto bytes = shown.expose();  // an answer without a secret
    told["result"] = json::parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  } else if (!output_.is_json() && step.shows_passcode) {
    if (auto written = output_.secret_lines(shown); !written) {
      return std::unexpected(to_failure(written.error()));
    }
  }
  steps_.push_back(std::move(told));
  return shown;
}

Attempt<void> Demo::run_all(const std::vector<Arguments>& commands) {
  for (const auto& arguments : commands) {
    if (auto done = run({.arguments = arguments}); !done) return std::unexpected(done.error());
  }
  return {};
}

Attempt<void> Demo::set_up() {
  title("Ana sets firstkey up on a workstation. She gets a pass of her own, for her first key.");
  const Arguments init{
      "init", "--rp-id", "example.org", "--user", "ana@example.org", "--name", "Ana Ortega"};
  if (auto done = run({.arguments = init, .shows_passcode = true}); !done) {
    return std::unexpected(done.error());
  }
  title("Lee starts today. This is a rehearsal, so simulated keys are allowed.");
  const auto changes = folder_.file("rehearsal.json");
  std::ofstream(changes) << R"({"allowSimulators": true})" << std::flush;
  return run_all({{"user", "add", kUser, "--name", "Lee Osei", "--groups", "newcomers"},
                  {"policy", "set", "keys", changes}});
}

Attempt<void> Demo::enroll_with(const std::string& text, const DemoKey& key) {
  title(text);
  if (auto done = run_all({{"policy", "trust", "add", key.root_file}}); !done) return done;
  const auto shown =
      run({.arguments = {"pass", "create", kUser, "--one-time"}, .shows_passcode = true});
  if (!shown) return std::unexpected(shown.error());
  const auto secrets = two_lines(passcode_in(shown.value()));
  output_.say(fmt::format("Lee types the passcode, and {} as the new PIN of the key.", kPin));
  const auto done = run(
      {.arguments = {"enroll", kUser, "--passcode-fd", "3", "--pin-fd", "3", key.option, key.path},
       .third = &secrets});
  if (!done) return std::unexpected(done.error());
  return {};
}

Attempt<void> Demo::enroll_with_card() {
  constexpr const char* kWhat = "a card on a reader";
  auto reader = DemoReader::open(own_path());
  if (!reader) {
    skip(kWhat, reader.error().detail);
    return {};
  }
  auto card = reader->insert_card(folder_.file("card.pem"));
  if (!card) {
    skip(kWhat, card.error().detail);
    return {};
  }
  return enroll_with(
      "A second pass, and a second key: this one is a card held to a reader (PC/SC).",
      card.value());
}

Attempt<void> Demo::offer_real_key() {
  const auto terminal = Terminal::find();
  if (output_.is_json() || !terminal) return {};
  const auto name = real_key_name(own_path());
  if (!name) return {};
  title("There is a real key here: " + *name);
  output_.say("It can be registered too. It keeps the credential, and its PIN if it gets one.");
  const auto answer = ask_text(*terminal, signals_, "Use it? [y/N]");
  if (!answer) return std::unexpected(answer.error());
  if (*answer != "y" && *answer != "Y") return {};
  if (auto shown =
          run({.arguments = {"pass", "create", kUser, "--one-time"}, .shows_passcode = true});
      !shown) {
    return std::unexpected(shown.error());
  }
  const auto done = run({.arguments = {"enroll", kUser}, .is_attended = true});
  if (!done) output_.say(done.error().message);
  return {};
}

Attempt<void> Demo::show_what_is_kept() {
  title("What is kept: the credentials, each with its verdict, and who did what.");
  return run_all({{"credential", "list", kUser}, {"audit", "list"}, {"audit", "verify"}});
}

Attempt<void> Demo::play() {
  output_.say("From a pass to a security key, on a store that is thrown away at the end.");
  if (auto done = set_up(); !done) return done;
  {
    const auto key = start_usb_key(folder_.file("usb.pem"));
    if (!key) return std::unexpected(to_failure(key.error()));
    if (auto done = enroll_with("Lee enrolls with a key on USB: here firstkey-softkey, over HID.",
                                key.value());
        !done) {
      return done;
    }
  }
  if (auto done = enroll_with_card(); !done) return done;
  if (auto done = offer_real_key(); !done) return done;
  if (auto done = show_what_is_kept(); !done) return done;
  output_.object({{"steps", std::move(steps_)}, {"skipped", std::move(skipped_)}});
  return {};
}

ExitCode demonstrate(const Invocation& invocation) {
  const auto output = invocation.output();
  (void)std::signal(SIGTSTP, SIG_IGN);  // children too: a story half told cannot be suspended
  const ThrowAwayFolder folder;
  if (!folder.is_there()) {
    return output.failure(Failure{.code = "store_failed",
                                  .message = "no temporary folder can be made: set TMPDIR",
                                  .exit_code = ExitCode::kStore});
  }
  Demo demo(output, folder);
  const auto played = demo.play();
  return played ? ExitCode::kDone : output.failure(played.error());
}

}  // namespace

void add_demo_command(CLI::App& program, Invocation& invocation) {
  auto* command = program.add_subcommand(
      "demo", "Play the whole story with software keys, on a store that is thrown away");
  command->callback(
      [&invocation] { invocation.action = [&invocation] { return demonstrate(invocation); }; });
}

}  // namespace firstkey::enroll
