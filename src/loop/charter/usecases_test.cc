#include "loop/charter/usecases.h"

#include <gtest/gtest.h>

#include "ledger/governance/testing/test_office.h"
#include "loop/charter/charter.h"

namespace cairn::charter {
namespace {

using governance::testing::Must;
using governance::testing::TestOffice;

constexpr const char* kTasks = R"(project: rail
charter:
  tasks:
    - name: tell passengers
      needs: [watch trains]
      prediction: {of: late, gain: 2.5, times_a_year: 1000, chance: 60%, build: 400, run_a_year: 100}
    - {name: watch trains}
    - name: plan crews
      prediction: {of: illness, gain: 10, times_a_year: 1000, chance: 0.5, build: 500, run_a_year: 0, years: 2}
    - name: order parts
      prediction: {of: wear, gain: 10}
)";

std::vector<Task> Read(const std::string& text) {
  return Must(ReadTasks(Must(ParseYaml(text, "cairn.yaml"))));
}

std::string WhyRefused(const std::string& tasks) {
  const auto read = ReadTasks(Must(ParseYaml("charter:\n  tasks: " + tasks, "cairn.yaml")));
  EXPECT_FALSE(read) << tasks;
  if (read) return "";
  EXPECT_EQ(read.error().reason, Reason::InvalidArgument);
  return read.error().message;
}

TEST(Tasks, ComeAfterWhatTheyNeedAndAreRankedByTheirReturn) {
  const auto tasks = Read(kTasks);
  ASSERT_EQ(tasks.size(), 4u);
  EXPECT_EQ(tasks[0].name, "watch trains");
  EXPECT_EQ(tasks[1].name, "tell passengers");
  const auto ranked = Ranked(tasks);
  ASSERT_EQ(ranked.size(), 3u);
  EXPECT_EQ(ranked[0].name, "plan crews");
  EXPECT_DOUBLE_EQ(*ranked[0].estimate->Return(), 0.5 * 10 * 1000 * 2 - 500);
  EXPECT_DOUBLE_EQ(*ranked[1].estimate->Return(), 0.6 * 2.5 * 1000 - 100 - 400);
  EXPECT_FALSE(ranked[2].estimate->Return()) << "a return is not invented";
  EXPECT_EQ(ranked[2].estimate->Missing(),
            (std::vector<std::string>{"times_a_year", "chance", "build", "run_a_year"}));
}

TEST(Tasks, ACircleIsNamed) {
  EXPECT_NE(WhyRefused("[{name: a, needs: [c]}, {name: b, needs: [a]}, {name: c, needs: [b]}]")
                .find("a → c → b → a"),
            std::string::npos);
  EXPECT_NE(WhyRefused("[{name: a, needs: [a]}]").find("a → a"), std::string::npos);
}

TEST(Tasks, WhatCannotBeMeantIsRefusedWithItsPlace) {
  EXPECT_NE(WhyRefused("[{name: a}, {name: a}]").find("cairn.yaml:2:"), std::string::npos);
  EXPECT_NE(WhyRefused("[{name: watch}, {name: b, needs: [wach]}]").find("Did you mean 'watch'"),
            std::string::npos);
  WhyRefused("[{needs: [a]}]");
  EXPECT_NE(WhyRefused("[{name: a, prediction: {gain: -1}}]").find("less than nothing"), std::string::npos);
  WhyRefused("[{name: a, prediction: {chance: 120%}}]");
  WhyRefused("[{name: a, prediction: {worth: 1}}]");
  EXPECT_FALSE(Parse(Must(ParseYaml("charter: {tasks: [{name: a, needs: [a]}]}", "cairn.yaml"))));
}

class UseCasesTest : public ::testing::TestWithParam<std::string> {
 protected:
  UseCasesTest() { Must(office_.Accept(kTasks)); }
  TestOffice office_{GetParam()};
  UseCases cases_{office_.ledger.database(), office_.ledger.clock()};
};

TEST_P(UseCasesTest, OneAtATimeUnlessSomebodySaysWhyOnRecord) {
  EXPECT_EQ(cases_.Activate("watch trains", "", "ada").error().reason, Reason::NotFound) << "no prediction";
  Must(cases_.Activate("plan crews", "", "ada"));
  EXPECT_EQ(cases_.Activate("plan crews", "again", "ada").error().reason, Reason::AlreadyExists);
  const auto refused = cases_.Activate("tell passengers", "", "ada");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Conflict);
  EXPECT_NE(refused.error().message.find("'plan crews'"), std::string::npos);
  EXPECT_EQ(office_.Events("governance.attempt_refused").back().event.body.Text("attempt"),
            "activate_usecase");
  Must(cases_.Activate("tell passengers", "two teams", "ada"));
  const auto events = office_.Events("charter.usecase_activated");
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].event.body.Text("reason"), "two teams");
  EXPECT_EQ(events[1].event.body.At("beside").items()[0].AsString(), "plan crews");
  EXPECT_EQ(events[1].event.body.Int("rank"), 2);
  EXPECT_EQ(Must(cases_.Active()).size(), 2u);
}

TEST_P(UseCasesTest, WhatHasEndedMakesRoomAndCanBeginAnew) {
  Must(cases_.Activate("plan crews", "", "ada"));
  EXPECT_EQ(cases_.End("plan crews", " ", "ada").error().reason, Reason::InvalidArgument);
  EXPECT_EQ(cases_.End("tell passengers", "done", "ada").error().reason, Reason::NotFound);
  Must(cases_.End("plan crews", "no signal", "ada"));
  EXPECT_EQ(cases_.End("plan crews", "no signal", "ada").error().reason, Reason::NotFound);
  Must(cases_.Activate("tell passengers", "not needed", "ada"));
  EXPECT_EQ(Must(cases_.Active())[0].reason, "") << "it was the only one";
  Must(cases_.End("tell passengers", "done", "ada"));
  Must(cases_.Activate("plan crews", "", "ada"));
  EXPECT_EQ(Must(cases_.Active())[0].name, "plan crews");
}

INSTANTIATE_TEST_SUITE_P(Engines, UseCasesTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::charter
