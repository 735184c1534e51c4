#include "loop/scorecard/manual_records.h"

#include <gtest/gtest.h>

#include "ledger/governance/testing/test_office.h"
#include "loop/scorecard/verification.h"

namespace cairn::scorecard {
namespace {

using governance::Signature;
using governance::testing::Must;
using governance::testing::TestOffice;

class ManualTestsTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { Must(office_.Accept(office_.Text())); }
  ManualTest Test() {
    return {"T-D2", office_.ledger.clock().Now(), true, std::string(64, 'a'), "docs/columns.md"};
  }
  Result<std::string> Record(const ManualTest& test, const std::string& who) {
    return tests_.Record(test, office_.Sign(who, RecordStatement(test)));
  }
  Result<> Acknowledge(const std::string& record, const std::string& who) {
    return tests_.Acknowledge(record, office_.Sign(who, AcknowledgementStatement(record)));
  }
  Json Verified() {
    const metadata::Log log(office_.ledger.database());
    const History history = Must(History::Read(log));
    const TestScore score = Must(Judge(history, nullptr, office_.ledger.clock().Now()));
    EXPECT_EQ(score.Find("T-D2")->points, 0.5);
    return Must(Verify(score, {log, office_.decisions, {}}));
  }

  TestOffice office_{GetParam()};
  ManualTests tests_{office_.ledger.database(), office_.ledger.clock()};
};

TEST_P(ManualTestsTest, OneDoesItAnotherAcknowledgesItAndBothSign) {
  const ManualTest test = Test();
  const std::string record = Must(Record(test, "ada"));
  EXPECT_EQ(record, test.Id());
  Must(Acknowledge(record, "vera"));
  const auto events = office_.Events("scorecard.");
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].event.body.Text("report"), test.report);
  EXPECT_EQ(events[1].event.actor, "vera");
}

TEST_P(ManualTestsTest, WhatIsForgedReplayedOrOnesOwnIsRefused) {
  const ManualTest test = Test();
  EXPECT_EQ(tests_.Record(test, {"ada", office_.Sign("vera", RecordStatement(test)).value}).error().reason,
            Reason::Denied)
      << "another's key";
  EXPECT_EQ(Record(test, "mallory").error().reason, Reason::Denied) << "no principal";
  ManualTest other = test;
  other.passed = false;
  EXPECT_EQ(tests_.Record(other, office_.Sign("ada", RecordStatement(test))).error().reason, Reason::Denied)
      << "signed over another result";
  const std::string record = Must(Record(test, "ada"));
  office_.ledger.clock().Advance(86'400'000);
  EXPECT_EQ(Record(test, "ada").error().reason, Reason::AlreadyExists) << "it does not get younger";
  EXPECT_EQ(Acknowledge(record, "ada").error().reason, Reason::Denied);
  EXPECT_EQ(Acknowledge("feed", "vera").error().reason, Reason::NotFound);
  Must(Acknowledge(record, "vera"));
  EXPECT_EQ(Acknowledge(record, "vera").error().reason, Reason::AlreadyExists);
  EXPECT_EQ(office_.Events("scorecard.").size(), 2u);
}

TEST_P(ManualTestsTest, WhatSaysTooLittleIsRefused) {
  const auto refused = [&](auto change) {
    ManualTest test = Test();
    change(test);
    const auto recorded = Record(test, "ada");
    return !recorded && recorded.error().reason == Reason::InvalidArgument;
  };
  EXPECT_TRUE(refused([](ManualTest& test) { test.test = "T-X1"; }));
  EXPECT_TRUE(refused([](ManualTest& test) { test.report = "report.md"; }));
  EXPECT_TRUE(refused([](ManualTest& test) { test.place = " "; }));
  EXPECT_TRUE(refused([](ManualTest& test) { test.done += 3'600'000; }));
}

TEST_P(ManualTestsTest, VerifyingFindsARecordThatWasChangedAfterwards) {
  const std::string record = Must(Record(Test(), "ada"));
  Must(Acknowledge(record, "vera"));
  office_.ledger.Seal();
  const Json sound = Verified();
  EXPECT_TRUE(sound.Bool("held")) << sound.Dump();
  EXPECT_EQ(sound.At("counts").Int("held"), 4);  // Two records and two signatures.
  office_.ledger.Run(
      "UPDATE event SET body = REPLACE(body, 'docs/columns.md', 'docs/other.md') "
      "WHERE kind = 'scorecard.test_recorded'");
  const Json cheated = Verified();
  EXPECT_FALSE(cheated.Bool("held"));
  EXPECT_EQ(cheated.At("counts").Int("differs"), 2) << cheated.Dump();
}

INSTANTIATE_TEST_SUITE_P(Engines, ManualTestsTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::scorecard
