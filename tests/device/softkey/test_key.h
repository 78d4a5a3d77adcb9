#pragma once
// One authenticator in its fake world, with a client's verbs: requests as maps, answers as a status
// and a map, and the client's side of the PIN protocols.

#include <memory>
#include <optional>
#include <string>

#include "device/softkey/authenticator.h"
#include "tests/device/softkey/fake_ports.h"

namespace firstkey::tests::softkey {

using sk::Bytes;
using sk::BytesView;
using sk::ProtocolVersion;
using sk::Status;
using sk::cbor::Array;
using sk::cbor::Map;
using sk::cbor::Value;

inline constexpr std::uint8_t kMakeCredential = 0x01;
inline constexpr std::uint8_t kGetAssertion = 0x02;
inline constexpr std::uint8_t kGetInfo = 0x04;
inline constexpr std::uint8_t kClientPin = 0x06;
inline constexpr std::uint8_t kReset = 0x07;
inline constexpr std::uint8_t kGetNextAssertion = 0x08;
inline constexpr std::uint8_t kManagement = 0x0A;
inline constexpr std::uint8_t kSelection = 0x0B;
inline constexpr std::uint8_t kLargeBlobs = 0x0C;
inline constexpr std::uint8_t kConfig = 0x0D;

inline constexpr std::uint8_t kMakePermission = 0x01;
inline constexpr std::uint8_t kAssertPermission = 0x02;
inline constexpr std::uint8_t kManagePermission = 0x04;
inline constexpr std::uint8_t kBlobPermission = 0x10;
inline constexpr std::uint8_t kConfigPermission = 0x20;

struct Answer {
  Status status = Status::kOther;
  Map map;

  /// The member `key`, or an empty T, which no test expects.
  template <typename T>
  [[nodiscard]] T get(int key) const {
    const Value* value = map.find(key);
    const T* field = value == nullptr ? nullptr : value->as<T>();
    return field == nullptr ? T{} : *field;
  }
};

/// The bytes of a CTAP answer, taken apart.
[[nodiscard]] Answer read_answer(BytesView bytes);
/// `map` with the member `key` replaced, added, or (no value) left out.
[[nodiscard]] Map with(const Map& map, int key, std::optional<Value> value);

/// Requests for example.org that any key accepts, to be spoiled one member at a time.
[[nodiscard]] Map make_request();
[[nodiscard]] Map assert_request();
[[nodiscard]] Value descriptor(Bytes id);
[[nodiscard]] Bytes client_data_hash();

/// What authenticator data says, checked by nobody but the test.
struct AuthData {
  std::uint8_t flags = 0;
  std::uint32_t sign_count = 0;
  Bytes credential_id;
  Map extensions;
};
[[nodiscard]] AuthData read_auth_data(const Bytes& bytes);

class TestKey {
 public:
  explicit TestKey(
      sk::Settings settings = {},
      std::unique_ptr<sk::StateStorage> storage = std::make_unique<sk::MemoryStorage>());

  /// The answer of a command that does not wait; kOther with no members if it does.
  [[nodiscard]] Answer call(std::uint8_t command, const std::optional<Map>& parameters = {});
  [[nodiscard]] Status status_of(std::uint8_t command, const std::optional<Map>& parameters = {}) {
    return call(command, parameters).status;
  }

  [[nodiscard]] Status set_pin(const std::string& pin,
                               ProtocolVersion version = ProtocolVersion::kTwo);
  [[nodiscard]] Status change_pin(const std::string& old_pin,
                                  const std::string& new_pin,
                                  ProtocolVersion version = ProtocolVersion::kTwo);
  /// The request getPinUvAuthTokenUsingPinWithPermissions takes, for tests to spoil.
  [[nodiscard]] Map token_request(const std::string& pin,
                                  std::uint8_t permissions,
                                  ProtocolVersion version = ProtocolVersion::kTwo);
  /// Asks for a token and remembers it for authorised().
  [[nodiscard]] Status get_token(const std::string& pin,
                                 std::uint8_t permissions,
                                 ProtocolVersion version = ProtocolVersion::kTwo);
  /// A token for the whole key instead of for example.org.
  [[nodiscard]] Status get_unbound_token(const std::string& pin,
                                         std::uint8_t permissions,
                                         ProtocolVersion version = ProtocolVersion::kTwo) {
    return take_token(with(token_request(pin, permissions, version), 0x0A, {}));
  }
  /// Sends a token request and remembers the token there may be in the answer.
  [[nodiscard]] Status take_token(const Map& request);
  /// `request` with the proof that the client holds the token remembered last.
  [[nodiscard]] Map authorised(std::uint8_t command, const Map& request) const;
  /// What the holder of the token remembered last makes of `message`.
  [[nodiscard]] Bytes prove(BytesView message) const;
  [[nodiscard]] int protocol() const { return static_cast<int>(version_); }
  /// A credentialManagement request with its proof.
  [[nodiscard]] Map managing(int subcommand, const std::optional<Map>& params = {}) const;
  /// An authenticatorConfig request with its proof.
  [[nodiscard]] Map configuring(int subcommand, const std::optional<Map>& params = {}) const;
  /// What getInfo says of `option`; nothing if it does not mention it.
  [[nodiscard]] std::optional<bool> option(const char* name);
  /// The hmac-secret input for `salts`, under the client's present shared secret.
  [[nodiscard]] Map hmac_secret_input(const Bytes& salts, ProtocolVersion version);
  /// What the client of the last hmac_secret_input reads from the output.
  [[nodiscard]] Bytes decrypt(const Bytes& ciphertext) const;

  /// A discoverable credential for `user_id` with the token remembered last, if any.
  [[nodiscard]] Bytes register_user(const std::string& user_id, const Map& extensions = {});

  FakeClock clock;
  FakeRandom random;
  FakeUser user;
  sk::CredentialStore store;
  std::unique_ptr<sk::Authenticator> authenticator;

 private:
  /// Agrees on a secret with the key; the client's public key is what the request carries.
  [[nodiscard]] Value agree(ProtocolVersion version);
  [[nodiscard]] Value encrypted(BytesView plaintext);

  ProtocolVersion version_ = ProtocolVersion::kTwo;
  std::optional<sk::SharedSecret> secret_;
  Bytes token_;
};

}  // namespace firstkey::tests::softkey
