#include "core/pepper_mark.h"

#include <string_view>

namespace firstkey::core {

namespace {

// No passcode's hash and no name is this text, so the mark is of no use against either.
constexpr std::string_view kText = "firstkey pepper mark 1";

}  // namespace

Result<PepperMark> mark_of(const Pepper& pepper) {
  PepperMark mark{.key_id = pepper.current_key_id()};
  const auto mac = pepper.mac(mark.key_id, as_bytes(kText));
  if (!mac) return std::unexpected(mac.error());
  mark.mac = mac.value();
  return mark;
}

Result<void> check_mark(const PepperMark& mark, const Pepper& pepper) {
  const auto mac = pepper.mac(mark.key_id, as_bytes(kText));
  if (!mac) return std::unexpected(mac.error());
  if (mac.value() == mark.mac) return {};
  return fail(ErrorCode::kPepperUnreadable,
              "the pepper here is another store's; bring the file from where this store was begun");
}

Result<void> match_pepper(Store& store, const Pepper& pepper) {
  const auto settings = read_from<std::optional<Settings>>(
      store,
      [](ReadTransaction& view) -> Result<std::optional<Settings>> { return view.settings(); });
  if (!settings) return std::unexpected(settings.error());
  if (!settings.value()) return {};
  if (const auto& mark = settings.value()->pepper_mark) return check_mark(*mark, pepper);
  const auto mark = mark_of(pepper);
  if (!mark) return std::unexpected(mark.error());
  return store.write([&](WriteTransaction& transaction) {
    auto present = transaction.settings();
    if (!present || present->pepper_mark) return Store::Ending::kRollBack;
    present->pepper_mark = mark.value();
    transaction.put_settings(present.value());
    return Store::Ending::kCommit;
  });
}

}  // namespace firstkey::core
