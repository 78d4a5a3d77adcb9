#include "enroll/key_likeness.h"

namespace firstkey::enroll {

namespace {

/// A new credential took one place, or that of an earlier one of the same person.
bool has_room_left(const KeyLikeness& maker, const KeyProfile& returned) {
  const auto& before = maker.remaining_discoverable_credentials;
  const auto& now = returned.facts.remaining_discoverable_credentials;
  if (!before || !now) return before == now;
  return *now == *before || *now + 1 == *before;
}

}  // namespace

KeyLikeness likeness_of(const KeyProfile& profile) {
  return {.path = profile.path,
          .aaguid = profile.facts.aaguid,
          .firmware_version = profile.facts.firmware_version,
          .remaining_discoverable_credentials = profile.facts.remaining_discoverable_credentials};
}

bool is_like(const KeyLikeness& maker, const KeyProfile& returned) {
  const bool has_attempts_to_spare =
      returned.pin_retries && returned.pin_retries->attempts_left >= kAttemptsToSpare;
  return has_attempts_to_spare && maker.aaguid != device::Aaguid{} &&
         maker.aaguid == returned.facts.aaguid && maker.path == returned.path &&
         maker.firmware_version == returned.facts.firmware_version &&
         has_room_left(maker, returned);
}

}  // namespace firstkey::enroll
