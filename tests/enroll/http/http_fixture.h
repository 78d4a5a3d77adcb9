#pragma once
// A server on loopback with routes that show what a server does with any: an answer at once, an
// echo, and work that a test holds up as long as it likes.

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <fcntl.h>

#include "enroll/http/server.h"
#include "tests/support/fake_clock.h"
#include "tests/support/loopback_client.h"

namespace firstkey::tests {

/// Holds up whoever passes while it is shut.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }
  void wait_for_arrivals(int count) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(
        lock, std::chrono::seconds(kClientPatience), [&] { return arrived_ >= count; }));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = false;
  int arrived_ = 0;
};

/// What all streams of a server send, and how many listen.
class StreamScript {
 public:
  /// Sends `text` to those who listen, and to whoever comes later.
  void tell(const std::string& text) {
    change([&] {
      text_ += text;
      wake();
    });
  }
  void end() {
    change([&] {
      rest_ = enroll::http::EventFeed::Rest::kNone;
      wake();
    });
  }
  void wait_for_listeners(int count) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::seconds(kClientPatience), [&] {
      return static_cast<int>(wakes_.size()) == count;
    }));
  }

 private:
  friend class ScriptedFeed;
  void change(const auto& edit) {
    const std::lock_guard lock(mutex_);
    edit();
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  void wake() {
    for (const auto& [feed, wakes] : wakes_) wakes();
  }

  std::map<const void*, std::function<void()>> wakes_;
  std::string text_;
  enroll::http::EventFeed::Rest rest_ = enroll::http::EventFeed::Rest::kFollows;
};

class ScriptedFeed final : public enroll::http::EventFeed {
 public:
  explicit ScriptedFeed(StreamScript& script) : script_(script) {}
  ~ScriptedFeed() override {
    script_.change([&] { script_.wakes_.erase(this); });
  }
  ScriptedFeed(const ScriptedFeed&) = delete;
  ScriptedFeed& operator=(const ScriptedFeed&) = delete;
  Portion take() override {
    const std::lock_guard lock(script_.mutex_);
    Portion portion{.text = script_.text_.substr(sent_), .rest = script_.rest_};
    sent_ = script_.text_.size();
    return portion;
  }
  void listen(std::function<void()> wake) override {
    script_.change([&] { script_.wakes_.emplace(this, std::move(wake)); });
  }

 private:
  StreamScript& script_;
  std::size_t sent_ = 0;
};

class HttpFixture {
 public:
  explicit HttpFixture(const enroll::http::Limits& limits = {},
                       const enroll::http::TlsFiles* tls = nullptr) {
    using enroll::http::Answer;
    using enroll::http::Arguments;
    using enroll::http::Lane;
    using enroll::http::Request;
    router.add({"GET", "/tiny", Lane::kAtOnce, [](Request&, const Arguments&) {
                  return Answer{.body = "{}"};
                }});
    router.add({"POST", "/echo/{}", Lane::kStore, [](Request& asked, const Arguments& arguments) {
                  return Answer{.body = arguments[0] + ":" + asked.body};
                }});
    router.add({"GET", "/held", Lane::kStore, [this](Request&, const Arguments&) {
                  gate.pass();
                  return Answer{.body = "held"};
                }});
    router.add({"GET", "/hash", Lane::kHash, [this](Request&, const Arguments&) {
                  gate.pass();
                  return Answer{.body = "hashed"};
                }});
    router.add({"GET", "/events", Lane::kStore, [this](Request&, const Arguments&) {
                  return Answer{.content_type = "text/event-stream",
                                .events = std::make_shared<ScriptedFeed>(script)};
                }});
    router.add({"GET", "/throws", Lane::kStore, [](Request&, const Arguments&) -> Answer {
                  throw std::runtime_error("out of luck");
                }});
    auto opened = enroll::http::Server::open(
        {{.address = "127.0.0.1", .tls = tls, .dispatcher = &dispatcher}},
        limits,
        {.metrics = metrics, .log = log});
    REQUIRE_MESSAGE(opened, (opened ? std::string() : opened.error().detail));
    server = std::move(opened.value());
    thread = std::thread([this] { server->run(); });
  }
  ~HttpFixture() {
    gate.open();
    stop();
    workers.reset();
    hashers.reset();
  }
  HttpFixture(const HttpFixture&) = delete;
  HttpFixture& operator=(const HttpFixture&) = delete;

  /// Stops the server and waits until it has.
  void stop() {
    server->stop();
    if (thread.joinable()) thread.join();
  }
  [[nodiscard]] std::uint16_t port() const { return server->ports().front(); }

  core::SystemClock clock;
  core::SystemRandom random;
  Gate gate;
  StreamScript script;
  device::FileDescriptor nowhere{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  enroll::http::Metrics metrics;
  enroll::http::RequestLog log{clock, nowhere.get()};
  enroll::http::RateLimit by_address{clock, {.burst = 100'000, .a_second = 100'000}};
  std::unique_ptr<enroll::http::WorkerPool> workers =
      std::make_unique<enroll::http::WorkerPool>(2, 4);
  std::unique_ptr<enroll::http::WorkerPool> hashers =
      std::make_unique<enroll::http::WorkerPool>(1, 1);
  enroll::http::Router router;
  enroll::http::Dispatcher dispatcher{{.router = router,
                                       .clock = clock,
                                       .random = random,
                                       .by_address = by_address,
                                       .store_workers = *workers,
                                       .hash_workers = *hashers,
                                       .metrics = metrics,
                                       .log = log}};
  std::unique_ptr<enroll::http::Server> server;
  std::thread thread;
};

}  // namespace firstkey::tests
