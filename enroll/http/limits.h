#pragma once
// What one client may cost the server. Every wait for a client has an end, every size a bound.
// Source of the numbers: ours; enroll/http/README.md, "Limits".

#include <chrono>
#include <cstddef>

namespace firstkey::enroll::http {

struct Limits {
  std::size_t header_bytes = std::size_t{16} << 10U;
  std::size_t body_bytes = std::size_t{256}
                           << 10U;  ///< a registration with a long chain has some 20 KiB

  std::chrono::milliseconds handshake_time{10'000};
  std::chrono::milliseconds idle_time{60'000};    ///< between two requests
  std::chrono::milliseconds header_time{10'000};  ///< from its first byte to its end
  std::chrono::milliseconds body_time{20'000};
  std::chrono::milliseconds write_time{20'000};
  std::chrono::milliseconds farewell_time{2'000};  ///< for a refused client to stop sending
  std::chrono::milliseconds heartbeat{15'000};  ///< of a stream: proxies close after 30 s or more
  std::chrono::milliseconds stream_time{
      1'800'000};  ///< then its client comes again, and is judged again
  std::chrono::milliseconds drain_time{10'000};  ///< for what runs when the server stops

  std::size_t connections = 2'000;
  std::size_t connections_of_address = 256;
};

}  // namespace firstkey::enroll::http
