#include <gtest/gtest.h>

#include "loop/serving/service.h"
#include "loop/serving/testing/test_versions.h"

namespace cairn::serving {
namespace {

using testing::TestService;

/// In workers, and as large as it says.
class Large final : public runtime::Model {
 public:
  explicit Large(std::uint64_t bytes) : bytes_(bytes) {}
  const runtime::Signature& signature() const override { return model_.signature(); }
  bool waits() const override { return true; }
  std::uint64_t memory_bytes() const override { return bytes_; }
  Result<runtime::Batch> Run(const runtime::Batch& inputs) const override { return model_.Run(inputs); }

 private:
  const std::uint64_t bytes_;
  const testing::WorkerLikeModel model_{0.75F};
};

constexpr std::uint64_t kMiB = 1 << 20;

class ServiceMemoryTest : public ::testing::Test {
 protected:
  void Put(std::int64_t version, std::uint64_t mib) {
    test.versions->Put(version, std::make_shared<Large>(mib * kMiB));
  }
  void Serve(std::int64_t version, const std::string& serving) {
    test.versions->Promote(version);
    const auto done = test.service->Configure(
        TestService::Parsed("model: {name: late-arrival}\nserving: " + serving + "\n"));
    ASSERT_TRUE(done) << done.error().message;
  }
  Result<Answer> Ask(std::int64_t version) {
    Question question;
    question.rows = 1;
    question.columns = {{"hour", {7}}};
    return test.service->PredictWith(version, question);
  }
  std::string InMemory() {
    std::string text;
    for (const auto& one : test.service->state().memory)
      text += std::to_string(one.version) + one.role[0] + " ";
    return text;
  }
  TestService test;
};

TEST_F(ServiceMemoryTest, TheOneUsedLongestAgoMakesRoomAndComesBackWhenItIsAskedFor) {
  for (const int version : {1, 2, 3, 4}) Put(version, 100);
  Serve(1, "{memory: 300MiB}");
  EXPECT_TRUE(Ask(2) && Ask(3) && Ask(2));
  EXPECT_EQ(InMemory(), "1p 2n 3n ");
  EXPECT_TRUE(Ask(4)) << "3 made room";
  EXPECT_EQ(InMemory(), "1p 4n 2n ");
  EXPECT_TRUE(Ask(3)) << "an evicted one is loaded again, not refused";
  EXPECT_EQ(test.versions->LoadsOf(3), 2);
  EXPECT_EQ(test.versions->LoadsOf(1), 1);
  const auto state = test.service->state();
  EXPECT_EQ(state.evicted, 2);
  EXPECT_EQ(state.memory_cap, 300 * kMiB);
  EXPECT_EQ(state.memory[0].bytes, 100 * kMiB);
}

TEST_F(ServiceMemoryTest, WhatCannotFitIsRefusedWithASentenceAndNotLoadedAgain) {
  Put(1, 200);
  Put(2, 150);
  Put(3, 50);
  Serve(1, "{memory: 300MiB}");
  EXPECT_TRUE(Ask(3));
  for (int i = 0; i < 2; ++i) {
    const auto answer = Ask(2);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().reason, Reason::Exhausted);
    EXPECT_NE(answer.error().message.find("it takes 150"), std::string::npos) << answer.error().message;
    EXPECT_NE(answer.error().message.find("version 1 beside it 200"), std::string::npos);
  }
  EXPECT_EQ(test.versions->LoadsOf(2), 1);
  EXPECT_TRUE(Ask(1) && Ask(3)) << "everything else goes on";
}

TEST_F(ServiceMemoryTest, ThePromotedThatDoesNotFitLeavesThePresentOneAnswering) {
  Put(1, 100);
  Put(2, 400);
  Serve(1, "{memory: 300MiB}");
  test.versions->Promote(2);
  EXPECT_EQ(test.service->Follow().error().reason, Reason::Exhausted);
  EXPECT_EQ(test.service->state().version, 1);
  EXPECT_NE(test.service->state().problem.find("serving.memory"), std::string::npos);
  EXPECT_TRUE(Ask(1));
}

TEST_F(ServiceMemoryTest, ThePreviousOneIsKeptOnlyWhereItFits) {
  Put(1, 200);
  Put(2, 150);
  Serve(1, "{memory: 300MiB, fallback: [previous, {default: 0.5}]}");
  test.versions->Promote(2);
  ASSERT_TRUE(test.service->Follow());
  EXPECT_EQ(test.service->state().version, 2);
  const auto links = test.service->state().fallback;
  EXPECT_FALSE(links[0].ready);
  EXPECT_NE(links[0].why.find("serving.memory"), std::string::npos) << links[0].why;
  Serve(2, "{memory: 400MiB, fallback: [previous, {default: 0.5}]}");
  EXPECT_TRUE(test.service->state().fallback[0].ready);
  EXPECT_EQ(InMemory(), "2p 1p ");
}

TEST_F(ServiceMemoryTest, ASmallerCapTakesEffectAtOnce) {
  for (const int version : {1, 2, 3}) Put(version, 100);
  Serve(1, "{memory: 1GiB}");
  EXPECT_TRUE(Ask(2) && Ask(3));
  Serve(1, "{memory: 200MiB}");
  EXPECT_EQ(InMemory(), "1p 3n ");
}

TEST_F(ServiceMemoryTest, AnAmountNeedsAUnit) {
  const auto node = ParseYaml("serving: {memory: 4}\n", "cairn.yaml");
  EXPECT_NE(ParseSettings(*node).error().message.find("4GiB"), std::string::npos);
}

}  // namespace
}  // namespace cairn::serving
