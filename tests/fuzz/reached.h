#pragma once
// Counts how often a target got where its seeds are to bring it. libfido2 is not instrumented: the
// coverage that libFuzzer prints ends before it, and these counts tell what was reached behind it.
// tests/fuzz/run fails a target for which one of them stays zero.

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "device/error.h"

namespace firstkey::tests {

class Reached {
 public:
  /// One place. `what` outlives the program's end; the count is printed there: "reached: 17 times
  /// a credential made".
  explicit Reached(const char* what) : what_(what) {
    all().push_back(this);
    static const int kIsToBePrinted = std::atexit([] {
      for (const auto* place : all()) {
        std::fprintf(stderr, "reached: %zu times %s\n", place->times_, place->what_);
      }
    });
    static_cast<void>(kIsToBePrinted);
  }
  Reached(const Reached&) = delete;
  Reached& operator=(const Reached&) = delete;
  ~Reached() = default;

  void count_if(bool is_there) { times_ += is_there ? 1 : 0; }

 private:
  static std::vector<Reached*>& all() {
    // Never destroyed: it is read when the program ends.
    static auto& places = *new std::vector<Reached*>;
    return places;
  }

  const char* what_;
  std::size_t times_ = 0;
};

}  // namespace firstkey::tests
