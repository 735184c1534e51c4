#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "loop/serving/service.h"
#include "loop/serving/testing/test_versions.h"

namespace cairn::serving {
namespace {

using testing::ScriptedModel;
using testing::TestService;

Question Hours(std::vector<Json> hours) {
  Question question;
  question.rows = hours.size();
  question.columns = {{"hour", std::move(hours)}};
  return question;
}

/// Where calls of the model stop while it is shut.
class Gate {
 public:
  void Pass() {
    std::unique_lock lock(mutex_);
    ++inside_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    --inside_;
  }
  void Set(bool open) {
    const std::lock_guard lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }
  void WaitUntilInside(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return inside_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0;
  bool open_ = true;
};

/// A version that answers an hour's hundredth, one run at a time, while requests wait in line.
class ServiceBatchingTest : public ::testing::Test {
 protected:
  void Serve(const std::string& batching) {
    test.versions->Put(1, std::make_shared<ScriptedModel>(
                              [this](std::span<const float> hours) -> Result<std::vector<float>> {
                                gate.Pass();
                                std::vector<float> all;
                                for (const float hour : hours) all.push_back(hour / 100);
                                return all;
                              }));
    test.versions->Promote(1);
    auto settings =
        TestService::Parsed("model: {name: m}\nserving: {assertions: none, batching: " + batching + "}");
    ASSERT_TRUE(test.service->Configure(settings));
  }
  void WaitUntilWaiting(std::int64_t count) {
    while (test.service->state().waiting < count) std::this_thread::yield();
  }
  ~ServiceBatchingTest() override { gate.Set(true); }

  Gate gate;
  TestService test;
  std::vector<std::jthread> callers;
};

TEST_F(ServiceBatchingTest, WhatWaitsRunsTogetherAndIsCountedAsOneRun) {
  Serve("{max_batch_size: 8, concurrency: 1}");
  EXPECT_TRUE(test.service->MayWait());
  gate.Set(false);
  std::atomic<int> right = 0, runs = 0, of_three = 0;
  const auto ask = [&](int hour) {
    callers.emplace_back([&, hour] {
      const auto answer = test.service->Predict(Hours({hour}));
      if (!answer || answer->scores != std::vector<double>{static_cast<float>(hour) / 100}) return;
      ++right;
      runs += answer->execution.counts ? 1 : 0;
      of_three += answer->execution.rows == 3 && answer->execution.queue_ns > 0 ? 1 : 0;
    });
  };
  ask(1);
  gate.WaitUntilInside(1);
  for (const int hour : {2, 3, 4}) ask(hour);
  WaitUntilWaiting(3);
  gate.Set(true);
  callers.clear();
  EXPECT_EQ(right, 4);
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(of_three, 3);
  EXPECT_EQ(test.Logged().size(), 4u);
}

TEST_F(ServiceBatchingTest, TooManyAreRefusedAndNoHeuristicAnswersThem) {
  Serve("{max_batch_size: 8, max_queue_size: 1, concurrency: 1}");
  gate.Set(false);
  for (int i = 0; i < 2; ++i) callers.emplace_back([&] { EXPECT_TRUE(test.service->Predict(Hours({1}))); });
  gate.WaitUntilInside(1);
  WaitUntilWaiting(1);
  const auto refused = test.service->Predict(Hours({2}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Unavailable);
  EXPECT_NE(refused.error().message.find("max_queue_size"), std::string::npos);
  gate.Set(true);
}

TEST_F(ServiceBatchingTest, ARequestWhoseTimeoutPassesIsNotBegun) {
  Serve("{max_batch_size: 8, concurrency: 1}");
  gate.Set(false);
  callers.emplace_back([&] { EXPECT_TRUE(test.service->Predict(Hours({1}))); });
  gate.WaitUntilInside(1);
  auto hurried = Hours({2});
  hurried.timeout_us = 1000;
  const auto refused = test.service->Predict(hurried);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Unavailable);
  EXPECT_NE(refused.error().message.find("timeout"), std::string::npos);
  gate.Set(true);
  callers.clear();
  EXPECT_EQ(test.Logged().size(), 1u);
}

TEST_F(ServiceBatchingTest, OtherSettingsTakeEffectWithTheNextConfiguration) {
  Serve("{max_batch_size: 8}");
  EXPECT_NE(test.service->state().pace.find("up to 8 rows"), std::string::npos) << test.service->state().pace;
  Serve("{max_batch_size: 1}");
  EXPECT_NE(test.service->state().pace.find("by itself"), std::string::npos) << test.service->state().pace;
}

}  // namespace
}  // namespace cairn::serving
