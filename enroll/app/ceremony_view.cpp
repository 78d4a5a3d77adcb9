#include "enroll/app/ceremony_view.h"

#include <algorithm>

#include <fmt/format.h>

#include "enroll/app/screen_text.h"

namespace firstkey::enroll {

namespace {

constexpr std::size_t kLabelWidth = 11;  // as Output::line
/// The time left stands here, where the screen is wide enough.
constexpr std::size_t kTimeColumn = 58;

// Source: ECMA-48 §8.3.117 (SGR).
constexpr std::string_view kBold = "1";
constexpr std::string_view kGreen = "32";
constexpr std::string_view kYellow = "33";

}  // namespace

CeremonyView::CeremonyView(Screen screen, const core::Clock& clock)
    : screen_(std::move(screen)), clock_(clock) {}

void CeremonyView::show(const NumberedEvent& event) {
  deadline_ = clock_.read().since_boot + (event.expires_at - event.server_now);
  if (screen_.form == ViewForm::kNothing) return;
  if (screen_.form == ViewForm::kJsonLines) return screen_.write(to_json(event) + "\n");
  auto text = text_of(event.event);
  text.text = printable(text.text);
  const bool is_waiting =
      text.kind == EventText::Kind::kWait || text.kind == EventText::Kind::kPassing;
  end_line();
  if (!is_waiting) return write_line(text);
  waiting_ = std::move(text);
  draw_waiting();
}

void CeremonyView::say(std::string_view label, std::string_view text) {
  if (screen_.form == ViewForm::kJsonLines || screen_.form == ViewForm::kNothing) return;
  end_line();
  write_line(
      {.kind = EventText::Kind::kFact, .label = std::string(label), .text = printable(text)});
}

void CeremonyView::tick() {
  if (has_open_line_) draw_waiting();
}

void CeremonyView::end_line() {
  if (!has_open_line_) return;
  has_open_line_ = false;
  const bool makes_way = waiting_.kind == EventText::Kind::kPassing;
  screen_.write(makes_way ? kClearLine : "\n");
}

core::Duration CeremonyView::time_left() const {
  return std::max(core::Duration::zero(), deadline_ - clock_.read().since_boot);
}

void CeremonyView::write_line(const EventText& text) {
  // At a terminal the question is asked by its prompt.
  if (text.kind == EventText::Kind::kQuestion && screen_.form == ViewForm::kLive) return;
  auto label = text.label.empty() ? std::string() : padded(text.label, kLabelWidth);
  auto words = text.text;
  if (text.kind == EventText::Kind::kGood) label = coloured(kGreen, label);
  if (text.kind == EventText::Kind::kTrouble) words = coloured(kYellow, words);
  screen_.write(fmt::format("  {}{}\n", label, words));
}

void CeremonyView::draw_waiting() {
  if (screen_.form != ViewForm::kLive) {
    screen_.write(fmt::format("  {}\n", with_time_left(waiting_.text)));
    return;
  }
  has_open_line_ = true;
  const bool is_persons_turn = waiting_.kind == EventText::Kind::kWait;
  const auto line =
      cut("  " + (is_persons_turn ? with_time_left(waiting_.text) : waiting_.text), screen_.width);
  screen_.write(std::string(kClearLine) + (is_persons_turn ? coloured(kBold, line) : line));
}

std::string CeremonyView::with_time_left(const std::string& text) const {
  const auto left = countdown(time_left()) + " left";
  const bool has_room = screen_.width >= kTimeColumn + left.size() + 2;
  return padded(text, has_room ? kTimeColumn : 0) + " " + left;
}

std::string CeremonyView::coloured(std::string_view code, const std::string& text) const {
  if (!screen_.has_colour || text.empty()) return text;
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

}  // namespace firstkey::enroll
