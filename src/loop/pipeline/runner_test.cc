#include "loop/pipeline/runner.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <future>
#include <thread>

#include "ground/os/files.h"
#include "ground/os/process.h"
#include "ground/os/temp_folder.h"
#include "ground/sql/testing/engines.h"
#include "ledger/metadata/log.h"
#include "ledger/metadata/schema.h"
#include "loop/pipeline/lock_file.h"
#include "loop/pipeline/schema.h"

namespace cairn::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RunnerTest : public ::testing::TestWithParam<std::string> {
 protected:
  RunnerTest() : store_(GetParam()) {
    const sql::RoomSchema* rooms[] = {&metadata::Schema(), &pipeline::Schema()};
    EXPECT_TRUE(store_->Migrate(rooms));
    Build();
  }

  static Surroundings Around(const std::string& data_dir) {
    Surroundings around;
    around.data_dir = data_dir;
    around.tracking_address = [] { return Result<std::string>("http://127.0.0.1:5"); };
    around.governing = [] { return Result<Governing>(Governing{"d1", "flights", "flights@4"}); };
    around.workers = 2;
    around.grace_ms = 200;
    return around;
  }

  void Build() {
    Surroundings around = Around(folder_ / ".cairn");
    around.may_run = [this] {
      const std::lock_guard lock(mutex_);
      return permission_;
    };
    around.on_end = [this](const RunRecord& run) -> Result<> {
      const std::lock_guard lock(mutex_);
      if (deaf_) return Error{Reason::Unavailable, "nobody listens"};
      ended_.push_back(run.id);
      after_ = run.after;
      return Done{};
    };
    runner_ = std::make_unique<Runner>(*store_, clock_, std::move(around));
  }

  std::vector<std::string> Ended() {
    const std::lock_guard lock(mutex_);
    return ended_;
  }
  void Listen(bool listens) {
    const std::lock_guard lock(mutex_);
    deaf_ = !listens;
  }
  void Permit(Result<> permission) {
    const std::lock_guard lock(mutex_);
    permission_ = std::move(permission);
  }
  void Write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(os::WriteFileAtomically(folder_ / name, text));
  }
  std::string Read(const std::string& name) {
    const auto text = os::ReadFile(folder_ / name);
    return text ? *text : "(" + text.error().message + ")";
  }
  std::string Fifo(const std::string& name) {
    EXPECT_EQ(::mkfifo((folder_ / name).c_str(), 0600), 0);
    return folder_ / name;
  }

  /// Runs `work` in another program on the same store, and kills that program once a stage says "up" in the
  /// fifo `up`. The stage stays behind.
  void DieWhile(const std::string& up, const std::function<void(Runner&)>& work) {
    runner_.reset();
    store_.Close();
    const pid_t child = ::fork();
    if (child == 0) {
      auto database = sql::Database::Open(store_.url());
      if (!database) ::_exit(1);
      Runner runner(**database, clock_, Around(folder_ / ".cairn"));
      work(runner);
      for (;;) ::pause();
    }
    std::string line;
    ASSERT_TRUE(std::getline(std::ifstream(up), line));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    store_.Reopen();
    Build();
  }

  Request OfAlert(const std::string& cause = "alert-1") const {
    Request alert = Asked();
    alert.trigger = {"alert", "retrain", cause};
    alert.actor = "system";
    return alert;
  }
  Request Asked() const {
    Request request;
    request.project = folder_.path();
    request.actor = "ben";
    return request;
  }
  RunRecord ToEnd(RunRecord run) {
    while (run.state == RunState::Running) {
      auto next = runner_->Follow(run.id, run.revision, 60'000);
      EXPECT_TRUE(next) << next.error().message;
      if (!next) break;
      run = *std::move(next);
    }
    return run;
  }
  RunRecord Run() {
    auto run = runner_->Start(Asked());
    EXPECT_TRUE(run) << run.error().message;
    return run ? ToEnd(*run) : RunRecord();
  }
  static std::vector<std::string> States(const RunRecord& run) {
    std::vector<std::string> states;
    for (const auto& stage : run.stages) states.push_back(stage.name + " " + NameOf(stage.state));
    return states;
  }
  std::vector<metadata::LoggedEvent> Events() { return *metadata::Log(*store_).Read({.kind = "pipeline."}); }

  sql::testing::TestStore store_;
  os::TempFolder folder_ = *os::TempFolder::Create();
  os::SystemClock clock_;
  Result<> permission_;
  std::mutex mutex_;
  std::vector<std::string> ended_, after_;
  bool deaf_ = false;
  std::unique_ptr<Runner> runner_;
};

