#include "enroll/http/tls_identity.h"

#include <openssl/ssl.h>

namespace firstkey::enroll::http {

namespace {

namespace asio = boost::asio;

std::unexpected<core::Error> unusable(const std::string& path,
                                      const boost::system::error_code& error) {
  return core::fail(core::ErrorCode::kInvalidArgument, path + ": " + error.message());
}

}  // namespace

core::Result<std::shared_ptr<asio::ssl::context>> load_identity(const TlsFiles& files) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  auto* const native = context->native_handle();
  ::SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  ::SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  // An idle connection gives its buffers back: some 34 KiB each.
  ::SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  boost::system::error_code error;
  context->use_certificate_chain_file(files.certificate, error);
  if (error) return unusable(files.certificate, error);
  context->use_private_key_file(files.key, asio::ssl::context::pem, error);
  if (error) return unusable(files.key, error);
  if (::SSL_CTX_check_private_key(native) != 1) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      files.key + " is not the key of " + files.certificate);
  }
  return context;
}

}  // namespace firstkey::enroll::http
