#include <optional>

#include "cli/catalogue.h"
#include "cli/door.h"
#include "cli/evaluation_view.h"
#include "cli/page_file.h"
#include "cli/rows_named.h"
#include "cli/version_named.h"
#include "cli/waiting.h"
#include "ground/vocabulary/text.h"
#include "loop/evaluation/report_page.h"
#include "server/cairn/mount.h"

namespace cairn::cli {
namespace {

/// What stands before and behind each "=" of "a=p_a,b=p_b".
Result<Json> PairsIn(const std::string& flag, const std::string& text) {
  Json pairs = Json::Object();
  for (const auto part : Split(text, ',')) {
    const auto at = part.find('=');
    if (at == part.npos || at == 0 || at + 1 == part.size())
      return Error{Reason::InvalidArgument,
                   flag + " takes NAME=COLUMN pairs, not '" + std::string(part) + "'"};
    pairs.Set(std::string(Trim(part.substr(0, at))), Trim(part.substr(at + 1)));
  }
  return pairs;
}

Json ListIn(const std::string& text) {
  Json list = Json::Array();
  for (const auto part : Split(text, ',')) list.Push(Trim(part));
  return list;
}

Result<> SetSubject(Json& body, const std::string& on) {
  if (on.empty()) return Error{Reason::InvalidArgument, "say on what to measure: --on DATASET or --on FILE"};
  return SetRows(body, on);
}

/// MODEL, MODEL@ALIAS, MODEL@NUMBER or MODEL/NUMBER.
Result<> SetModel(Session& session, Json& body, std::string word) {
  if (word.empty()) return Done{};
  const auto slash = word.rfind('/');
  if (slash != word.npos && word.find('@') == word.npos && ParseInt(word.substr(slash + 1)))
    word[slash] = '@';
  if (word.find('@') == word.npos) {
    body.Set("model", word);
    return Done{};
  }
  const auto [model, version] = CAIRN_TRY(ReadVersion(session, word));
  body.Set("model", model).Set("version", version);
  return Done{};
}

Result<> SetNumbers(Json& body, const Arguments& arguments) {
  for (const char* flag : {"--threshold", "--confidence"})
    if (arguments.Has(flag))
      body.Set(std::string(flag).substr(2), CAIRN_TRY(ParseDouble(arguments.Text(flag))));
  for (const char* flag : {"--replicates", "--seed", "--season"})
    if (arguments.Has(flag)) body.Set(std::string(flag).substr(2), CAIRN_TRY(ParseInt(arguments.Text(flag))));
  if (!arguments.Has("--cost")) return Done{};
  const std::string costs = arguments.Text("--cost");
  const auto parts = Split(costs, ',');
  if (parts.size() != 2)
    return Error{Reason::InvalidArgument,
                 "--cost takes two numbers: what a false alarm and what a miss costs, such as 1,5"};
  const double false_positive = CAIRN_TRY(ParseDouble(Trim(parts[0])));
  const double false_negative = CAIRN_TRY(ParseDouble(Trim(parts[1])));
  body.Set("cost", Json{{"false_positive", false_positive}, {"false_negative", false_negative}});
  return Done{};
}

Result<Json> BodyOf(Session& session, const Arguments& arguments) {
  Json body = Json::Object();
  CAIRN_TRY(SetModel(session, body, arguments.Text("MODEL")));
  CAIRN_TRY(SetSubject(body, arguments.Text("--on")));
  for (const char* flag :
       {"--suite", "--target", "--positive", "--predictions", "--time", "--metric", "--intervals"})
    if (arguments.Has(flag)) body.Set(std::string(flag).substr(2), arguments.Text(flag));
  for (const char* flag : {"--classes", "--slices", "--groups"})
    if (arguments.Has(flag)) body.Set(std::string(flag).substr(2), ListIn(arguments.Text(flag)));
  for (const char* flag : {"--probabilities", "--quantiles"})
    if (arguments.Has(flag))
      body.Set(std::string(flag).substr(2), CAIRN_TRY(PairsIn(flag, arguments.Text(flag))));
  CAIRN_TRY(SetNumbers(body, arguments));
  if (arguments.Has("--training")) body.Set("part", "training");
  if (arguments.Has("--quick")) body.Set("rescoring", false);
  return body;
}

/// Files with predictions are measured here, without a store; everything else where it is kept.
Result<Json> Asked(Session& session, const Json& body) {
  const bool alone = body.Find("file") && !body.Find("model") && session.settings().server.empty();
  if (!alone) return session.Post("/api/v1/evaluations", body);
  http::Router router;
  api::MountEvaluations(router, nullptr);
  return AskHere(router, PostOf("/api/v1/evaluations", body));
}

/// SWEEP:METRIC, what `cairn exp curve` said.
Result<Json> CurveNamed(Session& session, const std::string& text) {
  const auto colon = text.find(':');
  if (colon == text.npos)
    return Error{Reason::InvalidArgument,
                 "--curve takes the sweep that `cairn exp curve` made and a figure of its trials, such as "
                 "4f2a91c0:accuracy"};
  return session.Get("/api/v1/sweeps/" + PercentEncode(text.substr(0, colon)) +
                     "/curve?metric=" + PercentEncode(text.substr(colon + 1)));
}

Result<int> Finish(Session& session, const Arguments& arguments, const Json& report) {
  if (arguments.Has("--report")) {
    CAIRN_TRY(WritePage(arguments.Text("--report"), evaluation::ReportPage(report)));
    session.Note("written to " + arguments.Text("--report"));
  }
  if (!session.PrintedJson(report)) ShowEvaluation(session, report);
  return report.At("bound").IsObject() && !report.At("bound").Bool("met") ? 1 : 0;
}

Result<int> Evaluate(Session& session, const Arguments& arguments) {
  // What is measured may open sealed rows, which is counted: whatever can be refused is refused before.
  CAIRN_TRY(CheckPageFile(arguments.Text("--report")));
  std::optional<Json> curve;
  if (arguments.Has("--curve")) curve = CAIRN_TRY(CurveNamed(session, arguments.Text("--curve")));
  const Json body = CAIRN_TRY(BodyOf(session, arguments));
  auto report = While("measuring", [&] { return Asked(session, body); });
  if (!report) return report.error();
  if (curve) report->Set("learning_curve", *std::move(curve));
  return Finish(session, arguments, *report);
}

Result<int> Plan(Session& session, const Arguments& arguments) {
  Json body{{"model", arguments.Text("MODEL")}};
  if (arguments.Has("--metric")) body.Set("metric", arguments.Text("--metric"));
  for (const char* flag : {"--threshold", "--min", "--max"})
    if (arguments.Has(flag))
      body.Set(std::string(flag).substr(2), CAIRN_TRY(ParseDouble(arguments.Text(flag))));
  const Json answer = CAIRN_TRY(session.Post("/api/v1/evaluations/plans", body));
  if (!session.PrintedJson(answer))
    session.Say("On record before any result: event " + answer.Text("event") + ". Evaluations of " +
                answer.Text("model") + " go by it from now on.");
  return 0;
}

Result<int> List(Session& session, const Arguments& arguments) {
  const std::string word = arguments.Text("MODEL");
  if (arguments.Has("--id")) {
    return Finish(session, arguments,
                  CAIRN_TRY(session.Get("/api/v1/evaluations/" + PercentEncode(arguments.Text("--id")))));
  }
  Json named = Json::Object();
  CAIRN_TRY(SetModel(session, named, word));
  std::string path = "/api/v1/evaluations?model=" + PercentEncode(named.Text("model"));
  if (named.Find("version")) path += "&version=" + std::to_string(named.Int("version"));
  const Json answer = CAIRN_TRY(session.Get(path));
  if (session.PrintedJson(answer)) return 0;
  Table table({"evaluation", "version", "on", "rows", "metric", "value", "by"});
  for (const Json& one : answer.At("items").items()) {
    const Json& on = one.At("on");
    table.Add(
        {one.Text("id"), std::to_string(one.Int("version")),
         on.Find("dataset") ? on.Text("dataset") + "@" + std::to_string(on.Int("version")) : on.Text("file"),
         WithThousands(one.Int("rows")), one.Text("metric"),
         one.At("value").IsNumber() ? Shown(one.Double("value")) : "", one.Text("actor")});
  }
  std::fputs(table.Text("Nobody has measured it yet: `cairn evaluate MODEL --on DATASET` does.").c_str(),
             stdout);
  return 0;
}

}  // namespace

std::vector<Command> EvaluateCommands() {
  return {
      {"evaluate",
       "Measure how good a version is on rows that it has not seen, with intervals, slices and pictures",
       "A data set's sealed rows are opened for it, which goes on record and is counted. Intervals are "
       "bootstrapped (BCa); slices are held against the other rows, adjusted for how many there are. With "
       "--predictions or --probabilities the rows say themselves what was predicted; then no model is "
       "needed, "
       "nor a store. Exit code 1 when a bound is missed that `cairn evaluate plan` put on record.",
       {{"MODEL", "The version: churn, churn@production, churn@3 or churn/3; the newest unless named",
         Positional::Need::Optional}},
       {{"--on", "ROWS", "DATASET or DATASET@VERSION, or a file (a quoted pattern for several)"},
        {"--suite", "NAME", "classification (unless named), regression or forecasting"},
        {"--target", "COLUMN", "The truth; the data set's unless named"},
        {"--positive", "CLASS", "The class that counts as yes; all others are one then"},
        {"--classes", "A,B,C", "Every class in the model's order, when the rows do not show them all"},
        {"--predictions", "COLUMN",
         "What was predicted: a class, the chance of the positive class, or a number"},
        {"--probabilities", "A=COL,B=COL", "The column with the chance of each class"},
        {"--quantiles", "0.1=COL,0.9=COL", "Columns with predicted quantiles, of numbers"},
        {"--time", "COLUMN", "Orders the rows: figures by windows of time, and resampling in blocks"},
        {"--season", "ROWS", "Of a forecast, for MASE (1)"},
        {"--slices", "A,B", "Columns by whose values everything is measured again"},
        {"--groups", "A,B", "Columns between whose values gaps are measured: who is treated how"},
        {"--metric", "NAME", "The figure that counts (log_loss, rmse or mase unless named)"},
        {"--threshold", "SHARE", "Decide at it instead of the one on record"},
        {"--cost", "FP,FN", "What a false alarm and a miss cost, instead of the charter's"},
        {"--intervals", "KIND", "bca (unless named) or percentile"},
        {"--replicates", "N", "Resamples: 1,000, and 200 beyond 200,000 rows, unless named"},
        {"--confidence", "SHARE", "Of intervals (0.95)"},
        {"--seed", "N", "Of what is drawn (1): equal seeds give equal numbers"},
        {"--training", "", "On the data set's training rows instead of the sealed ones"},
        {"--quick", "", "Without noise, missing values and shuffled columns"},
        {"--curve", "SWEEP:METRIC", "Show the learning curve of these trials (`cairn exp curve`) too"},
        {"--report", "FILE", "Write a page with pictures there"}},
       Evaluate},
      {"evaluate plan",
       "Put on record, before a result, at which threshold rows are decided and which figure must keep which "
       "bound",
       "",
       {{"MODEL", "The registered model"}},
       {{"--threshold", "SHARE", "Rows with at least this chance are decided yes"},
        {"--metric", "NAME", "The figure that must keep a bound with its whole interval"},
        {"--min", "NUMBER", "Its least value"},
        {"--max", "NUMBER", "Its greatest value"}},
       Plan},
      {"evaluations",
       "List what a model was measured at",
       "",
       {{"MODEL", "churn for all versions, churn@3 for one", Positional::Need::Optional}},
       {{"--id", "ID", "Show this one whole"}, {"--report", "FILE", "With --id: write its page there"}},
       List},
  };
}

}  // namespace cairn::cli
