#include <algorithm>
#include <cmath>

#include "ground/vocabulary/text.h"
#include "loop/evaluation/page/picture.h"
#include "loop/evaluation/page/sections.h"

namespace cairn::evaluation {
namespace {

constexpr std::size_t kMostSlices = 60, kMostColumns = 20;
constexpr double kForest = 260;

/// Where values lie on a strip of `kForest` units.
struct Scale {
  double low = 1e300, high = -1e300;

  void Add(const Json& value) {
    if (!value.IsNumber()) return;
    low = std::min(low, value.AsDouble());
    high = std::max(high, value.AsDouble());
  }
  std::string At(double value) const {
    return Short(std::round((high > low ? (value - low) / (high - low) : 0.5) * (kForest - 12) * 10) / 10 +
                 6);
  }
};

/// A figure and its interval, with the value of all rows as an upright.
std::string Strip(const Json& figure, const Json& whole, const Scale& scale, bool strong) {
  std::string svg =
      "<svg class=\"strip\" viewBox=\"0 0 260 18\" role=\"img\" aria-label=\"" + WithInterval(figure) + "\">";
  if (whole.IsNumber()) {
    const std::string x = scale.At(whole.AsDouble());
    svg += "<line class=\"cut\" x1=\"" + x + "\" x2=\"" + x + "\" y1=\"0\" y2=\"18\"/>";
  }
  const std::string kind = strong ? "bad" : "main";
  if (figure.At("low").IsNumber())
    svg += "<line class=\"whisker " + kind + "\" x1=\"" + scale.At(figure.Double("low")) + "\" x2=\"" +
           scale.At(figure.Double("high")) + "\" y1=\"9\" y2=\"9\"/>";
  if (figure.At("value").IsNumber())
    svg += "<circle class=\"" + kind + " dot\" cx=\"" + scale.At(figure.Double("value")) +
           "\" cy=\"9\" r=\"4\"/>";
  return svg + "</svg>";
}

std::string Section(const std::string& title, const std::string& says, const std::string& body) {
  return "<section><h2>" + title + "</h2><p class=\"says\">" + says + "</p>" + body + "</section>";
}

std::string RefusedOrChange(const Json& row) {
  const std::string refused = row.Text("refused");
  if (!refused.empty()) return "<td colspan=\"2\" class=\"soft\">" + EscapeHtml(refused) + "</td>";
  const double change = row.Double("change");
  return "<td>" + NumberText(row.At("value")) + "</td><td class=\"" + std::string(change < 0 ? "worse" : "") +
         "\">" + (change > 0 ? "+" : "") + NumberText(row.At("change")) + "</td>";
}

std::string Robust(const Json& report) {
  if (report.At("robustness").items().empty()) return "";
  std::string table = "<table><tr><th>input</th><th>level</th><th>" + EscapeHtml(report.Text("metric")) +
                      "</th><th>change (below 0: worse)</th></tr>";
  for (const Json& row : report.At("robustness").items()) {
    table += "<tr><td>" +
             std::string(row.Text("kind") == "noise" ? "noise on every number" : "values missing at random") +
             "</td><td>" + Percent(row.Double("level")) +
             (row.Text("kind") == "noise" ? " of its deviation" : "") + "</td>" + RefusedOrChange(row) +
             "</tr>";
  }
  return Card("With worse input", table + "</table>",
              "The same rows, at most 5,000 of them, blurred or with holes, answered again.");
}

std::string Importances(const Json& report) {
  const auto& rows = report.At("importance").items();
  if (rows.empty()) return "";
  double most = 1e-300;
  for (const Json& row : rows) most = std::max(most, row.Double("importance"));
  std::string table = "<table class=\"bars\">";
  for (std::size_t i = 0; i < std::min(rows.size(), kMostColumns); ++i) {
    const double share = std::max(0.0, rows[i].Double("importance") / most);
    table += "<tr><th>" + EscapeHtml(rows[i].Text("column")) +
             "</th><td><span style=\"width:" + Short(std::round(share * 1000) / 10) + "%\"></span></td><td>" +
             NumberText(rows[i].At("importance")) + " ± " + NumberText(rows[i].At("deviation")) +
             "</td></tr>";
  }
  const std::string rest = rows.size() > kMostColumns ? " The first " + std::to_string(kMostColumns) +
                                                            " of " + std::to_string(rows.size()) + "."
                                                      : "";
  return Card("What it goes by", table + "</table>",
              "How much worse " + EscapeHtml(report.Text("metric")) +
                  " becomes when a column is shuffled; mean and deviation of 5." + rest);
}

}  // namespace

std::string Card(const std::string& title, const std::string& body, const std::string& sentence) {
  return "<figure><h3>" + title + "</h3>" + body + "<figcaption>" + sentence + "</figcaption></figure>\n";
}

const Json& FigureNamed(const Json& figures, const std::string& name) {
  static const Json none;
  for (const Json& figure : figures.items())
    if (figure.Text("name") == name) return figure;
  return none;
}

std::string NumberText(const Json& value) {
  return value.IsNumber() ? Short(value.AsDouble()) : "not defined";
}

std::string WithInterval(const Json& figure) {
  if (!figure.At("low").IsNumber()) return NumberText(figure.At("value"));
  return NumberText(figure.At("value")) + " (" + NumberText(figure.At("low")) + " to " +
         NumberText(figure.At("high")) + ")";
}

std::string SliceSection(const Json& report) {
  const auto& slices = report.At("slices").items();
  if (slices.empty()) return "";
  const std::string metric = report.Text("metric");
  Scale scale;
  std::size_t worse = 0;
  for (const Json& slice : slices) {
    const Json& figure = FigureNamed(slice.At("figures"), metric);
    for (const char* end : {"value", "low", "high"})
      if (slice.Bool("judged")) scale.Add(figure.At(end));
    worse += slice.Bool("worse");
  }
  scale.Add(report.At("value"));
  std::string table = "<table class=\"slices\"><tr><th>column</th><th>value</th><th>rows</th><th>" +
                      EscapeHtml(metric) + "</th><th></th><th>others</th><th>adjusted p</th></tr>";
  for (std::size_t i = 0; i < std::min(slices.size(), kMostSlices); ++i) {
    const Json& figure = FigureNamed(slices[i].At("figures"), metric);
    const bool bad = slices[i].Bool("worse"), judged = slices[i].Bool("judged");
    table +=
        "<tr class=\"" +
        std::string(bad      ? "worse"
                    : judged ? ""
                             : "soft") +
        "\"><td>" + EscapeHtml(slices[i].Text("column")) + "</td><td>" + EscapeHtml(slices[i].Text("value")) +
        "</td><td>" + WithThousands(slices[i].Int("rows")) + "</td><td>" + WithInterval(figure) +
        "</td><td>" + (judged ? Strip(figure, report.At("value"), scale, bad) : "too few rows to judge") +
        "</td><td>" + (judged ? NumberText(slices[i].At("rest")) : "") + "</td><td>" +
        (slices[i].At("adjusted_p_value").IsNumber() ? NumberText(slices[i].At("adjusted_p_value")) : "") +
        "</td></tr>";
  }
  const std::string says = worse == 0 ? "No slice is surely worse than the other rows."
                                      : std::to_string(worse) + (worse == 1 ? " slice is" : " slices are") +
                                            " surely worse than the other rows.";
  const std::string rest = slices.size() > kMostSlices ? " The first " + std::to_string(kMostSlices) +
                                                             " of " + std::to_string(slices.size()) + "."
                                                       : "";
  return Section(
      "Slices",
      says + " Held against all other rows, adjusted for the number of slices (Holm). Dashed: all rows." +
          rest,
      table + "</table>");
}

std::string FairnessSection(const Json& report) {
  std::string cards;
  for (const Json& one : report.At("fairness").items()) {
    std::string table =
        "<table><tr><th>group</th><th>rows</th><th>decided yes</th><th>found of those that are</th><th>false "
        "alarms</th><th>are</th></tr>";
    for (const Json& group : one.At("groups").items()) {
      table += "<tr><td>" + EscapeHtml(group.Text("value")) + "</td><td>" + WithThousands(group.Int("rows")) +
               "</td>";
      for (const char* rate : {"positive_rate", "true_positive_rate", "false_positive_rate", "base_rate"})
        table +=
            "<td>" + (group.At(rate).IsNumber() ? Percent(group.Double(rate)) : std::string("–")) + "</td>";
      table += "</tr>";
    }
    table += "</table><table><tr><th>gap</th><th>value</th></tr>";
    for (const Json& figure : one.At("figures").items())
      table +=
          "<tr><td>" + EscapeHtml(figure.Text("name")) + "</td><td>" + WithInterval(figure) + "</td></tr>";
    cards += Card("By " + EscapeHtml(one.Text("column")), table + "</table>",
                  "Gaps as fairlearn defines them; disparate impact below 0.8 fails the four fifths rule.");
  }
  return cards.empty() ? "" : "<h2>Who is treated how</h2><div class=\"cards wide\">" + cards + "</div>";
}

std::string RescoringSection(const Json& report) {
  const std::string cards = Importances(report) + Robust(report);
  return cards.empty() ? "" : "<h2>What it rests on</h2><div class=\"cards wide\">" + cards + "</div>";
}

std::string FigureTable(const Json& report) {
  std::string table = "<table><tr><th>figure</th><th>value</th><th>" +
                      Percent(report.At("intervals").Double("confidence")) +
                      " interval</th><th>better</th></tr>";
  for (const Json& figure : report.At("figures").items()) {
    table +=
        "<tr class=\"" + std::string(figure.Text("name") == report.Text("metric") ? "counts" : "") +
        "\"><td>" + EscapeHtml(figure.Text("name")) + "</td><td>" + NumberText(figure.At("value")) +
        "</td><td>" +
        (figure.At("low").IsNumber() ? NumberText(figure.At("low")) + " to " + NumberText(figure.At("high"))
                                     : "–") +
        "</td><td>" +
        (!figure.At("higher_is_better").IsBool() ? "–"
         : figure.Bool("higher_is_better")       ? "higher"
                                                 : "lower") +
        "</td></tr>";
  }
  const Json& intervals = report.At("intervals");
  return Section(
      "All figures",
      WithThousands(intervals.Int("replicates")) + " resamples drawn by " +
          EscapeHtml(intervals.Text("drawn_by")) + ", " +
          (intervals.Text("ends") == "bca" ? "ends corrected for bias and skew (BCa)" : "plain percentiles") +
          ", seed " + std::to_string(intervals.Int("seed")) + ".",
      table + "</table>");
}

}  // namespace cairn::evaluation
