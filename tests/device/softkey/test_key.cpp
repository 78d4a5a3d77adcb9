#include "tests/device/softkey/test_key.h"

#include <stdexcept>

#include "device/softkey/crypto.h"

namespace firstkey::tests::softkey {
namespace {

Bytes padded(const std::string& pin) {
  Bytes bytes(pin.begin(), pin.end());
  bytes.resize(64);
  return bytes;
}

Bytes pin_hash(const std::string& pin) {
  const auto digest = sk::sha256(sk::as_bytes(pin));
  return {digest.begin(), digest.begin() + 16};
}

Bytes copy(BytesView bytes) {
  return {bytes.begin(), bytes.end()};
}

sk::CredentialStore opened(std::unique_ptr<sk::StateStorage> storage) {
  auto store = sk::CredentialStore::open(std::move(storage));
  if (!store) throw std::runtime_error("the store of the test key does not open");
  return std::move(*store);
}

}  // namespace

Answer read_answer(BytesView bytes) {
  if (bytes.empty()) return {};
  Answer answer{Status{bytes.front()}, {}};
  const auto body = sk::cbor::decode(bytes.subspan(1));
  if (body && body->as<Map>() != nullptr) answer.map = *body->as<Map>();
  return answer;
}

Map with(const Map& map, int key, std::optional<Value> value) {
  Map changed;
  for (const auto& member : map.members()) {
    const auto* number = member.key.as<std::int64_t>();
    if (number == nullptr || *number != key) changed.add(member.key, member.value);
  }
  if (value) changed.add(key, std::move(*value));
  return changed;
}

Bytes client_data_hash() {
  return Bytes(32, 0x5A);
}

Map make_request() {
  return Map{{0x01, client_data_hash()},
             {0x02, Map{{"id", "example.org"}, {"name", "Example"}}},
             {0x03, Map{{"id", Bytes{1, 2, 3}}, {"name", "lee"}, {"displayName", "Lee Osei"}}},
             {0x04, Array{Map{{"alg", -7}, {"type", "public-key"}}}}};
}

Map assert_request() {
  return Map{{0x01, "example.org"}, {0x02, client_data_hash()}};
}

Value descriptor(Bytes id) {
  return Map{{"id", std::move(id)}, {"type", "public-key"}};
}

AuthData read_auth_data(const Bytes& bytes) {
  AuthData parsed;
  BytesView left(bytes);
  parsed.flags = left[32];
  parsed.sign_count = sk::read_be32(left.subspan(33));
  left = left.subspan(37);
  if ((parsed.flags & 0x40U) != 0) {
    const std::size_t size = sk::read_be16(left.subspan(16));
    parsed.credential_id = copy(left.subspan(18, size));
  } else if (!left.empty()) {
    const auto extensions = sk::cbor::decode(left);
    if (extensions) parsed.extensions = *extensions->as<Map>();
  }
  return parsed;
}

TestKey::TestKey(sk::Settings settings, std::unique_ptr<sk::StateStorage> storage)
    : store(opened(std::move(storage))) {
  auto created = sk::Authenticator::create(std::move(settings), store, {clock, random, user});
  if (!created) throw std::runtime_error("the test key cannot be made");
  authenticator = std::move(*created);
}

Answer TestKey::call(std::uint8_t command, const std::optional<Map>& parameters) {
  Bytes request{command};
  if (parameters) sk::append(request, sk::cbor::encode(*parameters));
  return read_answer(authenticator->start(request).value_or(Bytes{}));
}

Status TestKey::set_pin(const std::string& pin, ProtocolVersion version) {
  Map request{{0x01, static_cast<int>(version)}, {0x02, 0x03}, {0x03, agree(version)}};
  const Value new_pin = encrypted(padded(pin));
  request.add(0x05, new_pin);
  request.add(0x04, secret_->authenticate(*new_pin.as<Bytes>()).expose());
  return status_of(kClientPin, request);
}

Status TestKey::change_pin(const std::string& old_pin,
                           const std::string& new_pin,
                           ProtocolVersion version) {
  Map request{{0x01, static_cast<int>(version)}, {0x02, 0x04}, {0x03, agree(version)}};
  const Value new_enc = encrypted(padded(new_pin));
  const Value hash_enc = encrypted(pin_hash(old_pin));
  Bytes message = *new_enc.as<Bytes>();
  sk::append(message, *hash_enc.as<Bytes>());
  request.add(0x04, secret_->authenticate(message).expose());
  request.add(0x05, new_enc);
  request.add(0x06, hash_enc);
  return status_of(kClientPin, request);
}

Map TestKey::token_request(const std::string& pin,
                           std::uint8_t permissions,
                           ProtocolVersion version) {
  Map request{{0x01, static_cast<int>(version)}, {0x02, 0x09}, {0x03, agree(version)}};
  request.add(0x06, encrypted(pin_hash(pin)));
  request.add(0x09, int{permissions});
  request.add(0x0A, "example.org");
  return request;
}

Status TestKey::get_token(const std::string& pin,
                          std::uint8_t permissions,
                          ProtocolVersion version) {
  return take_token(token_request(pin, permissions, version));
}

Status TestKey::take_token(const Map& request) {
  const Answer answer = call(kClientPin, request);
  if (answer.status == Status::kOk) {
    const auto token = secret_->decrypt(answer.get<Bytes>(0x02));
    if (token) token_ = copy(token->expose());
  }
  return answer.status;
}

Map TestKey::authorised(std::uint8_t command, const Map& request) const {
  const bool is_make = command == kMakeCredential;
  const auto proof = sk::authenticate(version_, token_, client_data_hash());
  Map signed_request = with(request, is_make ? 0x08 : 0x06, Value(proof.expose()));
  return with(signed_request, is_make ? 0x09 : 0x07, Value(static_cast<int>(version_)));
}

Bytes TestKey::prove(BytesView message) const {
  return copy(sk::authenticate(version_, token_, message).expose());
}

Map TestKey::managing(int subcommand, const std::optional<Map>& params) const {
  Bytes message{static_cast<std::uint8_t>(subcommand)};
  Map request{{0x01, subcommand}, {0x03, protocol()}};
  if (params) {
    sk::append(message, sk::cbor::encode(*params));
    request.add(0x02, *params);
  }
  request.add(0x04, prove(message));
  return request;
}

Map TestKey::configuring(int subcommand, const std::optional<Map>& params) const {
  Bytes message(32, 0xFF);
  message.push_back(kConfig);
  message.push_back(static_cast<std::uint8_t>(subcommand));
  Map request{{0x01, subcommand}, {0x03, protocol()}};
  if (params) {
    sk::append(message, sk::cbor::encode(*params));
    request.add(0x02, *params);
  }
  request.add(0x04, prove(message));
  return request;
}

std::optional<bool> TestKey::option(const char* name) {
  const Map options = call(kGetInfo).get<Map>(0x04);
  const Value* value = options.find(name);
  return value == nullptr ? std::nullopt : std::optional(*value->as<bool>());
}

Map TestKey::hmac_secret_input(const Bytes& salts, ProtocolVersion version) {
  Map input{{0x01, agree(version)}};
  const Value salt_enc = encrypted(salts);
  input.add(0x02, salt_enc);
  input.add(0x03, secret_->authenticate(*salt_enc.as<Bytes>()).expose());
  input.add(0x04, static_cast<int>(version));
  return input;
}

Bytes TestKey::decrypt(const Bytes& ciphertext) const {
  const auto plaintext = secret_->decrypt(ciphertext);
  return plaintext ? copy(plaintext->expose()) : Bytes{};
}

Bytes TestKey::register_user(const std::string& user_id, const Map& extensions) {
  Map request = with(
      make_request(), 0x03, Map{{"id", Bytes(user_id.begin(), user_id.end())}, {"name", user_id}});
  request = with(request, 0x06, Value(extensions));
  request = with(request, 0x07, Map{{"rk", true}});
  if (store.pin()) request = authorised(kMakeCredential, request);
  const Answer answer = call(kMakeCredential, request);
  if (answer.status != Status::kOk) return {};
  return read_auth_data(answer.get<Bytes>(0x02)).credential_id;
}

Value TestKey::agree(ProtocolVersion version) {
  const Answer answer = call(kClientPin, Map{{0x01, static_cast<int>(version)}, {0x02, 0x02}});
  const sk::PinProtocol client(version);
  auto secret = client.decapsulate(answer.get<Map>(0x01));
  if (!secret) throw std::runtime_error("the key's public key is none");
  version_ = version;
  secret_.emplace(std::move(*secret));
  return *client.public_key();
}

Value TestKey::encrypted(BytesView plaintext) {
  auto ciphertext = secret_->encrypt(plaintext, random);
  return ciphertext ? Value(std::move(*ciphertext)) : Value();
}

}  // namespace firstkey::tests::softkey
