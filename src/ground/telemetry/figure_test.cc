#include "ground/telemetry/figure.h"

#include <gtest/gtest.h>

#include <limits>

namespace cairn::telemetry {
namespace {

TEST(Figure, IsShownAsPrometheusReadsIt) {
  const std::vector<Figure> figures = {
      {"cairn_a_total", "What \\ happened\nhere.", Figure::Kind::Counter, 3, {}},
      {"cairn_b", "So much.", Figure::Kind::Gauge, 0.25, {{"model", "a \"b\"\\"}, {"version", "3"}}},
      {"cairn_b",
       "So much.",
       Figure::Kind::Gauge,
       std::numeric_limits<double>::infinity(),
       {{"model", "c"}}}};
  EXPECT_EQ(Exposition(figures),
            "# HELP cairn_a_total What \\\\ happened\\nhere.\n# TYPE cairn_a_total counter\ncairn_a_total 3\n"
            "# HELP cairn_b So much.\n# TYPE cairn_b gauge\n"
            "cairn_b{model=\"a \\\"b\\\"\\\\\",version=\"3\"} 0.25\n"
            "cairn_b{model=\"c\"} +Inf\n");
}

}  // namespace
}  // namespace cairn::telemetry
