// A card that answers whatever it likes. The first byte says who meets it, the rest is the script
// of card_script.h:
//
//   00 size (2)   a request of that size, handed over and waited for (NfcTransport)
//   01            a command and its whole answer (ApduExchange)
//   02            the real libfido2 over a card's link, from opening to closing

#include "device/card_link.h"
#include "device/cbor_bounds.h"
#include "device/fido2_authenticator.h"
#include "tests/fuzz/card_script.h"
#include "tests/fuzz/reached.h"

using namespace firstkey;
using device::CallLimits;
using device::ErrorCode;
using device::Result;
using tests::CardScript;
using tests::demand;
using tests::Reached;
using tests::ScriptedCardChannel;
using tests::TimedCalls;

namespace {

Reached selected("an applet selected");
Reached whole("an answer in one piece");
Reached answered("a request answered");
Reached opened("a card opened");
Reached told_to_stop("a call ended by the person");
Reached out_of_time("a call ended by its time");
Reached too_large("an answer refused for its size");
Reached no_applet("a card without the applet told");
Reached garbage("garbage told");

/// Makes a call in its time and notes how it ended.
template <class Call>
auto made(TimedCalls& calls, const Call& call) {
  auto result = calls(call);
  const auto ended_with = [&](ErrorCode code) { return !result && result.error().code == code; };
  told_to_stop.count_if(ended_with(ErrorCode::kCancelled));
  out_of_time.count_if(ended_with(ErrorCode::kTimeout));
  too_large.count_if(ended_with(ErrorCode::kTooLarge));
  no_applet.count_if(ended_with(ErrorCode::kNoApplet));
  garbage.count_if(ended_with(ErrorCode::kGarbage));
  return result;
}

/// One call of the transport, made under a running call of its own.
template <class Step>
auto step(TimedCalls& calls, device::WakeEvent& wake, const Step& what) {
  return made(calls, [&](const CallLimits& limits) {
    wake.clear();
    device::RunningCall call(limits, wake);
    return what(call);
  });
}

void exchange(CardScript& card, TimedCalls& calls) {
  device::WakeEvent wake;
  ScriptedCardChannel channel(card);
  device::ApduExchange apdus(channel, wake);
  const device::CommandApdu command{.cla = 0x80, .ins = 0x10, .expected = device::kShortAnswer};
  const auto answer =
      step(calls, wake, [&](device::RunningCall& call) { return apdus.ask(command, call); });
  whole.count_if(answer.has_value());
  if (!answer) return;
  demand((answer->status & 0xFF00U) != 0x6100U, "nothing is left to fetch");
  demand(answer->data.size() <= device::kLongestCardAnswer,
         "an answer is no longer than any message");
}

void transport(CardScript& card, TimedCalls& calls, std::size_t size) {
  device::WakeEvent wake;
  ScriptedCardChannel channel(card);
  device::NfcTransport nfc(channel, wake);
  selected.count_if(
      step(calls, wake, [&](device::RunningCall& call) { return nfc.select(call); }).has_value());
  (void)step(calls, wake, [&](device::RunningCall& call) { return nfc.is_ctap2(call); });
  const device::Bytes request(size, 0x55);
  const auto answer = step(calls, wake, [&](device::RunningCall& call) -> Result<device::Bytes> {
    if (auto begun = nfc.begin(request, call); !begun) return std::unexpected(begun.error());
    return nfc.finish(call);
  });
  answered.count_if(answer.has_value());
  if (answer)
    demand(device::is_bounded_answer(answer.value()), "only bounded answers are handed on");
  (void)step(calls, wake, [&](device::RunningCall& call) -> Result<void> {
    nfc.deselect(call);
    return {};
  });
}

void authenticator(CardScript& card, TimedCalls& calls) {
  auto key = made(calls, [&](const CallLimits& limits) {
    return device::Fido2Authenticator::open(
        std::make_unique<device::CardLink>(
            [&](device::RunningCall& /*call*/,
                device::WakeEvent& /*wake*/) -> Result<std::unique_ptr<device::CardChannel>> {
              return std::make_unique<ScriptedCardChannel>(card);
            },
            [] {}),
        {.path = "ccid:A reader 00 00", .is_chosen_by_placing = true},
        limits);
  });
  opened.count_if(key.has_value());
  if (!key) return;
  (void)made(calls, [&](const CallLimits& limits) { return key.value()->pin_retries(limits); });
  (void)made(calls, [&](const CallLimits& limits) {
    return key.value()->get_assertion({.rp_id = "example.org"}, nullptr, limits);
  });
  // The link says goodbye to its card, within the grace.
  (void)calls([&](const CallLimits& /*limits*/) -> Result<void> {
    key.value().reset();
    return {};
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  tests::InputScript script({input, size});
  TimedCalls calls;
  switch (script.byte()) {
    case 0x00: {
      const std::size_t request_size = script.word();
      CardScript card(script, calls);
      transport(card, calls, request_size);
      break;
    }
    case 0x01: {
      CardScript card(script, calls);
      exchange(card, calls);
      break;
    }
    case 0x02: {
      CardScript card(script, calls);
      authenticator(card, calls);
      break;
    }
    default:
      break;
  }
  return 0;
}