TEST_P(RunnerTest, RunsWhatIsStaleRecordsItAndThenDoesNothing) {
  Write("dvc.yaml",
        "stages:\n"
        "  b: {cmd: 'cat a.txt > b.txt; echo \"{\\\"loss\\\": 0.5}\" > m.json', deps: [a.txt], outs: "
        "[b.txt], metrics: [m.json: {cache: false}]}\n"
        "  a: {cmd: 'echo said; echo $DVC_STAGE $MLFLOW_TRACKING_URI $MLFLOW_EXPERIMENT_NAME > a.txt; test "
        "-n \"$DVC_ROOT\"', outs: [a.txt]}\n");
  const RunRecord run = Run();
  EXPECT_THAT(States(run), ElementsAre("a finished", "b finished"));
  EXPECT_EQ(run.state, RunState::Finished);
  EXPECT_EQ(run.configuration, "d1");
  EXPECT_EQ(run.metrics, (Json{{"m.json", Json{{"loss", 0.5}}}}));
  EXPECT_EQ(Read("b.txt"), "a http://127.0.0.1:5 flights\n");
  EXPECT_THAT(*os::ReadFile(run.stages[0].log), HasSubstr("said\n"));
  EXPECT_GT(run.stages[0].max_rss_bytes, 0U);

  const auto again = runner_->Start(Asked());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, "");
  EXPECT_EQ(runner_->List("", 10)->size(), 1U);

  const auto events = Events();
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0].event.kind, "pipeline.run_started");
  EXPECT_EQ(events[0].event.subject, "pipeline_run:" + run.id);
  EXPECT_EQ(events[0].event.actor, "ben");
  EXPECT_EQ(events[0].event.cause, run.id);
  EXPECT_EQ(events[0].event.body.At("stale").items().size(), 2U);
  EXPECT_EQ(events[0].event.body.Text("configuration"), "d1");
  EXPECT_EQ(events[1].event.kind, "pipeline.stage_ended");
  EXPECT_EQ(events[1].event.body.Text("stage"), "a");
  EXPECT_EQ(events[3].event.kind, "pipeline.run_ended");
  EXPECT_EQ(events[3].event.body.Text("state"), "finished");
}

TEST_P(RunnerTest, StagesThatDoNotNeedEachOtherRunAtOnce) {
  // Each end of a pipe waits for the other: run one after the other, neither would ever end.
  Fifo("pipe");
  Write("dvc.yaml",
        "stages:\n  w: {cmd: 'echo met > pipe && touch w', outs: [w]}\n  r: {cmd: 'cat pipe > r', outs: "
        "[r]}\n");
  EXPECT_EQ(Run().state, RunState::Finished);
  EXPECT_EQ(Read("r"), "met\n");
}

TEST_P(RunnerTest, AFailureStopsOnlyWhatNeedsIt) {
  Write("dvc.yaml",
        "stages:\n  bad: {cmd: 'echo why >&2; exit 3', outs: [x]}\n  after: {cmd: 'cp x y', deps: [x], outs: "
        "[y]}\n"
        "  apart: {cmd: 'touch z', outs: [z]}\n  liar: {cmd: 'true', outs: [nowhere]}\n");
  const RunRecord run = Run();
  EXPECT_EQ(run.state, RunState::Failed);
  EXPECT_THAT(States(run), ElementsAre("bad failed", "after blocked", "apart finished", "liar failed"));
  EXPECT_EQ(run.stages[0].exit, 3);
  EXPECT_THAT(run.stages[0].reason, HasSubstr("exit code 3"));
  EXPECT_THAT(*os::ReadFile(run.stages[0].log), HasSubstr("why\n"));
  EXPECT_THAT(run.stages[1].reason, HasSubstr("'bad'"));
  EXPECT_THAT(run.stages[3].reason, HasSubstr("did not make 'nowhere'"));
  Write("dvc.yaml",
        "stages:\n  bad: {cmd: 'touch x', outs: [x]}\n  after: {cmd: 'cp x y', deps: [x], outs: [y]}\n  "
        "apart: {cmd: 'touch z', outs: [z]}\n");
  EXPECT_THAT(States(Run()), ElementsAre("bad finished", "after finished"));
}

