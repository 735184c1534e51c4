#include "loop/pipeline/cluster/cluster_execution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <utility>

#include "ground/fetch/testing/scripted_peer.h"
#include "ground/os/files.h"
#include "ground/os/process.h"
#include "ground/os/temp_folder.h"
#include "loop/pipeline/cluster/left_job.h"
#include "loop/pipeline/cluster/program.h"

namespace cairn::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kDriver = R"(
import json, pathlib, stage_items, stage_program
plan = json.loads(pathlib.Path("plan.json").read_text())
results = {}
for stage in plan["stages"]:
    before = [results[name] for name in stage["after"]]
    def spread(calls):
        return [stage_items.run_part(plan, stage, part, *before) for part in stage_items.parts_of(calls, stage["items"], 1)]
    run = stage_program.run_stage if not stage["items"] else lambda plan, stage, *before: stage_items.run_mapped(plan, stage, spread, *before)
    results[stage["name"]] = run(plan, stage, *before)
    print("\n(a machine) @cairn " + json.dumps(results[stage["name"]]), flush=True)
)";

/// An engine of one machine, which is this one: the plan's stages, one after the other, in a process of
/// Python.
class ProcessEngine : public Engine {
 public:
  explicit ProcessEngine(std::string folder) : folder_(std::move(folder)) {}

  std::string Shown() const override { return "the test's engine"; }
  Result<> Reach() override { return Done{}; }
  Result<> Submit(const std::string& key, const std::string& plan) override {
    keys.push_back(key);
    CAIRN_TRY(os::RemoveTree(folder_));
    CAIRN_TRY(os::MakeFolders(folder_));
    CAIRN_TRY(os::WriteFileAtomically(os::JoinPath(folder_, "stage_program.py"), kStageProgram));
    CAIRN_TRY(os::WriteFileAtomically(os::JoinPath(folder_, "stage_items.py"), kStageItems));
    CAIRN_TRY(os::WriteFileAtomically(os::JoinPath(folder_, "stage_objects.py"), kStageObjects));
    CAIRN_TRY(os::WriteFileAtomically(os::JoinPath(folder_, "drive.py"), kDriver));
    CAIRN_TRY(os::WriteFileAtomically(os::JoinPath(folder_, "plan.json"), plan));
    os::Command command;
    command.arguments = {"python3", "drive.py"};
    command.folder = folder_;
    command.environment = {{"TMPDIR", folder_}, {"SHELL", "/bin/sh"}, {"ON_THE_NODE", "hunter22"}};
    command.log = os::JoinPath(folder_, "words");
    process_.emplace(CAIRN_TRY(os::Process::Spawn(std::move(command))));
    return Done{};
  }
  Result<JobLook> Look(const std::string&) override {
    if (after_submit) return after_submit->error();
    const bool over = process_->Wait(0).has_value();
    // Its words are held back until then.
    if (before_end && !over) return JobLook{};
    if (before_end) std::exchange(before_end, nullptr)();
    return JobLook{*os::ReadFile(os::JoinPath(folder_, "words")), over, "its process ended", over};
  }
  Result<> Stop(const std::string&) override {
    stopped = true;
    process_->Terminate(100);
    return Done{};
  }

  std::vector<std::string> keys;
  bool stopped = false;
  std::optional<Result<>> after_submit;  ///< The error of each look.
  std::function<void()> before_end;

 private:
  std::string folder_;
  std::optional<os::Process> process_;
};

class ClusterExecutionTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(os::MakeFolders(os::ParentOf(project_ / name)));
    ASSERT_TRUE(os::WriteFileAtomically(project_ / name, text));
  }
  std::string Read(const std::string& name) {
    const auto text = os::ReadFile(project_ / name);
    return text ? *text : "(" + text.error().message + ")";
  }
  void Configure(const std::string& stages = "{}", const std::string& patience = "60s") {
    Write("cairn.yaml", "pipeline: {executor: ray, ray: {address: 'http://nobody:1', store: " +
                            store_.path() + ", patience: " + patience + "}, stages: " + stages + "}\n");
  }

  enum class Where { Here, Cluster };
  /// What became of the stale stages.
  std::map<std::string, StageRecord> Run(Where where = Where::Cluster, std::stop_token stop = {}) {
    auto project = Project::Open(project_.path(), project_ / ".cairn");
    EXPECT_TRUE(project) << project.error().message;
    if (!project) return {};
    EXPECT_TRUE((*project)->Claim());
    std::vector<StageRecord> stages;
    const auto plan = (*project)->MakePlan({});
    EXPECT_TRUE(plan);
    for (const auto& planned : plan->stages) {
      StageRecord record;
      record.name = planned.stage->name;
      record.causes = planned.causes;
      if (planned.Stale()) stages.push_back(std::move(record));
    }
    Execution::Setting setting;
    setting.logs = logs_;
    setting.run = os::BaseName(project_.path());
    setting.capacity = {1, std::uint64_t{1} << 30, 0};
    setting.environment = {{"GIVEN", "to all"}};
    left_.reset();
    auto kept = KeptPlan((*project)->folder());
    if (kept && *CanGoOnWith(*kept, **project, engine_, stages)) left_ = std::move(kept);
    std::map<std::string, StageRecord> told;
    const auto tell = [&](std::size_t, const StageRecord& stage) -> Result<> {
      told[stage.name] = stage;
      if (on_change_) on_change_(stage);
      return Done{};
    };
    if (where == Where::Here) {
      outcome_ = Execution(**project, clock_, std::move(setting), std::move(stages), tell).Run(stop);
    } else {
      outcome_ =
          ClusterExecution(**project, clock_, engine_, std::move(setting), std::move(stages), tell, left_)
              .Run(stop);
    }
    EXPECT_TRUE((*project)->Finish());
    return told;
  }

  os::TempFolder project_ = *os::TempFolder::Create(), store_ = *os::TempFolder::Create(),
                 machine_ = *os::TempFolder::Create();
  os::SystemClock clock_;
  ProcessEngine engine_{machine_ / "job"};
  std::function<void(const StageRecord&)> on_change_;
  std::optional<Json> left_;  ///< Of the last run.
  std::string logs_ = project_ / "logs";
  Result<> outcome_;
};

constexpr const char* kPipeline = R"(
stages:
  split: {cmd: 'mkdir parts && for i in 1 2 3; do sed -n "$i"p raw/all.txt > parts/$i; done', deps: [raw], outs: [parts]}
  tool: {cmd: 'cp ../code/tool.sh made.sh', wdir: sub, deps: [../code/tool.sh], outs: [made.sh]}
  use: {cmd: 'sub/made.sh parts/2 > used && echo $GIVEN', deps: [parts/2, sub/made.sh], params: [scale], outs: [used, {notes.txt: {persist: true}}]}
  count: {cmd: 'wc -l < used > figures.json', deps: [used], metrics: [{figures.json: {cache: false}}]}
)";

TEST_F(ClusterExecutionTest, WhatIsMadeThereIsWhatWouldBeMadeHere) {
  Write("dvc.yaml", kPipeline);
  Write("raw/all.txt", "one\ntwo\nthree\n");
  Write("raw/deeper/more.txt", "more\n");
  Write("notes.txt", "kept\n");
  Write("params.yaml", "scale: 3\n");
  Write("sub/keep", "");
  Write("code/tool.sh", "#!/bin/sh\necho \"$1\"; cat \"$1\"; cat notes.txt\n");
  ASSERT_TRUE(os::SetMode(project_ / "code/tool.sh", 0755));
  Configure();

  const auto there = Run();
  ASSERT_TRUE(outcome_) << outcome_.error().message;
  for (const char* name : {"split", "tool", "use", "count"}) {
    ASSERT_TRUE(there.contains(name));
    EXPECT_EQ(there.at(name).state, StageState::Finished) << name << ": " << there.at(name).reason;
  }
  EXPECT_EQ(Read("used"), "parts/2\ntwo\nkept\n");
  EXPECT_THAT(Read("logs/use.log"), HasSubstr("to all\n"));
  EXPECT_THAT(Read("logs/use.log"), HasSubstr("> on "));
  EXPECT_EQ(there.at("use").exit, 0);
  EXPECT_THAT(engine_.keys, ElementsAre("cairn-" + os::BaseName(project_.path())));
  const std::string lock = Read("dvc.lock");
  EXPECT_TRUE(Run().empty()) << "nothing is stale";

  for (const char* made : {"parts", "sub/made.sh", "used", "figures.json", "dvc.lock"})
    ASSERT_TRUE(os::RemoveTree(project_ / made));
  const auto here = Run(Where::Here);
  EXPECT_EQ(here.size(), 4U);
  EXPECT_EQ(Read("dvc.lock"), lock);
}

