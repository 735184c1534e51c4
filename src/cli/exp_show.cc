#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/catalogue.h"
#include "cli/exp_view.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

void AddNew(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

std::string NameOf(const Json& setting) {
  return setting.Text("file") == "params.yaml" ? setting.Text("key")
                                               : setting.Text("file") + ":" + setting.Text("key");
}

/// The parameters that any trial sets (or all that stages read), and the figures.
struct Columns {
  std::vector<std::string> params, metrics;

  static Columns Of(const std::vector<Json>& trials, bool all) {
    Columns columns;
    for (const Json& trial : trials) {
      for (const Json& setting : trial.At("settings").items()) AddNew(columns.params, NameOf(setting));
      for (const auto& [name, value] : trial.At("metrics").members()) AddNew(columns.metrics, name);
    }
    for (const Json& trial : trials) {
      for (const auto& [name, value] : trial.At("params").members()) {
        if (all) AddNew(columns.params, name);
      }
    }
    return columns;
  }
};

Json ParamOf(const Json& trial, const std::string& name) {
  for (const Json& setting : trial.At("settings").items()) {
    if (NameOf(setting) == name) return setting.At("value");
  }
  return trial.At("params").At(name);
}

/// What trials are put in order by: a figure, a parameter, or "started".
Json KeyOf(const Json& trial, const std::string& name) {
  if (name == "started") return trial.At("started_ms");
  const Json* figure = trial.At("metrics").Find(name);
  return figure ? *figure : ParamOf(trial, name);
}

bool Less(const Json& a, const Json& b) {
  if (a.IsNumber() && b.IsNumber()) return a.AsDouble() < b.AsDouble();
  if (a.IsNumber() != b.IsNumber()) return a.IsNumber();
  return ValueShown(a) < ValueShown(b);
}

Result<> Sort(std::vector<Json>& trials, const Columns& columns, const Arguments& arguments) {
  const std::string by = arguments.Text("--sort");
  if (by.empty()) return Done{};
  std::vector<std::string_view> known{"started"};
  for (const auto& name : columns.params) known.push_back(name);
  for (const auto& name : columns.metrics) known.push_back(name);
  if (std::find(known.begin(), known.end(), by) == known.end())
    return Error{Reason::NotFound, "no trial has '" + by + "' to sort by." + Suggestion(by, known)};
  const bool down = arguments.Has("--descending");
  std::stable_sort(trials.begin(), trials.end(), [&](const Json& a, const Json& b) {
    const Json left = KeyOf(a, by), right = KeyOf(b, by);
    // Without a value: last, whichever way round.
    if (left.IsNull() || right.IsNull()) return !left.IsNull() && right.IsNull();
    return down ? Less(right, left) : Less(left, right);
  });
  return Done{};
}

std::string CsvCell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string Exact(const Json& value) {
  return value.IsNull() ? "" : value.IsString() ? value.AsString() : value.Dump();
}

void PrintCsv(const std::vector<Json>& trials, const Columns& columns) {
  std::vector<std::string> heads{"trial", "sweep", "state"};
  heads.insert(heads.end(), columns.params.begin(), columns.params.end());
  heads.insert(heads.end(), columns.metrics.begin(), columns.metrics.end());
  for (auto& head : heads) head = CsvCell(head);
  std::string text = Join(heads, ",") + "\n";
  for (const Json& trial : trials) {
    std::vector<std::string> cells{trial.Text("id"), trial.Text("sweep"), trial.Text("state")};
    for (const auto& name : columns.params) cells.push_back(CsvCell(Exact(ParamOf(trial, name))));
    for (const auto& name : columns.metrics) cells.push_back(CsvCell(Exact(trial.At("metrics").At(name))));
    text += Join(cells, ",") + "\n";
  }
  std::fputs(text.c_str(), stdout);
}

void PrintTable(const std::vector<Json>& trials, const Columns& columns) {
  std::vector<std::string> heads{"trial", "state"};
  heads.insert(heads.end(), columns.params.begin(), columns.params.end());
  heads.insert(heads.end(), columns.metrics.begin(), columns.metrics.end());
  heads.emplace_back("took");
  Table table(std::move(heads));
  for (const Json& trial : trials) {
    std::vector<std::string> cells{trial.Text("id"), trial.Text("state")};
    for (const auto& name : columns.params) cells.push_back(ValueShown(ParamOf(trial, name)));
    for (const auto& name : columns.metrics) cells.push_back(ValueShown(trial.At("metrics").At(name)));
    const bool ended = trial.Int("ended_ms") > 0 && trial.Int("started_ms") > 0;
    cells.push_back(ended ? FormatDuration(trial.Int("ended_ms") - trial.Int("started_ms")) : "");
    table.Add(std::move(cells));
  }
  std::fputs(table.Text("No trial yet: `cairn exp run -S KEY=VALUES` begins some.").c_str(), stdout);
}

Result<int> Show(Session& session, const Arguments& arguments) {
  const std::string project = CAIRN_TRY(os::WorkingFolder());
  const Json answer = CAIRN_TRY(session.Get(std::string(kTrials) + "?project_dir=" + PercentEncode(project) +
                                            "&sweep=" + PercentEncode(arguments.Text("SWEEP"))));
  std::vector<Json> trials = answer.At("items").items();
  if (const std::string state = arguments.Text("--state"); !state.empty())
    std::erase_if(trials, [&](const Json& trial) { return trial.Text("state") != state; });
  const Columns columns = Columns::Of(trials, arguments.Has("--all-params"));
  CAIRN_TRY(Sort(trials, columns, arguments));
  if (session.PrintedJson(Json{{"items", Json::Array(trials)}})) return 0;
  if (arguments.Has("--csv")) {
    PrintCsv(trials, columns);
  } else {
    PrintTable(trials, columns);
  }
  return 0;
}

void AddDifferences(Table& table, const char* what, const Json& list) {
  for (const Json& one : list.items()) {
    const Json* change = one.Find("change");
    table.Add({what, one.Text("name"), ValueShown(one.At("was")), ValueShown(one.At("is")),
               change ? (change->AsDouble() > 0 ? "+" : "") + Shown(change->AsDouble()) : ""});
  }
}

Result<int> Diff(Session& session, const Arguments& arguments) {
  const std::string a = arguments.Text("A"), b = arguments.Has("B") ? arguments.Text("B") : "workspace";
  const Json differences = CAIRN_TRY(
      session.Get(std::string(kTrials) + "/" + PercentEncode(a) + "/differences?with=" + PercentEncode(b)));
  if (session.PrintedJson(differences)) return 0;
  Table table({"", "name", a, b, "difference"});
  AddDifferences(table, "param", differences.At("params"));
  AddDifferences(table, "metric", differences.At("metrics"));
  std::fputs(table.Text("They are the same in parameters and metrics.").c_str(), stdout);
  return 0;
}

}  // namespace

std::vector<Command> ExpShowCommands() {
  return {
      {"exp show",
       "Compare the trials of this project",
       "One row a trial: the parameters that it set, the numbers of its metrics files, and how long it took.",
       {{"SWEEP", "Only those of this sweep", Positional::Need::Optional}},
       {{"--sort", "NAME", "In the order of a metric, a parameter, or started"},
        {"--descending", "", "The greatest first"},
        {"--state", "STATE", "Only those queued, running, finished, failed, stopped or skipped"},
        {"--all-params", "", "Also the parameters that no trial sets"},
        {"--csv", "", "As CSV, numbers whole"}},
       Show},
      {"exp diff",
       "Say in which parameters and metrics two trials differ",
       "`workspace` is the working copy.",
       {{"A", "A trial"}, {"B", "Another (workspace)", Positional::Need::Optional}},
       {},
       Diff},
  };
}

}  // namespace cairn::cli
