#include "device/link.h"

namespace firstkey::device {

namespace {

thread_local Link* opening_link = nullptr;

}  // namespace

OpeningLink::OpeningLink(Link& link) noexcept {
  opening_link = &link;
}

OpeningLink::~OpeningLink() {
  opening_link = nullptr;
}

void* open_link(const char* /*path*/) {
  if (opening_link == nullptr || !opening_link->connect()) return nullptr;
  return opening_link;
}

void close_link(void* handle) {
  static_cast<Link*>(handle)->disconnect();
}

}  // namespace firstkey::device
