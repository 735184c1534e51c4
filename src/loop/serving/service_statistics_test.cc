#include <gtest/gtest.h>

#include "ground/os/testing/manual_clock.h"
#include "loop/serving/statistics.h"

namespace cairn::serving {
namespace {

class StatisticsTest : public testing::Test {
 protected:
  os::testing::ManualClock clock_;
  Statistics statistics_{clock_};
};

TEST_F(StatisticsTest, SumsUpByVersionAndByRows) {
  statistics_.Answered(3, 1, {100, 10, 50, 20});
  statistics_.Answered(3, 8, {300, 30, 150, 60});
  statistics_.Answered(3, 1, {200, 20, 100, 40});
  statistics_.Answered(2, 1, {1, 1, 1, 1});
  statistics_.Failed(3, 7);
  const auto all = statistics_.Now();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].version, 2);
  const auto& one = all[1];
  EXPECT_EQ(one.version, 3);
  EXPECT_EQ(one.last_ms, clock_.Now());
  EXPECT_EQ(one.rows, 10);
  EXPECT_EQ(one.runs, 3);
  EXPECT_EQ(one.success.count, 3);
  EXPECT_EQ(one.success.ns, 600);
  EXPECT_EQ(one.fail.count, 1);
  EXPECT_EQ(one.fail.ns, 7);
  EXPECT_EQ(one.infer.ns, 300);
  ASSERT_EQ(one.batches.size(), 2u);
  EXPECT_EQ(one.batches[0].rows, 1);
  EXPECT_EQ(one.batches[0].input.count, 2);
  EXPECT_EQ(one.batches[0].output.ns, 60);
  EXPECT_EQ(one.batches[1].rows, 8);
}

TEST_F(StatisticsTest, ARunThatAnsweredSeveralRequestsIsOneRunOfAllTheirRows) {
  statistics_.Answered(3, 2, {100, 10, 50, 20, {7, 5, true}});
  statistics_.Answered(3, 3, {100, 30, 50, 40, {9, 5, false}});
  const auto one = statistics_.Now().at(0);
  EXPECT_EQ(one.rows, 5);
  EXPECT_EQ(one.runs, 1);
  EXPECT_EQ(one.success.count, 2);
  EXPECT_EQ(one.queue.count, 2);
  EXPECT_EQ(one.queue.ns, 16);
  EXPECT_EQ(one.infer.ns, 100) << "each request waited for the whole run";
  ASSERT_EQ(one.batches.size(), 1u);
  EXPECT_EQ(one.batches[0].rows, 5);
  EXPECT_EQ(one.batches[0].infer.count, 1);
  EXPECT_EQ(one.batches[0].infer.ns, 50);
  EXPECT_EQ(one.batches[0].input.ns, 40);
}

TEST_F(StatisticsTest, RequestsOfManySizesAskForNoMoreMemory) {
  for (std::size_t rows = 1; rows <= 1000; ++rows) statistics_.Answered(1, rows, {});
  const auto all = statistics_.Now();
  EXPECT_EQ(all[0].batches.size(), 64u);
  EXPECT_EQ(all[0].runs, 1000);
}

}  // namespace
}  // namespace cairn::serving
