#include <gtest/gtest.h>

#include <atomic>
#include <limits>

#include "loop/serving/service.h"
#include "loop/serving/testing/test_versions.h"

namespace cairn::serving {
namespace {

using testing::Constant;
using testing::ScriptedModel;
using testing::TestService;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Question Hours(std::size_t rows = 1) {
  Question question;
  question.rows = rows;
  question.columns = {{"hour", Values(Values::List(rows, Json(20)))}};
  return question;
}

class ServiceFallbackTest : public ::testing::Test {
 protected:
  static Settings With(const std::string& serving) {
    return TestService::Parsed(
        "charter:\n  heuristic:\n    - {when: \"hour >= 17\", score: 0.6}\n    - {otherwise: 0.18}\n"
        "model: {name: late-arrival}\nserving: " +
        serving + "\n");
  }
  /// Answers what `says_` is, and fails when it is none.
  void PutMoody(std::int64_t version) {
    test.versions->Put(version, std::make_shared<ScriptedModel>(
                                    [this](std::span<const float> hours) -> Result<std::vector<float>> {
                                      if (fails_)
                                        return Error{Reason::Internal, "The model failed: no tree."};
                                      return std::vector<float>(hours.size(), says_);
                                    }));
  }
  void ServeTwoAfterOne(const std::string& serving) {
    test.versions->Put(1, Constant(0.25F));
    PutMoody(2);
    test.versions->Promote(1);
    ASSERT_TRUE(test.service->Configure(With(serving)));
    test.versions->Promote(2);
    ASSERT_TRUE(test.service->Follow());
  }
  Answer Ask(std::size_t rows = 1) {
    auto answer = test.service->Predict(Hours(rows));
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? *std::move(answer) : Answer();
  }

  std::atomic<float> says_ = 0.5F;
  std::atomic<bool> fails_ = false;
  TestService test;
};

TEST_F(ServiceFallbackTest, ThePreviousVersionAnswersFirstWithItsOwnOutputs) {
  ServeTwoAfterOne("{fallback: [previous, heuristic, {default: 0.9}]}");
  EXPECT_EQ(test.versions->LoadsOf(1), 1) << "it was in memory already";
  EXPECT_EQ(Ask().version, 2);
  fails_ = true;
  const Answer answer = Ask(2);
  EXPECT_EQ(answer.arm, Arm::Fallback);
  EXPECT_EQ(answer.link, Link::Previous);
  EXPECT_EQ(answer.version, 1);
  EXPECT_EQ(answer.scores, (std::vector{0.25, 0.25}));
  EXPECT_EQ(answer.outputs.tensors.size(), 1u);
  const auto logged = test.Logged().back();
  EXPECT_EQ(logged.arm, Arm::Fallback);
  EXPECT_EQ(logged.version, 1);
  EXPECT_EQ(logged.failure, "by previous: The model failed: no tree.");
  const auto state = test.service->state();
  ASSERT_EQ(state.fallback.size(), 3u);
  EXPECT_EQ(state.fallback[0].requests, 1);
  EXPECT_EQ(state.fallback[0].version, 1);
  EXPECT_EQ(state.fallback[1].requests, 0);
  EXPECT_EQ(state.fallbacks, 1);
}

TEST_F(ServiceFallbackTest, TheConstantAnswersWhenAllBeforeItFail) {
  test.versions->Put(1, Constant(kNaN));
  PutMoody(2);
  test.versions->Promote(1);
  ASSERT_TRUE(test.service->Configure(With("{fallback: [previous, {default: 0.9}]}")));
  test.versions->Promote(2);
  ASSERT_TRUE(test.service->Follow());
  fails_ = true;
  const Answer answer = Ask(3);
  EXPECT_EQ(answer.link, Link::Default);
  EXPECT_EQ(answer.version, 0);
  EXPECT_EQ(answer.scores, (std::vector{0.9, 0.9, 0.9}));
  const auto said = ReadFallbackText(test.Logged().back().failure);
  EXPECT_EQ(said.link, "default");
  EXPECT_NE(said.why.find("And previous: Version 1"), std::string::npos) << said.why;
}

TEST_F(ServiceFallbackTest, AnAnswerThatBreaksARuleIsNotGivenAndCountedByRule) {
  ServeTwoAfterOne("{fallback: [previous, heuristic], outputs: {probabilities: {min: 0.1, max: 0.7}}}");
  EXPECT_EQ(Ask().version, 2);
  says_ = 0.8F;
  EXPECT_EQ(Ask(4).version, 1);
  EXPECT_EQ(ReadFallbackText(test.Logged().back().failure).rule, "probabilities.max");
  says_ = kNaN;
  EXPECT_EQ(Ask().version, 1);
  const auto state = test.service->state();
  ASSERT_EQ(state.broken.size(), 2u);
  EXPECT_EQ(state.broken[0].rule, "probabilities.finite");
  EXPECT_EQ(state.broken[1].rule, "probabilities.max");
  EXPECT_EQ(state.broken[1].requests, 1);
  EXPECT_EQ(state.broken[1].rows, 4);
  EXPECT_EQ(state.rules,
            std::vector<std::string>{"output 'probabilities': finite, at least 0.1, at most 0.7"});
}

TEST_F(ServiceFallbackTest, WithoutALinkTheErrorNamesTheValueAndTheRule) {
  ServeTwoAfterOne("{fallback: none}");
  says_ = 1.5F;
  const auto answer = test.service->Predict(Hours());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, Reason::Internal);
  EXPECT_NE(answer.error().message.find("answered 1.5 in row 1 of output 'probabilities'"), std::string::npos)
      << answer.error().message;
  EXPECT_TRUE(test.Events("serving.fallback_chain").empty());
}

TEST_F(ServiceFallbackTest, APreviousVersionOfAnotherFormIsSkippedOnRecord) {
  test.versions->PutFile(1, "columns.onnx");
  test.versions->Put(2, Constant(0.5F));
  test.versions->Promote(1);
  ASSERT_TRUE(test.service->Configure(With("{fallback: [previous, heuristic]}")));
  test.versions->Promote(2);
  ASSERT_TRUE(test.service->Follow());
  const auto state = test.service->state();
  EXPECT_FALSE(state.fallback[0].ready);
  EXPECT_NE(state.fallback[0].why.find("has other inputs than version 2"), std::string::npos)
      << state.fallback[0].why;
  const auto events = test.Events("serving.fallback_chain");
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].At("links").items()[0].Text("skipped"), state.fallback[0].why);
  ASSERT_TRUE(test.service->Follow());
  EXPECT_EQ(test.Events("serving.fallback_chain").size(), 2u) << "only of what changed";
}