constexpr const char* kMapped = R"(
stages:
  split: {cmd: 'mkdir parts && cp -r raw/. parts', deps: [raw], outs: [parts]}
  each: {cmd: sh all.sh, wdir: sub, deps: [../parts, one.sh], outs: [big, ../sizes]}
  sheet: {cmd: 'find sub/big -type f -exec cat {} + | sort > sheet', deps: [sub/big], outs: [sheet]}
)";
constexpr const char* kMap =
    R"({each: {map: {over: ../parts, call: 'sh one.sh ${in} ${out.big} ${out.size} # \${x} ${stem}', into: {big: 'big/${item}', size: '../sizes/${item}.txt'}}}})";

TEST_F(ClusterExecutionTest, ItemsAreCalledThereAsTheyAreHere) {
  Write("dvc.yaml", kMapped);
  Write("raw/a.x", "a\n");
  Write("raw/deep/it's $b", "b\n");
  Write("raw/\xC3\xA9 e", "e\n");
  Write("sub/one.sh", "echo called \"$1\"; tr a-z A-Z < \"$1\" > \"$2\"; wc -c < \"$1\" > \"$3\"\n");
  Configure(kMap);
  const auto there = Run();
  ASSERT_TRUE(outcome_) << outcome_.error().message;
  ASSERT_EQ(there.at("each").state, StageState::Finished) << there.at("each").reason;
  EXPECT_EQ(there.at("each").reason, "3 of 3 items called");
  EXPECT_EQ(there.at("each").exit, 0);
  EXPECT_EQ(Read("sub/big/deep/it's $b"), "B\n");
  EXPECT_THAT(Read("logs/each.log"),
              HasSubstr("> sh one.sh ../parts/a.x big/a.x ../sizes/a.x.txt # ${x} a\n"));
  EXPECT_TRUE(Run().empty()) << "nothing is stale";
  const std::string lock = Read("dvc.lock"), ours = Read("cairn.lock");

  for (const char* made :
       {"parts", "sub/big", "sizes", "sheet", "dvc.lock", "cairn.lock", ".cairn", ".dvc/tmp"})
    ASSERT_TRUE(os::RemoveTree(project_ / made));
  EXPECT_EQ(Run(Where::Here).at("each").reason, "3 of 3 items called");
  EXPECT_EQ(Read("dvc.lock"), lock);
  EXPECT_EQ(Read("cairn.lock"), ours);

  Write("raw/a.x", "aa\n");
  Write("raw/new", "n\n");
  ASSERT_TRUE(os::Remove(project_ / "raw/\xC3\xA9 e"));
  const auto again = Run();
  EXPECT_EQ(again.at("each").reason, "2 of 3 items called")
      << "though their folder was made anew in the same run";
  EXPECT_THAT(Read("logs/each.log"), Not(HasSubstr("called ../parts/deep")));
  EXPECT_EQ(Read("sheet"), "AA\nB\nN\n");
  EXPECT_FALSE(os::Exists(project_ / "sizes/\xC3\xA9 e.txt"));

  Write("sub/one.sh", "echo other; tr a-z A-Z < \"$1\" > \"$2\"; wc -c < \"$1\" > \"$3\"\n");
  EXPECT_EQ(Run().at("each").reason, "3 of 3 items called");
}

