#include "ground/os/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "ground/os/leftovers.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/text.h"

namespace cairn::os {
namespace {

class Processes : public testing::Test {
 protected:
  /// Runs a shell text to its end and keeps the lines.
  Exit Run(std::string text) { return Run(Command::Shell(std::move(text))); }
  Exit Run(Command command) {
    if (!command.line) {
      command.line = [this](Stream stream, std::string_view line) {
        (stream == Stream::Output ? output_ : error_).emplace_back(line);
      };
    }
    auto process = Process::Spawn(std::move(command));
    EXPECT_TRUE(process) << process.error().message;
    return *process->Wait();
  }

  TempFolder folder_ = *TempFolder::Create();
  std::vector<std::string> output_, error_;
};

TEST_F(Processes, GiveTheirLinesByStreamAndTheirExitCode) {
  const Exit exit = Run("echo one; echo two >&2; printf three; exit 7");
  EXPECT_EQ(exit.code, 7);
  EXPECT_EQ(exit.signal, 0);
  EXPECT_EQ(Describe(exit), "exit code 7");
  EXPECT_EQ(output_, (std::vector<std::string>{"one", "three"}));
  EXPECT_EQ(error_, (std::vector<std::string>{"two"}));
}

TEST_F(Processes, ADeadlySignalIsTold) {
  const Exit exit = Run("kill -9 $$");
  EXPECT_EQ(exit.signal, SIGKILL);
  EXPECT_EQ(exit.code, 137);
  EXPECT_FALSE(exit.Succeeded());
  EXPECT_EQ(Describe(exit), "killed by signal 9 (Killed)");
}

TEST_F(Processes, GetTheirFolderAndEnvironment) {
  Command command =
      Command::Shell("pwd; echo $CAIRN_GIVEN; echo ${HOME-none}; [ -n \"$PATH\" ] && echo path");
  command.folder = folder_.path();
  command.environment = {{"CAIRN_GIVEN", "a b"}, {"HOME", std::nullopt}};
  Run(std::move(command));
  EXPECT_EQ(output_, (std::vector<std::string>{*RealPath(folder_.path()), "a b", "none", "path"}));
}

TEST_F(Processes, WriteToALogWithOrWithoutLines) {
  Command command = Command::Shell("echo one; echo two >&2");
  command.log = folder_ / "log";
  EXPECT_TRUE((*Process::Spawn(command)).Wait()->Succeeded());
  EXPECT_EQ(*ReadFile(folder_ / "log"), "one\ntwo\n");
  command.log = folder_ / "log";
  command.arguments.back() = "echo three";
  Run(command);
  EXPECT_EQ(*ReadFile(folder_ / "log"), "one\ntwo\nthree\n");
  EXPECT_EQ(output_, (std::vector<std::string>{"three"}));
}

TEST_F(Processes, LongAndManyLinesArriveWhole) {
  EXPECT_TRUE(Run("i=0; while [ $i -lt 3000 ]; do echo line-$i; i=$((i+1)); done; head -c 200000 /dev/zero | "
                  "tr '\\0' x; echo")
                  .Succeeded());
  ASSERT_GT(output_.size(), 3000u);
  EXPECT_EQ(output_[2999], "line-2999");
  std::size_t rest = 0;
  for (std::size_t i = 3000; i < output_.size(); ++i) rest += output_[i].size();
  EXPECT_EQ(rest, 200000u);
}

TEST_F(Processes, WhatCannotStartIsSaid) {
  Command command;
  EXPECT_EQ(Process::Spawn(command).error().reason, Reason::InvalidArgument);
  command.arguments = {"no-such-program-here"};
  const Error missing = Process::Spawn(command).error();
  EXPECT_EQ(missing.reason, Reason::NotFound);
  EXPECT_NE(missing.message.find("no-such-program-here"), std::string::npos);
  command = Command::Shell("true");
  command.folder = folder_ / "none";
  EXPECT_EQ(Process::Spawn(command).error().reason, Reason::NotFound);
  ASSERT_TRUE(WriteFileAtomically(folder_ / "plain", "text", 0644));
  command.folder = "";
  command.arguments = {folder_ / "plain"};
  EXPECT_EQ(Process::Spawn(command).error().reason, Reason::Denied);
}

TEST_F(Processes, AWaitEndsAtItsDeadlineAndWhenStopped) {
  Process process = *Process::Spawn(Command::Shell("exec sleep 100"));
  EXPECT_FALSE(process.Wait(20));
  std::stop_source stop;
  std::thread stopping([&] { stop.request_stop(); });
  EXPECT_FALSE(process.Wait(Process::kForever, stop.get_token()));
  stopping.join();
  EXPECT_EQ(process.Terminate().signal, SIGTERM);
  EXPECT_EQ(process.Wait()->signal, SIGTERM);
}

TEST_F(Processes, ADeadlineIsSeenAlthoughLinesComeWithoutEnd) {
  Command command = Command::Shell("yes");
  std::size_t lines = 0;
  command.line = [&](Stream, std::string_view) { ++lines; };
  Process process = *Process::Spawn(std::move(command));
  EXPECT_FALSE(process.Wait(50));
  EXPECT_GT(lines, 0u);
}

/// Whether every end of the pipe that a child's descendants were given is closed.
class Descendants : public Processes {
 protected:
  /// A shell whose grandchild holds an open named pipe; gives our end once the grandchild runs.
  Process StartWithGrandchild(const std::string& grandchild) {
    EXPECT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
    Process process =
        *Process::Spawn(Command::Shell("(" + grandchild + ") 3>" + (folder_ / "pipe") + " & wait"));
    pipe_ = *Open(folder_ / "pipe", O_RDONLY);  // Waits for the writer.
    return process;
  }
  /// Waits for the end of the last who has the pipe open.
  bool AllGone() {
    char byte = 0;
    return read(pipe_.number(), &byte, 1) == 0;
  }

