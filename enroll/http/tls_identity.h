#pragma once
// What the server shows who it is with: a certificate chain and its key, from PEM files. TLS 1.2
// and later. Source: RFC 8446, RFC 5246; OpenSSL's defaults of Debian for ciphers.

#include <memory>

#include <boost/asio/ssl/context.hpp>

#include "core/result.h"
#include "enroll/http/tls_files.h"

namespace firstkey::enroll::http {

/// Shared: a connection keeps the context it began with while another is loaded.
/// Errors: kInvalidArgument, naming the file that does not read or does not fit the other.
[[nodiscard]] core::Result<std::shared_ptr<boost::asio::ssl::context>> load_identity(
    const TlsFiles& files);

}  // namespace firstkey::enroll::http
