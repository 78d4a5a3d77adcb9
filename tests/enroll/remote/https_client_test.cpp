// The client against the real server, over TLS and without.

#include "enroll/remote/https_client.h"

#include <fstream>

#include <doctest/doctest.h>
#include <openssl/pem.h>

#include "tests/enroll/http/http_fixture.h"
#include "tests/support/certificates.h"
#include "tests/support/temporary_folder.h"

using firstkey::core::ErrorCode;
using firstkey::enroll::http::TlsFiles;
using firstkey::enroll::remote::HttpsClient;
using firstkey::enroll::remote::ServerAddress;
using namespace firstkey::tests;  // NOLINT(google-build-using-namespace): the fixture's verbs
using namespace std::chrono_literals;

namespace {

/// A certificate for 127.0.0.1 or another name, on disk and as PEM.
class Identity {
 public:
  explicit Identity(const std::string& name) {
    auto shape = CertificateShape::authority("server");
    shape.subject_alternative_name = name;
    const auto made = self_signed(shape);
    pem = to_pem(made.der);
    std::ofstream(files.certificate) << pem;
    const std::unique_ptr<std::FILE, decltype(&std::fclose)> key(std::fopen(files.key.c_str(), "w"),
                                                                 std::fclose);
    REQUIRE(::PEM_write_PrivateKey(
                key.get(), made.key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  }

  TemporaryFolder folder;
  TlsFiles files{.certificate = folder / "certificate.pem", .key = folder / "key.pem"};
  std::string pem;
};

firstkey::core::Result<firstkey::enroll::http::Answer> ask(const std::string& url,
                                                           const std::string& trust,
                                                           HttpsClient::Question question,
                                                           std::chrono::milliseconds time = 20s) {
  auto client = HttpsClient::create(ServerAddress::parse(url).value(), trust);
  REQUIRE(client);
  return client.value()->ask(std::move(question), time);
}

std::string url_of(const HttpFixture& f, const std::string& scheme) {
  return scheme + "://127.0.0.1:" + std::to_string(f.port());
}

}  // namespace

TEST_SUITE("enroll/remote/https_client") {
  TEST_CASE("a question is answered over TLS that trusts the server's certificate") {
    const Identity identity("IP:127.0.0.1");
    const HttpFixture f({}, &identity.files);
    const auto answer = ask(url_of(f, "https"), identity.pem, {"POST", "/echo/a", {}, "hello"});
    REQUIRE_MESSAGE(answer, (answer ? std::string() : answer.error().detail));
    CHECK(answer->status == 200);
    CHECK(answer->body == "a:hello");
  }

  TEST_CASE("a certificate of nobody trusted, or of another name, is no verifier") {
    const Identity identity("IP:127.0.0.1");
    const Identity other("IP:127.0.0.1");
    const Identity elsewhere("DNS:elsewhere.example.org");
    const HttpFixture f({}, &identity.files);
    const HttpFixture g({}, &elsewhere.files);
    for (const auto& [url, trust] : {std::pair(url_of(f, "https"), other.pem),
                                     std::pair(url_of(f, "https"), std::string()),
                                     std::pair(url_of(g, "https"), elsewhere.pem)}) {
      const auto answer = ask(url, trust, {"GET", "/tiny", {}, {}});
      REQUIRE_FALSE(answer);
      CHECK(answer.error().code == ErrorCode::kVerifierUnreachable);
    }
  }

  TEST_CASE("a server that does not answer in time, or is not there, is unreachable") {
    HttpFixture f;
    const auto late = ask(url_of(f, "http"), {}, {"GET", "/held", {}, {}}, 100ms);
    REQUIRE_FALSE(late);
    CHECK(late.error().code == ErrorCode::kVerifierUnreachable);
    const auto url = url_of(f, "http");
    f.gate.open();
    f.stop();
    const auto gone = ask(url, {}, {"GET", "/tiny", {}, {}});
    REQUIRE_FALSE(gone);
    CHECK(gone.error().code == ErrorCode::kVerifierUnreachable);
  }

  TEST_CASE("a verifier's address has a scheme, a host and nothing else") {
    CHECK(ServerAddress::parse("https://verifier.example.org")->port == "443");
    CHECK(ServerAddress::parse("https://verifier.example.org:8443/")->port == "8443");
    CHECK(ServerAddress::parse("http://[::1]:80")->host == "::1");
    for (const auto* url : {"",
                            "verifier.example.org",
                            "ftp://a",
                            "https://",
                            "https://a/path",
                            "https://a?b",
                            "https://user@a",
                            "http://verifier.example.org",
                            "http://192.0.2.1",
                            "http://localhost"}) {
      CAPTURE(url);
      CHECK_FALSE(ServerAddress::parse(url));
    }
  }

  TEST_CASE("what is no certificate is not trusted") {
    const auto made = HttpsClient::create(ServerAddress::parse("https://a").value(), "nonsense");
    REQUIRE_FALSE(made);
    CHECK(made.error().code == ErrorCode::kInvalidArgument);
  }
}
