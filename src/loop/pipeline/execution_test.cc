#include "loop/pipeline/execution/execution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>
#include <future>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "loop/pipeline/execution/redaction.h"

namespace cairn::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ExecutionTest : public ::testing::Test {
 protected:
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
  std::string Log(const std::string& stage) { return Read("logs/" + stage + ".log"); }

  /// What became of every stage of the project.
  std::vector<StageRecord> Run(Resources capacity = {2, std::uint64_t{1} << 30, 0},
                               std::stop_token stop = {}) {
    auto project = Project::Open(folder_.path(), folder_ / ".cairn");
    EXPECT_TRUE(project) << project.error().message;
    if (!project) return {};
    EXPECT_TRUE((*project)->Claim());
    std::vector<StageRecord> stages;
    for (const Stage* stage : (*project)->definition().Ordered()) {
      StageRecord record;
      record.name = stage->name;
      record.causes = {{Cause::Level::Never, stage->name, "it has not run yet"}};
      stages.push_back(std::move(record));
    }
    Execution::Setting setting;
    setting.logs = folder_ / "logs";
    setting.run = os::BaseName(folder_.path());
    setting.capacity = capacity;
    setting.grace_ms = 100;
    auto told = stages;
    Execution execution(**project, clock_, std::move(setting), std::move(stages),
                        [&](std::size_t place, const StageRecord& stage) -> Result<> {
                          told[place] = stage;
                          if (on_change_) on_change_(stage);
                          return Done{};
                        });
    EXPECT_TRUE(execution.Run(stop));
    EXPECT_TRUE((*project)->Finish());
    return told;
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  os::SystemClock clock_;
  std::function<void(const StageRecord&)> on_change_;
};

TEST_F(ExecutionTest, ATryThatFailsIsRepeatedAndEachIsRecorded) {
  Write(
      "dvc.yaml",
      "stages:\n  flaky: {cmd: 'echo . >> tries; test $(wc -l < tries) -eq 3 && touch out', outs: [out]}\n");
  Write("cairn.yaml", "pipeline: {stages: {flaky: {retries: {most: 4, wait: 0s}}}}\n");
  const auto stage = Run().front();
  EXPECT_EQ(stage.state, StageState::Finished);
  EXPECT_EQ(stage.reason, "");
  ASSERT_EQ(stage.attempts.size(), 3U);
  EXPECT_EQ(stage.attempts[0].exit, 1);
  EXPECT_THAT(stage.attempts[1].reason, HasSubstr("exit code 1"));
  EXPECT_EQ(stage.attempts[2].reason, "");
  EXPECT_LE(stage.attempts[0].ended, stage.attempts[1].started);
}

TEST_F(ExecutionTest, WhenTheTriesAreUsedUpTheStageHasFailed) {
  Write("dvc.yaml",
        "stages:\n  bad: {cmd: exit 3, outs: [x]}\n  after: {cmd: cp x y, deps: [x], outs: [y]}\n  last: "
        "{cmd: cp y z, deps: [y], outs: [z]}\n");
  Write("cairn.yaml", "pipeline: {stages: {bad: {retries: {most: 1, wait: 0s}}}}\n");
  const auto stages = Run();
  EXPECT_EQ(stages[0].state, StageState::Failed);
  EXPECT_THAT(stages[0].reason, HasSubstr("exit code 3, as the last of 2 tries"));
  EXPECT_EQ(stages[1].state, StageState::Blocked);
  EXPECT_EQ(stages[2].state, StageState::Blocked) << "however far behind";
}

TEST_F(ExecutionTest, ATimeoutEndsTheWholeTreeAlsoWhatIgnoresSigtermAndLeftTheGroup) {
  const std::string pipe = Fifo("pipe");
  Write(
      "dvc.yaml",
      "stages:\n  stuck: {cmd: \"trap '' TERM; setsid sh -c 'exec sleep 1000' 3> pipe & setsid -f sleep 1000 "
      "3> pipe; sleep 1000 3> pipe; sleep 1000\", outs: [x]}\n");
  Write("cairn.yaml", "pipeline: {stages: {stuck: {timeout: 1s}}}\n");
  auto running = std::async(std::launch::async, [&] { return Run(); });
  std::ifstream reader(pipe);
  char byte = 0;
  EXPECT_FALSE(reader.get(byte)) << "the pipe ends when the last of the stage's processes is gone";
  const auto stage = running.get().front();
  EXPECT_EQ(stage.state, StageState::Failed);
  EXPECT_THAT(stage.reason, HasSubstr("was ended after the stage's timeout of 1"));
}

TEST_F(ExecutionTest, StagesThatNeedMoreTogetherThanThereIsRunOneAfterTheOther) {
  Write("dvc.yaml", "stages:\n  a: {cmd: touch a, outs: [a]}\n  b: {cmd: touch b, outs: [b]}\n");
  Write("cairn.yaml",
        "pipeline: {stages: {a: {resources: {memory: 600MiB}}, b: {resources: {memory: 600MiB}}}}\n");
  std::vector<std::string> story;
  on_change_ = [&](const StageRecord& stage) { story.push_back(stage.name + " " + NameOf(stage.state)); };
  Run();
  EXPECT_THAT(story, ElementsAre("a running", "a finished", "b running", "b finished"));
}

TEST_F(ExecutionTest, EachStageGetsItsOwnDevices) {
  // Each end of a pipe waits for the other: both run at once.
  Fifo("pipe");
  Write("dvc.yaml",
        "stages:\n  w: {cmd: 'echo met > pipe && echo $CUDA_VISIBLE_DEVICES > w', outs: [w]}\n"
        "  r: {cmd: 'cat pipe && echo $CUDA_VISIBLE_DEVICES > r', outs: [r]}\n");
  Write("cairn.yaml", "pipeline: {stages: {w: {resources: {gpu: 2}}, r: {resources: {gpu: 1, cpu: 64}}}}\n");
  Run({66, std::uint64_t{1} << 30, 3});
  EXPECT_EQ(Read("w"), "0,1\n");
  EXPECT_EQ(Read("r"), "2\n");
}

TEST_F(ExecutionTest, WhileOneWaitsForItsNextTryAnotherHasItsRoom) {
  Write("dvc.yaml", "stages:\n  a: {cmd: test -e b && touch a, outs: [a]}\n  b: {cmd: touch b, outs: [b]}\n");
  Write("cairn.yaml", "pipeline: {stages: {a: {retries: {most: 1, wait: 1s}}}}\n");
  const auto stages = Run({1, 0, 0});
  EXPECT_EQ(stages[0].state, StageState::Finished);
  EXPECT_EQ(stages[0].attempts.size(), 2U);
}

TEST_F(ExecutionTest, AStageThatWaitsForItsNextTryIsCancelledAtOnce) {
  Write("dvc.yaml", "stages:\n  a: {cmd: exit 1, outs: [a]}\n");
  Write("cairn.yaml", "pipeline: {stages: {a: {retries: {most: 1, wait: 5h, longest: 5h}}}}\n");
  std::stop_source stop;
  on_change_ = [&](const StageRecord& stage) {
    if (stage.state == StageState::Waiting) stop.request_stop();
  };
  const auto stage = Run({1, 0, 0}, stop.get_token()).front();
  EXPECT_EQ(stage.state, StageState::Killed);
  EXPECT_THAT(stage.reason, HasSubstr("cancelled before it was tried again"));
}

TEST_F(ExecutionTest, SecretsReachTheirStageAloneAndNoLog) {
  ASSERT_EQ(::setenv("EXECUTION_TEST_TOKEN", "open sesame", 1), 0);
  Write("key", "-----BEGIN-----\nabcdefghij\n-----END-----\n");
  Write("dvc.yaml",
        "stages:\n"
        "  holder: {cmd: 'echo \"$TOKEN\" > got; echo \"$KEY\" >> got; echo \"with $TOKEN.\"; printf \"open "
        "ses\" "
        "| cat; sleep 0; echo ame >&1; echo $KEY >&2; echo abcdefghij', outs: [got]}\n"
        "  other: {cmd: 'env > seen', outs: [seen]}\n");
  Write("cairn.yaml",
        "pipeline: {stages: {holder: {secrets: {TOKEN: {env: EXECUTION_TEST_TOKEN}, KEY: {file: key}}}}}\n");
  const auto stages = Run();
  EXPECT_EQ(stages[0].state, StageState::Finished) << stages[0].reason;
  EXPECT_EQ(Read("got"), "open sesame\n-----BEGIN-----\nabcdefghij\n-----END-----\n");
  EXPECT_THAT(Log("holder"), HasSubstr("with ***.\n***\n"));
  EXPECT_THAT(Log("holder"), Not(HasSubstr("sesame")));
  EXPECT_THAT(Log("holder"), Not(HasSubstr("abcdefghij")));
  EXPECT_THAT(Read("seen"), Not(HasSubstr("sesame"))) << "not even under the name it comes from";
}

TEST_F(ExecutionTest, ASecretThatIsMissingStopsItsStageBeforeAnythingIsRemoved) {
  Write("out", "kept\n");
  Write("dvc.yaml", "stages:\n  a: {cmd: touch out, outs: [out]}\n");
  Write("cairn.yaml", "pipeline: {stages: {a: {secrets: {K: {file: nowhere}}}}}\n");
  const auto stage = Run().front();
  EXPECT_EQ(stage.state, StageState::Failed);
  EXPECT_THAT(stage.reason, HasSubstr("the secret 'K' comes from the file 'nowhere', which cannot be read"));
  EXPECT_EQ(Read("out"), "kept\n");
}

TEST_F(ExecutionTest, WhatAStageReadAndMadeIsNamedFromTheProject) {
  ASSERT_TRUE(os::MakeFolders(folder_ / "a-folder-with-a-long-name/sub"));
  Write("a-file-with-a-long-name", "1\n");
  Write("dvc.yaml",
        "stages:\n  a: {wdir: a-folder-with-a-long-name/sub, cmd: cat ../../a-file-with-a-long-name > "
        "made-with-a-long-name, deps: [../../a-file-with-a-long-name], outs: [made-with-a-long-name]}\n");
  const auto stage = Run().front();
  ASSERT_EQ(stage.state, StageState::Finished) << stage.reason;
  EXPECT_EQ(stage.reads.at(0).path, "a-file-with-a-long-name");
  EXPECT_EQ(stage.makes.at(0).path, "a-folder-with-a-long-name/sub/made-with-a-long-name");
}

TEST(RedactionTest, SeesASecretHoweverItIsCutIntoPieces) {
  const std::string text = "a abcabd abcabcabd ab";
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); ++second) {
      Redaction redaction({"abcabd", "cabc"});
      std::string shown = redaction.Feed(text.substr(0, first));
      shown += redaction.Feed(text.substr(first, second - first));
      shown += redaction.Feed(text.substr(second));
      shown += redaction.End();
      EXPECT_EQ(shown, "a *** ab***abd ab") << first << " " << second;
    }
  }
}

TEST(RedactionTest, HidesAShorterSecretThatIsTheBeginningOfALongerOne) {
  Redaction redaction({"hunter", "hunter2000"});
  EXPECT_EQ(redaction.Of("hunter2"), "***2");
  EXPECT_EQ(redaction.Of("hunter2000"), "***");
}

}  // namespace
}  // namespace cairn::pipeline
