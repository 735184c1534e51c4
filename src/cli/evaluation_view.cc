#include "cli/evaluation_view.h"

#include <string>

#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

constexpr std::size_t kMostColumns = 10;

std::string NumberOf(const Json& value) { return value.IsNumber() ? Shown(value.AsDouble()) : "–"; }

std::string IntervalOf(const Json& figure) {
  return figure.At("low").IsNumber() ? NumberOf(figure.At("low")) + " to " + NumberOf(figure.At("high"))
                                     : "–";
}

const Json& FigureOf(const Json& figures, const std::string& name) {
  static const Json none;
  for (const Json& figure : figures.items())
    if (figure.Text("name") == name) return figure;
  return none;
}

std::string Percent(const Json& share) { return Shown(100 * share.AsDouble()) + "%"; }

std::string WhatOn(const Json& on) {
  if (!on.Find("dataset")) return on.Text("file");
  return on.Text("dataset") + "@" + std::to_string(on.Int("version")) + ", its " + on.Text("part") + " rows";
}

void ShowFigures(const Json& report) {
  Table table({"figure", "value", Percent(report.At("intervals").At("confidence")) + " interval", "better"});
  for (const Json& figure : report.At("figures").items()) {
    const bool counts = figure.Text("name") == report.Text("metric");
    table.Add({figure.Text("name") + (counts ? " *" : ""), NumberOf(figure.At("value")), IntervalOf(figure),
               !figure.At("higher_is_better").IsBool() ? ""
               : figure.Bool("higher_is_better")       ? "higher"
                                                       : "lower"},
              counts ? Table::Look::Strong : Table::Look::Plain);
  }
  std::fputs(table.Text().c_str(), stdout);
}

void ShowSlices(const Session& session, const Json& report) {
  if (report.At("slices").items().empty()) return;
  const std::string metric = report.Text("metric");
  session.Say("\nSlices, by " + metric + " against the other rows (Holm over all slices):");
  Table table({"column", "value", "rows", metric, "interval", "others", "adjusted p", "verdict"});
  for (const Json& slice : report.At("slices").items()) {
    const Json& figure = FigureOf(slice.At("figures"), metric);
    const bool worse = slice.Bool("worse");
    table.Add({slice.Text("column"), slice.Text("value"), WithThousands(slice.Int("rows")),
               NumberOf(figure.At("value")), IntervalOf(figure), NumberOf(slice.At("rest")),
               NumberOf(slice.At("adjusted_p_value")),
               worse                  ? "WORSE"
               : slice.Bool("judged") ? ""
                                      : "too few rows"},
              worse ? Table::Look::Strong : Table::Look::Plain);
  }
  std::fputs(table.Text().c_str(), stdout);
}

void ShowFairness(const Session& session, const Json& report) {
  for (const Json& one : report.At("fairness").items()) {
    session.Say("\nBetween the groups of " + one.Text("column") + ":");
    Table table({"gap", "value", "interval"});
    for (const Json& figure : one.At("figures").items())
      table.Add({figure.Text("name"), NumberOf(figure.At("value")), IntervalOf(figure)});
    std::fputs(table.Text().c_str(), stdout);
  }
}

void ShowRescored(const Session& session, const Json& report) {
  const std::string metric = report.Text("metric");
  if (!report.At("robustness").items().empty()) {
    session.Say("\nWith worse input, " + metric + " becomes:");
    Table table({"input", "level", metric, "change", "why not"});
    for (const Json& row : report.At("robustness").items())
      table.Add({row.Text("kind") == "noise" ? "noise, of a deviation" : "values missing",
                 Percent(row.At("level")), NumberOf(row.At("value")), NumberOf(row.At("change")),
                 row.Text("refused")});
    std::fputs(table.Text().c_str(), stdout);
  }
  if (report.At("importance").items().empty()) return;
  session.Say("\nWhat shuffling a column costs:");
  Table table({"column", "importance", "deviation"});
  std::size_t shown = 0;
  for (const Json& row : report.At("importance").items())
    if (shown++ < kMostColumns)
      table.Add({row.Text("column"), NumberOf(row.At("importance")), NumberOf(row.At("deviation"))});
  std::fputs(table.Text().c_str(), stdout);
  if (shown > kMostColumns)
    session.Say("and " + std::to_string(shown - kMostColumns) + " columns that matter less.");
}

void ShowCost(const Session& session, const Json& report) {
  const Json& cost = report.At("cost");
  if (!cost.IsObject()) return;
  const std::string unit = cost.Text("unit").empty() ? "" : " " + cost.Text("unit");
  session.Say("Cost per 1,000 decisions: " + NumberOf(cost.At("at_threshold")) + unit + " at the threshold " +
              NumberOf(report.At("threshold")) + "; least on these rows " + NumberOf(cost.At("cheapest")) +
              unit + " at " + NumberOf(cost.At("cheapest_threshold")) + ".");
}

}  // namespace

void ShowEvaluation(const Session& session, const Json& report) {
  const std::string model = report.Text("model");
  session.Say((model.empty() ? "Predictions" : model + " version " + std::to_string(report.Int("version"))) +
              " on " + WhatOn(report.At("on")) + ": " + WithThousands(report.Int("rows")) + " rows");
  ShowFigures(report);
  ShowSlices(session, report);
  ShowFairness(session, report);
  ShowRescored(session, report);
  session.Say("");
  ShowCost(session, report);
  if (report.At("threshold").IsNumber())
    session.Say("Decided at " + NumberOf(report.At("threshold")) + ": " +
                report.At("threshold_record").Text("sentence") + ".");
  if (report.At("bound").IsObject())
    session.Say(std::string(report.At("bound").Bool("met") ? "MET: " : "NOT MET: ") +
                report.At("bound").Text("sentence") + ".");
  if (report.At("seal").IsObject()) session.Say("Sealed rows: " + report.At("seal").Text("sentence") + ".");
  if (!report.Text("id").empty()) session.Say("On record as evaluation " + report.Text("id") + ".");
}

}  // namespace cairn::cli