TEST_F(ClusterExecutionTest, WhatCallsOfAStageThatFailedHaveDoneIsKept) {
  Write("dvc.yaml", "stages: {each: {cmd: sh all.sh, deps: [raw], outs: [out]}}\n");
  for (const char* item : {"a", "b", "c"}) Write(std::string("raw/") + item, item);
  Configure(
      "{each: {map: {over: raw, call: 'if grep b ${in}; then exit 9; fi; cp ${in} ${out}', into: "
      "'out/${item}'}}}");
  const auto failed = Run();
  EXPECT_EQ(failed.at("each").state, StageState::Failed);
  EXPECT_EQ(failed.at("each").exit, 9);
  EXPECT_THAT(failed.at("each").reason, HasSubstr("item 'b': '"));
  EXPECT_THAT(failed.at("each").reason, HasSubstr("ended with exit code 9; 2 of 3 calls are done and kept"));
  EXPECT_EQ(Read("out/c"), "c");
  Write("raw/b", "x");
  EXPECT_EQ(Run().at("each").reason, "1 of 3 items called");
  EXPECT_EQ(Read("out/b"), "x");
  EXPECT_TRUE(Run().empty()) << "nothing is stale";

  Configure("{each: {map: {over: raw, call: 'cp ${in} ${out} && touch out/more', into: 'out/${item}'}}}");
  EXPECT_THAT(Run().at("each").reason,
              HasSubstr("files that 'into' does not name, and that nobody could keep up to date: out/more"));
  Configure("{each: {map: {over: raw, call: 'true ${in} ${out}', into: 'out/${item}'}}}");
  EXPECT_THAT(Run().at("each").reason, HasSubstr("did not make the file 'out/a'"));
}

TEST_F(ClusterExecutionTest, AFailureStopsOnlyWhatNeedsItAndTriesAreKept) {
  Write("dvc.yaml",
        "stages:\n"
        "  bad: {cmd: 'echo said; kill -9 $$', outs: [bad]}\n"
        "  behind: {cmd: touch behind, deps: [bad], outs: [behind]}\n"
        "  lazy: {cmd: 'true', outs: [lazy]}\n"
        "  slow: {cmd: 'sleep 100', outs: [slow]}\n"
        "  lonely: {cmd: 'touch lonely', deps: [nowhere], outs: [lonely]}\n"
        "  secret: {cmd: 'echo $KEY > secret; echo it is $KEY', outs: [secret]}\n"
        "  missing: {cmd: 'touch missing', outs: [missing]}\n"
        "  good: {cmd: touch good, outs: [good]}\n");
  Configure(
      "{bad: {retries: {most: 1, wait: 0s}}, slow: {timeout: 1s}, secret: {secrets: {KEY: {env: "
      "ON_THE_NODE}}}, "
      "missing: {secrets: {KEY: {file: no/such}}}}");
  const auto stages = Run();
  ASSERT_TRUE(outcome_) << outcome_.error().message;
  EXPECT_EQ(stages.at("bad").state, StageState::Failed);
  EXPECT_THAT(stages.at("bad").reason, HasSubstr("signal 9"));
  EXPECT_THAT(stages.at("bad").reason, HasSubstr("as the last of 2 tries"));
  EXPECT_EQ(stages.at("bad").attempts.size(), 2U);
  EXPECT_THAT(Read("logs/bad.log"), HasSubstr("said\n"));
  EXPECT_EQ(stages.at("behind").state, StageState::Blocked);
  EXPECT_THAT(stages.at("lazy").reason, HasSubstr("has not made 'lazy'"));
  EXPECT_THAT(stages.at("slow").reason, HasSubstr("timeout of 1s"));
  EXPECT_EQ(stages.at("lonely").state, StageState::Failed);
  EXPECT_THAT(stages.at("lonely").reason, HasSubstr("needs 'nowhere', which is not there"));
  EXPECT_EQ(stages.at("secret").state, StageState::Finished) << stages.at("secret").reason;
  EXPECT_EQ(Read("secret"), "hunter22\n");
  EXPECT_THAT(Read("logs/secret.log"), HasSubstr("it is ***\n"));
  EXPECT_THAT(stages.at("missing").reason, HasSubstr("secrets do not travel to a cluster"));
  EXPECT_EQ(stages.at("good").state, StageState::Finished);
  EXPECT_THAT(Read("dvc.lock"), Not(HasSubstr("behind")));
}

