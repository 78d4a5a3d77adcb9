#include "device/cbor_bounds.h"

#include <array>
#include <cstddef>

#include <cbor.h>

namespace firstkey::device {

namespace {

/// CTAP allows messages four levels; statements with lists of certificates and room for what later
/// editions add make eight.
constexpr std::size_t kMaxDepth = 8;

/// The items still owed at each open level. Level 0 owes the one item that all is.
class Walk {
 public:
  [[nodiscard]] bool is_complete() const { return depth_ == 0 && owed_[0] == 0; }
  [[nodiscard]] bool is_broken() const { return is_broken_; }

  void leaf() {
    if (owed_[depth_] == 0) {
      is_broken_ = true;
      return;
    }
    --owed_[depth_];
    while (depth_ > 0 && owed_[depth_] == 0) --depth_;
  }
  /// An item that `count` more belong to, each of which takes a byte at least.
  void open(std::uint64_t count) {
    if (owed_[depth_] == 0 || count > bytes_left || (count > 0 && depth_ + 1 == kMaxDepth)) {
      is_broken_ = true;
      return;
    }
    if (count == 0) return leaf();
    --owed_[depth_];
    ++depth_;
    owed_[depth_] = count;
  }
  void refuse() { is_broken_ = true; }

  std::size_t bytes_left = 0;  // at the item being decoded: never less than after it

 private:
  std::array<std::uint64_t, kMaxDepth> owed_{1};
  std::size_t depth_ = 0;
  bool is_broken_ = false;
};

Walk& walk_of(void* context) {
  return *static_cast<Walk*>(context);
}

template <class Number>
void leaf_of(void* context, Number /*value*/) {
  walk_of(context).leaf();
}

void leaf_of_bytes(void* context, cbor_data /*data*/, std::size_t /*length*/) {
  walk_of(context).leaf();
}

void refuse(void* context) {
  walk_of(context).refuse();
}

cbor_callbacks walk_callbacks() {
  cbor_callbacks callbacks = cbor_empty_callbacks;
  callbacks.uint8 = callbacks.negint8 = leaf_of<std::uint8_t>;
  callbacks.uint16 = callbacks.negint16 = leaf_of<std::uint16_t>;
  callbacks.uint32 = callbacks.negint32 = leaf_of<std::uint32_t>;
  callbacks.uint64 = callbacks.negint64 = leaf_of<std::uint64_t>;
  callbacks.byte_string = callbacks.string = leaf_of_bytes;
  callbacks.boolean = leaf_of<bool>;
  callbacks.float2 = callbacks.float4 = leaf_of<float>;
  callbacks.float8 = leaf_of<double>;
  callbacks.null = callbacks.undefined = [](void* context) { walk_of(context).leaf(); };
  callbacks.array_start = [](void* context, std::size_t count) { walk_of(context).open(count); };
  callbacks.indef_array_start = callbacks.indef_map_start = refuse;
  callbacks.byte_string_start = callbacks.string_start = callbacks.indef_break = refuse;
  callbacks.map_start = [](void* context, std::size_t pairs) {
    auto& walk = walk_of(context);
    if (pairs > walk.bytes_left / 2) return walk.refuse();
    walk.open(pairs * 2);
  };
  callbacks.tag = [](void* context, std::uint64_t /*value*/) { refuse(context); };
  return callbacks;
}

}  // namespace

bool is_bounded_cbor(BytesView cbor) {
  const auto callbacks = walk_callbacks();
  Walk walk;
  while (!walk.is_complete()) {
    walk.bytes_left = cbor.size();
    const auto decoded = cbor_stream_decode(cbor.data(), cbor.size(), &callbacks, &walk);
    if (decoded.status != CBOR_DECODER_FINISHED || decoded.read == 0 || walk.is_broken()) {
      return false;
    }
    cbor = cbor.subspan(decoded.read);
  }
  return cbor.empty();
}

bool is_bounded_answer(BytesView answer) {
  if (answer.empty()) return false;
  return answer.size() == 1 || is_bounded_cbor(answer.subspan(1));
}

}  // namespace firstkey::device