TEST_P(RunnerTest, AStageWhoseInputsCameOutTheSameIsSkipped) {
  Write("in", "1\n");
  Write("dvc.yaml",
        "stages:\n  a: {cmd: 'echo same > a', deps: [in], outs: [a]}\n  b: {cmd: 'echo ran >> count; cp a "
        "b', deps: [a], outs: [b]}\n");
  ASSERT_EQ(Run().state, RunState::Finished);
  Write("in", "2\n");
  const RunRecord run = Run();
  EXPECT_THAT(States(run), ElementsAre("a finished", "b unchanged"));
  EXPECT_EQ(run.stages[1].reason, "its inputs are the same after all");
  EXPECT_EQ(Read("count"), "ran\n");
}

TEST_P(RunnerTest, CancelKillsTheGrandchildrenToo) {
  const std::string pipe = Fifo("pipe");
  Write("dvc.yaml",
        "stages:\n  long: {cmd: '(echo up; exec sleep 1000) > pipe & wait', outs: [x]}\n  next: {cmd: 'cp x "
        "y', deps: [x], outs: [y]}\n");
  const auto run = runner_->Start(Asked());
  ASSERT_TRUE(run);
  std::ifstream reader(pipe);
  std::string line;
  ASSERT_TRUE(std::getline(reader, line));
  const auto second = runner_->Start(Asked());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, Reason::Conflict);
  EXPECT_THAT(second.error().message, HasSubstr(run->id));
  ASSERT_TRUE(runner_->Cancel(run->id));
  EXPECT_FALSE(std::getline(reader, line)) << "the pipe ends when the last of the stage's processes is gone";
  const RunRecord ended = ToEnd(*run);
  EXPECT_EQ(ended.state, RunState::Killed);
  EXPECT_THAT(States(ended), ElementsAre("long killed", "next killed"));
  EXPECT_EQ(runner_->Cancel(run->id).error().reason, Reason::Conflict);
}

TEST_P(RunnerTest, WithoutPermissionNothingRunsAndNothingIsRecorded) {
  Write("dvc.yaml", "stages:\n  a: {cmd: 'touch a', outs: [a]}\n");
  Permit(Error{Reason::Denied, "the verdict on feasibility is no-go"});
  const auto run = runner_->Start(Asked());
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().reason, Reason::Denied);
  EXPECT_FALSE(os::Exists(folder_ / "a"));
  EXPECT_TRUE(runner_->List("", 10)->empty());
  EXPECT_TRUE(Events().empty());
}

TEST_P(RunnerTest, TriggersCoalesceWhileARunIsUnderWayAndNeverFireTwiceForOneCause) {
  const std::string pipe = Fifo("pipe");
  Write("dvc.yaml",
        "stages:\n  a: {cmd: 'echo up > pipe; cat pipe >> log; touch a', outs: [a], always_changed: true}\n");
  const auto run = runner_->Start(Asked());
  ASSERT_TRUE(run);
  std::string line;
  ASSERT_TRUE(std::getline(std::ifstream(pipe), line));
  Request alert = Asked();
  alert.trigger = {"alert", "retrain", "alert-1"};
  EXPECT_EQ(runner_->Pull(alert)->outcome, Runner::Outcome::Queued);
  Request another = Asked();
  another.trigger = {"alert", "retrain", "alert-2"};
  EXPECT_EQ(runner_->Pull(another)->outcome, Runner::Outcome::Coalesced);
  std::ofstream(pipe) << "go\n";
  ToEnd(*run);
  ASSERT_TRUE(std::getline(std::ifstream(pipe), line)) << "the queued run began";
  std::ofstream(pipe) << "go\n";
  const RunRecord queued = ToEnd(runner_->List("", 1)->front());
  EXPECT_EQ(queued.trigger.cause, "alert-1");
  EXPECT_EQ(queued.trigger.on, "alert");
  const auto repeated = runner_->Pull(alert);
  ASSERT_TRUE(repeated);
  EXPECT_EQ(repeated->outcome, Runner::Outcome::Repeated);
  EXPECT_EQ(repeated->run.id, queued.id);
  EXPECT_EQ(Events().back().event.cause, "alert-1");
}

