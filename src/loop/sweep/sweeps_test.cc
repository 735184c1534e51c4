#include "loop/sweep/sweeps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/process.h"
#include "ground/os/temp_folder.h"
#include "ground/sql/testing/engines.h"
#include "ledger/metadata/schema.h"
#include "loop/pipeline/schema.h"
#include "loop/sweep/bring.h"
#include "loop/sweep/schema.h"
#include "loop/tracking/schema.h"

namespace cairn::sweep {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr std::string_view kStages = R"(stages:
  prepare:
    cmd: cat source.txt > prepared.txt
    deps: [source.txt]
    outs: [prepared.txt]
  train:
    cmd: cat prepared.txt params.yaml > model.txt && grep -q 'lr. 13' params.yaml && exit 1 || true
    deps: [prepared.txt]
    params: [lr]
    outs: [model.txt]
  evaluate:
    cmd: "sed -n 's/lr: \\([0-9]*\\).*/{\"score\": \\1}/p' model.txt > metrics.json"
    deps: [model.txt]
    metrics: [{metrics.json: {cache: false}}]
)";

class SweepsTest : public ::testing::TestWithParam<std::string> {
 protected:
  SweepsTest() : store_(GetParam()), project_(folder_ / "project") {
    const sql::RoomSchema* rooms[] = {&metadata::Schema(), &tracking::Schema(), &pipeline::Schema(),
                                      &sweep::Schema()};
    EXPECT_TRUE(store_->Migrate(rooms));
    tracking_ = *tracking::Tracking::Open(*store_, clock_, "mlflow-artifacts:/");
    EXPECT_TRUE(os::MakeFolders(project_));
    Write("dvc.yaml", kStages);
    Write("params.yaml", "# the rate\nlr: 1  # small\n");
    Write("source.txt", "rows\n");
    Write(".gitignore", "/.cairn\n");
    Shell(
        "git init -q -b main . && git config user.email a@b && git config user.name a && git add . && git "
        "commit -q -m one");
    Build();
  }

  void Build() {
    sweeps_.reset();
    runner_.reset();
    pipeline::Surroundings around;
    around.data_dir = os::JoinPath(project_, ".cairn");
    around.tracking_address = [] { return Result<std::string>("http://127.0.0.1:5"); };
    around.workers = 2;
    around.grace_ms = 200;
    EXPECT_TRUE(os::MakeFolders(around.data_dir));
    runner_ = std::make_unique<pipeline::Runner>(*store_, clock_, around);
    sweeps_ = std::make_unique<Sweeps>(*store_, clock_, *runner_, *tracking_,
                                       Around{around.data_dir, [] { return Result<std::string>("tuning"); }});
  }

  void Write(const std::string& name, std::string_view text) {
    EXPECT_TRUE(os::WriteFileAtomically(os::JoinPath(project_, name), text));
  }
  std::string Read(const std::string& name) { return *os::ReadFile(os::JoinPath(project_, name)); }
  std::string Shell(const std::string& text) {
    std::string printed;
    os::Command command = os::Command::Shell(text);
    command.folder = project_;
    command.bytes = [&](os::Stream, std::string_view bytes) { printed += bytes; };
    EXPECT_TRUE(os::Process::Spawn(std::move(command))->Wait()->Succeeded()) << text << printed;
    return printed;
  }

