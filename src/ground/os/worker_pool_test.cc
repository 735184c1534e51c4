#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <latch>

#include "ground/os/pool.h"
#include "ground/os/signals.h"

namespace cairn::os {
namespace {

TEST(WorkerPool, RefusesWhenItsQueueIsFull) {
  WorkerPool pool("test", 1, 2);
  std::latch started(1), go(1);
  std::atomic<int> ran = 0;
  ASSERT_TRUE(pool.Submit([&](std::stop_token) {
    started.count_down();
    go.wait();
    ++ran;
  }));
  started.wait();
  EXPECT_TRUE(pool.Submit([&](std::stop_token) { ++ran; }));
  EXPECT_TRUE(pool.Submit([&](std::stop_token) { ++ran; }));
  EXPECT_FALSE(pool.Submit([&](std::stop_token) { ran += 100; }));
  EXPECT_EQ(pool.Waiting(), 2u);
  go.count_down();
  pool.WaitUntilIdle();
  EXPECT_EQ(ran, 3);
}

TEST(WorkerPool, StoppingEndsLongTasksAndRunsWhatWasTaken) {
  WorkerPool pool("test", 1, 10);
  std::latch started(1);
  std::atomic<int> ran = 0;
  ASSERT_TRUE(pool.Submit([&](std::stop_token stop) {
    started.count_down();
    while (!stop.stop_requested()) std::this_thread::yield();
    ++ran;
  }));
  ASSERT_TRUE(pool.Submit([&](std::stop_token stop) { ran += stop.stop_requested() ? 10 : 0; }));
  started.wait();
  pool.Stop();
  EXPECT_EQ(ran, 11);
  EXPECT_FALSE(pool.Submit([](std::stop_token) {}));
  pool.Stop();
}

TEST(WorkerPool, ManySubmittersLoseNothing) {
  std::atomic<int> taken = 0, ran = 0;
  {
    WorkerPool pool("test", 3, 50);
    std::vector<std::thread> submitters;
    for (int t = 0; t < 4; ++t) {
      submitters.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) taken += pool.Submit([&](std::stop_token) { ++ran; });
      });
    }
    for (std::thread& submitter : submitters) submitter.join();
  }
  EXPECT_EQ(taken, ran);
  EXPECT_GT(ran, 0);
}

TEST(ForEachIndex, DoesEachOnce) {
  std::vector<std::atomic<int>> done(1000);
  ForEachIndex(done.size(), 4, [&](std::size_t i) { ++done[i]; });
  for (const auto& times : done) EXPECT_EQ(times, 1);
  ForEachIndex(0, 4, [&](std::size_t) { FAIL(); });
  EXPECT_GE(Processors(), 1u);
}

TEST(TryEachIndex, GivesTheFirstErrorAndBeginsNothingAfterIt) {
  std::atomic<std::size_t> begun = 0;
  EXPECT_TRUE(TryEachIndex(100, 4, [&](std::size_t) -> Result<> {
    ++begun;
    return {};
  }));
  EXPECT_EQ(begun, 100U);
  begun = 0;
  const auto failed = TryEachIndex(100, 1, [&](std::size_t i) -> Result<> {
    ++begun;
    if (i == 7) return Error{Reason::Conflict, "seven"};
    return {};
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "seven");
  EXPECT_EQ(begun, 8U);
}

TEST(StopSignals, AreWaitedForInsteadOfDeadly) {
  StopSignals signals;
  EXPECT_EQ(signals.Wait(0), 0);
  kill(getpid(), SIGTERM);
  EXPECT_EQ(signals.Wait(), SIGTERM);
  kill(getpid(), SIGINT);
  EXPECT_EQ(signals.Wait(10'000), SIGINT);
  EXPECT_EQ(signals.Wait(1), 0);
}

TEST(StopSignals, ReachTheWaiterPastTheThreadsOfAPool) {
  WorkerPool pool("test", 2, 2);
  StopSignals signals;
  kill(getpid(), SIGTERM);
  EXPECT_EQ(signals.Wait(), SIGTERM);
}

}  // namespace
}  // namespace cairn::os