TEST_F(ClusterExecutionTest, AStageWhoseInputsCameOutTheSameDoesNotRun) {
  Write("dvc.yaml",
        "stages:\n  first: {cmd: 'cut -c1 raw > first', deps: [raw], outs: [first]}\n"
        "  second: {cmd: 'cat first > second', deps: [first], outs: [second]}\n"
        "  third: {cmd: 'cat second more > third', deps: [second, more], outs: [third]}\n");
  Write("raw", "a1\n");
  Write("more", "m1\n");
  Configure();
  Run();
  Write("raw", "a2\n");
  Write("more", "m2\n");
  const auto stages = Run();
  EXPECT_EQ(stages.at("first").state, StageState::Finished) << stages.at("first").reason;
  EXPECT_EQ(stages.at("second").state, StageState::Unchanged);
  EXPECT_EQ(stages.at("third").state, StageState::Finished);
  EXPECT_EQ(Read("third"), "a\nm2\n");
}

TEST_F(ClusterExecutionTest, InputsCountAsTheyWereWhenTheyWereSent) {
  Write("dvc.yaml",
        "stages:\n  first: {cmd: 'cat raw > first', deps: [raw], params: [scale], outs: [first]}\n"
        "  second: {cmd: 'cat first > second', deps: [first], outs: [second]}\n");
  Write("raw", "old\n");
  Write("params.yaml", "scale: 1\n");
  Configure();
  engine_.before_end = [&] {
    Write("raw", "new\n");
    Write("params.yaml", "scale: 2\n");
  };
  const auto stages = Run();
  EXPECT_EQ(stages.at("second").state, StageState::Finished) << stages.at("second").reason;
  EXPECT_EQ(Read("second"), "old\n");
  EXPECT_THAT(Read("dvc.lock"), HasSubstr("scale: 1"));
  EXPECT_EQ(Run().at("first").causes.size(), 2U) << "what was changed meanwhile is seen by the next run";
  EXPECT_EQ(Read("second"), "new\n");
}

/// A run of two stages whose program died when the first had been taken over, with what it kept of its job.
class LeftJobTest : public ClusterExecutionTest {
 protected:
  void SetUp() override {
    logs_ = machine_ / "logs";  // In the project they would be files that stages may read.
    Write("dvc.yaml", Pipeline("cat first > second; echo again >> second"));
    Write("raw", "raw\n");
    Configure();
    std::string kept;
    on_change_ = [&](const StageRecord& stage) {
      if (stage.name != "first" || stage.state != StageState::Finished) return;
      const auto plan = KeptPlan(project_.path());
      ASSERT_TRUE(plan);
      kept = plan->Dump();
    };
    Run();
    ASSERT_TRUE(outcome_) << outcome_.error().message;
    EXPECT_FALSE(KeptPlan(project_.path())) << "it has ended";
    made_ = Read("second");
    const std::string lock = Read("dvc.lock");
    ASSERT_TRUE(os::Remove(project_ / "second"));
    Write("dvc.lock", lock.substr(0, lock.find("  second:")));
    ASSERT_TRUE(KeepPlan(project_.path(), kept));
    on_change_ = nullptr;
    engine_.keys.clear();
  }
  std::string Pipeline(const std::string& second) {
    return "stages:\n  first: {cmd: 'cp raw first && date +%N > when', deps: [raw], outs: [first, when]}\n"
           "  second: {cmd: '" +
           second + "', deps: [first], outs: [second]}\n";
  }
  std::string made_;
};

TEST_F(LeftJobTest, IsFollowedAndNotHandedInAgain) {
  const auto stages = Run();
  ASSERT_TRUE(outcome_) << outcome_.error().message;
  EXPECT_EQ(stages.size(), 1U);
  EXPECT_EQ(stages.at("second").state, StageState::Finished) << stages.at("second").reason;
  EXPECT_TRUE(engine_.keys.empty());
  EXPECT_EQ(Read("second"), made_);
  EXPECT_THAT(*os::ReadFile(os::JoinPath(logs_, "second.log")), HasSubstr("> on "));
  EXPECT_FALSE(KeptPlan(project_.path()));
  EXPECT_TRUE(Run().empty()) << "nothing is stale";
}

