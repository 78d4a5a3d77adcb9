#include "enroll/app/terminal.h"

#include <array>
#include <cstdlib>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/bytes.h"
#include "enroll/app/screen_text.h"

namespace firstkey::enroll {

namespace {

Attempt<core::Secret> ask(const Terminal& terminal,
                          SignalWatch& signals,
                          const std::string& label,
                          Echo echo) {
  Prompt prompt(terminal, label, echo);
  while (true) {
    std::array<pollfd, 2> waited{pollfd{.fd = terminal.input(), .events = POLLIN, .revents = 0},
                                 pollfd{.fd = signals.fd(), .events = POLLIN, .revents = 0}};
    (void)::poll(waited.data(), waited.size(), -1);  // interrupted or not, both are looked at
    while (const auto wish = signals.take()) {
      if (*wish == SignalWatch::Wish::kEnd) return std::unexpected(cancelled());
      prompt.suspend();
    }
    if (waited[0].revents == 0) continue;
    const auto progress = prompt.read_typed();
    if (progress == LineEditor::Progress::kDeclined) return std::unexpected(cancelled());
    if (progress == LineEditor::Progress::kEntered) return prompt.take();
  }
}

}  // namespace

std::optional<Terminal> Terminal::find() {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1) return std::nullopt;
  Terminal terminal;
  const char* type = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): read-only environment
  terminal.can_redraw_ = type != nullptr && std::string_view(type) != "dumb";
  return terminal;
}

void Terminal::write(std::string_view text) const {
  while (!text.empty()) {
    const auto written = ::write(output_, text.data(), text.size());
    if (written <= 0) return;  // the terminal went away; reading from it will say so
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::size_t Terminal::width() const {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  const bool is_told = ::ioctl(output_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_told ? size.ws_col : kUsual;
}

Prompt::Prompt(const Terminal& terminal, const std::string& label, Echo echo)
    : terminal_(terminal),
      label_("  " + printable(label) + ": "),
      echo_(echo),
      pressed_(core::Secret::of_size(1)) {
  go_silent();
  draw();
}

Prompt::~Prompt() {
  restore();
  terminal_.write("\n");
}

LineEditor::Progress Prompt::read_typed() {
  const auto before = editor_.code_points();
  // Straight from the terminal into wiped memory, and from there into the line.
  if (::read(terminal_.input(), pressed_.expose_mutable().data(), 1) != 1) {
    return LineEditor::Progress::kDeclined;
  }
  const auto progress = editor_.type(pressed_.expose()[0]);
  if (progress == LineEditor::Progress::kTyping) show_change(before);
  return progress;
}

void Prompt::clear() const {
  const auto width = width_of(label_) + editor_.code_points();
  terminal_.write("\r" + std::string(width, ' ') + "\r");
}

void Prompt::draw() const {
  const auto typed = echo_ == Echo::kText ? core::to_string(editor_.typed())
                                          : std::string(editor_.code_points(), '*');
  terminal_.write(label_ + typed);
}

void Prompt::suspend() {
  clear();
  restore();
  SignalWatch::suspend();
  go_silent();
  draw();
}

void Prompt::go_silent() {
  termios now{};
  if (::tcgetattr(terminal_.input(), &now) != 0) return;  // gone: the next read says so
  previous_ = now;
  now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  now.c_cc[VMIN] = 1;
  now.c_cc[VTIME] = 0;
  (void)::tcsetattr(terminal_.input(), TCSANOW, &now);
}

void Prompt::restore() const {
  // The rest of a secret that nobody reads any more must not answer what comes next.
  const int when = echo_ == Echo::kStars ? TCSAFLUSH : TCSANOW;
  if (previous_) (void)::tcsetattr(terminal_.input(), when, &previous_.value());
}

void Prompt::show_change(std::size_t code_points_before) const {
  const auto now = editor_.code_points();
  if (now < code_points_before) {
    for (auto left = code_points_before - now; left > 0; --left) terminal_.write("\b \b");
  } else if (echo_ == Echo::kText) {
    const auto typed = core::to_string(editor_.typed());
    const bool is_shown =
        now > code_points_before || (!typed.empty() && (typed.back() & 0x80) != 0);
    if (is_shown) terminal_.write(std::string_view(typed).substr(typed.size() - 1));
  } else if (now > code_points_before) {
    terminal_.write("*");
  }
}

Attempt<core::Secret> ask_secret(const Terminal& terminal,
                                 SignalWatch& signals,
                                 const std::string& label) {
  return ask(terminal, signals, label, Echo::kStars);
}

Attempt<std::string> ask_text(const Terminal& terminal,
                              SignalWatch& signals,
                              const std::string& label) {
  const auto line = ask(terminal, signals, label, Echo::kText);
  if (!line) return std::unexpected(line.error());
  return core::to_string(line->expose());  // typed in plain sight: no secret
}

}  // namespace firstkey::enroll