TEST_F(ServiceFallbackTest, ThePreviousVersionAnswersWhenTheOneInProductionCannotBeLoaded) {
  test.versions->Put(1, Constant(0.25F));
  test.versions->Put(2, Constant(0.5F));
  test.versions->Damage(2);
  test.versions->Promote(1);
  test.versions->Promote(2);
  EXPECT_FALSE(test.service->Configure(With("{fallback: [previous, heuristic]}")));
  EXPECT_TRUE(test.service->CanAnswer());
  const Answer answer = Ask();
  EXPECT_EQ(answer.link, Link::Previous);
  EXPECT_EQ(answer.version, 1);
  EXPECT_EQ(test.service->offer()->version, 0);
  EXPECT_EQ(test.service->offer()->signature.outputs.size(), 1u);
}

TEST_F(ServiceFallbackTest, BadInputIsRefusedWhateverTheChain) {
  ServeTwoAfterOne("{fallback: [previous, heuristic, {default: 0.9}]}");
  Question question;
  question.rows = 1;
  question.columns = {{"minute", {3}}};
  EXPECT_EQ(test.service->Predict(question).error().reason, Reason::Unprocessable);
  EXPECT_EQ(test.service->state().fallbacks, 0);
}

TEST_F(ServiceFallbackTest, ACanaryThatBreaksARuleIsReplacedByProduction) {
  test.versions->Put(1, Constant(0.25F));
  test.versions->Put(2, Constant(0.9F));
  test.versions->Promote(1);
  ASSERT_TRUE(test.service->Configure(With("{outputs: {probabilities: {max: 0.7}}}")));
  ASSERT_TRUE(test.service->StartCanary(2, 0.5));
  for (int i = 0; i < 30; ++i) EXPECT_EQ(Ask().version, 1);
  const auto state = test.service->state();
  EXPECT_GT(state.canary.record.canary_bad, 0);
  EXPECT_EQ(state.broken[0].requests, state.canary.record.canary_bad);
  EXPECT_EQ(state.fallbacks, 0);
}

}  // namespace
}  // namespace cairn::serving
