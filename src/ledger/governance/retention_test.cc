#include "ledger/governance/retention.h"

#include <gtest/gtest.h>

#include "ledger/governance/testing/test_office.h"

namespace cairn::governance {
namespace {

using metadata::testing::Must;

class RetentionTest : public ::testing::TestWithParam<std::string> {
 protected:
  std::vector<Hold> Standing() {
    return Must(
        office_.ledger.database().Read([](sql::Connection& connection) { return HoldsIn(connection); }));
  }

  testing::TestOffice office_{GetParam()};
  Holds holds_{office_.ledger.database(), office_.ledger.clock()};
};

TEST_P(RetentionTest, AHoldStandsUntilItIsLifted) {
  Must(holds_.Place("run:a", "audit of 2026", "grace"));
  ASSERT_EQ(Standing().size(), 1u);
  EXPECT_EQ(Standing()[0].reason, "audit of 2026");
  EXPECT_EQ(Must(holds_.Lift("run:a", "grace")).subject, "run:a");
  EXPECT_TRUE(Standing().empty());
  EXPECT_EQ(holds_.Lift("run:a", "grace").error().reason, Reason::NotFound);
}

TEST_P(RetentionTest, ASecondHoldOnTheSameThingSaysWhoPlacedTheFirst) {
  Must(holds_.Place("model:churn", "complaint", "grace"));
  const auto second = holds_.Place("model:churn", "other", "ada");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, Reason::AlreadyExists);
  EXPECT_NE(second.error().message.find("grace"), std::string::npos);
  EXPECT_EQ(Must(holds_.List()).size(), 1u);
}

TEST_P(RetentionTest, TheEventsSayWhoAndOnWhatButNotWhy) {
  Must(holds_.Place("run:a", "Mr Miller objected", "grace"));
  Must(holds_.Lift("run:a", "ada"));
  const auto placed = office_.Events("governance.hold_placed"),
             lifted = office_.Events("governance.hold_lifted");
  ASSERT_EQ(placed.size(), 1u);
  EXPECT_EQ(placed[0].event.subject, "run:a");
  EXPECT_EQ(placed[0].event.body.Dump().find("Miller"), std::string::npos);
  ASSERT_EQ(lifted.size(), 1u);
  EXPECT_EQ(lifted[0].event.actor, "ada");
}

TEST_P(RetentionTest, AHoldNeedsAReason) {
  EXPECT_EQ(holds_.Place("run:a", "", "grace").error().reason, Reason::InvalidArgument);
  EXPECT_TRUE(Must(holds_.List()).empty());
}

INSTANTIATE_TEST_SUITE_P(Engines, RetentionTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::governance
