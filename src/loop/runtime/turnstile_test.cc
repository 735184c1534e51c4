#include "loop/runtime/turnstile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "ground/os/clock.h"
#include "loop/runtime/turns/line.h"

namespace cairn::runtime {
namespace {

using Fate = Ran::Fate;

/// Times are made by hand; nothing here waits.
class LineTest : public testing::Test {
 protected:
  Waiter Of(std::int64_t arrived, std::int64_t rows = 1, std::int64_t priority = 0,
            std::int64_t deadline = 0) {
    return Waiter{rows, "form", Turn{priority, deadline, {}}, arrived};
  }
};

TEST_F(LineTest, WithoutDelayWhatWaitsGoesAtOnceAndTogether) {
  Line line({.most_rows = 4});
  EXPECT_EQ(line.DueAt(), Line::kNever);
  auto a = Of(10), b = Of(11, 2), c = Of(12);
  for (auto* one : {&a, &b, &c}) EXPECT_EQ(line.Enter(*one, 12), Fate::Answered);
  EXPECT_LE(line.DueAt(), 12);
  EXPECT_EQ(line.Next(12), (std::vector<Waiter*>{&a, &b, &c}));
  EXPECT_TRUE(line.empty());
}

TEST_F(LineTest, ARunWaitsForTheDelayOfWhoCameFirstOrUntilItIsFull) {
  Line line({.most_rows = 3, .delay_ns = 100});
  auto a = Of(10), b = Of(50), c = Of(60);
  ASSERT_EQ(line.Enter(a, 10), Fate::Answered);
  ASSERT_EQ(line.Enter(b, 50), Fate::Answered);
  EXPECT_EQ(line.DueAt(), 110);
  ASSERT_EQ(line.Enter(c, 60), Fate::Answered);
  EXPECT_LE(line.DueAt(), 60);
}

TEST_F(LineTest, NobodyIsHeldUpBeyondHalfOfItsTime) {
  Line line({.most_rows = 3, .delay_ns = 100});
  auto hurried = Of(10, 1, 0, 50);
  ASSERT_EQ(line.Enter(hurried, 10), Fate::Answered);
  EXPECT_EQ(line.DueAt(), 30);
}

TEST_F(LineTest, OnlyRequestsOfOneFormRunTogether) {
  Line line({.most_rows = 8});
  auto a = Of(1), other = Of(2), b = Of(3);
  other.form = "another";
  for (auto* one : {&a, &other, &b}) ASSERT_EQ(line.Enter(*one, 3), Fate::Answered);
  EXPECT_EQ(line.Next(3), (std::vector<Waiter*>{&a, &b}));
  EXPECT_EQ(line.Next(3), (std::vector<Waiter*>{&other}));
}

TEST_F(LineTest, ARequestLargerThanARunGoesByItself) {
  Line line({.most_rows = 4});
  auto small = Of(1), large = Of(2, 100), second = Of(3, 3);
  for (auto* one : {&small, &large, &second}) ASSERT_EQ(line.Enter(*one, 3), Fate::Answered);
  EXPECT_EQ(line.Next(3), (std::vector<Waiter*>{&small, &second}));
  EXPECT_EQ(line.Next(3), (std::vector<Waiter*>{&large}));
}

TEST_F(LineTest, HigherPrioritiesGoFirstAndEqualOnesAsTheyCame) {
  Line line({.most_rows = 1});
  auto usual = Of(1), late = Of(2, 1, 9), first = Of(3, 1, 1), also_usual = Of(4, 1, 5);
  for (auto* one : {&usual, &late, &first, &also_usual}) ASSERT_EQ(line.Enter(*one, 4), Fate::Answered);
  for (auto* expected : {&first, &usual, &also_usual, &late})
    EXPECT_EQ(line.Next(4), (std::vector<Waiter*>{expected}));
}

TEST_F(LineTest, WhatHasExpiredIsNeverBegun) {
  Line line({.most_rows = 8});
  auto expired = Of(1, 1, 0, 20), lasting = Of(2);
  ASSERT_EQ(line.Enter(expired, 1), Fate::Answered);
  ASSERT_EQ(line.Enter(lasting, 2), Fate::Answered);
  EXPECT_EQ(line.Next(20), (std::vector<Waiter*>{&lasting}));
  auto too_late = Of(3, 1, 0, 20);
  EXPECT_EQ(line.Enter(too_late, 20), Fate::Expired);
}

TEST_F(LineTest, TakesNoMoreThanItsLimit) {
  Line line({.most_waiting = 2});
  auto a = Of(1), b = Of(2), c = Of(3);
  EXPECT_EQ(line.Enter(a, 3), Fate::Answered);
  EXPECT_EQ(line.Enter(b, 3), Fate::Answered);
  EXPECT_EQ(line.Enter(c, 3), Fate::Full);
  line.Leave(a);
  EXPECT_EQ(line.Enter(c, 3), Fate::Answered);
}

/// Doubles one column. Runs stop at a gate while it is shut; a row of kPoison fails the whole call.
class GatedModel final : public Model {
 public:
  static constexpr float kPoison = -1;
  GatedModel() {
    signature_.inputs = {{"x", DataType::Fp32, {-1, 1}}};
    signature_.outputs = {{"y", DataType::Fp32, {-1, 1}}};
  }
  const Signature& signature() const override { return signature_; }

