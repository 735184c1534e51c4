#include <optional>

#include "cli/catalogue.h"
#include "cli/csv_flags.h"
#include "cli/dataset_name.h"
#include "cli/door.h"
#include "cli/page_file.h"
#include "cli/table_path.h"
#include "cli/waiting.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/data/comparison_page.h"
#include "server/cairn/mount.h"

namespace cairn::cli {
namespace {

/// Exit code: nothing has drifted as far as could be judged, and not everything could.
constexpr int kNotJudged = 8;

bool IsPattern(const std::string& word) { return word.find_first_of("*?[") != std::string::npos; }

/// A file, a pattern of files, or DATASET@VERSION, the version by its number or an alias.
Result<Json> SideOf(const std::string& word) {
  if (os::Exists(word)) return Json{{"file", CAIRN_TRY(TablePath(word))}};
  if (IsPattern(word)) return Json{{"file", CAIRN_TRY(TablePattern(word))}};
  const auto at = word.rfind('@');
  if (at != std::string::npos) {
    const DatasetName name = DatasetName::Of(word);
    const auto number = ParseInt(name.version);
    if (name.dataset.empty() || name.version.empty() || (number && *number < 1)) {
      return Error{Reason::InvalidArgument,
                   "'" + word +
                       "' names no version: write DATASET@NUMBER or DATASET@ALIAS, as `cairn data list "
                       "DATASET` shows them"};
    }
    return name.Body();
  }
  if (word.find_first_of("/.") != std::string::npos)
    return Error{Reason::NotFound, "there is no file '" + word + "'"};
  return Json{{"dataset", word}};
}

Result<Json> BodyOf(const Arguments& arguments) {
  Json body{{"reference", CAIRN_TRY(SideOf(arguments.Text("REFERENCE")))},
            {"current", CAIRN_TRY(SideOf(arguments.Text("CURRENT")))}};
  if (arguments.Has("--policy")) body.Set("policy", arguments.Text("--policy"));
  if (arguments.Has("--method")) body.Set("method", arguments.Text("--method"));
  if (arguments.Has("--threshold"))
    body.Set("threshold", CAIRN_TRY(ParseDouble(arguments.Text("--threshold"))));
  if (arguments.Has("--columns")) {
    Json columns = Json::Array();
    const std::string named = arguments.Text("--columns");
    for (const auto name : Split(named, ',')) columns.Push(Trim(name));
    body.Set("columns", std::move(columns));
  }
  CAIRN_TRY(SetDialect(body, arguments));
  return body;
}

/// Files are compared here, without a store; data sets where they are kept.
Result<Json> Asked(Session& session, const Json& body) {
  const bool files = body.At("reference").Find("file") && body.At("current").Find("file");
  if (!files || !session.settings().server.empty()) return session.Post("/api/v1/data/compare", body);
  http::Router router;
  api::MountComparison(router, nullptr);
  return AskHere(router, PostOf("/api/v1/data/compare", body));
}

std::string Names(const Json& list) {
  std::vector<std::string> names;
  for (const Json& name : list.items())
    names.push_back(name.IsString() ? name.AsString() : name.Text("column"));
  return Join(names, ", ");
}

std::string ScoreOf(const Json& column) {
  return column.At("score").IsNumber() ? Shown(column.Double("score")) : "";
}

std::string VerdictOn(const Json& column) {
  if (column.Bool("drifted")) return "DRIFTED";
  return column.Bool("judged", true) ? "no" : "not judged";
}

/// A table of which something could not be judged is neither drifted nor as it was.
std::string Relation(const Json& report) {
  if (report.Bool("drifted")) return " has drifted from ";
  return report.Int("unjudged_columns") > 0 ? " could not be judged wholly against " : " is as ";
}

void Show(const Session& session, const Json& report) {
  Table table({"column", "type", "drifted", "method", "score", "threshold", "what"});
  for (const std::string verdict : {"DRIFTED", "not judged", "no"}) {
    for (const Json& column : report.At("columns").items()) {
      if (VerdictOn(column) != verdict) continue;
      const std::string threshold =
          column.At("threshold").IsNumber() ? Shown(column.Double("threshold")) : "";
      table.Add(
          {column.Text("column"), column.Text("type"), verdict, column.Text("method"),
           (column.Bool("approximate") ? "~" : "") + ScoreOf(column), threshold, column.Text("sentence")},
          verdict == "no" ? Table::Look::Plain : Table::Look::Strong);
    }
  }
  std::fputs(table.Text("There is no column to compare.").c_str(), stdout);
  const struct {
    const char *member, *says;
  } lists[] = {
      {"missing_columns", "missing now: "}, {"new_columns", "new: "}, {"left_out", "not compared: "}};
  for (const auto& [member, says] : lists) {
    if (!report.At(member).items().empty()) session.Say(says + Names(report.At(member)));
  }
  const std::string count =
      std::to_string(report.Int("drifted_columns")) + " of " + std::to_string(report.Int("compared_columns"));
  const std::int64_t unjudged = report.Int("unjudged_columns");
  session.Say(count + " columns drifted" +
              (unjudged > 0 ? ", " + std::to_string(unjudged) + " could not be judged" : "") + " (policy " +
              report.Text("policy") + "): " + report.At("current").Text("name") + Relation(report) +
              report.At("reference").Text("name") +
              (report.Bool("approximate") ? ", as far as their profiles tell." : "."));
}

Result<int> Compare(Session& session, const Arguments& arguments) {
  CAIRN_TRY(CheckPageFile(arguments.Text("--html")));
  const Json body = CAIRN_TRY(BodyOf(arguments));
  const auto report = [&] {
    const Waiting waiting("comparing " + arguments.Text("REFERENCE") + " and " + arguments.Text("CURRENT"));
    return Asked(session, body);
  }();
  if (!report) return report.error();
  const auto write = [&](const char* flag, const std::string& text) -> Result<> {
    CAIRN_TRY(os::WriteFileAtomically(arguments.Text(flag), text));
    session.Note("written to " + arguments.Text(flag));
    return Done{};
  };
  if (arguments.Has("--html")) CAIRN_TRY(write("--html", data::ComparisonPage(*report)));
  if (arguments.Has("--junit")) CAIRN_TRY(write("--junit", data::ComparisonJunit(*report)));
  if (!session.PrintedJson(*report)) Show(session, *report);
  if (report->Bool("drifted")) return 1;
  return report->Int("unjudged_columns") > 0 ? kNotJudged : 0;
}

}  // namespace

std::vector<Command> DataCompareCommands() {
  return {
      {"data compare",
       "Say in which columns a table differs from another one",
       "Exit code 1 when the table has drifted, 8 when it has not and a column could not be judged (the "
       "statistic does not apply to its values). Each side is a file (CSV, Parquet, JSON lines; a quoted "
       "pattern for several), "
       "DATASET@VERSION (its training part; a number or an alias), or a saved profile (-o, or its JSON); "
       "profiles compare approximately. What is said of how CSV files are written holds for both sides. "
       "Policies: cairn (sure by Benjamini-Hochberg over all columns, and large), evidently, nannyml, tfdv.",
       {{"REFERENCE", "What was there before"}, {"CURRENT", "What is there now"}},
       WithCsvFlags(
           {{"--policy", "NAME", "How columns are judged; cairn unless named"},
            {"--method", "NAME", "One statistic for all columns that it fits: ks, wasserstein, psi, …"},
            {"--threshold", "NUMBER", "Instead of the method's own"},
            {"--columns", "A,B", "Only these"},
            {"--html", "FILE", "Write a page with pictures there"},
            {"--junit", "FILE", "Write the verdicts as JUnit XML there"}}),
       Compare}};
}

}  // namespace cairn::cli