TEST_P(RunnerTest, AQueuedTriggerThatIsRefusedWhenItsTurnComesStandsAmongTheRuns) {
  const std::string pipe = Fifo("pipe");
  Write("dvc.yaml",
        "stages:\n  a: {cmd: 'echo up > pipe; cat pipe >> log; touch a', outs: [a], always_changed: true}\n");
  const auto run = runner_->Start(Asked());
  ASSERT_TRUE(run);
  std::string line;
  ASSERT_TRUE(std::getline(std::ifstream(pipe), line));
  Request alert = Asked();
  alert.trigger = {"alert", "retrain", "alert-1"};
  alert.actor = "system";
  EXPECT_EQ(runner_->Pull(alert)->outcome, Runner::Outcome::Queued);
  Permit(Error{Reason::Denied, "the verdict on feasibility is no-go"});
  std::ofstream(pipe) << "go\n";
  ToEnd(*run);
  // The queue is looked at on the run's own thread, after its end.
  while (runner_->List("", 10)->size() < 2) std::this_thread::yield();

  const RunRecord refused = runner_->List("", 10)->front();
  EXPECT_EQ(refused.state, RunState::Refused);
  EXPECT_EQ(refused.trigger.name, "retrain");
  EXPECT_EQ(refused.trigger.cause, "alert-1");
  EXPECT_EQ(refused.problem, "the verdict on feasibility is no-go");
  EXPECT_TRUE(refused.stages.empty());
  const auto event = Events().back().event;
  EXPECT_EQ(event.kind, "pipeline.trigger_refused");
  EXPECT_EQ(event.cause, "alert-1");
  EXPECT_EQ(event.body.At("trigger").Text("name"), "retrain");
  EXPECT_EQ(event.body.Text("reason"), "Denied");
  EXPECT_EQ(event.body.Text("problem"), refused.problem);

  Permit(Done{});
  const auto again = runner_->Pull(alert);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->outcome, Runner::Outcome::Started) << "what was refused may be tried again";
  ASSERT_TRUE(std::getline(std::ifstream(pipe), line));
  std::ofstream(pipe) << "go\n";
  EXPECT_EQ(ToEnd(again->run).state, RunState::Finished);
}

TEST_P(RunnerTest, EveryRunNamesTheCommitItBeganFrom) {
  Write("dvc.yaml", "stages:\n  a: {cmd: 'touch a', outs: [a], always_changed: true}\n");
  auto made = os::Process::Spawn([&] {
    auto git = os::Command::Shell(
        "git init -q . && git add dvc.yaml && git -c user.name=t -c user.email=t@t commit -q -m one");
    git.folder = folder_.path();
    return git;
  }());
  ASSERT_TRUE(made && made->Wait()->Succeeded());
  const RunRecord first = Run();
  EXPECT_EQ(first.source.commit.size(), 40U);
  EXPECT_FALSE(first.source.dirty);
  EXPECT_EQ(Events().front().event.body.At("git"), (Json{{"commit", first.source.commit}, {"dirty", false}}));
  EXPECT_EQ(runner_->State(first.id)->source.commit, first.source.commit);

  Write("dvc.yaml", "stages:\n  a: {cmd: 'touch a ', outs: [a], always_changed: true}\n");
  Request alert = Asked();
  alert.trigger = {"alert", "retrain", "alert-1"};
  const auto pulled = runner_->Pull(alert);
  ASSERT_TRUE(pulled);
  const RunRecord second = ToEnd(pulled->run);
  EXPECT_EQ(second.source.commit, first.source.commit);
  EXPECT_TRUE(second.source.dirty) << "dvc.yaml is not as it was committed";
  EXPECT_TRUE(runner_->State(second.id)->source.dirty);
  EXPECT_EQ(Events()[4].event.body.At("git").Text("changes"),
            runner_->State(second.id)->environment.At("changes").Text("sha256"));
}

