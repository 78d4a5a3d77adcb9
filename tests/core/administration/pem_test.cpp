#include "core/administration/pem.h"

#include <doctest/doctest.h>

using firstkey::core::as_bytes;
using firstkey::core::Bytes;
using firstkey::core::der_of_file;
using firstkey::core::ders_of_file;

namespace {

constexpr const char* kLabel = "CERTIFICATE";

std::string block(const std::string& label, const std::string& base64) {
  return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
}

}  // namespace

TEST_SUITE("core/administration/pem") {
  TEST_CASE("every block of a file is read, in its order, whatever stands between them") {
    const auto text =
        "# roots\n" + block(kLabel, "AQID") + "\nanother:\n" + block(kLabel, "BAUG") + "end\n";
    CHECK(ders_of_file(as_bytes(text), kLabel) == std::vector<Bytes>{{1, 2, 3}, {4, 5, 6}});
    CHECK_FALSE(der_of_file(as_bytes(text), kLabel));
    CHECK(der_of_file(as_bytes(block(kLabel, "AQID")), kLabel) == Bytes{1, 2, 3});
  }

  TEST_CASE("a file without a block, or with another one in it, is refused") {
    const auto one = block(kLabel, "AQID");
    const auto other = block("PRIVATE KEY", "AAAA");
    for (const auto& text : {std::string(),
                             std::string("text"),
                             other,
                             one + other,
                             other + one,
                             one + one.substr(0, one.size() / 2)}) {
      CAPTURE(text);
      CHECK_FALSE(ders_of_file(as_bytes(text), kLabel));
    }
  }
}
