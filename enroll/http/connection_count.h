#pragma once
// How many connections are open, in all and of one address. Threads: one, the server's.

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "enroll/http/limits.h"

namespace firstkey::enroll::http {

class ConnectionCount {
 public:
  explicit ConnectionCount(const Limits& limits)
      : most_(limits.connections), most_of_address_(limits.connections_of_address) {}

  /// Counted as long as it lives; the count must outlive it.
  class Place {
   public:
    Place(ConnectionCount& count, std::string address);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    ConnectionCount& count_;
    std::string address_;
  };

  /// Null when there is no room for another one of `address`.
  [[nodiscard]] std::unique_ptr<Place> take(const std::string& address);
  [[nodiscard]] std::size_t open() const noexcept { return open_; }

 private:
  std::size_t most_;
  std::size_t most_of_address_;
  std::size_t open_ = 0;
  std::map<std::string, std::size_t> of_address_;
};

}  // namespace firstkey::enroll::http
