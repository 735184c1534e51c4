#include <algorithm>
#include <cctype>
#include <cstdio>
#include <map>

#include "cli/catalogue.h"
#include "cli/run_view.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

constexpr std::int64_t kShownRuns = 50;

/// How many metrics and parameters stand before what says less.
constexpr std::size_t kMetricsFirst = 3, kParamsFirst = 2;

/// Whether a filter or an order speaks of the key, as a whole word.
bool Mentions(std::string_view text, std::string_view key) {
  const auto belongs = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '/' || c == '-';
  };
  for (auto at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    const auto end = at + key.size();
    if (at > 0 && !belongs(text[at - 1]) && (end == text.size() || !belongs(text[end]))) return true;
  }
  return false;
}

/// KEYs of the group, those that the filter or the order mentions first.
std::vector<std::string> KeysByInterest(const std::vector<Json>& runs, std::string_view group,
                                        const Arguments& arguments) {
  std::string asked = arguments.Text("--filter");
  for (const auto& order : arguments.All("--order")) asked += " " + order;
  auto keys = KeysOf(runs, group);
  std::stable_partition(keys.begin(), keys.end(),
                        [&asked](const std::string& key) { return Mentions(asked, key); });
  return keys;
}

/// Columns that say most first: a table leaves out from the right what does not fit. A parameter that is the
/// same in all runs says least.
std::vector<std::string> UsualColumns(const std::vector<Json>& runs, const Arguments& arguments) {
  std::vector<std::string> columns{"id", "name", "status", "started", "took"}, later, last;
  if (Differs(runs, "experiment")) columns.insert(columns.begin() + 2, "experiment");
  const auto add = [&](const std::string& column, std::size_t& room) {
    (room > 0 ? columns : later).push_back(column);
    if (room > 0) --room;
  };
  std::size_t metrics = kMetricsFirst, params = kParamsFirst;
  for (const auto& key : KeysByInterest(runs, "metrics", arguments)) add("metrics." + key, metrics);
  for (const auto& key : KeysByInterest(runs, "params", arguments)) {
    if (Differs(runs, "params." + key)) {
      add("params." + key, params);
    } else {
      last.push_back("params." + key);
    }
  }
  columns.insert(columns.end(), later.begin(), later.end());
  columns.insert(columns.end(), last.begin(), last.end());
  return columns;
}

/// The columns without "metrics." and "params.", where what is left stands for one column alone.
std::vector<std::string> ShortHeads(const std::vector<std::string>& columns) {
  const auto key = [](const std::string& column) { return column.substr(column.find('.') + 1); };
  std::map<std::string, int> uses;
  for (const auto& column : columns) ++uses[key(column)];
  std::vector<std::string> heads;
  heads.reserve(columns.size());
  for (const auto& column : columns) heads.push_back(uses[key(column)] == 1 ? key(column) : column);
  return heads;
}

Result<std::vector<std::string>> ColumnsAsked(const Arguments& arguments) {
  std::vector<std::string> columns;
  for (const auto& list : arguments.All("--columns")) {
    for (const auto column : Split(list, ',')) columns.emplace_back(Trim(column));
  }
  for (const auto& column : columns) CAIRN_TRY(CheckColumn(column));
  return columns;
}

Result<int> List(Session& session, const Arguments& arguments) {
  const auto asked = CAIRN_TRY(ColumnsAsked(arguments));
  const auto limit = arguments.Has("--limit") ? CAIRN_TRY(ParseInt(arguments.Text("--limit"))) : kShownRuns;
  if (limit < 1) return Error{Reason::InvalidArgument, "--limit must be at least 1"};
  // One more tells whether there are more.
  auto runs = CAIRN_TRY(ChosenRuns(session, arguments, limit + 1));
  const bool more = static_cast<std::int64_t>(runs.size()) > limit;
  if (more) runs.pop_back();
  if (session.PrintedJson(Json{{"items", Json::Array(runs)}, {"more", more}})) return 0;
  const auto columns = asked.empty() ? UsualColumns(runs, arguments) : asked;
  Table table(asked.empty() ? ShortHeads(columns) : columns);
  for (const Json& run : runs) {
    std::vector<std::string> cells;
    cells.reserve(columns.size());
    for (const auto& column : columns) cells.push_back(ColumnOf(run, column));
    table.Add(std::move(cells));
  }
  std::fputs(table.Text("No run fits.").c_str(), stdout);
  if (more) session.Note("There are more: --limit " + std::to_string(limit * 4) + " shows up to that many.");
  return 0;
}

