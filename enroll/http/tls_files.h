#pragma once
// Where what a server shows who it is with lies.

#include <string>

namespace firstkey::enroll::http {

struct TlsFiles {
  std::string certificate;  ///< PEM, the server's own first, then its intermediates
  std::string key;          ///< PEM
};

}  // namespace firstkey::enroll::http
