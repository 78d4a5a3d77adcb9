#include "core/signed_head.h"

#include <algorithm>

#include <boost/json.hpp>

#include "core/hashed_form.h"
#include "core/strict_json.h"
#include "core/strict_object.h"

namespace firstkey::core {

namespace {

namespace json = boost::json;

template <std::size_t Size>
std::array<std::uint8_t, Size> fixed_bytes(StrictObject& object, std::string_view name) {
  const auto bytes = from_hex(object.text(name));
  std::array<std::uint8_t, Size> fixed{};
  if (!bytes || bytes->size() != Size) throw Malformed("not so many bytes");
  std::ranges::copy(bytes.value(), fixed.begin());
  return fixed;
}

json::object chain_json(const ChainHead& head) {
  return {{"chain", head.chain}, {"sequence", head.sequence}, {"hash", to_hex(head.hash)}};
}

std::vector<ChainHead> read_chains(const json::array& list) {
  std::vector<ChainHead> chains;
  for (const auto& value : list) {
    StrictObject object(value, "chain");
    ChainHead head{.chain = object.number("chain"),
                   .sequence = object.number("sequence"),
                   .hash = fixed_bytes<32>(object, "hash")};
    object.close();
    const bool is_next = chains.empty() || chains.back().chain < head.chain;
    if (head.chain < 1 || head.sequence < 1 || !is_next) throw Malformed("no order of chains");
    chains.push_back(head);
  }
  return chains;
}

SignedHead read_head(const json::value& value) {
  StrictObject object(value, "head");
  SignedHead head;
  head.number = object.number("number");
  const auto at = from_rfc3339(object.text("signedDateTime"));
  if (!at) throw Malformed("no instant");
  head.at = at.value();
  head.epoch = object.number("epoch");
  head.chains = read_chains(object.list("chains"));
  head.previous = fixed_bytes<32>(object, "previous");
  head.key = fixed_bytes<32>(object, "key");
  if (object.maybe_member("nextKey") != nullptr) {
    head.next_key = fixed_bytes<32>(object, "nextKey");
  }
  head.signature = fixed_bytes<64>(object, "signature");
  object.close();
  return head;
}

}  // namespace

Bytes signed_form(const SignedHead& head) {
  HashedForm form;
  form.add(std::string_view("firstkey audit head 1"));
  form.add(head.number);
  form.add(std::int64_t{head.at.time_since_epoch().count()});
  form.add(head.epoch);
  form.add(std::uint64_t{head.chains.size()});
  for (const auto& chain : head.chains) {
    form.add(chain.chain);
    form.add(chain.sequence);
    form.add_bare(chain.hash);
  }
  form.add_bare(head.previous);
  form.add_bare(head.key);
  form.add(std::uint64_t{head.next_key ? 1U : 0U});
  if (head.next_key) form.add_bare(head.next_key.value());
  return form.bytes();
}

Sha256 digest_of(const SignedHead& head) {
  HashedForm form;
  form.add_bare(signed_form(head));
  form.add_bare(head.signature);
  return form.digest();
}

std::string to_line(const SignedHead& head) {
  json::array chains;
  for (const auto& chain : head.chains) chains.push_back(chain_json(chain));
  json::object object{{"number", head.number},
                      {"signedDateTime", to_rfc3339(head.at)},
                      {"epoch", head.epoch},
                      {"chains", std::move(chains)},
                      {"previous", to_hex(head.previous)},
                      {"key", to_hex(head.key)}};
  if (head.next_key) object["nextKey"] = to_hex(head.next_key.value());
  object["signature"] = to_hex(head.signature);
  return json::serialize(object);
}

std::optional<SignedHead> head_from_line(std::string_view line) {
  const auto value = parse_strict_json(line, kMaxHeadLine);
  if (!value) return std::nullopt;
  try {
    auto head = read_head(value.value());
    // One form only: what is not signed must not be changed either.
    if (to_line(head) == line) return head;
  } catch (const Malformed&) {
    return std::nullopt;
  }
  return std::nullopt;
}

const AuditPublicKey& successor_key(const SignedHead& head) {
  return head.next_key ? head.next_key.value() : head.key;
}

Result<void> HeadSequence::follow(const SignedHead& head) {
  const auto broken = [&](const std::string& what) {
    return fail(ErrorCode::kAuditBroken, "head " + std::to_string(head.number) + ": " + what);
  };
  const auto expected = last_ ? last_->number + 1 : 1;
  if (head.number != expected) {
    return broken("expected head " + std::to_string(expected) + " here");
  }
  if (head.previous != (last_ ? digest_of(last_.value()) : Sha256{})) {
    return broken("does not follow the head before it");
  }
  if (last_ && head.key != successor_key(last_.value())) {
    return broken("is signed by a key that the head before it does not name");
  }
  if (!is_signed_by(head.key, signed_form(head), head.signature)) {
    return broken("was changed after it was signed");
  }
  last_ = head;
  return {};
}

}  // namespace firstkey::core