TEST_P(RunnerTest, AKilledProgramsRunIsMarkedAndTheNextDoesOnlyTheRest) {
  const std::string up = Fifo("up");
  Fifo("never");
  Write("dvc.yaml",
        "stages:\n  a: {cmd: 'echo a >> count; touch a', outs: [a]}\n  b: {cmd: 'echo b >> count; echo up > "
        "up; cat never; touch b', deps: [a], outs: [b]}\n");
  DieWhile(up, [this](Runner& runner) { static_cast<void>(bool(runner.Start(Asked()))); });
  const auto runs = runner_->List("", 10);
  ASSERT_TRUE(runs) << runs.error().message;
  ASSERT_EQ(runs->size(), 1U);
  EXPECT_EQ(runs->front().state, RunState::Killed);
  EXPECT_THAT(States(runs->front()), ElementsAre("a finished", "b killed"));
  EXPECT_EQ(Events().back().event.kind, "pipeline.run_ended");
  EXPECT_EQ(Events().back().event.body.Text("state"), "killed");

  Write("dvc.yaml",
        "stages:\n  a: {cmd: 'echo a >> count; touch a', outs: [a]}\n  b: {cmd: 'echo b >> count; touch b', "
        "deps: [a], outs: [b]}\n");
  EXPECT_THAT(States(Run()), ElementsAre("b finished"));
  EXPECT_EQ(Read("count"), "a\nb\nb\n");
}

TEST_P(RunnerTest, WhatAKilledProgramLeftIsEndedBeforeAnythingIsPlanned) {
  const std::string up = Fifo("up"), never = Fifo("never");
  Write("dvc.yaml",
        "stages:\n  a: {cmd: 'touch a; if test -e held; then echo up > up; cat never; fi', outs: [a: "
        "{persist: true}]}\n");
  EXPECT_THAT(States(Run()), ElementsAre("a finished"));
  Write("held", "");
  Request again = Asked();
  again.selection.force = true;
  DieWhile(up, [&](Runner& runner) { static_cast<void>(bool(runner.Start(again))); });
  // Its output is as it was: there is nothing to do, and nothing that could be told from the files.
  const auto nothing = runner_->Start(Asked());
  ASSERT_TRUE(nothing) << nothing.error().message;
  EXPECT_THAT(nothing->stages, IsEmpty());
  EXPECT_EQ(::open(never.c_str(), O_WRONLY | O_NONBLOCK), -1) << "somebody waits for it still";
  EXPECT_EQ(runner_->List("", 10)->front().state, RunState::Killed);
}

TEST_P(RunnerTest, StagesTellWhatTheyTrackWhichStoryItBelongsTo) {
  ASSERT_EQ(::setenv("MLFLOW_RUN_CONTEXT", R"({"team": "blue", "cairn.cause": "mine"})", 1), 0);
  Write(
      "dvc.yaml",
      "stages:\n  a: {cmd: 'printf %s \"$MLFLOW_RUN_CONTEXT\" > a; echo $CAIRN_CAUSE > b', outs: [a, b]}\n");
  const auto pulled = runner_->Pull(OfAlert());
  ::unsetenv("MLFLOW_RUN_CONTEXT");
  ASSERT_TRUE(pulled) << pulled.error().message;
  const RunRecord run = ToEnd(pulled->run);
  ASSERT_EQ(run.state, RunState::Finished);
  EXPECT_EQ(*Json::Parse(Read("a")), (Json{{"team", "blue"},
                                           {"cairn.cause", "alert-1"},
                                           {"cairn.pipeline_run", run.id},
                                           {"cairn.actor", "system"},
                                           {"cairn.data", "flights@4"},
                                           {"cairn.stage", run.id + "/a"}}));
  EXPECT_EQ(Read("b"), "alert-1\n");
  EXPECT_EQ(runner_->State(run.id)->data, "flights@4");
  EXPECT_EQ(Events()[0].event.kind, "pipeline.trigger_fired");
  EXPECT_EQ(Events()[1].event.body.Text("data"), "flights@4");
}

