#pragma once
// The person's terminal: what is asked there and typed there. Standard input and standard error
// both have to be one; else nobody is asked anything, and the command line must have said it.

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include <termios.h>

#include "core/secret.h"
#include "enroll/app/failure.h"
#include "enroll/app/line_editor.h"
#include "enroll/app/signal_watch.h"

namespace firstkey::enroll {

class Terminal {
 public:
  /// Nothing when nobody sits there.
  [[nodiscard]] static std::optional<Terminal> find();

  void write(std::string_view text) const;
  [[nodiscard]] int input() const noexcept { return input_; }
  /// It can move its cursor back over a line (TERM is neither missing nor "dumb").
  [[nodiscard]] bool can_redraw() const noexcept { return can_redraw_; }
  /// Columns; 80 when it does not say.
  [[nodiscard]] std::size_t width() const;

 private:
  Terminal() = default;

  int input_ = 0;
  int output_ = 2;
  bool can_redraw_ = true;
};

/// How what is typed is shown.
enum class Echo { kText, kStars };

/// One question on the current line. While it lives the terminal hands over each key as it is
/// pressed and shows nothing by itself; afterwards it is as it was.
class Prompt {
 public:
  /// `terminal` outlives this.
  Prompt(const Terminal& terminal, const std::string& label, Echo echo);
  ~Prompt();
  Prompt(const Prompt&) = delete;
  Prompt& operator=(const Prompt&) = delete;

  /// Reads one key press; call it when the terminal's input is readable. The end of the input
  /// counts as declined.
  [[nodiscard]] LineEditor::Progress read_typed();
  [[nodiscard]] core::Secret take() { return editor_.take(); }

  /// Takes the question off the screen, for something else to be said; draw() puts it back.
  void clear() const;
  void draw() const;
  /// Puts the terminal right, stops the program as ^Z does, and asks again when it goes on.
  void suspend();

 private:
  void go_silent();
  void restore() const;
  void show_change(std::size_t code_points_before) const;

  const Terminal& terminal_;
  const std::string label_;
  const Echo echo_;
  LineEditor editor_;
  core::Secret pressed_;  ///< the one byte on its way from the terminal
  std::optional<termios> previous_;
};

/// Asks and waits. Errors: "cancelled" on SIGINT and its kin, and on ^D.
[[nodiscard]] Attempt<core::Secret> ask_secret(const Terminal& terminal,
                                               SignalWatch& signals,
                                               const std::string& label);
/// The same for what is no secret, shown as it is typed.
[[nodiscard]] Attempt<std::string> ask_text(const Terminal& terminal,
                                            SignalWatch& signals,
                                            const std::string& label);

}  // namespace firstkey::enroll
