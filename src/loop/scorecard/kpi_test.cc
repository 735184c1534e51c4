#include "loop/scorecard/kpi.h"

#include <gtest/gtest.h>

namespace cairn::scorecard {
namespace {

charter::Kpi Goal(std::string source, std::string comparator, double target) {
  charter::Kpi kpi;
  kpi.name = source;
  kpi.source = std::move(source);
  kpi.comparator = std::move(comparator);
  kpi.target = target;
  return kpi;
}

TEST(KpiTest, PassFailAndUnknownComeFromLiveFigures) {
  Meters meters;
  meters.quality = [](std::string_view metric) -> Result<std::optional<double>> {
    return metric == "log_loss" ? std::optional(0.51) : std::nullopt;
  };
  meters.evaluation = [](std::string_view) -> Result<std::optional<double>> { return std::optional(450.0); };
  meters.fallback_share = [] { return std::optional<double>(); };
  const auto all =
      StatusOf({Goal("quality.log_loss", "<=", 0.56), Goal("evaluation.cost_per_1000", "<=", 400),
                Goal("quality.roc_auc", ">=", 0.6), Goal("serving.fallback_share", "<", 0.01),
                Goal("serving.latency_p99_ms", "<", 20)},
               meters);
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_EQ((*all)[0].verdict, KpiStatus::Verdict::Pass);
  EXPECT_EQ((*all)[0].why, "0.51 is <= 0.56");
  EXPECT_EQ((*all)[1].verdict, KpiStatus::Verdict::Fail);
  EXPECT_EQ((*all)[1].why, "450 is not <= 400");
  for (std::size_t i = 2; i < 5; ++i) {
    EXPECT_EQ((*all)[i].verdict, KpiStatus::Verdict::Unknown);
    EXPECT_FALSE((*all)[i].why.empty());
    EXPECT_TRUE(ToJson((*all)[i]).At("value").IsNull());
  }
}

TEST(KpiTest, AFailingSourceIsAnErrorNotAnUnknown) {
  Meters meters;
  meters.quality = [](std::string_view) -> Result<std::optional<double>> {
    return Error{Reason::Corrupt, "the store is damaged"};
  };
  const auto all = StatusOf({Goal("quality.log_loss", "<=", 1)}, meters);
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().reason, Reason::Corrupt);
}

}  // namespace
}  // namespace cairn::scorecard
