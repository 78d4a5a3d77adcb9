#include "device/softkey/pin_uv_auth_token.h"

namespace firstkey::device::softkey {
namespace {

constexpr std::size_t kTokenSize = 32;  // both protocols take 32; one also 16

}  // namespace

void PinUvAuthToken::reset(Random& random) {
  value_ = SecretBytes(random.bytes(kTokenSize));
  permissions_ = 0;
  rp_id_.reset();
}

void PinUvAuthToken::begin_using(Instant now,
                                 std::uint8_t permissions,
                                 std::optional<std::string> rp_id) {
  permissions_ = permissions;
  rp_id_ = std::move(rp_id);
  is_used_ = false;
  begun_ = now;
}

bool PinUvAuthToken::admit(Instant now, const TokenUse& use) {
  if (is_expired(now)) permissions_ = 0;
  if ((permissions_ & static_cast<std::uint8_t>(use.permission)) == 0) return false;
  if (!reaches(use)) return false;
  if (use.reach == TokenUse::Reach::kBinding) rp_id_ = std::string(use.rp_id);
  is_used_ = true;
  return true;
}

void PinUvAuthToken::clear_permissions() {
  permissions_ &= static_cast<std::uint8_t>(Permission::kLargeBlobWrite);
}

bool PinUvAuthToken::reaches(const TokenUse& use) const {
  switch (use.reach) {
    case TokenUse::Reach::kBinding:
    case TokenUse::Reach::kOneRp:
      return !rp_id_ || *rp_id_ == use.rp_id;
    case TokenUse::Reach::kEveryRp:
      return !rp_id_;
    case TokenUse::Reach::kWholeKey:
      return true;
  }
  return false;
}

bool PinUvAuthToken::is_expired(Instant now) const {
  return now - begun_ >= (is_used_ ? kMaximumUsage : kInitialUsageLimit);
}

}  // namespace firstkey::device::softkey
