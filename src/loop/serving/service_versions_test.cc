#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "loop/serving/service.h"
#include "loop/serving/testing/test_versions.h"

namespace cairn::serving {
namespace {

using testing::Constant;
using testing::TestService;

Question Hour() {
  Question question;
  question.rows = 1;
  question.columns = {{"hour", {7}}};
  return question;
}

class ServiceVersionsTest : public ::testing::Test {
 protected:
  ServiceVersionsTest() {
    for (int version = 1; version <= 9; ++version)
      test.versions->Put(version, Constant(static_cast<float>(version) / 10));
    test.versions->Promote(1);
    EXPECT_TRUE(test.service->Configure(TestService::Parsed("model: {name: late-arrival}\n")));
  }
  void Ask(std::int64_t version) {
    const auto answer = test.service->PredictWith(version, Hour());
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->version, version);
  }
  TestService test;
};

TEST_F(ServiceVersionsTest, OfThoseThatCallersNameTheOneUsedLongestAgoGoesFirst) {
  for (const int version : {2, 3, 4, 5}) Ask(version);
  Ask(2);
  Ask(6);
  Ask(2);
  EXPECT_EQ(test.versions->LoadsOf(2), 1) << "it was used since";
  Ask(3);
  EXPECT_EQ(test.versions->LoadsOf(3), 2) << "it made room";
  EXPECT_EQ(test.versions->LoadsOf(1), 1) << "production stays whoever is named";
  const auto versions = test.service->Versions();
  ASSERT_TRUE(versions);
  int ready = 0;
  for (const auto& one : *versions) ready += one.ready ? 1 : 0;
  EXPECT_EQ(ready, 5) << "four beside production";
}

TEST_F(ServiceVersionsTest, WhoComesWhileAVersionIsLoadedWaitsForItAndLoadsNoSecondOne) {
  constexpr int kCallers = 6;
  std::atomic<int> on_their_way = 0;
  test.versions->BeforeLoad([&](std::int64_t version) {
    while (version == 7 && on_their_way < kCallers) std::this_thread::yield();
  });
  std::vector<std::jthread> callers;
  for (int i = 0; i < kCallers; ++i)
    callers.emplace_back([&] {
      ++on_their_way;
      Ask(7);
    });
  callers.clear();
  EXPECT_EQ(test.versions->LoadsOf(7), 1);
  EXPECT_EQ(test.Logged().size(), static_cast<std::size_t>(kCallers)) << "none was refused";
}

TEST_F(ServiceVersionsTest, AFullLogRefusesOrCountsAsThePolicySays) {
  ASSERT_TRUE(test.service->Predict(Hour()));
  test.disk.SetCapacity(10);
  EXPECT_EQ(test.service->Predict(Hour()).error().reason, Reason::Exhausted);
  auto settings = test.service->settings();
  settings.log.counts_when_full = true;
  settings.log.reason = "flights go on";
  ASSERT_TRUE(test.service->Configure(settings));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(test.service->Predict(Hour()));
  EXPECT_EQ(test.service->state().lost, 3);
  EXPECT_EQ(test.service->state().logged, 1);
  test.disk.SetCapacity(1 << 20);
  EXPECT_TRUE(test.service->Predict(Hour()));
  EXPECT_TRUE(test.service->Predict(Hour()));
  EXPECT_EQ(test.service->state().logged, 3);
  EXPECT_EQ(test.Logged().size(), 3u);
  EXPECT_EQ(test.Events("serving.log_policy").back().Text("when_full"), "count");
  test.service.reset();
  const auto lost = test.Events("serving.log_lost");
  ASSERT_EQ(lost.size(), 1u) << "once it takes them again";
  EXPECT_EQ(lost[0].Int("requests"), 3);
}

}  // namespace
}  // namespace cairn::serving
