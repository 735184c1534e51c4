#include "loop/runtime/workers.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "loop/runtime/worker/crew.h"
#include "loop/runtime/worker/program.h"

namespace cairn::runtime {
namespace {

using worker::Crew;

/// How a worker in these tests speaks; what it does with a request follows.
constexpr std::string_view kSpeaking = R"(
import ctypes, json, os, socket, struct, sys, threading, time
import shipped
line = socket.socket(fileno=3)
def take(count):
    parts = b""
    while len(parts) < count:
        part = line.recv(count - len(parts))
        if not part: sys.exit(0)
        parts += part
    return parts
def send(head, data=b""):
    text = json.dumps(head).encode()
    line.sendall(struct.pack("<4sIQ", b"CRNW", len(text), len(data)) + text + data)
def receive():
    _, head, data = struct.unpack("<4sIQ", take(16))
    return json.loads(take(head)), take(data)
def ready(name="x"):
    port = {"name": name, "datatype": "FP64", "shape": [-1]}
    send({"inputs": [port], "outputs": [dict(port, name="twice")], "bare": "twice", "environment": ["python==3"]})
def answer(values):
    send({"outputs": [{"name": "twice", "datatype": "FP64", "shape": [len(values)], "bytes": 8 * len(values)}]}, struct.pack(f"<{len(values)}d", *values))
def rows():
    _, data = receive()
    return struct.unpack(f"<{len(data) // 8}d", data)
)";

class Workers : public testing::Test {
 protected:
  Result<std::unique_ptr<Crew>> Start(const std::string& deed) {
    auto folder = *os::TempFolder::Create();
    EXPECT_TRUE(os::WriteFileAtomically(folder / "shipped.py", worker::kProgram));
    EXPECT_TRUE(os::WriteFileAtomically(
        folder / "worker.py", "import sys\nsys.path.insert(0, '/cairn')\n" + std::string(kSpeaking) + deed));
    EXPECT_TRUE(os::MakeFolders(folder / "model"));
    auto python = worker::FindPython("python3");
    if (!python) return python.error();
    return Crew::Start(std::move(folder), *std::move(python), settings_);
  }
  Result<std::vector<double>> Ask(Crew& crew, const std::vector<double>& values) {
    Batch batch;
    const auto rows = static_cast<std::int64_t>(values.size());
    batch.tensors.push_back(Tensor::From<double>("x", {rows}, std::span<const double>(values)));
    const auto answer = crew.Ask(batch, rows);
    if (!answer) return answer.error();
    const auto got = answer->tensors[0].As<double>();
    return std::vector<double>(got.begin(), got.end());
  }
  /// Asks until the processes are up again; at most half a minute.
  double AskUntilAnswered(Crew& crew, double value) {
    const std::int64_t until = os::SteadyNs() + 30'000'000'000;
    auto answer = Ask(crew, {value});
    while (!answer && os::SteadyNs() < until) answer = Ask(crew, {value});
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? answer->at(0) : 0;
  }

