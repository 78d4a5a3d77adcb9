#include "device/discovery.h"

#include <utility>

#include "device/composite_discovery.h"
#include "device/hid_source.h"
#include "device/pcsc_source.h"
#include "device/simulator_source.h"

namespace firstkey::device {

namespace {

bool is_sought(const DiscoveryChoice& choice, Transport transport) {
  return choice.hardware == DiscoveryChoice::Hardware::kIncluded &&
         (!choice.only || choice.only->transport == transport);
}

std::vector<SimulatorAddress> named_simulators(const DiscoveryChoice& choice) {
  if (!choice.only) return choice.simulators;
  const auto only = SimulatorAddress::parse(choice.only->text);
  return only ? std::vector{*only} : std::vector<SimulatorAddress>();
}

}  // namespace

std::unique_ptr<KeyDiscovery> make_discovery(DiscoveryChoice choice) {
  std::vector<std::unique_ptr<KeySource>> sources;
  if (is_sought(choice, Transport::kUsb)) sources.push_back(std::make_unique<HidSource>());
  if (is_sought(choice, Transport::kReader)) sources.push_back(std::make_unique<PcscSource>());
  if (const auto simulators = named_simulators(choice); !simulators.empty()) {
    sources.push_back(std::make_unique<SimulatorSource>(simulators));
  }
  return std::make_unique<CompositeDiscovery>(std::move(sources), std::move(choice.only));
}

}  // namespace firstkey::device