  Result<Batch> Run(const Batch& inputs) const override {
    std::unique_lock lock(mutex_);
    const auto values = inputs.tensors[0].As<float>();
    runs_.emplace_back(values.begin(), values.end());
    ++inside_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    --inside_;
    std::vector<float> doubled;
    for (const float value : values) {
      if (value == kPoison) return Error{Reason::Internal, "a row is poison"};
      doubled.push_back(2 * value);
    }
    return Batch{{Tensor::From<float>("y", {inputs.tensors[0].rows(), 1}, doubled)}};
  }

  void Shut() { Set(false); }
  void Open() { Set(true); }
  void WaitUntilInside(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return inside_ >= count; });
  }
  std::vector<std::vector<float>> runs() const {
    const std::lock_guard lock(mutex_);
    return runs_;
  }

 private:
  void Set(bool open) {
    const std::lock_guard lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }

  Signature signature_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable std::vector<std::vector<float>> runs_;
  mutable int inside_ = 0;
  bool open_ = true;
};

Batch Row(float value) { return Batch{{Tensor::From<float>("x", {1, 1}, std::vector{value})}}; }

/// One place; requests are made on threads of their own.
class TurnstileTest : public testing::Test {
 protected:
  ~TurnstileTest() override { model_.Open(); }

  void Ask(Line& line, float value, Turn turn = {}) {
    threads_.emplace_back([this, &line, value, turn] {
      auto ran = turnstile_.Run(line, model_, Row(value), turn);
      const std::lock_guard lock(mutex_);
      answers_.emplace(value, std::move(ran));
    });
  }
  void WaitUntilWaiting(const Line& line, std::int64_t count) {
    while (turnstile_.Waiting(line) < count) std::this_thread::yield();
  }
  /// The gate is shut, one request is inside, and so many wait.
  void Occupy(Line& line) {
    model_.Shut();
    Ask(line, 100);
    model_.WaitUntilInside(1);
  }
  void Finish() {
    model_.Open();
    threads_.clear();
  }
  float AnswerTo(float value) { return answers_.at(value)->outputs.tensors[0].As<float>()[0]; }

  GatedModel model_;
  Turnstile turnstile_{1};
  std::mutex mutex_;
  std::map<float, Result<Ran>> answers_;
  std::vector<std::jthread> threads_;
};

TEST_F(TurnstileTest, WhatWaitsWhileOthersRunRunsTogetherAndEachGetsItsOwnAnswer) {
  const auto line = OpenLine({.most_rows = 8});
  Occupy(*line);
  for (float value = 1; value <= 5; ++value) Ask(*line, value);
  WaitUntilWaiting(*line, 5);
  Finish();
  const auto runs = model_.runs();
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[1].size(), 5u);
  int counted = 0;
  for (float value = 1; value <= 5; ++value) {
    EXPECT_EQ(AnswerTo(value), 2 * value);
    EXPECT_EQ(answers_.at(value)->run_rows, 5);
    EXPECT_GT(answers_.at(value)->queue_ns, 0);
    counted += answers_.at(value)->counts_run ? 1 : 0;
  }
  EXPECT_EQ(counted, 1);
}

