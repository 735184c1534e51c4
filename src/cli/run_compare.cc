#include <cmath>
#include <cstdio>

#include "cli/run_view.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

std::vector<std::string> RowsOf(const std::vector<Json>& runs) {
  std::vector<std::string> rows{"experiment", "status", "user", "started", "took"};
  for (const char* group : {"metrics", "params", "tags"}) {
    for (const auto& key : KeysOf(runs, group)) {
      const bool own = std::string_view(group) == "tags" && key.starts_with("mlflow.");
      if (!own) rows.push_back(std::string(group) + "." + key);
    }
  }
  return rows;
}

/// A number, or a text that is one: parameters are texts.
double NumberIn(const Json& value) {
  if (value.IsNumber()) return value.AsDouble();
  const auto number = value.IsString() ? ParseDouble(value.AsString()) : Result<double>(std::nan(""));
  return number ? *number : std::nan("");
}

std::string DifferenceOf(const std::vector<Json>& runs, const std::string& row) {
  const auto dot = row.find('.');
  if (dot == std::string::npos) return "";
  const std::string group = row.substr(0, dot), key = row.substr(dot + 1);
  const double difference = NumberIn(runs[1].At(group).At(key)) - NumberIn(runs[0].At(group).At(key));
  if (std::isnan(difference) || group == "tags") return "";
  return (difference > 0 ? "+" : "") + Shown(difference);
}

/// Start and duration differ between any two runs and say nothing about why.
bool IsPassing(const std::string& row) { return row == "started" || row == "took"; }

}  // namespace

Result<int> CompareRuns(Session& session, const Arguments& arguments) {
  const auto& given = arguments.All("RUN...");
  if (given.size() < 2) return Error{Reason::InvalidArgument, "name two or more runs to compare"};
  std::vector<Json> runs;
  for (const auto& one : given) runs.push_back(CAIRN_TRY(session.Get(RunPath(one))));
  const auto rows = RowsOf(runs);
  Json differing = Json::Array();
  for (const auto& row : rows) {
    if (!IsPassing(row) && Differs(runs, row)) differing.Push(row);
  }
  if (session.PrintedJson(Json{{"items", Json::Array(runs)}, {"differing", differing}})) return 0;
  std::vector<std::string> heads{"", "run"};
  for (const Json& run : runs) heads.push_back(run.Text("name"));
  if (runs.size() == 2) heads.push_back("difference");
  Table table(std::move(heads));
  std::vector<std::string> ids{"", "id"};
  for (const Json& run : runs) ids.push_back(ColumnOf(run, "id"));
  table.Add(std::move(ids));
  for (const auto& row : rows) {
    const bool differs = !IsPassing(row) && Differs(runs, row);
    if (arguments.Has("--differing") && !differs) continue;
    std::vector<std::string> cells{differs ? "*" : "", row};
    for (const Json& run : runs) cells.push_back(ColumnOf(run, row));
    if (runs.size() == 2) cells.push_back(differs ? DifferenceOf(runs, row) : "");
    table.Add(std::move(cells), differs ? Table::Look::Strong : Table::Look::Plain);
  }
  std::fputs(table.Text().c_str(), stdout);
  return 0;
}

}  // namespace cairn::cli