TEST_F(LeftJobTest, IsNothingWhenItWouldDoSomethingElse) {
  const std::pair<const char*, std::string> changes[] = {
      {"dvc.yaml", Pipeline("cat first > second")},  // the stage
      {"first", "other\n"},                          // what it reads
      {"script.py", "print()\n"},                    // a file that it may read
      {"raw", "other\n"},                            // what the job does besides is not done any more
  };
  for (const auto& [file, text] : changes) {
    const auto before = os::ReadFile(project_ / file);
    Write(file, text);
    auto project = *Project::Open(project_.path(), project_ / ".cairn");
    StageRecord second;
    second.name = "second";
    EXPECT_FALSE(*CanGoOnWith(*KeptPlan(project_.path()), *project, engine_, {second})) << file;
    ASSERT_TRUE(before ? os::WriteFileAtomically(project_ / file, *before) : os::Remove(project_ / file));
    project = *Project::Open(project_.path(), project_ / ".cairn");
    EXPECT_TRUE(*CanGoOnWith(*KeptPlan(project_.path()), *project, engine_, {second})) << file;
  }
  Write(".gitignore", "/first\n");
  auto project = *Project::Open(project_.path(), project_ / ".cairn");
  StageRecord second, other;
  second.name = "second";
  other.name = "other";
  EXPECT_TRUE(*CanGoOnWith(*KeptPlan(project_.path()), *project, engine_, {second}))
      << "outputs that come in are named there";
  EXPECT_FALSE(*CanGoOnWith(*KeptPlan(project_.path()), *project, engine_, {second, other}));
  engine_.after_submit = Error{Reason::NotFound, "no such job"};
  EXPECT_FALSE(*CanGoOnWith(*KeptPlan(project_.path()), *project, engine_, {second}));
  engine_.after_submit = Error{Reason::Unavailable, "nobody there"};
  EXPECT_EQ(CanGoOnWith(*KeptPlan(project_.path()), *project, engine_, {second}).error().reason,
            Reason::Unavailable);
}

/// A pipeline that reads from a web server, which may be another one with other content.
class OutsideOnClusterTest : public ClusterExecutionTest {
 protected:
  void SetUp() override {
    logs_ = machine_ / "logs";
    setenv("DVC_GLOBAL_CONFIG_DIR", machine_.path().c_str(), 1);
    Ask(old_);
    Write("dvc.yaml",
          "stages:\n  first: {cmd: 'cut -c1 raw > first', deps: [raw], outs: [first]}\n"
          "  second: {cmd: 'cat first > second', deps: [first, 'remote://web/a'], outs: [second]}\n");
    Write("raw", "a1\n");
    Configure();
  }
  void TearDown() override { unsetenv("DVC_GLOBAL_CONFIG_DIR"); }
  void Ask(const fetch::testing::ScriptedPeer& server) {
    ASSERT_TRUE(os::WriteFileAtomically(
        machine_ / "config",
        "['remote \"web\"']\n    url = http://127.0.0.1:" + std::to_string(server.port()) + "/\n"));
  }

  const fetch::testing::ScriptedPeer old_{{"HTTP/1.1 200 OK\r\nETag: \"old\"\r\n\r\n"}},
      new_{{"HTTP/1.1 200 OK\r\nETag: \"new\"\r\n\r\n"}};
};

TEST_F(OutsideOnClusterTest, IsLookedAtFromHere) {
  Run();
  ASSERT_TRUE(outcome_) << outcome_.error().message;
  EXPECT_THAT(Read("dvc.lock"),
              HasSubstr("    - path: remote://web/a\n      hash: md5\n      checksum: '\"old\"'\n"));
  Write("raw", "a2\n");
  EXPECT_EQ(Run().at("second").state, StageState::Unchanged) << "what it reads came out the same";
  Ask(new_);
  const auto stages = Run();
  EXPECT_EQ(stages.at("second").causes.at(0).sentence, "remote://web/a changed");
  EXPECT_EQ(stages.at("second").state, StageState::Finished) << stages.at("second").reason;
  EXPECT_TRUE(Run().empty());
}

TEST_F(OutsideOnClusterTest, AJobThatWasLeftSawWhatWasThereThen) {
  std::string kept;
  on_change_ = [&](const StageRecord& stage) {
    if (stage.name == "first" && stage.state == StageState::Finished)
      kept = KeptPlan(project_.path())->Dump();
  };
  Run();
  const std::string lock = Read("dvc.lock");
  Write("dvc.lock", lock.substr(0, lock.find("  second:")));
  ASSERT_TRUE(KeepPlan(project_.path(), kept));
  const auto goes_on = [&] {
    const auto project = *Project::Open(project_.path(), project_ / ".cairn");
    StageRecord second;
    second.name = "second";
    return *CanGoOnWith(*KeptPlan(project_.path()), *project, engine_, {second});
  };
  EXPECT_TRUE(goes_on());
  Ask(new_);
  EXPECT_FALSE(goes_on());
}

