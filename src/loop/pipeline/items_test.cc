// What is done for each item of a stage, through the plan and the execution that use it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "loop/pipeline/execution/execution.h"
#include "loop/pipeline/items/item_record.h"
#include "loop/pipeline/items/path_table.h"
#include "loop/pipeline/project.h"

namespace cairn::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr std::string_view kStages = R"(stages:
  upper:
    cmd: mkdir up && for f in in/*; do ./upper $f up/$(basename $f).txt; done
    deps: [in, upper]
    params: [tone]
    outs: [up]
)";
constexpr std::string_view kMap =
    "pipeline: {stages: {upper: {map: {over: in, call: './upper ${in} ${out}', into: 'up/${item}.txt'}}}}\n";

class ItemsTest : public ::testing::Test {
 protected:
  ItemsTest() {
    Write("dvc.yaml", kStages);
    Write("cairn.yaml", kMap);
    Write("params.yaml", "tone: loud\n");
    WriteProgram("");
    for (const char* item : {"a", "b", "c"}) Write("in/" + std::string(item), item);
  }

  void Write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(os::MakeFolders(os::ParentOf(folder_ / name)));
    ASSERT_TRUE(os::WriteFileAtomically(folder_ / name, text));
  }
  /// Notes each call; `more` is done before it makes anything.
  void WriteProgram(const std::string& more) {
    ASSERT_TRUE(os::WriteFileAtomically(
        folder_ / "upper", "#!/bin/sh\necho $1 >> calls\n" + more + "\ntr a-z A-Z < $1 > $2\necho made $2\n",
        0755));
  }
  std::string Read(const std::string& name) {
    const auto text = os::ReadFile(folder_ / name);
    return text ? *text : "(" + text.error().message + ")";
  }
  std::unique_ptr<Project> Open() {
    auto project = Project::Open(folder_.path(), folder_ / ".cairn");
    EXPECT_TRUE(project) << project.error().message;
    return *std::move(project);
  }

  PlannedStage Planned(const Selection& selection = {}) {
    const auto project = Open();
    const auto plan = project->MakePlan(selection);
    EXPECT_TRUE(plan) << plan.error().message;
    auto planned = plan->stages.front();
    planned.stage = nullptr;
    return planned;
  }
  std::vector<std::string> Causes() {
    std::vector<std::string> sentences;
    for (const auto& cause : Planned().causes) sentences.push_back(cause.sentence);
    return sentences;
  }

  /// What became of the stage, if it is stale.
  StageRecord Run(const Selection& selection = {}) {
    static_cast<void>(bool(os::Remove(folder_ / "calls")));
    StageRecord record;
    record.name = "upper";
    record.causes = Planned(selection).causes;
    if (record.causes.empty()) return record;
    const auto project = Open();
    EXPECT_TRUE(project->Claim());
    Execution::Setting setting;
    setting.logs = folder_ / "logs";
    setting.run = os::BaseName(folder_.path());
    setting.capacity = {2, std::uint64_t{1} << 30, 0};
    setting.grace_ms = 100;
    StageRecord told;
    Execution execution(*project, clock_, std::move(setting), {record},
                        [&](std::size_t, const StageRecord& stage) -> Result<> {
                          told = stage;
                          return Done{};
                        });
    EXPECT_TRUE(execution.Run({}));
    EXPECT_TRUE(project->Finish());
    EXPECT_TRUE(project->SaveIndex());
    return told;
  }
  /// The items that were called by the last run, in any order.
  std::vector<std::string> Called() {
    const auto text = os::ReadFile(folder_ / "calls");
    std::vector<std::string> calls;
    if (!text) return calls;
    for (std::size_t at = 0; at < text->size();) {
      const auto end = text->find('\n', at);
      calls.push_back(text->substr(at, end - at));
      at = end + 1;
    }
    return calls;
  }
  void RunsWell(const Selection& selection = {}) {
    const auto record = Run(selection);
    ASSERT_EQ(record.state, StageState::Finished) << record.reason << "\n" << Read("logs/upper.log");
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  os::SystemClock clock_;
};

TEST_F(ItemsTest, AreCalledOnceAndAgainOnlyWhenTheyChange) {
  const auto first = Run();
  ASSERT_EQ(first.state, StageState::Finished) << first.reason;
  EXPECT_EQ(first.reason, "3 of 3 items called");
  EXPECT_THAT(Called(), UnorderedElementsAre("in/a", "in/b", "in/c"));
  EXPECT_EQ(Read("up/b.txt"), "B");
  EXPECT_THAT(Read("logs/upper.log"), HasSubstr("> ./upper in/b up/b.txt\nmade up/b.txt\n"))
      << "in one piece";
  EXPECT_THAT(Causes(), IsEmpty());
  Write("in/b", "bb");
  Write("in/d", "d");
  ASSERT_TRUE(os::Remove(folder_ / "in/a"));
  const auto planned = Planned();
  ASSERT_TRUE(planned.items);
  EXPECT_EQ(planned.items->calls, 2U);
  EXPECT_EQ(planned.items->items, 3U);
  EXPECT_THAT(Causes(), ElementsAre("in: 1 new (d), 1 changed (b), 1 gone (a)"));
  RunsWell();
  EXPECT_THAT(Called(), UnorderedElementsAre("in/b", "in/d"));
  EXPECT_EQ(Read("up/b.txt"), "BB");
  EXPECT_FALSE(os::Exists(folder_ / "up/a.txt")) << "it went with its item";
  EXPECT_THAT(Causes(), IsEmpty());
}

TEST_F(ItemsTest, AreAllCalledWhenAnythingElseChanges) {
  RunsWell();
  Write("params.yaml", "tone: soft\n");
  EXPECT_EQ(Planned().items->calls, 3U);
  RunsWell();
  EXPECT_EQ(Called().size(), 3U);
  WriteProgram("# other code");
  RunsWell();
  EXPECT_EQ(Called().size(), 3U);
  std::string other(kMap);
  other.replace(other.find("./upper"), 7, "sh upper");
  Write("cairn.yaml", other);
  EXPECT_THAT(Causes(), ElementsAre("its call for each item changed"));
  RunsWell();
  EXPECT_EQ(Called().size(), 3U);
  Selection force;
  force.force = true;
  RunsWell(force);
  EXPECT_EQ(Called().size(), 3U);
  RunsWell(force);
  EXPECT_EQ(Called().size(), 3U);
}

TEST_F(ItemsTest, KeepWhatSucceededWhenOneFails) {
  WriteProgram("case $1 in *b) [ -e mended ] || exit 7;; esac");
  const auto failed = Run();
  EXPECT_EQ(failed.state, StageState::Failed);
  EXPECT_EQ(failed.exit, 7);
  EXPECT_THAT(failed.reason, HasSubstr("item 'b': './upper in/b up/b.txt' ended with exit code 7"));
  auto before = Called();
  Write("mended", "");
  const auto left = Planned();
  ASSERT_TRUE(left.items);
  RunsWell();
  auto after = Called();
  EXPECT_EQ(after.size(), left.items->calls);
  EXPECT_THAT(after, ::testing::Contains("in/b"));
  std::erase(before, "in/b");
  for (const auto& done : before) EXPECT_THAT(after, Not(::testing::Contains(done)));
  EXPECT_THAT(Causes(), IsEmpty());
}

TEST_F(ItemsTest, AreHeldAgainstTheirOutputs) {
  RunsWell();
  Write("up/c.txt", "by hand");
  Write("up/stray", "by hand");
  EXPECT_THAT(
      Causes(),
      ElementsAre("up is not what the stage made: the outputs of c, and up/stray, which no item makes"));
  RunsWell();
  EXPECT_THAT(Called(), ElementsAre("in/c"));
  EXPECT_EQ(Read("up/c.txt"), "C");
  EXPECT_FALSE(os::Exists(folder_ / "up/stray"));
  ASSERT_TRUE(os::RemoveTree(folder_ / "up"));
  EXPECT_THAT(Causes(), ElementsAre("up is missing"));
  RunsWell();
  EXPECT_EQ(Called().size(), 3U);
}

TEST_F(ItemsTest, MustMakeWhatTheySayAndNothingElse) {
  WriteProgram("case $1 in *b) exit 0;; esac");
  EXPECT_THAT(Run().reason, HasSubstr("item 'b': its call ended well but did not make the file 'up/b.txt'"));
  WriteProgram("touch up/side.log");
  const auto side = Run();
  EXPECT_EQ(side.state, StageState::Failed);
  EXPECT_THAT(side.reason, HasSubstr("does not name, and that nobody could keep up to date: up/side.log"));
  Write("cairn.yaml",
        "pipeline: {stages: {upper: {map: {over: in, call: './upper ${in} ${out}', into: "
        "'up/${stem}.txt'}}}}\n");
  WriteProgram("");
  Write("in/a.2", "2");
  EXPECT_THAT(Run().reason, HasSubstr("the items 'a' and 'a.2' would both make 'up/a.txt'"));
}

TEST_F(ItemsTest, GoOnFromWhatAnotherProgramRanAsAWhole) {
  Write("cairn.yaml", "");
  RunsWell();
  Write("cairn.yaml", kMap);
  Write("in/b", "bb");
  EXPECT_EQ(Planned().items->calls, 3U) << "what the items were is kept nowhere";
  EXPECT_THAT(Causes(),
              ElementsAre("in changed, and what its items were is kept neither here nor in the cache"));
  Write("in/b", "b");
  EXPECT_THAT(Causes(), IsEmpty()) << "what the cmd made is what the calls make";
  Write("in/b", "bb");
  EXPECT_THAT(Causes(), ElementsAre("in: 1 changed (b)")) << "a look was enough";
  RunsWell();
  EXPECT_THAT(Called(), ElementsAre("in/b"));
}

TEST_F(ItemsTest, OfVeryManyLeaveTheirOutputsToTheRun) {
  RunsWell();
  Write("in/b", "bb");
  Write("up/c.txt", "by hand");
  const auto project = Open();
  const Stage& stage = *project->definition().Find("upper");
  const auto locked = project->LockedOf("upper");
  const auto journal = *ItemJournal::Read(JournalOf(*stage.map), "");
  const repository::Objects objects(folder_ / ".dvc/cache");
  const std::string folder = project->folder();
  const auto calls = [&](std::optional<std::size_t> from) {
    auto files = *LookAtItems(folder, stage, project->index());
    const auto plan = PlanItems({folder, stage, &*locked, journal, objects, project->index(), from}, files);
    EXPECT_TRUE(plan) << plan.error().message;
    std::vector<std::string> names;
    for (const auto& call : plan->calls) names.push_back(call.item);
    EXPECT_EQ(plan->outs_looked, from != 3U);
    return names;
  };
  EXPECT_THAT(calls({}), ElementsAre("b", "c"));
  EXPECT_THAT(calls(4U), ElementsAre("b", "c"));
  EXPECT_THAT(calls(3U), ElementsAre("b"));
  RunsWell();
  EXPECT_THAT(Called(), UnorderedElementsAre("in/b", "in/c")) << "the run looks at all";
}

TEST_F(ItemsTest, MayBeNone) {
  for (const char* item : {"a", "b", "c"}) ASSERT_TRUE(os::Remove(folder_ / ("in/" + std::string(item))));
  RunsWell();
  EXPECT_TRUE(os::IsFolder(folder_ / "up"));
  EXPECT_THAT(Causes(), IsEmpty());
  ASSERT_TRUE(os::RemoveTree(folder_ / "in"));
  EXPECT_THAT(Causes(), ElementsAre("in is missing"));
  EXPECT_THAT(Run().reason, HasSubstr("stage 'upper' needs 'in', which is not there"));
  Write("in", "a file");
  const auto project = Open();
  EXPECT_THAT(project->MakePlan({}).error().message, HasSubstr("'in' is no folder"));
}

TEST_F(ItemsTest, AreCountedForAClusterToo) {
  Write("cairn.yaml", std::string(kMap.substr(0, kMap.size() - 2)) +
                          ", executor: ray, ray: {address: 'http://head:8265', store: /shared}}\n");
  const auto planned = Planned();
  ASSERT_TRUE(planned.items);
  EXPECT_EQ(planned.items->calls, 3U);
  EXPECT_EQ(planned.items->items, 3U);
}

TEST(ItemJournal, CountsForItsKeyAloneAndUpToATornLine) {
  const auto folder = *os::TempFolder::Create();
  const std::string file = folder / "below/items";
  const ItemDone done{*repository::Md5OfHex(std::string(32, 'a')),
                      {*repository::Md5OfHex(std::string(32, 'b'))}};
  {
    auto journal = *ItemJournal::Read(file, "key");
    ASSERT_TRUE(journal.Begin(false));
    ASSERT_TRUE(journal.Append("one", done));
    ASSERT_TRUE(journal.Append("two words/ü", done));
  }
  auto text = *os::ReadFile(file);
  text.resize(text.size() - 5);
  ASSERT_TRUE(os::WriteFileAtomically(file, text));
  {
    auto journal = *ItemJournal::Read(file, "key");
    EXPECT_EQ(journal.done().size(), 1U);
    ASSERT_TRUE(journal.Begin(false));
    ASSERT_TRUE(journal.Append("two words/ü", done));
  }
  const auto again = *ItemJournal::Read(file, "key");
  ASSERT_EQ(again.done().size(), 2U);
  EXPECT_EQ(again.done().at("two words/ü").made, done.made);
  EXPECT_TRUE(ItemJournal::Read(file, "other")->done().empty());
  auto anew = *ItemJournal::Read(file, "key");
  ASSERT_TRUE(anew.Begin(true));
  EXPECT_TRUE(ItemJournal::Read(file, "key")->done().empty());
}

TEST(PathTable, FindsTheFirstOfEqualPaths) {
  const std::vector<std::string> paths{"a", "b/c", "a", ""};
  const PathTable table(paths.size(), [&](std::size_t i) { return std::string_view(paths[i]); });
  EXPECT_EQ(table.Find("a"), 0U);
  EXPECT_EQ(table.Find("b/c"), 1U);
  EXPECT_EQ(table.Find(""), 3U);
  EXPECT_FALSE(table.Find("b"));
  EXPECT_FALSE(PathTable().Find("a"));
}

}  // namespace
}  // namespace cairn::pipeline