TEST_F(TurnstileTest, ABadRowFailsNobodyElse) {
  const auto line = OpenLine({.most_rows = 8});
  Occupy(*line);
  for (const float value : {1.F, GatedModel::kPoison, 2.F}) Ask(*line, value);
  WaitUntilWaiting(*line, 3);
  Finish();
  EXPECT_EQ(AnswerTo(1), 2);
  EXPECT_EQ(AnswerTo(2), 4);
  const auto& poisoned = answers_.at(GatedModel::kPoison);
  ASSERT_FALSE(poisoned);
  EXPECT_EQ(poisoned.error().message, "a row is poison");
}

TEST_F(TurnstileTest, WhatWaitsLongerThanItsDeadlineIsNeverRun) {
  const auto line = OpenLine({.most_rows = 8});
  Occupy(*line);
  const auto soon = turnstile_.Run(*line, model_, Row(7), {0, os::SteadyNs() + 1'000'000, {}});
  ASSERT_TRUE(soon);
  EXPECT_EQ(soon->fate, Fate::Expired);
  EXPECT_EQ(turnstile_.Waiting(*line), 0);
  Finish();
  EXPECT_EQ(model_.runs().size(), 1u);
}

TEST_F(TurnstileTest, WhoLeavesIsNeverRun) {
  const auto line = OpenLine({.most_rows = 8});
  Occupy(*line);
  std::stop_source caller;
  Ask(*line, 7, {0, 0, caller.get_token()});
  WaitUntilWaiting(*line, 1);
  caller.request_stop();
  while (turnstile_.Waiting(*line) > 0) std::this_thread::yield();
  Finish();
  EXPECT_EQ(answers_.at(7)->fate, Fate::Cancelled);
  EXPECT_EQ(model_.runs().size(), 1u);
}

TEST_F(TurnstileTest, OneTooManyIsTurnedAwayAtOnce) {
  const auto line = OpenLine({.most_rows = 8, .most_waiting = 1});
  Occupy(*line);
  Ask(*line, 1);
  WaitUntilWaiting(*line, 1);
  EXPECT_EQ(turnstile_.Run(*line, model_, Row(2), {})->fate, Fate::Full);
  Finish();
  EXPECT_EQ(AnswerTo(1), 2);
}

TEST_F(TurnstileTest, ModelsTakeTurnsHoweverManyRequestsEachHas) {
  const auto busy = OpenLine({.most_rows = 1}), quiet = OpenLine({.most_rows = 1});
  Occupy(*busy);
  for (float value = 1; value <= 6; ++value) Ask(*busy, value);
  WaitUntilWaiting(*busy, 6);
  Ask(*quiet, 50);
  WaitUntilWaiting(*quiet, 1);
  Finish();
  const auto runs = model_.runs();
  const auto place = std::find(runs.begin(), runs.end(), std::vector<float>{50.F}) - runs.begin();
  EXPECT_LE(place, 2) << "the quiet model came after most of the busy one's requests";
}

TEST_F(TurnstileTest, ARunInAProcessOfItsOwnTakesNoPlace) {
  const auto here = OpenLine({}), elsewhere = OpenLine({.own_process = true});
  Occupy(*here);
  Ask(*elsewhere, 1);
  model_.WaitUntilInside(2);
  Finish();
  EXPECT_EQ(AnswerTo(1), 2);
}

TEST_F(TurnstileTest, ADelayGathersWhatComesWhileAPlaceIsFree) {
  const auto line = OpenLine({.most_rows = 3, .delay_ns = 60'000'000'000});
  for (float value = 1; value <= 3; ++value) Ask(*line, value);
  Finish();
  ASSERT_EQ(model_.runs().size(), 1u);
  EXPECT_EQ(model_.runs()[0].size(), 3u);
}

TEST_F(TurnstileTest, ManyCallersAtOnceEachGetTheirOwnAnswer) {
  const auto line = OpenLine({.most_rows = 16, .delay_ns = 50'000});
  std::atomic<int> wrong = 0;
  for (int thread = 0; thread < 8; ++thread) {
    threads_.emplace_back([&, thread] {
      for (int i = 0; i < 300; ++i) {
        const auto value = static_cast<float>(thread * 1000 + i);
        const auto ran = turnstile_.Run(*line, model_, Row(value), {});
        if (!ran || ran->outputs.tensors[0].As<float>()[0] != 2 * value) ++wrong;
      }
    });
  }
  threads_.clear();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace cairn::runtime
