#include "device/reader_features.h"

#include <algorithm>

#include "device/apdu.h"

namespace firstkey::device {

namespace {

constexpr std::uint8_t kGetProperties = 0x12;    // FEATURE_GET_TLV_PROPERTIES
constexpr std::uint8_t kMaximumDataSize = 0x0A;  // PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize
constexpr std::size_t kNumberSize = 4;

/// The value of the first entry with `tag` in a list of tag, length, value.
std::optional<BytesView> find(BytesView list, std::uint8_t tag) {
  constexpr std::size_t kHeadSize = 2;
  while (list.size() >= kHeadSize && list.size() >= kHeadSize + list[1]) {
    if (list[0] == tag) return list.subspan(kHeadSize, list[1]);
    list = list.subspan(kHeadSize + list[1]);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> code_for_properties(BytesView features) {
  const auto value = find(features, kGetProperties);
  if (!value || value->size() != kNumberSize) return std::nullopt;
  std::uint32_t code = 0;  // big-endian, as every code of a feature
  for (const auto byte : *value) code = code << 8U | byte;
  return code;
}

std::size_t longest_apdu_data(BytesView properties) {
  const auto value = find(properties, kMaximumDataSize);
  if (!value || value->size() != kNumberSize) return kShortData;
  std::size_t size = 0;  // little-endian, as every number among the properties
  for (auto byte = value->rbegin(); byte != value->rend(); ++byte) size = size << 8U | *byte;
  return std::clamp(size, kShortData, kExtendedData);
}

}  // namespace firstkey::device
