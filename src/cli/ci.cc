#include <algorithm>
#include <set>
#include <thread>

#include "cli/catalogue.h"
#include "cli/contract_change.h"
#include "cli/run_story.h"
#include "cli/stale.h"
#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "ground/os/signals.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/ci/outcome.h"
#include "loop/ci/plot.h"
#include "loop/pipeline/definition.h"
#include "loop/pipeline/path_pattern.h"
#include "loop/sweep/copy.h"

namespace cairn::cli {
namespace {

using ci::Case;
using ci::Change;
using ci::Kind;
using ci::Report;
using ci::Suite;
using ci::Test;

constexpr std::size_t kMostPlots = 20;
constexpr std::uint64_t kMostPlotBytes = 64 << 20;

/// Ends what a test runs when a signal asks this program to end.
class Stopper {
 public:
  explicit Stopper(os::StopSignals& signals)
      : thread_([this, &signals](std::stop_token over) {
          while (!over.stop_requested()) {
            if (signals.Wait(kLookMs) == 0) continue;
            stop_.request_stop();
            return;
          }
        }) {}
  std::stop_token token() const { return stop_.get_token(); }

 private:
  static constexpr std::int64_t kLookMs = 50;
  std::stop_source stop_;
  std::jthread thread_;
};

struct Job {
  Change change;
  ci::Settings settings;
  Node configuration;
  std::string out;
};

std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

/// Where cairn.yaml names no tests of code: pytest, when there are files that it would find.
std::vector<Test> CodeTests(const Job& job) {
  if (!job.settings.code.empty()) return job.settings.code;
  const auto entries = os::ListTree(job.change.project);
  if (!entries) return {};
  const bool any = std::any_of(entries->begin(), entries->end(), [](const os::TreeEntry& entry) {
    return !entry.path.starts_with('.') && entry.path.find("/.") == std::string::npos &&
           (pipeline::FitsPattern(entry.path, "**/test_*.py") ||
            pipeline::FitsPattern(entry.path, "test_*.py") ||
            pipeline::FitsPattern(entry.path, "**/*_test.py"));
  });
  if (!any) return {};
  Test test;
  test.name = "pytest";
  test.run = "python3 -m pytest -q --junitxml \"$CAIRN_JUNIT\"";
  return {test};
}

/// The files of a data set that a change gives a reason to check.
std::vector<std::string> FilesToCheck(const Change& change, const std::string& dataset,
                                      const std::string& path) {
  const auto& contracts = change.contracts;
  bool all = std::find(contracts.begin(), contracts.end(), dataset) != contracts.end();
  std::set<std::string> files;
  for (const auto& file : change.files) {
    if (file.path == path + ".dvc") all = true;
    if (pipeline::FitsPattern(file.path, path)) files.insert(file.path);
  }
  const std::string at = os::JoinPath(change.project, path);
  if (all && os::Exists(at) && !os::IsFolder(at)) files.insert(path);
  const auto entries = all && os::IsFolder(at)
                           ? os::ListTree(at, os::Symlinks::Follow)
                           : Result<std::vector<os::TreeEntry>>(std::vector<os::TreeEntry>());
  if (entries) {
    for (const auto& entry : *entries) {
      if (entry.kind == os::FileKind::File) files.insert(os::JoinPath(path, entry.path));
    }
  }
  std::erase_if(files, [&](const std::string& file) {
    return os::BaseName(file).starts_with('.') || !os::Exists(os::JoinPath(change.project, file));
  });
  return {files.begin(), files.end()};
}

/// The contracts of cairn.yaml, held against what changed: this program does it, without a store.
std::vector<Test> ContractTests(const Job& job) {
  std::vector<Test> tests;
  const Node* data = job.configuration.Find("data");
  if (!data || !data->IsMap()) return tests;
  for (const auto& entry : data->entries()) {
    const std::string path = TextAtPath(entry.value, "path");
    if (path.empty() || !entry.value.Find("contract")) continue;
    for (const auto& file : FilesToCheck(job.change, entry.key, path)) {
      const std::string contract = Quoted(os::JoinPath(job.out, entry.key + ".contract.yaml"));
      Test test;
      test.name = entry.key + ": " + file;
      test.run = Quoted(os::ProgramPath()) + " data contract export " + Quoted(entry.key) + " --out " +
                 contract + " && " + Quoted(os::ProgramPath()) + " data contract check " + Quoted(file) +
                 " --contract " + contract;
      tests.push_back(std::move(test));
    }
  }
  return tests;
}

void RunAll(Session& session, const Job& job, Kind kind, const std::vector<Test>& tests, std::stop_token stop,
            Suite& suite) {
  for (const Test& test : tests) {
    if (!job.change.Concerns(test, kind)) {
      suite.cases.push_back({Case::State::Skipped, test.name, "the change does not concern it", "", 0});
      continue;
    }
    Case one = ci::RunTest(job.change, test, job.out, stop);
    if (!session.json())
      session.Say(suite.name + ": " + test.name + " " + ci::NameOf(one.state) +
                  (one.message.empty() ? "" : ", " + one.message));
    suite.cases.push_back(std::move(one));
  }
}

Suite CodeSuite(Session& session, const Job& job, std::stop_token stop, Report& report) {
  Suite suite{"code", {}};
  const auto tests = CodeTests(job);
  if (tests.empty() && job.change.Touches(Kind::Code))
    report.notes.push_back("Code changed, and no test of code is known: name some as ci.code in cairn.yaml.");
  RunAll(session, job, Kind::Code, tests, stop, suite);
  return suite;
}

Suite DataSuite(Session& session, const Job& job, bool may_break, std::stop_token stop) {
  Suite suite{"data", {}};
  for (Case& one : ContractCases(job.change, os::JoinPath(job.out, "then"), may_break)) {
    if (!session.json())
      session.Say(suite.name + ": " + one.name + " " + ci::NameOf(one.state) +
                  (one.message.empty() ? "" : ", " + one.message));
    suite.cases.push_back(std::move(one));
  }
  RunAll(session, job, Kind::Data, ContractTests(job), stop, suite);
  RunAll(session, job, Kind::Data, job.settings.data, stop, suite);
  return suite;
}

/// One case for each stage that had to run.
Result<Suite> PipelineSuite(Session& session, const Job& job, os::StopSignals& signals, bool& interrupted,
                            Report& report) {
  Suite suite{"pipeline", {}};
  const Json look = CAIRN_TRY(LookForStale(session, StageChoice{{}, "upstream"}));
  if (!look.Bool("stale")) return suite;
  const Json begun = CAIRN_TRY(
      session.Post(kPipelineRuns, Json{{"project_dir", job.change.project}, {"reach", "upstream"}}));
  const Json run =
      begun.Text("id").empty() ? begun : CAIRN_TRY(FollowToEnd(session, begun, signals, interrupted));
  for (const Json& stage : run.At("stages").items()) {
    Case one{Case::State::Passed, stage.Text("name"), "", "",
             static_cast<std::int64_t>(stage.Double("seconds") * 1000)};
    const std::string state = stage.Text("state");
    if (state != "finished" && state != "unchanged") {
      one.state = Case::State::Failed;
      one.message = stage.Text("reason");
      if (!stage.Text("log").empty()) {
        const auto log = session.GetText(std::string(kPipelineRuns) + "/" + run.Text("id") + "/stages/" +
                                         PercentEncode(one.name) + "/log?tail=50");
        if (log) one.output = *log;
      }
    }
    suite.cases.push_back(std::move(one));
    report.stages.emplace_back(stage.Text("name"), CausesOf(stage));
  }
  if (run.Text("state") != "finished" && !suite.Failed())
    suite.cases.push_back({Case::State::Failed, "run", run.Text("problem"), "", 0});
  return suite;
}

Suite ModelSuite(Session& session, const Job& job, bool touched, std::stop_token stop, Report& report) {
  Suite suite{"model", {}};
  for (const Test& test : job.settings.model) {
    if (test.when.empty() && touched) {
      Case one = ci::RunTest(job.change, test, job.out, stop);
      if (!session.json()) session.Say("model: " + test.name + " " + ci::NameOf(one.state));
      suite.cases.push_back(std::move(one));
    } else {
      RunAll(session, job, Kind::Model, {test}, stop, suite);
    }
  }
  for (const auto& figure : report.figures) {
    if (figure.bound.empty()) continue;
    Case one{Case::State::Passed, figure.name + ": " + figure.bound, "", "", 0};
    if (!figure.broken.empty()) {
      one.state = Case::State::Failed;
      one.message = figure.broken;
    }
    suite.cases.push_back(std::move(one));
  }
  return suite;
}

Result<> CompareFigures(Session& session, const Job& job, Report& report) {
  if (!os::Exists(os::JoinPath(job.change.project, "dvc.yaml"))) return Done{};
  const auto definition = CAIRN_TRY(pipeline::ReadDefinition(job.change.project));
  const Json look = CAIRN_TRY(LookForStale(session, StageChoice{{}, "upstream"}));
  report.figures = ci::Judge(job.settings.metrics, ci::FiguresThen(job.change, definition),
                             sweep::FiguresOf(look.At("metrics")));
  report.params = ci::DifferencesOf(ci::ParamsThen(job.change, definition),
                                    CAIRN_TRY(sweep::ParamsIn(job.change.project)));
  return Done{};
}

/// Writes the pictures of what dvc.yaml plots. What cannot be drawn is said.
Result<> DrawPlots(const Job& job, Report& report) {
  const auto plots = CAIRN_TRY(ci::PlotsOf(job.change.project));
  for (std::size_t i = 0; i < std::min(plots.size(), kMostPlots); ++i) {
    const auto text = os::ReadFile(os::JoinPath(job.change.project, plots[i].file), kMostPlotBytes);
    const auto is = text ? ci::CurveIn(plots[i], *text) : Result<ci::Curve>(text.error());
    if (!is) {
      report.notes.push_back("The plot '" + plots[i].title + "' could not be drawn: " + is.error().message);
      continue;
    }
    const auto before = ci::OutputAt(job.change, plots[i].file);
    const auto was = before ? ci::CurveIn(plots[i], *before) : Result<ci::Curve>(before.error());
    const std::string name = "plots/" + std::to_string(i + 1) + ".svg";
    CAIRN_TRY(os::MakeFolders(os::JoinPath(job.out, "plots")));
    CAIRN_TRY(os::WriteFileAtomically(os::JoinPath(job.out, name),
                                      ci::PictureOf(plots[i], was ? *was : ci::Curve(), *is)));
    report.pictures.emplace_back(plots[i].title, name);
  }
  return Done{};
}

/// What this program writes itself is no part of a change.
void LeaveOut(const std::string& folder, Change& change) {
  const auto real = os::RealPath(folder);
  if (!real || !real->starts_with(change.project + "/")) return;
  const std::string below = real->substr(change.project.size() + 1) + "/";
  std::erase_if(change.files, [&](const ci::ChangedFile& file) { return file.path.starts_with(below); });
}

Result<Job> JobOf(const Session& session, const Arguments& arguments) {
  Job job;
  const std::string project = CAIRN_TRY(os::WorkingFolder());
  const auto text = os::ReadFile("cairn.yaml", 16 << 20);
  if (!text && text.error().reason != Reason::NotFound) return text.error();
  job.configuration = CAIRN_TRY(ParseYaml(text ? *text : "", "cairn.yaml"));
  job.settings = job.configuration.IsMap() ? CAIRN_TRY(ci::ParseCi(job.configuration)) : ci::Settings();
  job.change = CAIRN_TRY(
      ci::ChangeAgainst(project, arguments.Has("--base") ? arguments.Text("--base") : job.settings.base));
  job.out = os::JoinPath(project, arguments.Has("--out") ? arguments.Text("--out") : ".cairn/ci");
  CAIRN_TRY(os::MakeFolders(job.out));
  job.out = CAIRN_TRY(os::RealPath(job.out));
  LeaveOut(job.out, job.change);
  LeaveOut(session.settings().data_dir, job.change);
  std::string changed;
  for (const auto& file : job.change.files) changed += file.path + "\n";
  CAIRN_TRY(os::WriteFileAtomically(os::JoinPath(job.out, "changed.txt"), changed));
  return job;
}

Result<> Write(const Job& job, const Report& report) {
  CAIRN_TRY(os::WriteFileAtomically(os::JoinPath(job.out, "junit.xml"), ci::JUnitOf(report.suites)));
  return os::WriteFileAtomically(os::JoinPath(job.out, "report.md"), ci::MarkdownOf(job.change, report));
}

Result<int> RunCi(Session& session, const Arguments& arguments) {
  os::StopSignals signals;  // Before the first thread is started.
  const Job job = CAIRN_TRY(JobOf(session, arguments));
  Report report;
  bool interrupted = false;
  {
    const Stopper stopper(signals);
    report.suites.push_back(CodeSuite(session, job, stopper.token(), report));
    report.suites.push_back(DataSuite(session, job, arguments.Has("--allow-breaking"), stopper.token()));
    interrupted = stopper.token().stop_requested();
  }
  const bool pipeline = os::Exists(os::JoinPath(job.change.project, "dvc.yaml"));
  if (report.Failed() && pipeline)
    report.notes.push_back("The pipeline did not run: tests before it failed.");
  if (pipeline && !report.Failed() && !interrupted && !arguments.Has("--no-run")) {
    auto suite = PipelineSuite(session, job, signals, interrupted, report);
    report.suites.push_back(
        suite ? *std::move(suite)
              : Suite{"pipeline", {{Case::State::Failed, "plan", suite.error().message, "", 0}}});
  }
  if (!report.Failed() && !interrupted) {
    CAIRN_TRY(CompareFigures(session, job, report));
    CAIRN_TRY(DrawPlots(job, report));
    const Stopper stopper(signals);
    const bool touched = job.change.Touches(Kind::Model) || !report.stages.empty();
    report.suites.push_back(ModelSuite(session, job, touched, stopper.token(), report));
    interrupted = stopper.token().stop_requested();
  }
  CAIRN_TRY(Write(job, report));
  const int code = interrupted ? kInterrupted : report.Failed() ? 1 : 0;
  if (session.PrintedJson(ci::JsonOf(job.change, report))) return code;
  session.Say(std::string(report.Failed() ? "The change fails" : "The change passes") + " against " +
              job.change.base + "; " + os::JoinPath(job.out, "report.md") + " and junit.xml say more.");
  return code;
}

}  // namespace

std::vector<Command> CiCommands() {
  return {
      {"ci",
       "Test what a change touches, and report it for a review",
       "Holds the working copy against the commit at which it left the target branch. Changed code runs the "
       "tests of code; changed data is held to its contract and runs the tests of data; a contract that "
       "promises consumers less than the target branch's fails; then the pipeline "
       "runs what is stale, and a changed model runs the tests of models; metrics are compared with the "
       "target branch's and kept to their bounds. Which tests there are stands in cairn.yaml as `ci` (pytest "
       "where it does not say). Writes junit.xml and report.md, ready as a comment. Exit code 1 when a test "
       "failed or a bound is broken.",
       {},
       {{"--base", "REF", "The target branch (ci.base in cairn.yaml, or main)"},
        {"--out", "FOLDER", "Where the reports go (.cairn/ci)"},
        {"--allow-breaking", "", "A contract may promise less than on the target branch"},
        {"--no-run", "", "Leave the pipeline as it is"}},
       RunCi}};
}

}  // namespace cairn::cli