TEST_P(RunnerTest, ATriggeredRunThatDiedWithItsProgramIsBegunByTheNextAndNothingOfItLivesOn) {
  const std::string up = Fifo("up");
  std::fstream go(Fifo("go"), std::ios::in | std::ios::out);
  Write("dvc.yaml",
        "stages:\n  a: {cmd: 'echo a >> count; touch a', outs: [a]}\n  b: {cmd: 'echo up > up; read x < go; "
        "echo b >> count; touch b', deps: [a], outs: [b]}\n");
  DieWhile(up, [this](Runner& runner) { static_cast<void>(bool(runner.Pull(OfAlert()))); });
  ASSERT_TRUE(runner_->TakeUp());
  std::string line;
  ASSERT_TRUE(std::getline(std::ifstream(up), line));
  go << "go\ngo\n" << std::flush;  // One line for each that waits, were the dead one's stage still there.
  const RunRecord again = ToEnd(runner_->List("", 1)->front());
  EXPECT_EQ(again.state, RunState::Finished);
  EXPECT_EQ(again.trigger.cause, "alert-1");
  EXPECT_EQ(again.trigger.name, "retrain");
  EXPECT_THAT(States(again), ElementsAre("b finished"));
  EXPECT_EQ(Read("count"), "a\nb\n");
  const auto runs = runner_->List("", 10);
  ASSERT_EQ(runs->size(), 2U);
  EXPECT_EQ((*runs)[1].state, RunState::Killed);
  ASSERT_TRUE(runner_->TakeUp());
  EXPECT_EQ(runner_->Pull(OfAlert())->outcome, Runner::Outcome::Repeated);
  EXPECT_EQ(runner_->List("", 10)->size(), 2U) << "once is enough";
  runner_.reset();  // What it told is told now.
  EXPECT_THAT(Ended(), ElementsAre((*runs)[1].id, again.id));
  EXPECT_THAT(after_, ElementsAre((*runs)[1].id)) << "whose work it went on with";
}

TEST_P(RunnerTest, ARunThatTakesTheProgramWithItIsNotBegunForEver) {
  const std::string up = Fifo("up");
  Write("dvc.yaml", "stages:\n  a: {cmd: 'echo up > up; sleep 1000', outs: [a]}\n");
  DieWhile(up, [this](Runner& runner) { static_cast<void>(bool(runner.Pull(OfAlert()))); });
  for (int i = 0; i < 2; ++i) DieWhile(up, [](Runner& runner) { static_cast<void>(bool(runner.TakeUp())); });
  ASSERT_TRUE(runner_->TakeUp());
  const auto runs = runner_->List("", 10);
  ASSERT_EQ(runs->size(), 4U);
  EXPECT_EQ(runs->front().state, RunState::Refused);
  EXPECT_THAT(runs->front().problem, HasSubstr("3 times"));
  for (int i = 1; i < 4; ++i) EXPECT_EQ((*runs)[static_cast<std::size_t>(i)].state, RunState::Killed);
  EXPECT_EQ(Events().back().event.kind, "pipeline.trigger_refused");
}

TEST_P(RunnerTest, AFiringWaitsWhileAnotherProgramRunsStagesOfTheProject) {
  Write("dvc.yaml", "stages:\n  a: {cmd: 'touch a', outs: [a]}\n");
  {
    auto other = LockFile::Open(folder_.path(), folder_ / ".dvc/tmp/cairn/..journal");
    ASSERT_TRUE(other);
    ASSERT_TRUE(other->Claim());
    EXPECT_EQ(runner_->Pull(OfAlert())->outcome, Runner::Outcome::Queued);
    ASSERT_TRUE(runner_->TakeUp());
    EXPECT_THAT(*runner_->List("", 10), IsEmpty());
  }
  ASSERT_TRUE(runner_->TakeUp());
  EXPECT_EQ(ToEnd(runner_->List("", 1)->front()).state, RunState::Finished);
}