  WorkerSettings settings_{.processes = 2, .timeout_s = 20, .start_timeout_s = 60, .memory_mib = 256};
};

constexpr const char* kDoubling = "ready()\nwhile True: answer([2 * x for x in rows()])\n";

TEST_F(Workers, AnswerFromManyThreadsEachItsOwn) {
  const auto crew = Start(kDoubling);
  ASSERT_TRUE(crew) << crew.error().message;
  EXPECT_EQ((*crew)->hello().signature.bare, "twice");
  EXPECT_EQ((*crew)->hello().environment, "python==3\n");
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> askers;
    for (int asker = 0; asker < 6; ++asker) {
      askers.emplace_back([&, asker] {
        for (int i = 0; i < 50; ++i) {
          const double x = asker * 1000 + i;
          const auto answer = Ask(**crew, {x, -x});
          if (!answer || *answer != std::vector{2 * x, -2 * x}) ++wrong;
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
}

TEST_F(Workers, ThatHangAreEndedAtTheDeadlineAndComeBack) {
  settings_.timeout_s = 0.3;
  const auto crew = Start(
      "ready()\nwhile True:\n    got = rows()\n    while got[0] < 0: pass\n    answer([2 * x for x in "
      "got])\n");
  ASSERT_TRUE(crew) << crew.error().message;
  const std::int64_t began = os::SteadyNs();
  const auto hung = Ask(**crew, {-1});
  EXPECT_LT(os::SteadyNs() - began, 10'000'000'000);
  ASSERT_FALSE(hung);
  EXPECT_EQ(hung.error().reason, Reason::Unavailable);
  EXPECT_NE(hung.error().message.find("did not answer 1 row within 0.3 s"), std::string::npos)
      << hung.error().message;
  EXPECT_EQ(AskUntilAnswered(**crew, 4), 8);
}

TEST_F(Workers, KilledWhileTheyAnswerAreToldAndComeBack) {
  const auto crew = Start(
      "ready()\nwhile True:\n    got = rows()\n    if got[0] < 0:\n        print('the last words', "
      "flush=True)\n        os.kill(os.getpid(), 9)\n    answer([2 * x for x in got])\n");
  ASSERT_TRUE(crew) << crew.error().message;
  const auto killed = Ask(**crew, {-1});
  ASSERT_FALSE(killed);
  EXPECT_EQ(killed.error().reason, Reason::Internal);
  EXPECT_NE(killed.error().message.find("killed by signal 9"), std::string::npos) << killed.error().message;
  EXPECT_NE(killed.error().message.find("the last words"), std::string::npos) << killed.error().message;
  EXPECT_EQ(AskUntilAnswered(**crew, 4), 8);
}

TEST_F(Workers, ThatAnswerNonsenseAreEnded) {
  const auto crew = Start(
      "ready()\nwhile True:\n    got = rows()\n    line.sendall(b'nonsense, and more than a frame begins "
      "with') if got[0] < 0 else answer([2 * x for x in got])\n");
  ASSERT_TRUE(crew) << crew.error().message;
  EXPECT_EQ(Ask(**crew, {-1}).error().reason, Reason::Internal);
  EXPECT_EQ(AskUntilAnswered(**crew, 4), 8);
}

TEST_F(Workers, ThatEndBeforeTheyAreReadySayWhatTheyPrinted) {
  const auto crew = Start("raise SystemExit('no such model')\n");
  ASSERT_FALSE(crew);
  EXPECT_EQ(crew.error().reason, Reason::Unsupported);
  EXPECT_NE(crew.error().message.find("exit code 1"), std::string::npos) << crew.error().message;
  EXPECT_NE(crew.error().message.find("no such model"), std::string::npos) << crew.error().message;
}

TEST_F(Workers, ThatNeverGetReadyAreGivenUp) {
  settings_.start_timeout_s = 0.5;
  const auto crew = Start("time.sleep(1000)\n");
  ASSERT_FALSE(crew);
  EXPECT_NE(crew.error().message.find("not ready within 0.5 s"), std::string::npos) << crew.error().message;
}

TEST_F(Workers, SayWhyTheyCannotLoad) {
  const auto lacking = Start("send({'failed': 'environment', 'why': 'it lacks a package'})\n");
  EXPECT_EQ(lacking.error().reason, Reason::Unavailable);
  const auto wrong = Start("send({'failed': 'model', 'why': 'it is broken'})\n");
  EXPECT_EQ(wrong.error().reason, Reason::Unsupported);
  EXPECT_NE(wrong.error().message.find("it is broken"), std::string::npos);
}

/// What each attempt came to, as one text; a deed is Python that gives a value or raises.
constexpr std::string_view kAttempts = R"(
shipped.limit_resources(*map(int, sys.argv[2:5]))
shipped.forbid_system_calls()
outcome = []
def attempt(name, deed):
    try: deed(); outcome.append(name + " done")
    except BaseException as problem: outcome.append(name + " refused")
)";

TEST_F(Workers, ReachNothingOutsideTheirSandbox) {
  const auto canary = *os::TempFolder::Create();
  const std::string deeds = std::string(kAttempts) + "OUTSIDE = '" + canary.path() + "'\n" + R"(
attempt("write outside", lambda: open(OUTSIDE + "/canary", "w"))
attempt("see outside", lambda: os.listdir(OUTSIDE))
attempt("write the model", lambda: open("/cairn/model/x", "w"))
attempt("write the system", lambda: open("/usr/x", "w"))
attempt("write the root", lambda: open("/x", "w"))
attempt("connect", lambda: socket.create_connection(("127.0.0.1", 9)))
attempt("open a socket", lambda: socket.socket(socket.AF_INET))
attempt("fork", lambda: os.fork() or os._exit(0))
attempt("run a program", lambda: os.execv("/usr/bin/true", ["true"]))
attempt("see processes", lambda: [1 / (int(p) < 10) for p in os.listdir("/proc") if p.isdigit()])
attempt("make a namespace", lambda: 1 / (ctypes.CDLL(None).unshare(0x10000000) == 0))
attempt("take every core", lambda: os.sched_setaffinity(0, range(os.cpu_count())))
attempt("memory without a file", lambda: os.memfd_create("x"))
attempt("a private file", lambda: open("/tmp/x", "w"))
attempt("a thread", lambda: threading.Thread(target=print).start())
send({"failed": "model", "why": "; ".join(outcome)})
)";
  const auto told = Start(deeds);
  ASSERT_FALSE(told);
  EXPECT_EQ(
      told.error().message,
      "The model cannot be loaded: write outside refused; see outside refused; write the model refused; "
      "write the system refused; write the root refused; connect refused; open a socket refused; fork "
      "refused; "
      "run a program refused; see processes done; make a namespace refused; take every core refused; memory "
      "without a file refused; a private file done; a thread done");
  EXPECT_TRUE(os::ListFolder(canary.path())->empty());
}

TEST_F(Workers, ThatAllocateWithoutEndFailAlone) {
  const std::string deed = std::string(kAttempts) + R"(
ready()
while True:
    got = rows()
    if got[0] > 0:
        answer([2 * x for x in got])
        continue
    kept = []
    attempt("allocate", lambda: [kept.append(bytearray(1 << 20)) for _ in range(1 << 20)])
    attempt("share", lambda: [kept.append(__import__("mmap").mmap(-1, 1 << 20)) for _ in range(1 << 20)])
    size = sum(len(one) for one in kept)
    del kept
    send({"error": "; ".join(outcome) + (" within bounds" if size <= int(sys.argv[2]) else " beyond")})
)";
  const auto crew = Start(deed);
  ASSERT_TRUE(crew) << crew.error().message;
  EXPECT_EQ(Ask(**crew, {-1}).error().message,
            "The model fails: allocate refused; share refused within bounds.");
  EXPECT_EQ(Ask(**crew, {4})->at(0), 8);
}

/// Whether a process runs that was started with that word.
bool Runs(const std::string& word) {
  const auto entries = *os::ListFolder("/proc");
  for (const auto& entry : entries) {
    const auto line = os::ReadFile("/proc/" + entry + "/cmdline");
    if (line && line->find(word) != std::string::npos) return true;
  }
  return false;
}

TEST_F(Workers, EndWithTheirModel) {
  settings_.memory_mib = 300'000 + getpid() % 100'000;  // that no other process is started with
  const std::string word = std::to_string(settings_.memory_mib << 20);
  {
    const auto crew = Start(kDoubling);
    ASSERT_TRUE(crew) << crew.error().message;
    EXPECT_TRUE(Runs(word));
  }
  const std::int64_t until = os::SteadyNs() + 30'000'000'000;
  while (Runs(word) && os::SteadyNs() < until) {
  }
  EXPECT_FALSE(Runs(word));
}

TEST(WorkerSettings, AreReadWithTheirPlaces) {
  const auto read = [](const std::string& text) {
    return ParseWorkerSettings(*ParseYaml(text, "cairn.yaml"));
  };
  const auto settings = read(
      "{python: /opt/py/bin/python, code: permit, processes: 3, timeout_s: 0.5, start_timeout_s: 60, "
      "memory_mib: 512, threads: 2}");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(*settings, (WorkerSettings{"/opt/py/bin/python", true, 3, 0.5, 60, 512, 2}));
  EXPECT_EQ(*read("{}"), WorkerSettings());
  EXPECT_FALSE(read("{}")->code);
  for (const char* wrong : {"{python: bin/python}", "{code: yes please}", "{processes: 0}", "{timeout_s: -1}",
                            "{timeout_s: .nan}", "{memory_mib: 1}", "{colour: red}", "[]"}) {
    const auto refused = read(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().reason, Reason::InvalidArgument);
    EXPECT_TRUE(refused.error().message.starts_with("cairn.yaml:1:")) << refused.error().message;
  }
}

class Code : public testing::Test {
 protected:
  /// What is said of a folder with that model and file.
  CodeInFolder Of(const std::string& flavour, const std::string& name, const std::string& bytes) {
    EXPECT_TRUE(
        os::WriteFileAtomically(folder_ / "MLmodel", "flavors:\n  python_function:\n    " + flavour + "\n"));
    EXPECT_TRUE(os::WriteFileAtomically(folder_ / name, bytes));
    const auto found = FindCode(folder_.path());
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : CodeInFolder();
  }
  os::TempFolder folder_ = *os::TempFolder::Create();
};

TEST_F(Code, IsInPicklesHoweverHarmlessAndInSourceButNotInABoosterOfItsOwnFormat) {
  const std::string booster = "tree\nversion=v4\nfeature_names=a b\n\nTree=0\n\nend of trees\n";
  EXPECT_FALSE(Of("loader_module: mlflow.lightgbm", "model.lgb", booster).runs);
  EXPECT_TRUE(Of("{loader_module: mlflow.lightgbm, code: code}", "model.lgb", booster).runs);
  EXPECT_TRUE(Of("loader_module: mine.loader", "model.lgb", booster).runs);
  const auto pickle = Of("loader_module: mlflow.sklearn", "model.pkl", std::string("\x80\x04K\x01.", 5));
  EXPECT_TRUE(pickle.runs);
  EXPECT_NE(pickle.what.find("(model.pkl)"), std::string::npos) << pickle.what;
}

TEST_F(Code, IsRefusedUnlessItIsPermitted) {
  Of("loader_module: mlflow.sklearn", "model.pkl", std::string("\x80\x04K\x01.", 5));
  const auto refused = StartWorkers(folder_.path(), WorkerSettings());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Denied);
  EXPECT_NE(refused.error().message.find("worker: {code: permit}"), std::string::npos)
      << refused.error().message;
}

TEST(Pythons, ThatAreNotThereAreNamed) {
  const auto none = worker::FindPython("/no/such/python");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().reason, Reason::Unavailable);
  EXPECT_NE(none.error().message.find("serving.worker.python"), std::string::npos) << none.error().message;
}

}  // namespace
}  // namespace cairn::runtime
