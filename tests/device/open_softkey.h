#pragma once
// A software key in a process of its own, opened over UDP as a program opens it.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

#include "device/key_configuration.h"
#include "device/simulator_source.h"
#include "tests/support/softkey_process.h"

namespace firstkey::tests {

inline const device::CallLimits kPlenty{.time_left = std::chrono::seconds(20)};

[[nodiscard]] inline device::Pin pin(std::string_view text) {
  auto made = device::Pin::create(text);
  REQUIRE(made.has_value());
  return std::move(made.value());
}

class OpenSoftkey {
 public:
  explicit OpenSoftkey(const std::string& options = "") : process(options) { reopen(); }

  void reopen() {
    key_.reset();
    auto opened = device::SimulatorSource({process.address()}).open(process.path(), kPlenty);
    REQUIRE_MESSAGE(opened.has_value(), opened.error().detail);
    key_ = std::move(opened.value());
  }
  device::Authenticator* operator->() { return key_.get(); }
  [[nodiscard]] device::KeyConfiguration& configuration() { return key_->configuration(); }

  SoftkeyProcess process;

 private:
  std::unique_ptr<device::Authenticator> key_;
};

[[nodiscard]] inline device::CredentialRequest registration() {
  return {.client_data_hash = {1, 2, 3},
          .rp_id = "example.org",
          .rp_name = "Example",
          .user_id = {4, 2},
          .user_name = "lee@example.org",
          .user_display_name = "Lee Osei",
          .algorithms = {device::kEs256}};
}

}  // namespace firstkey::tests