  Descriptor pipe_;
};

TEST_F(Descendants, DieWithTheirGroup) {
  Process process = StartWithGrandchild("sleep 1000");
  process.Terminate(1000);
  EXPECT_TRUE(AllGone());
}

TEST_F(Descendants, WhoIgnoreTheRequestAreKilled) {
  Process process = StartWithGrandchild("trap '' TERM; echo >&3; sleep 1000");
  char byte = 0;
  ASSERT_EQ(read(pipe_.number(), &byte, 1), 1);
  process.Terminate(50);
  EXPECT_TRUE(AllGone());
}

TEST_F(Descendants, GetTimeToCleanUpAfterTheShellIsGone) {
  Process process = StartWithGrandchild("trap 'touch " + (folder_ / "clean") +
                                        "; exit' TERM; echo >&3; while :; do sleep 0.02; done");
  char byte = 0;
  ASSERT_EQ(read(pipe_.number(), &byte, 1), 1);
  process.Terminate(20'000);
  EXPECT_TRUE(AllGone());
  EXPECT_TRUE(Exists(folder_ / "clean"));
}

TEST_F(Descendants, DieWhenTheProcessIsDropped) {
  { const Process process = StartWithGrandchild("sleep 1000"); }
  EXPECT_TRUE(AllGone());
}

TEST_F(Processes, ADaemonThatKeepsTheStreamsDoesNotHoldTheWait) {
  const std::int64_t start = SteadyNs();
  EXPECT_TRUE(Run("sleep 30 & echo started $!").Succeeded());
  EXPECT_LT(SteadyNs() - start, 20'000'000'000);
  ASSERT_EQ(output_.size(), 1u);
  kill(static_cast<pid_t>(*ParseInt(output_[0].substr(8))), SIGKILL);
}

TEST_F(Processes, InheritNothingButTheirStreams) {
  const int leak = open("/dev/null", O_RDONLY);  // Without close-on-exec, as a careless library would.
  EXPECT_TRUE(
      Run("ls /proc/self/fd | wc -l; [ -e /proc/self/fd/" + std::to_string(leak) + " ] && echo leaked; true")
          .Succeeded());
  EXPECT_EQ(output_, (std::vector<std::string>{"4"}));  // 0, 1, 2 and the folder that ls reads.
  close(leak);
}

TEST_F(Processes, StartWithoutBlockedSignals) {
  sigset_t term, before;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &term, &before);
  EXPECT_EQ(Run("kill -TERM $$; echo survived").signal, SIGTERM);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_TRUE(output_.empty());
}

TEST_F(Processes, WhatTheyUsedIsTold) {
  const Exit exit = Run("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done");
  EXPECT_GT(exit.cpu_ms, 0);
  EXPECT_GE(exit.wall_ms, exit.cpu_ms / 2);
  EXPECT_GT(exit.max_rss_bytes, 100'000u);
}

TEST_F(Processes, AWriterThatIsKilledLeavesTheOldContentOrTheNew) {
  const std::string path = folder_ / "a";
  const std::string contents[] = {std::string(300'000, 'a'), std::string(300'000, 'b')};
  ASSERT_TRUE(WriteFileAtomically(path, contents[0]));
  for (int round = 0; round < 10; ++round) {
    const pid_t writer = fork();
    if (writer == 0) {
      for (int i = 0;; ++i) {
        if (!WriteFileAtomically(path, contents[i % 2])) _exit(1);
      }
    }
    const FileStamp before = Stat(path)->stamp;
    while (Stat(path)->stamp == before) std::this_thread::yield();
    kill(writer, SIGKILL);
    waitpid(writer, nullptr, 0);
    const std::string found = *ReadFile(path);
    ASSERT_TRUE(found == contents[0] || found == contents[1]);
  }
}

TEST_F(Processes, ManyThreadsMayStartThem) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 10; ++i) {
        auto process = Process::Spawn(Command::Shell("exit " + std::to_string(t)));
        ASSERT_TRUE(process);
        EXPECT_EQ(process->Wait()->code, t);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(Processes, ThatADeadProgramLeftAreFoundByTheirEnvironment) {
  // The pipe ends when the last process that holds it is gone: the shell, and what it started.
  const std::string pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  Command command = Command::Shell("(trap '' TERM; echo up; exec sleep 1000) > " + pipe + " & wait");
  command.environment = {{"CAIRN_LEFT_BY", "somebody"}};
  auto process = Process::Spawn(std::move(command));
  ASSERT_TRUE(process) << process.error().message;
  std::ifstream reader(pipe);
  std::string line;
  ASSERT_TRUE(std::getline(reader, line));
  EXPECT_EQ(*EndLeftovers("CAIRN_LEFT_BY", "some"), 0) << "another value";
  const auto ended = EndLeftovers("CAIRN_LEFT_BY", "somebody");
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(*ended, 2);
  EXPECT_FALSE(std::getline(reader, line));
  EXPECT_EQ(process->Wait()->signal, SIGKILL);
}

}  // namespace
}  // namespace cairn::os
