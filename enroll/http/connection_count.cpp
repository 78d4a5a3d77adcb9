#include "enroll/http/connection_count.h"

#include <utility>

namespace firstkey::enroll::http {

ConnectionCount::Place::Place(ConnectionCount& count, std::string address)
    : count_(count), address_(std::move(address)) {
  ++count_.open_;
  ++count_.of_address_[address_];
}

ConnectionCount::Place::~Place() {
  --count_.open_;
  const auto counted = count_.of_address_.find(address_);
  if (--counted->second == 0) count_.of_address_.erase(counted);
}

std::unique_ptr<ConnectionCount::Place> ConnectionCount::take(const std::string& address) {
  const auto counted = of_address_.find(address);
  const auto of_address = counted == of_address_.end() ? 0 : counted->second;
  if (open_ >= most_ || of_address >= most_of_address_) return nullptr;
  return std::make_unique<Place>(*this, address);
}

}  // namespace firstkey::enroll::http
