#include <gtest/gtest.h>

#include <algorithm>

#include "loop/serving/service.h"
#include "loop/serving/testing/test_versions.h"

namespace cairn::serving {
namespace {

using testing::Constant;
using testing::ScriptedModel;
using testing::TestService;

Settings With(const std::string& serving) {
  return TestService::Parsed(
      "charter:\n  heuristic:\n    - {when: \"hour >= 17\", score: 0.6}\n    - {otherwise: 0.18}\n"
      "model: {name: late-arrival}\nserving: " +
      serving + "\n");
}

Question Hour(int hour) {
  Question question;
  question.rows = 1;
  question.columns = {{"hour", {hour}}};
  return question;
}

Consequence Of(const std::vector<Consequence>& plan, const std::string& failure) {
  for (const auto& one : plan)
    if (one.failure.find(failure) != std::string::npos) return one;
  ADD_FAILURE() << "nothing is said of: " << failure;
  return {};
}

TEST(ServiceOutage, ThePlanIsReadOffTheSettingsAndWhatIsLoaded) {
  TestService test;
  test.versions->Put(1, Constant(0.25F));
  test.versions->Put(2, Constant(0.5F));
  test.versions->Promote(1);
  EXPECT_TRUE(test.service->Plan().empty());
  ASSERT_TRUE(test.service->Configure(With("{fallback: none}")));
  EXPECT_FALSE(Of(test.service->Plan(), "the model fails").answered);
  ASSERT_TRUE(test.service->Configure(With("{fallback: [previous, heuristic]}")));
  EXPECT_EQ(Of(test.service->Plan(), "the model fails").by, "heuristic");
  EXPECT_FALSE(Of(test.service->Plan(), "'previous' is skipped").what.empty());
  test.versions->Promote(2);
  ASSERT_TRUE(test.service->Follow());
  EXPECT_EQ(Of(test.service->Plan(), "the model fails").what,
            "version 1 (in production before) answers, or else the charter's heuristic.");
  EXPECT_FALSE(Of(test.service->Plan(), "disk is full").answered);
  test.versions->Put(3, std::make_shared<testing::WorkerLikeModel>(0.75F));
  test.versions->Promote(3);
  ASSERT_TRUE(test.service->Follow());
  EXPECT_TRUE(Of(test.service->Plan(), "all worker processes are killed").answered);
  EXPECT_NE(Of(test.service->Plan(), "the model hangs").what.find("after 10 s"), std::string::npos);
  test.versions->Promote(0);
  ASSERT_TRUE(test.service->Follow());
  EXPECT_TRUE(Of(test.service->Plan(), "no version in production").answered);
}

TEST(ServiceOutage, ADrillAsksEveryLinkAndLeavesNoTrace) {
  TestService test;
  std::atomic<bool> fails = false;
  test.versions->Put(1, Constant(0.25F));
  test.versions->Put(
      2, std::make_shared<ScriptedModel>([&](std::span<const float> hours) -> Result<std::vector<float>> {
        if (fails) return Error{Reason::Internal, "The model failed."};
        return std::vector<float>(hours.size(), 1.5F);
      }));
  test.versions->Promote(1);
  ASSERT_TRUE(test.service->Configure(With("{fallback: [previous, heuristic, {default: 0.9}]}")));
  test.versions->Promote(2);
  ASSERT_TRUE(test.service->Follow());
  const auto blank = test.service->RunDrill({});
  ASSERT_TRUE(blank) << blank.error().message;
  EXPECT_EQ(blank->row, "blanks");
  ASSERT_EQ(blank->links.size(), 4u);
  EXPECT_FALSE(blank->links[0].answered);
  EXPECT_NE(blank->links[0].why.find("answered 1.5"), std::string::npos);
  const auto given = test.service->RunDrill(Hour(20));
  EXPECT_EQ(given->links[1].who, "previous");
  EXPECT_EQ(given->links[1].version, 1);
  EXPECT_EQ(given->links[1].score, 0.25);
  EXPECT_EQ(given->links[2].score, 0.6);
  EXPECT_EQ(given->links[3].score, 0.9);
  fails = true;
  EXPECT_EQ(test.service->RunDrill({})->links[0].why, "The model failed.");
  const auto state = test.service->state();
  EXPECT_EQ(state.requests + state.fallbacks + state.fallback[0].requests + state.fallback[2].requests, 0);
  EXPECT_TRUE(state.broken.empty());
  EXPECT_TRUE(test.Logged().empty());
  ASSERT_TRUE(test.service->Predict(Hour(3)));
  const auto real = test.service->RunDrill({});
  EXPECT_EQ(real->row, "a request");
  EXPECT_EQ(real->links[2].score, 0.18);
}

}  // namespace
}  // namespace cairn::serving
