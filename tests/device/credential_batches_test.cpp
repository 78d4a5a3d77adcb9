#include "device/credential_batches.h"

#include <doctest/doctest.h>

using firstkey::device::AuthenticatorFacts;
using firstkey::device::Bytes;
using firstkey::device::CredentialId;
using firstkey::device::list_limits;
using firstkey::device::to_batches;

namespace {

std::vector<CredentialId> ids(std::size_t count, std::size_t length) {
  return std::vector<CredentialId>(count, Bytes(length, 7));
}

std::vector<std::size_t> sizes(const std::vector<std::vector<CredentialId>>& batches) {
  std::vector<std::size_t> result;
  for (const auto& batch : batches) result.push_back(batch.size());
  return result;
}

}  // namespace

TEST_SUITE("device/credential_batches") {
  TEST_CASE("the number of ids bounds a batch, before, at and after") {
    const firstkey::device::ListLimits limits{.max_count = 8, .max_list_bytes = 10000};
    CHECK(to_batches({}, limits).empty());
    CHECK(sizes(to_batches(ids(7, 16), limits)) == std::vector<std::size_t>{7});
    CHECK(sizes(to_batches(ids(8, 16), limits)) == std::vector<std::size_t>{8});
    CHECK(sizes(to_batches(ids(9, 16), limits)) == std::vector<std::size_t>{8, 1});
  }

  TEST_CASE("the size of a message bounds a batch, before, at and after") {
    // A descriptor of a 77-byte id takes 100 bytes.
    const auto with_room = [](std::size_t bytes) {
      return sizes(to_batches(ids(2, 77), {.max_count = 64, .max_list_bytes = bytes}));
    };
    CHECK(with_room(201) == std::vector<std::size_t>{2});
    CHECK(with_room(200) == std::vector<std::size_t>{2});
    CHECK(with_room(199) == std::vector<std::size_t>{1, 1});
    CHECK(with_room(99).empty());
  }

  TEST_CASE("an id longer than the key's own is none of its") {
    const firstkey::device::ListLimits limits{
        .max_count = 8, .max_id_length = 64, .max_list_bytes = 1000};
    CHECK(sizes(to_batches(ids(1, 64), limits)) == std::vector<std::size_t>{1});
    CHECK(to_batches(ids(1, 65), limits).empty());
  }

  TEST_CASE("a key that names no number is given one id at a time") {
    AuthenticatorFacts facts;
    facts.max_message_size = 1200;
    CHECK(list_limits(facts, 200).max_count == 1);
    CHECK(list_limits(facts, 200).max_list_bytes == 1000);
    CHECK(list_limits(facts, 1200).max_list_bytes == 0);
    CHECK(list_limits(facts, 5000).max_list_bytes == 0);
  }
}