TEST_P(RunnerTest, WhatWaitsWhenTheProgramEndsIsBegunByTheNext) {
  const std::string pipe = Fifo("pipe");
  Write("dvc.yaml", "stages:\n  a: {cmd: 'echo up > pipe; cat pipe; touch a', outs: [a]}\n");
  ASSERT_TRUE(runner_->Start(Asked()));
  std::string line;
  ASSERT_TRUE(std::getline(std::ifstream(pipe), line));
  EXPECT_EQ(runner_->Pull(OfAlert())->outcome, Runner::Outcome::Queued);
  EXPECT_EQ(runner_->Pull(OfAlert("alert-2"))->outcome, Runner::Outcome::Coalesced);
  runner_.reset();  // Ends the run under way; what a person asked for is not begun anew.
  Write("dvc.yaml", "stages:\n  a: {cmd: 'touch a', outs: [a]}\n");
  Build();
  ASSERT_TRUE(runner_->TakeUp());
  const RunRecord run = ToEnd(runner_->List("", 1)->front());
  EXPECT_EQ(run.state, RunState::Finished);
  EXPECT_EQ(run.trigger.cause, "alert-1");
  ASSERT_TRUE(runner_->TakeUp());
  EXPECT_EQ(runner_->List("", 10)->size(), 2U);
  EXPECT_EQ(runner_->Pull(OfAlert("alert-2"))->run.id, run.id) << "one run did for both";
}

TEST_P(RunnerTest, ATriggeredRunThatTheProgramsEndCutShortIsBegunAnewButNoneThatWasCancelledOrFailed) {
  const std::string pipe = Fifo("pipe");
  Write("dvc.yaml", "stages:\n  a: {cmd: 'echo up > pipe; cat pipe; test -e good && touch a', outs: [a]}\n");
  const auto begun = [&](const std::string& cause) {
    const auto pulled = runner_->Pull(OfAlert(cause));
    EXPECT_EQ(pulled->outcome, Runner::Outcome::Started);
    std::string line;
    EXPECT_TRUE(std::getline(std::ifstream(pipe), line));
    return pulled->run;
  };
  const RunRecord cancelled = begun("alert-1");
  ASSERT_TRUE(runner_->Cancel(cancelled.id));
  EXPECT_EQ(ToEnd(cancelled).state, RunState::Killed);
  const RunRecord failed = begun("alert-2");
  std::ofstream(pipe) << "go\n";
  EXPECT_EQ(ToEnd(failed).state, RunState::Failed);
  begun("alert-3");
  runner_.reset();
  Write("dvc.yaml", "stages:\n  a: {cmd: 'touch a', outs: [a]}\n");
  Build();
  ASSERT_TRUE(runner_->TakeUp());
  const RunRecord again = ToEnd(runner_->List("", 1)->front());
  EXPECT_EQ(again.trigger.cause, "alert-3");
  EXPECT_EQ(again.state, RunState::Finished);
  EXPECT_EQ(runner_->List("", 10)->size(), 4U);
}

TEST_P(RunnerTest, AnEndIsToldUntilSomebodyHasTakenItAlsoByTheNextProgram) {
  Write("dvc.yaml", "stages:\n  a: {cmd: 'touch a', outs: [a]}\n");
  Listen(false);
  const RunRecord run = Run();
  runner_.reset();
  Build();
  const auto refused = runner_->TakeUp();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "nobody listens");
  EXPECT_THAT(Ended(), ElementsAre());
  Listen(true);
  ASSERT_TRUE(runner_->TakeUp());
  EXPECT_THAT(Ended(), ElementsAre(run.id));
  ASSERT_TRUE(runner_->TakeUp());
  EXPECT_THAT(Ended(), ElementsAre(run.id)) << "once it was taken it is not told again";
}

INSTANTIATE_TEST_SUITE_P(Engines, RunnerTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::pipeline