void PrintHead(const Session& session, const Json& run) {
  session.Say("Run " + run.Text("name") + "  " + run.Text("run_id"));
  const auto line = [&session](const std::string& what, const std::string& value) {
    if (!value.empty()) session.Say("  " + what + std::string(12 - what.size(), ' ') + value);
  };
  line("experiment", run.Text("experiment"));
  line("status", ColumnOf(run, "status"));
  const auto took = TookOf(run);
  const std::string lasted = run.Text("status") == "RUNNING" ? ", running for " : ", took ";
  line("started", Minute(run.Int("start_ms")) + " UTC" + (took.empty() ? "" : lasted + took));
  line("user", run.Text("user"));
  line("artifacts", run.Text("artifact_uri"));
  for (const Json& input : run.At("inputs").items())
    line("read", input.Text("name") + " (" + input.Text("digest") + ")");
  for (const Json& model : run.At("models").items()) line("made model", model.AsString());
  line("note", run.At("tags").Text("mlflow.note.content"));
}

/// Keys and values side by side, under a heading; nothing when there are none.
void PrintPairs(const Json& pairs, const std::string& heading, bool without_own) {
  Table table({heading, "value"});
  bool any = false;
  for (const auto& [key, value] : pairs.members()) {
    if (without_own && key.starts_with("mlflow.")) continue;
    table.Add({key, CellOf(value)});
    any = true;
  }
  if (any) std::fputs(("\n" + table.Text()).c_str(), stdout);
}

void PrintMetrics(const Json& run) {
  if (run.At("series").items().empty()) return;
  Table table({"metric", "last", "step", "first", "history"});
  const std::size_t bars = BarsFor(run.At("series").items());
  for (const Json& series : run.At("series").items()) {
    const auto& points = series.At("points").items();
    const bool many = points.size() > 1;
    table.Add({series.Text("key"), CellOf(series.At("value")), std::to_string(series.Int("step")),
               many ? CellOf(points.front().At("value")) : "",
               many ? Sparkline(ValuesOf(series), bars) : ""});
  }
  std::fputs(("\n" + table.Text()).c_str(), stdout);
}

Result<int> Show(Session& session, const Arguments& arguments) {
  const Json run =
      CAIRN_TRY(session.Get(RunPath(arguments.Text("RUN"), "?points=" + std::to_string(kMostPoints))));
  if (session.PrintedJson(run)) return 0;
  PrintHead(session, run);
  PrintMetrics(run);
  PrintPairs(run.At("params"), "parameter", false);
  PrintPairs(run.At("tags"), "tag", !arguments.Has("--all-tags"));
  return 0;
}

}  // namespace

std::vector<Command> RunsCommands() {
  const Positional run{"RUN", "Its id, the beginning of it, or its name"};
  auto list = ChoosingFlags();
  list.push_back({"--columns", "A,B,…", "Which columns: id,name,metrics.loss,params.lr,tags.team"});
  list.push_back({"--limit", "N", "At most so many runs (50)"});
  static const std::string exporting =
      "One row per run, with a column for every parameter, metric (its last value) and tag of any of them; "
      "or, with --points, one row per metric point. JSON has \"NaN\" and \"Infinity\" as texts.\n\nExample: "
      "cairn runs export --experiment churn --to runs.parquet\n\n" +
      std::string(kFilterGrammar);
  auto exported = ChoosingFlags();
  exported.push_back(
      {"--to", "FILE", "Where to: FILE.csv, FILE.parquet, FILE.json or FILE.jsonl (CSV on standard output)"});
  exported.push_back({"--points", "", "A row for every metric point, in place of a row for every run"});
  return {
      {"runs list", "List runs, by the search language", kFilterGrammar, {}, list, List},
      {"runs show",
       "Show a run: metrics with their course, parameters, tags, inputs",
       "The bars go from the least to the greatest value of the metric, the first point at the left.",
       {run},
       {{"--all-tags", "", "Also the tags that clients set by themselves (mlflow.…)"}},
       Show},
      {"runs compare",
       "Compare two or more runs; rows that differ are marked",
       "A row that differs begins with '*' and stands out in colour on a terminal (not with NO_COLOR). With "
       "two runs "
       "the last column is the second number less the first.\n\nExample: cairn runs compare 4f3a bold-owl-12 "
       "--differing",
       {{"RUN...", "Ids, beginnings of ids, or names"}},
       {{"--differing", "", "Only what differs"}},
       CompareRuns},
      {"runs watch",
       "Follow a run until it ends",
       "On a terminal the page is renewed in place; elsewhere each change is a line. Exit code 0 when the "
       "run "
       "finished, 1 when it failed or was killed.",
       {run},
       {{"--every", "SECONDS", "How often to look (1)"}},
       WatchRun},
      {"runs export", "Write runs as CSV, Parquet, JSON or JSON lines", exporting, {}, exported, ExportRuns},
  };
}

}  // namespace cairn::cli