  Order OrderOf(std::vector<std::string> set) {
    Order order;
    order.project = project_;
    order.set = std::move(set);
    order.actor = "ada";
    return order;
  }
  /// Queues, has it run with so many at once, and gives the trials once all have ended.
  std::vector<Trial> Run(const Order& order, unsigned jobs = 2) {
    const auto sweep = sweeps_->Queue(order);
    EXPECT_TRUE(sweep) << sweep.error().message;
    EXPECT_TRUE(sweeps_->Begin(project_, sweep->id, jobs));
    return Await(sweep->id);
  }
  std::vector<Trial> Await(const std::string& sweep) {
    for (std::size_t seen = 0;;) {
      auto trials = *sweeps_->Trials("", sweep);
      const bool open = std::any_of(trials.begin(), trials.end(), [](const Trial& trial) {
        return trial.state == TrialState::Queued || trial.state == TrialState::Running;
      });
      if (!open) return trials;
      seen += sweeps_->Ended(seen, 1000).size();
    }
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  sql::testing::TestStore store_;
  os::SystemClock clock_;
  std::string project_;
  std::unique_ptr<tracking::Tracking> tracking_;
  std::unique_ptr<pipeline::Runner> runner_;
  std::unique_ptr<Sweeps> sweeps_;
};

TEST_P(SweepsTest, EveryTrialHasItsParametersItsFiguresAndLeavesTheProjectAsItIs) {
  const auto trials = Run(OrderOf({"lr=2,3,4"}));
  ASSERT_EQ(trials.size(), 3u);
  for (const Trial& trial : trials) {
    EXPECT_EQ(trial.state, TrialState::Finished) << trial.problem;
    EXPECT_EQ(trial.metrics.Int("score"), trial.number + 1);
    EXPECT_EQ(trial.params, (Json{{"lr", trial.number + 1}}));
    EXPECT_EQ(trial.beginnings, 1);
    EXPECT_FALSE(os::Exists(os::JoinPath(sweeps_->FolderOf(trial), "tree")));
    const auto tracked = tracking_->runs.Find(trial.tracked);
    EXPECT_EQ(tracked->info.status, tracking::RunStatus::Finished);
    EXPECT_EQ(tracked->metrics.at(0).value, trial.number + 1);
    EXPECT_EQ(tracked->params.at(0).key, "lr");
  }
  const auto sweep = sweeps_->Find(trials[0].sweep);
  EXPECT_EQ(tracking_->runs.Find(sweep->tracked)->info.status, tracking::RunStatus::Finished);
  EXPECT_EQ(Read("params.yaml"), "# the rate\nlr: 1  # small\n");
  EXPECT_FALSE(os::Exists(os::JoinPath(project_, "model.txt")));
  EXPECT_EQ(Shell("git status --porcelain --untracked-files=no"), "");
}

TEST_P(SweepsTest, ATrialGoesByTheProjectAsItWasWhenItWasQueued) {
  const auto sweep = sweeps_->Queue(OrderOf({"lr=2"}));
  Write("source.txt", "other rows\n");
  ASSERT_TRUE(sweeps_->Begin(project_, "", 1));
  const auto trials = Await(sweep->id);
  ASSERT_EQ(trials[0].state, TrialState::Finished) << trials[0].problem;
  const auto applied = Apply(*OpenBase(sweeps_->BaseOf(sweep->id)), trials[0],
                             os::JoinPath(sweeps_->FolderOf(trials[0]), "kept"),
                             os::JoinPath(project_, ".cairn"), Unsaved::Refuse);
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_THAT(Read("model.txt"), HasSubstr("rows\n# the rate\nlr: 2  # small\n"));
  EXPECT_EQ(Read("source.txt"), "other rows\n");
}

TEST_P(SweepsTest, ATrialThatFailsIsKeptWithItsReasonAndTheOthersGoOn) {
  const auto trials = Run(OrderOf({"lr=13,2"}), 1);
  EXPECT_EQ(trials[0].state, TrialState::Failed);
  EXPECT_THAT(trials[0].problem, HasSubstr("stage 'train'"));
  EXPECT_EQ(trials[1].state, TrialState::Finished);
  EXPECT_EQ(tracking_->runs.Find(trials[0].tracked)->info.status, tracking::RunStatus::Failed);
  const auto run = *runner_->State(trials[0].run);
  EXPECT_TRUE(os::Exists(run.stages.at(0).log));
  EXPECT_EQ(sweeps_->Retry(trials[1].Id()).error().reason, Reason::Conflict);
  ASSERT_TRUE(sweeps_->Retry(trials[0].Id()));
  ASSERT_TRUE(sweeps_->Begin(project_, "", 1));
  const auto again = Await(trials[0].sweep);
  EXPECT_EQ(again[0].state, TrialState::Failed);
  EXPECT_EQ(again[0].tracked, trials[0].tracked);
  EXPECT_EQ(runner_->State(again[0].run)->stages.size(), 2u) << "what was prepared is not prepared again";
}

TEST_P(SweepsTest, OnceTheGoalIsReachedOrTheTimeIsOverWhatWaitsIsSkipped) {
  Order order = OrderOf({"lr=2,5,3,4"});
  order.until = "score>=5";
  const auto trials = Run(order, 1);
  EXPECT_EQ(trials[1].state, TrialState::Finished);
  EXPECT_EQ(trials[2].state, TrialState::Skipped);
  EXPECT_THAT(trials[3].problem, HasSubstr("score>=5"));
  Order timed = OrderOf({"lr=2,5"});
  timed.budget_ms = 1;
  const auto late = Run(timed, 1);
  EXPECT_EQ(late[0].state, TrialState::Finished);
  EXPECT_EQ(late[1].state, TrialState::Skipped);
}

TEST_P(SweepsTest, WhatAnEndingProgramWasDoingIsDoneByTheNextAndOnce) {
  Write("dvc.yaml", R"(stages:
  first:
    cmd: echo x >> ../../../../../first.log; echo 1 > a.txt
    params: [lr]
    outs: [a.txt]
  second:
    cmd: if [ -e ../../../../../go ]; then echo 2 > b.txt; else sleep 600; fi
    deps: [a.txt]
    outs: [b.txt]
)");
  const auto sweep = sweeps_->Queue(OrderOf({"lr=2,3"}));
  ASSERT_TRUE(sweep) << sweep.error().message;
  ASSERT_TRUE(sweeps_->Begin(project_, sweep->id, 2));
  for (;;) {
    const auto trials = *sweeps_->Trials("", sweep->id);
    const auto up = [&](const Trial& trial) {
      const auto run = trial.run.empty() ? pipeline::RunRecord() : *runner_->State(trial.run);
      return run.stages.size() == 2 && run.stages[1].state == pipeline::StageState::Running;
    };
    if (up(trials[0]) && up(trials[1])) break;
    sweeps_->Ended(0, 10);
  }
  Build();
  EXPECT_EQ((*sweeps_->Trials("", sweep->id))[0].state, TrialState::Queued);
  Write("go", "");
  ASSERT_TRUE(sweeps_->TakeUp());
  for (const Trial& trial : Await(sweep->id)) EXPECT_EQ(trial.state, TrialState::Finished) << trial.problem;
  EXPECT_EQ(Read("first.log"), "x\nx\n");
}

TEST_P(SweepsTest, WhatIsStoppedStaysStoppedAndWhatIsRemovedIsGone) {
  const auto sweep = sweeps_->Queue(OrderOf({"lr=2,3"}));
  ASSERT_TRUE(sweeps_->StopTrial(sweep->id + "-1", Sweeps::How::Stop));
  ASSERT_TRUE(sweeps_->Begin(project_, "", 1));
  const auto trials = Await(sweep->id);
  EXPECT_EQ(trials[0].state, TrialState::Stopped);
  EXPECT_EQ(trials[1].state, TrialState::Finished);
  EXPECT_EQ(sweeps_->StopTrial(trials[1].Id(), Sweeps::How::Stop).error().reason, Reason::Conflict);
  ASSERT_TRUE(sweeps_->Remove(trials[0].Id()));
  ASSERT_TRUE(sweeps_->Remove(trials[1].Id()));
  EXPECT_EQ(sweeps_->Find(sweep->id).error().reason, Reason::NotFound);
  EXPECT_FALSE(os::Exists(sweeps_->BaseOf(sweep->id)));
}

TEST_P(SweepsTest, ApplyingRefusesWhereChangesWouldBeLostAndChangesNothingThen) {
  const auto trials = Run(OrderOf({"lr=2"}));
  const auto base = *OpenBase(sweeps_->BaseOf(trials[0].sweep));
  const std::string kept = os::JoinPath(sweeps_->FolderOf(trials[0]), "kept"),
                    data = os::JoinPath(project_, ".cairn");
  Write("params.yaml", "lr: 77\n");
  const auto refused = Apply(base, trials[0], kept, data, Unsaved::Refuse);
  EXPECT_EQ(refused.error().reason, Reason::Conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("params.yaml"));
  EXPECT_EQ(Read("params.yaml"), "lr: 77\n");
  EXPECT_FALSE(os::Exists(os::JoinPath(project_, "dvc.lock")));
  Shell("git commit -q -a -m mine");
  const auto applied = Apply(base, trials[0], kept, data, Unsaved::Refuse);
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_THAT(*applied, Contains("metrics.json"));
  EXPECT_EQ(Read("params.yaml"), "# the rate\nlr: 2  # small\n");
  const auto look = pipeline::Project::Open(project_, data);
  EXPECT_FALSE((*look)->MakePlan({})->AnyStale());
  EXPECT_TRUE(Apply(base, trials[0], kept, data, Unsaved::Refuse)->empty());
}

TEST_P(SweepsTest, ABranchHoldsTheTrialAndTheWorkingCopyStays) {
  const auto trials = Run(OrderOf({"lr=2"}));
  const auto base = *OpenBase(sweeps_->BaseOf(trials[0].sweep));
  const std::string kept = os::JoinPath(sweeps_->FolderOf(trials[0]), "kept");
  const auto commit = Branch(base, trials[0], kept, "better");
  ASSERT_TRUE(commit) << commit.error().message;
  EXPECT_EQ(Shell("git show better:params.yaml"), "# the rate\nlr: 2  # small\n");
  EXPECT_EQ(Shell("git show better:metrics.json"), "{\"score\": 2}\n");
  EXPECT_EQ(Shell("git rev-parse better~1"), Shell("git rev-parse main"));
  EXPECT_EQ(Shell("git diff --stat HEAD"), "");
  EXPECT_EQ(Branch(base, trials[0], kept, "better").error().reason, Reason::AlreadyExists);
}

TEST_P(SweepsTest, AProjectBelowTheRootOfItsRepositoryIsTriedAndBroughtBackThere) {
  Shell(
      "mkdir ml && git mv dvc.yaml params.yaml source.txt ml && echo x > other.txt && git add . && git "
      "commit -q -m moved");
  Order order = OrderOf({"lr=2"});
  order.project = os::JoinPath(project_, "ml");
  const auto sweep = sweeps_->Queue(order);
  ASSERT_TRUE(sweep) << sweep.error().message;
  ASSERT_TRUE(sweeps_->Begin(order.project, "", 1));
  const auto trials = Await(sweep->id);
  ASSERT_EQ(trials[0].state, TrialState::Finished) << trials[0].problem;
  EXPECT_THAT(trials[0].kept, Contains("ml/params.yaml"));
  const auto base = *OpenBase(sweeps_->BaseOf(sweep->id));
  EXPECT_THAT(base.files, Contains("other.txt"));
  const std::string kept = os::JoinPath(sweeps_->FolderOf(trials[0]), "kept");
  ASSERT_TRUE(Branch(base, trials[0], kept, "better"));
  EXPECT_THAT(Shell("git show better:ml/params.yaml"), HasSubstr("lr: 2"));
  ASSERT_TRUE(Apply(base, trials[0], kept, os::JoinPath(project_, ".cairn"), Unsaved::Refuse));
  EXPECT_THAT(Read("ml/model.txt"), HasSubstr("lr: 2"));
  EXPECT_EQ(Read("ml/metrics.json"), "{\"score\": 2}\n");
}

TEST_P(SweepsTest, WhatCannotBeTriedIsRefusedAndNothingIsKept) {
  EXPECT_EQ(sweeps_->Queue(OrderOf({"rate=2"})).error().reason, Reason::NotFound);
  EXPECT_EQ(sweeps_->Queue(OrderOf({"other.yaml:lr=2"})).error().reason, Reason::NotFound);
  Order order = OrderOf({"lr=2"});
  order.stages = {"fit"};
  EXPECT_EQ(sweeps_->Queue(order).error().reason, Reason::NotFound);
  EXPECT_TRUE(sweeps_->List("")->empty());
  EXPECT_EQ(sweeps_->Begin(project_, "", 1).error().reason, Reason::NotFound);
  EXPECT_FALSE(os::Exists(os::JoinPath(project_, ".cairn/sweeps")));
}

INSTANTIATE_TEST_SUITE_P(Engines, SweepsTest, ::testing::ValuesIn(sql::testing::Engines()));

}  // namespace
}  // namespace cairn::sweep
