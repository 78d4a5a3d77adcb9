#pragma once
// The console's table and, from the medians of the same run, ratios of one benchmark to another.

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace firstkey::tests {

class MedianReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const auto& run : runs) {
      if (run.run_type == Run::RT_Aggregate && run.aggregate_name == "median") {
        const auto& args = run.run_name.args;
        medians_[run.run_name.function_name + (args.empty() ? "" : "/" + args)] =
            run.GetAdjustedCPUTime();
      }
    }
  }
  /// CPU time of "name" or "name/argument", in the benchmark's unit; 0 if it did not run.
  [[nodiscard]] double median(const std::string& name) const {
    const auto found = medians_.find(name);
    return found == medians_.end() ? 0 : found->second;
  }
  void print_ratio(const std::string& part, const std::string& whole, const char* target) const {
    std::printf("%-32s / %-28s %6.3f  (%s)\n",
                part.c_str(),
                whole.c_str(),
                median(part) / median(whole),
                target);
  }

 private:
  std::map<std::string, double> medians_;
};

/// Runs what is registered: repeated, in random turn, medians reported. Flags of libbenchmark on
/// the command line come after, and win.
inline void run_benchmarks(int argc, char** argv, MedianReporter& reporter) {
  std::vector<std::string> defaults{argv[0],
                                    "--benchmark_repetitions=9",
                                    "--benchmark_min_time=0.2",
                                    "--benchmark_enable_random_interleaving=true",
                                    "--benchmark_report_aggregates_only=true"};
  std::vector<char*> arguments;
  for (auto& argument : defaults) arguments.push_back(argument.data());
  for (int i = 1; i < argc; ++i) arguments.push_back(argv[i]);
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  benchmark::RunSpecifiedBenchmarks(&reporter);
}

}  // namespace firstkey::tests
