#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loop/monitoring/monitoring.h"

namespace cairn::monitoring {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kAround = R"(project: flights
charter:
  kpis:
    - {name: honest risk, kind: model, source: quality.log_loss, comparator: "<=", target: 0.56, owner: Ada, due: 2014-01-01}
data:
  flights:
    path: data/flights
    target: late
    contract:
      columns:
        carrier: {type: string}
        distance: {type: number}
        at: {type: timestamp}
        late: {type: integer, serving: false}
model: {name: late-arrival, dataset: flights}
)";

Result<std::vector<Monitor>> Parse(const std::string& entry) {
  const auto node = ParseYaml(std::string(kAround) + "monitors:\n  - " + entry + "\n", "cairn.yaml");
  EXPECT_TRUE(node) << node.error().message;
  return ParseMonitors(*node);
}

TEST(ParseMonitorsTest, ReadsQualityAndDrift) {
  const auto quality =
      Parse("{name: q, protects: honest risk, quality: log_loss, window: 7d, min_rows: 500, above: 0.56}");
  ASSERT_TRUE(quality) << quality.error().message;
  const Monitor& monitor = quality->front();
  EXPECT_EQ(monitor.quality, "log_loss");
  EXPECT_EQ(monitor.window_ms, 7 * 86'400'000LL);
  EXPECT_EQ(monitor.min_rows, 500);
  EXPECT_TRUE(monitor.Breached(0.57));
  EXPECT_FALSE(monitor.Breached(0.56));
  const auto drift = Parse(
      "{name: d, protects: honest risk, drift: chi_square, columns: [carrier, distance], window: 6h, below: "
      "0.05}");
  ASSERT_TRUE(drift) << drift.error().message;
  EXPECT_TRUE(drift->front().Breached(0.01));
  EXPECT_FALSE(drift->front().Breached(0.05));
}

TEST(ParseMonitorsTest, MistakesAreNamedWithTheirPlace) {
  const std::vector<std::pair<std::string, std::string>> mistakes{
      {"{name: q, protects: honest rsk, quality: log_loss, window: 7d, above: 1}",
       "Did you mean 'honest risk'?"},
      {"{name: q, protects: honest risk, quality: logloss, window: 7d, above: 1}", "logloss"},
      {"{name: q, protects: honest risk, quality: log_loss, window: 7d}", "one bound"},
      {"{name: q, protects: honest risk, quality: log_loss, window: 7d, above: 1, below: 2}", "one bound"},
      {"{name: q, protects: honest risk, quality: log_loss, above: 1}", "needs a 'window'"},
      {"{name: q, protects: honest risk, quality: log_loss, window: 0d, above: 1}", "duration"},
      {"{name: q, protects: honest risk, quality: log_loss, drift: psi, window: 7d, above: 1}", "either"},
      {"{name: q, protects: honest risk, drift: psy, columns: [carrier], window: 7d, above: 1}",
       "Did you mean 'psi'?"},
      {"{name: q, protects: honest risk, drift: psi, window: 7d, above: 1}", "columns"},
      {"{name: q, protects: honest risk, drift: psi, columns: [carier], window: 7d, above: 1}",
       "Did you mean 'carrier'?"},
      {"{name: q, protects: honest risk, drift: ks, columns: [carrier], window: 7d, above: 1}",
       "compares numbers"},
      {"{name: q, protects: honest risk, drift: psi, columns: [late], window: 7d, above: 1}",
       "requests do not carry"},
      {"{name: q, protects: honest risk, drift: psi, columns: [at], window: 7d, above: 1}", "is a time"},
      {"{name: q, protects: honest risk, drift: psi, columns: [carrier], window: 7d, below: 1}",
       "its bound is 'above'"},
      {"{name: q, protects: honest risk, quality: log_loss, window: 7d, above: 1, min_row: 3}", "min_rows"},
      {"{name: q, protects: honest risk, quality: log_loss, window: 7d, above: 1, min_rows: 0}",
       "at least 1"},
  };
  for (const auto& [entry, part] : mistakes) {
    const auto parsed = Parse(entry);
    ASSERT_FALSE(parsed) << entry;
    EXPECT_EQ(parsed.error().reason, Reason::InvalidArgument);
    EXPECT_THAT(parsed.error().message, HasSubstr(part)) << entry;
    EXPECT_THAT(parsed.error().message, HasSubstr("cairn.yaml:")) << entry;
  }
}

}  // namespace
}  // namespace cairn::monitoring
