#include "loop/serving/prediction_named.h"

#include <gtest/gtest.h>

#include "loop/serving/testing/test_versions.h"

namespace cairn::serving {
namespace {

TEST(PredictionNamed, IsFoundByTheIdOfTheRequestOrOfARow) {
  testing::TestService test;
  Prediction one;
  one.id = "mine.7";
  one.model = "late";
  one.inputs = {{"hour", {17, nullptr}}};
  one.scores = {0.25, 0.5};
  one.caller = "billing";
  one.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  ASSERT_TRUE(test.log->Append(one));
  one.arm = Arm::Shadow;
  one.inputs.clear();
  ASSERT_TRUE(test.log->Append(one));
  for (const char* id : {"mine.7", "mine.7.0", "mine.7.1"}) {
    const auto found = PredictionsNamed(*test.log, id);
    ASSERT_TRUE(found) << id;
    ASSERT_EQ(found->size(), 2u) << id;
    EXPECT_EQ(found->front().caller, "billing");
  }
  for (const char* id : {"mine", "mine.8", "", "mine.7.x"})
    EXPECT_EQ(PredictionsNamed(*test.log, id).error().reason, Reason::NotFound) << id;
  const Json shown = ToJson(PredictionsNamed(*test.log, "mine.7")->front());
  EXPECT_EQ(shown.At("inputs").Dump(), R"({"hour":[17,null]})");
  EXPECT_EQ(shown.Text("trace_id"), one.trace_id);
  EXPECT_EQ(shown.Int("rows"), 2);
}

}  // namespace
}  // namespace cairn::serving
