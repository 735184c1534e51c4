#include "loop/charter/feasibility.h"

#include <gtest/gtest.h>

#include "ground/os/testing/manual_clock.h"
#include "ground/sql/testing/engines.h"
#include "ledger/metadata/schema.h"
#include "loop/charter/schema.h"

namespace cairn::charter {
namespace {

Verdict Judged(std::string version, bool go, std::string reason) {
  Verdict verdict;
  verdict.dataset = "flights";
  verdict.dataset_version = std::move(version);
  verdict.go = go;
  verdict.reason = std::move(reason);
  return verdict;
}

class FeasibilityTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store_.database().Migrate(std::array{&metadata::Schema(), &Schema()}));
  }

  sql::testing::TestStore store_{GetParam()};
  os::testing::ManualClock clock_;
  Feasibility feasibility_{store_.database(), clock_};
};

TEST_P(FeasibilityTest, ANoGoBlocksTrainingUntilANewerGo) {
  EXPECT_TRUE(feasibility_.AllowTraining("flights"));
  ASSERT_TRUE(feasibility_.Record(Judged("1", false, "no signal"), "ada"));
  const auto blocked = feasibility_.AllowTraining("flights");
  ASSERT_FALSE(blocked);
  EXPECT_EQ(blocked.error().reason, Reason::Denied);
  EXPECT_NE(blocked.error().message.find("no signal"), std::string::npos);
  EXPECT_TRUE(feasibility_.AllowTraining("other"));
  clock_.Advance(1);
  ASSERT_TRUE(feasibility_.Record(Judged("2", true, "signal"), "ada"));
  EXPECT_TRUE(feasibility_.AllowTraining("flights"));
}

TEST_P(FeasibilityTest, AGoOnAnOlderVersionLiftsNothing) {
  ASSERT_TRUE(feasibility_.Record(Judged("9", true, "signal"), "ada"));
  clock_.Advance(1);
  ASSERT_TRUE(feasibility_.Record(Judged("10", false, "no signal"), "ada"));
  clock_.Advance(1);
  ASSERT_TRUE(feasibility_.Record(Judged("9", true, "signal"), "ada"));
  const auto blocked = feasibility_.AllowTraining("flights");
  ASSERT_FALSE(blocked);
  EXPECT_NE(blocked.error().message.find("on version 10 is no-go"), std::string::npos)
      << blocked.error().message;
}

INSTANTIATE_TEST_SUITE_P(Engines, FeasibilityTest, testing::ValuesIn(sql::testing::Engines()));

}  // namespace
}  // namespace cairn::charter
