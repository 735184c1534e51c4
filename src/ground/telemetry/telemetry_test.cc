#include <gtest/gtest.h>

#include <limits>
#include <thread>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/os/testing/manual_clock.h"
#include "ground/telemetry/counters.h"
#include "ground/telemetry/log.h"
#include "ground/vocabulary/text.h"

namespace cairn::telemetry {
namespace {

class Logs : public testing::Test {
 protected:
  Log Open(Log::Settings settings) { return *Log::ToFile(folder_ / "log", clock_, settings); }
  std::string Written() { return *os::ReadFile(folder_ / "log"); }

  os::testing::ManualClock clock_{1'359'691'506'007};
  os::TempFolder folder_ = *os::TempFolder::Create();
};

TEST_F(Logs, TextLinesAreForPeople) {
  Log log = Open({});
  log.Write(Level::Warning, "request refused",
            {{"path", "/x"}, {"status", 429}, {"why", "too many"}, {"empty", ""}});
  EXPECT_EQ(
      Written(),
      "2013-02-01T04:05:06.007Z WARNING request refused path=/x status=429 why=\"too many\" empty=\"\"\n");
}

TEST_F(Logs, JsonLinesAreForPrograms) {
  Log log = Open({Level::Info, Log::Format::Json});
  log.Write(Level::Error, "no \"disk\"", {{"left", 0.5}, {"ok", false}});
  EXPECT_EQ(Written(),
            "{\"time\":\"2013-02-01T04:05:06.007Z\",\"level\":\"error\",\"message\":\"no "
            "\\\"disk\\\"\",\"left\":0.5,\"ok\":false}\n");
}

TEST_F(Logs, ForeignTextCannotForgeALine) {
  Log log = Open({});
  log.Write(Level::Info, "user \"x\"\nERROR forged", {{"name", "a\nERROR forged"}, {"bytes", "\xff\x1b[2J"}});
  const std::string written = Written();
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 1);
  EXPECT_EQ(written.find('\x1b'), std::string::npos);
  EXPECT_NE(written.find("user \"x\"\\nERROR forged"), std::string::npos) << written;
}

TEST_F(Logs, LinesBelowTheLevelAreLeftOut) {
  Log log = Open({Level::Warning, Log::Format::Text});
  log.Write(Level::Info, "quiet");
  EXPECT_FALSE(log.Wants(Level::Info));
  EXPECT_EQ(Written(), "");
  EXPECT_EQ(*LevelOf("Warning"), Level::Warning);
  EXPECT_NE(LevelOf("warnin").error().message.find("'warning'"), std::string::npos);
}

TEST_F(Logs, LinesOfThreadsDoNotMix) {
  Log log = Open({});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&log, t] {
      for (int i = 0; i < 200; ++i) log.Write(Level::Info, std::string(50, static_cast<char>('a' + t)));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string written = Written();
  int lines = 0;
  for (const std::string_view line : Split(written, '\n')) {
    if (line.empty()) continue;
    ++lines;
    EXPECT_EQ(line.substr(line.size() - 50), std::string(50, line.back()));
  }
  EXPECT_EQ(lines, 800);
  EXPECT_EQ(log.lost(), 0u);
}

TEST_F(Logs, AFullDiskLosesLinesNotTheWork) {
  Log log = *Log::ToFile("/dev/full", clock_, {});
  log.Write(Level::Info, "lost");
  EXPECT_EQ(log.lost(), 1u);
}

TEST(Counters, AreShownInPrometheusForm) {
  Counters counters;
  Counter& requests = counters.Count("cairn_requests_total", "Requests answered.", {{"path", "a\"b\\c\n"}});
  requests.Add(3);
  EXPECT_EQ(&requests,
            &counters.Count("cairn_requests_total", "Requests answered.", {{"path", "a\"b\\c\n"}}));
  counters.Count("cairn_requests_total", "Requests answered.").Add();
  counters.Level("cairn_open_runs", "Runs that have not ended.").Set(std::numeric_limits<double>::infinity());
  EXPECT_EQ(
      counters.Exposition(),
      "# HELP cairn_open_runs Runs that have not ended.\n# TYPE cairn_open_runs gauge\ncairn_open_runs +Inf\n"
      "# HELP cairn_requests_total Requests answered.\n# TYPE cairn_requests_total counter\n"
      "cairn_requests_total 1\ncairn_requests_total{path=\"a\\\"b\\\\c\\n\"} 3\n");
}

TEST(Counters, DurationsFallIntoCumulativeBuckets) {
  Counters counters;
  Durations& times = counters.Times("cairn_request_seconds", "Time to answer.", {{"m", "x"}});
  for (const double seconds : {0.001, 0.002, 1000.0}) times.Observe(seconds);
  EXPECT_EQ(times.count(), 3u);
  const std::string shown = counters.Exposition();
  for (const char* line : {"cairn_request_seconds_bucket{m=\"x\",le=\"5e-04\"} 0\n",
                           "cairn_request_seconds_bucket{m=\"x\",le=\"0.001\"} 1\n",
                           "cairn_request_seconds_bucket{m=\"x\",le=\"0.0025\"} 2\n",
                           "cairn_request_seconds_bucket{m=\"x\",le=\"100\"} 2\n",
                           "cairn_request_seconds_bucket{m=\"x\",le=\"+Inf\"} 3\n",
                           "cairn_request_seconds_count{m=\"x\"} 3\n"}) {
    EXPECT_NE(shown.find(line), std::string::npos) << line << shown;
  }
}

TEST(Counters, CountFromManyThreads) {
  Counters counters;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) counters.Count("cairn_x_total", "X.").Add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counters.Count("cairn_x_total", "X.").value(), 4000u);
}

}  // namespace
}  // namespace cairn::telemetry
