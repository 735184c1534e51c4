#include "loop/pipeline/open_lineage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "loop/pipeline/lineage_spool.h"

namespace cairn::pipeline {
namespace {

using ::testing::ElementsAre;

RunRecord Ended() {
  RunRecord run;
  run.id = "01890a5d-ac96-774b-bcce-b302099a8057";
  run.project = "/home/ada/flights";
  run.state = RunState::Failed;
  run.trigger = {"demand", "", run.id};
  run.actor = "ada";
  run.source = {"c0ffee", true};
  run.started = 1'000;
  run.ended = 9'000;
  StageRecord first, second, third;
  first.name = "prep";
  first.state = StageState::Finished;
  first.started = 2'000;
  first.ended = 3'000;
  first.log = "prep.log";
  first.reads = {{"raw.csv", "0123", 7, std::nullopt, false}};
  first.makes = {{"clean", "4567.dir", 9, 2, false}};
  second.name = "train";
  second.state = StageState::Failed;
  second.reason = "'train' ended with exit code 1";
  second.started = 4'000;
  second.ended = 8'000;
  second.log = "train.log";
  third.name = "score";
  third.state = StageState::Blocked;
  third.ended = 8'000;
  run.stages = {first, second, third};
  return run;
}

TEST(LineageEvents, BeginAndEndTheRunAndEachStageThatWasBegun) {
  std::vector<std::string> told;
  for (const Json& event : LineageEvents(Ended(), "team"))
    told.push_back(event.Text("eventType") + " " + event.At("job").Text("name"));
  EXPECT_THAT(told, ElementsAre("START flights", "START flights.prep", "COMPLETE flights.prep",
                                "START flights.train", "FAIL flights.train", "FAIL flights"));
}

TEST(LineageEvents, NameWhatAStageReadAndMadeWithItsVersion) {
  const Json event = LineageEvents(Ended(), "team")[2];
  EXPECT_EQ(event.Text("eventTime"), "1970-01-01T00:00:03.000Z");
  EXPECT_EQ(event.At("job").Text("namespace"), "team");
  EXPECT_EQ(event.At("run").At("facets").At("parent").At("run").Text("runId"), Ended().id);
  const Json &input = event.At("inputs").items().at(0), &output = event.At("outputs").items().at(0);
  EXPECT_EQ(input.Text("name"), "/home/ada/flights/raw.csv");
  EXPECT_EQ(input.At("facets").At("version").Text("datasetVersion"), "md5:0123");
  EXPECT_EQ(output.At("outputFacets").At("outputStatistics").Int("fileCount"), 2);
}

TEST(LineageEvents, SayWhyAStageFailed) {
  const Json event = LineageEvents(Ended(), "team")[4];
  EXPECT_EQ(event.At("run").At("facets").At("errorMessage").Text("message"),
            "'train' ended with exit code 1");
}

TEST(LineageIdOf, IsOneUuidForEachStageOfARun) {
  const std::string id = LineageIdOf("run", "train");
  EXPECT_EQ(id, LineageIdOf("run", "train"));
  EXPECT_NE(id, LineageIdOf("run", "prep"));
  EXPECT_EQ(id.size(), 36U);
  EXPECT_EQ(id[14], '8');
  EXPECT_EQ(id[8], '-');
}

TEST(LineageSpool, KeepsWhatAServerDoesNotTakeAndWritesWhatGoesToAFile) {
  const auto folder = *os::TempFolder::Create();
  LineageSpool spool(folder / "spool");
  EXPECT_TRUE(spool.Deliver()) << "nothing is kept";
  LineageTarget target;
  target.file = "out/lineage.jsonl";
  target.url = "http://127.0.0.1:1/lineage";
  ASSERT_TRUE(spool.Keep(folder.path(), "1", target, {Json{{"n", 1}}, Json{{"n", 2}}}));
  const auto first = spool.Deliver();
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().reason, Reason::Unavailable);
  EXPECT_FALSE(spool.Deliver());
  EXPECT_EQ(*os::ReadFile(folder / "out/lineage.jsonl"), "{\"n\":1}\n{\"n\":2}\n") << "once";
  EXPECT_THAT(*os::ListFolder(folder / "spool"), ElementsAre("1.http"));
}

}  // namespace
}  // namespace cairn::pipeline
