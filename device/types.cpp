#include "device/types.h"

#include <algorithm>

namespace firstkey::device {

bool AuthenticatorFacts::has_version(std::string_view version) const {
  return std::ranges::find(versions, version) != versions.end();
}

bool AuthenticatorFacts::has_extension(std::string_view extension) const {
  return std::ranges::find(extensions, extension) != extensions.end();
}

bool AuthenticatorFacts::has_algorithm(CoseAlgorithm algorithm) const {
  return std::ranges::find(algorithms, algorithm) != algorithms.end();
}

}  // namespace firstkey::device