TEST_F(OutsideOnClusterTest, APathThatNoNodeHasIsRefused) {
  Write("dvc.yaml", "stages: {first: {cmd: 'cp /etc/hostname out', deps: [/etc/hostname], outs: [out]}}\n");
  EXPECT_THAT(Run().at("first").reason,
              HasSubstr("reads '/etc/hostname', which lies outside of the project"));
}

TEST_F(ClusterExecutionTest, AJobInWhichAStageFailedIsNotGoneOnWith) {
  Write("dvc.yaml", "stages:\n  one: {cmd: 'exit 3', outs: [one]}\n");
  Configure();
  std::string kept;
  on_change_ = [&](const StageRecord&) {
    if (const auto plan = KeptPlan(project_.path())) kept = plan->Dump();
  };
  EXPECT_EQ(Run().at("one").state, StageState::Failed);
  ASSERT_TRUE(KeepPlan(project_.path(), kept));
  EXPECT_EQ(Run().at("one").state, StageState::Failed);
  EXPECT_FALSE(left_);
  EXPECT_EQ(engine_.keys.size(), 2U);
}

TEST_F(ClusterExecutionTest, AStoppedRunStopsItsJobAndChangesNothingHere) {
  Write("dvc.yaml",
        "stages:\n  long: {cmd: 'sleep 1000', outs: [long]}\n"
        "  after: {cmd: touch after, deps: [long], outs: [after]}\n");
  Write("long", "from before\n");
  Configure();
  std::stop_source stop;
  on_change_ = [&](const StageRecord& stage) {
    if (stage.state == StageState::Running) stop.request_stop();
  };
  const auto stages = Run(Where::Cluster, stop.get_token());
  ASSERT_TRUE(outcome_) << outcome_.error().message;
  EXPECT_TRUE(engine_.stopped);
  EXPECT_EQ(stages.at("long").state, StageState::Killed);
  EXPECT_EQ(stages.at("after").state, StageState::Killed);
  EXPECT_EQ(Read("long"), "from before\n");
}

TEST_F(ClusterExecutionTest, AnEngineThatIsSilentOrForgetsTheJobFailsTheRun) {
  const std::pair<Reason, const char*> errors[] = {{Reason::Unavailable, "has not answered for 0 ms"},
                                                   {Reason::NotFound, "does not know the job"}};
  for (const auto& [reason, expected] : errors) {
    Write("dvc.yaml", "stages:\n  one: {cmd: 'sleep 1000', outs: [one]}\n");
    Configure("{}", "0s");
    engine_.after_submit = Error{reason, "no"};
    const auto stages = Run();
    ASSERT_FALSE(outcome_);
    EXPECT_THAT(outcome_.error().message, HasSubstr(expected));
    EXPECT_EQ(stages.at("one").state, StageState::Failed);
    EXPECT_THAT(stages.at("one").reason, HasSubstr(expected));
    EXPECT_TRUE(engine_.stopped);
  }
}

TEST_F(ClusterExecutionTest, BytesThatTheStoreChangedAreNotTakenOver) {
  Write("dvc.yaml", "stages:\n  one: {cmd: 'echo 1 > one', outs: [one]}\n");
  Configure();
  engine_.before_end = [&] {
    const std::string object = store_ / "files/md5/b0/26324c6904b2a9cb4b88d6d61c81d1";  // of "1\n"
    ASSERT_TRUE(os::Exists(object));
    ASSERT_TRUE(os::SetMode(object, 0644));
    ASSERT_TRUE(os::WriteFileAtomically(object, "2\n"));
  };
  const auto stages = Run();
  EXPECT_EQ(stages.at("one").state, StageState::Failed);
  EXPECT_THAT(stages.at("one").reason, HasSubstr("could not be taken over"));
  EXPECT_FALSE(os::Exists(project_ / "one"));
  EXPECT_THAT(Read("dvc.lock"), Not(HasSubstr("one")));
}

}  // namespace
}  // namespace cairn::pipeline
