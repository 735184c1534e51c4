#include "loop/profile/profile_page.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::profile {
namespace {

constexpr double kWidth = 240, kHeight = 72, kRow = 18;

constexpr std::string_view kStyle = R"(
  :root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6778; --line: #d5dae2; --paper: #fff; --bar: #3d73b8; --alarm: #b3261e; --tint: #fdf1f0; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e4e8ee; --soft: #9aa6b6; --line: #3a4452; --paper: #161b22; --bar: #6ea8ec; --alarm: #ff8a80; --tint: #2b1d1d; } }
  body { font: 14px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto; max-width: 78rem; padding: 0 1rem; }
  h1 { font-size: 1.5rem; margin: 0; } .facts { color: var(--soft); margin: .2rem 0 1.2rem; }
  h2 { font-size: .95rem; margin: 0 0 .1rem; overflow-wrap: anywhere; }
  .warnings { border-left: 4px solid var(--alarm); background: var(--tint); padding: .6rem 1rem; margin-bottom: 1.2rem; }
  .warnings ul { margin: 0; padding-left: 1.1rem; }
  .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .9rem; }
  section { border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem; break-inside: avoid; }
  .kind { color: var(--soft); font-size: .8rem; margin-bottom: .4rem; } svg { width: 100%; height: auto; display: block; }
  rect { fill: var(--bar); } text { fill: var(--ink); font-size: 10px; } .axis { fill: var(--soft); }
  dl { display: grid; grid-template-columns: auto 1fr auto 1fr; gap: .05rem .6rem; margin: .5rem 0 0; font-size: .8rem; }
  dt { color: var(--soft); } dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
  @media print { body { margin: 0; max-width: none; } })";

std::string Fixed(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

std::string Figure(const Json& value) {
  if (value.IsInt()) return WithThousands(value.AsInt());
  if (!value.IsNumber()) return "–";
  char text[32];
  std::snprintf(text, sizeof text, "%.5g", value.AsDouble());
  return text;
}

/// A value on a column's own axis.
std::string OnAxis(const Json& column, const Json& value) {
  if (column.Text("kind") != "time" || !value.IsNumber()) return Figure(value);
  return FormatUtc(static_cast<TimeMs>(value.AsDouble())).substr(0, 16);
}

std::string Bar(double x, double y, double width, double height, std::int64_t rows,
                const std::string& label) {
  return "<rect x=\"" + Fixed(x) + "\" y=\"" + Fixed(y) + "\" width=\"" + Fixed(width) + "\" height=\"" +
         Fixed(height) + "\" data-rows=\"" + std::to_string(rows) + "\"><title>" + EscapeHtml(label) + ": " +
         WithThousands(rows) + "</title></rect>";
}

std::string HistogramPicture(const Json& column) {
  const auto& edges = column.At("histogram").At("edges").items();
  const auto& counts = column.At("histogram").At("counts").items();
  std::int64_t most = 1;
  for (const Json& count : counts) most = std::max(most, count.AsInt());
  const double step = kWidth / static_cast<double>(std::max<std::size_t>(counts.size(), 1));
  std::string picture = "<svg viewBox=\"0 0 " + Fixed(kWidth) + " " + Fixed(kHeight + 14) +
                        "\" role=\"img\" aria-label=\"Histogram\">";
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double height = kHeight * static_cast<double>(counts[i].AsInt()) / static_cast<double>(most);
    picture += Bar(step * static_cast<double>(i), kHeight - height, std::max(step - 1, 0.5), height,
                   counts[i].AsInt(), OnAxis(column, edges[i]) + " to " + OnAxis(column, edges[i + 1]));
  }
  picture += "<text class=\"axis\" x=\"0\" y=\"" + Fixed(kHeight + 11) + "\">" +
             EscapeHtml(OnAxis(column, edges.front())) + "</text><text class=\"axis\" x=\"" + Fixed(kWidth) +
             "\" y=\"" + Fixed(kHeight + 11) + "\" text-anchor=\"end\">" +
             EscapeHtml(OnAxis(column, edges.back())) + "</text>";
  return picture + "</svg>";
}

std::string TopPicture(const Json& column) {
  const auto& top = column.At("top").items();
  std::int64_t most = 1;
  for (const Json& level : top) most = std::max(most, level.Int("rows"));
  const double all = static_cast<double>(std::max<std::int64_t>(column.Int("rows"), 1));
  std::string picture = "<svg viewBox=\"0 0 " + Fixed(kWidth) + " " +
                        Fixed(kRow * static_cast<double>(top.size())) +
                        "\" role=\"img\" aria-label=\"Most frequent values\">";
  for (std::size_t i = 0; i < top.size(); ++i) {
    const std::int64_t rows = top[i].Int("rows");
    const double y = kRow * static_cast<double>(i);
    char share[16];
    std::snprintf(share, sizeof share, "%.1f%%", 100 * static_cast<double>(rows) / all);
    picture += Bar(90, y + 3, (kWidth - 130) * static_cast<double>(rows) / static_cast<double>(most),
                   kRow - 6, rows, top[i].Text("value"));
    picture += "<text x=\"84\" y=\"" + Fixed(y + 13) + "\" text-anchor=\"end\" clip-path=\"inset(0)\">" +
               EscapeHtml(top[i].Text("value")) + "</text><text class=\"axis\" x=\"" + Fixed(kWidth) +
               "\" y=\"" + Fixed(y + 13) + "\" text-anchor=\"end\">" + share + "</text>";
  }
  return picture + "</svg>";
}

std::string Fact(std::string_view name, const std::string& value) {
  return "<dt>" + std::string(name) + "</dt><dd>" + EscapeHtml(value) + "</dd>";
}

std::string FactsOf(const Json& column) {
  std::string facts = "<dl>" + Fact("missing", Figure(column.At("missing"))) +
                      Fact("distinct", Figure(column.At("distinct")));
  if (column.Text("kind") == "number") {
    for (const char* name : {"min", "max", "mean", "median", "std", "skewness"})
      facts += Fact(name, Figure(column.At(name)));
  } else if (column.Text("kind") == "category") {
    facts += Fact("entropy", Figure(column.At("entropy_bits")) + " bits");
  }
  const Json& association = column.At("association");
  if (association.IsObject()) {
    const std::string measure = association.Text("measure");
    facts += Fact(measure == "pearson"     ? "r with target"
                  : measure == "cramers_v" ? "V with target"
                                           : "η with target",
                  Figure(association.At("value")));
  }
  return facts + "</dl>";
}

std::string Section(const Json& column) {
  std::string section = "<section><h2>" + EscapeHtml(column.Text("name")) + "</h2><div class=\"kind\">" +
                        EscapeHtml(column.Text("type")) + "</div>";
  if (column.At("histogram").IsObject()) {
    section += HistogramPicture(column);
  } else if (!column.At("top").items().empty()) {
    section += TopPicture(column);
  } else {
    section += "<p class=\"kind\">no values</p>";
  }
  return section + FactsOf(column) + "</section>\n";
}

std::string WarningList(const Json& warnings) {
  if (warnings.items().empty()) return "<p class=\"facts\">Nothing looks suspicious.</p>\n";
  std::string list = "<div class=\"warnings\"><ul>";
  for (const Json& warning : warnings.items()) {
    const std::string column = warning.Text("column");
    list += "<li>" + (column.empty() ? "" : "<b>" + EscapeHtml(column) + "</b>: ") +
            EscapeHtml(warning.Text("sentence")) + "</li>";
  }
  return list + "</ul></div>\n";
}

}  // namespace

std::string ProfilePage(const Json& report, const std::string& title) {
  const Json& table = report.At("table");
  std::string page =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>" +
      EscapeHtml(title) + "</title><style>" + std::string(kStyle) + "</style></head><body>\n<h1>" +
      EscapeHtml(title) + "</h1>\n<div class=\"facts\">" + WithThousands(table.Int("rows")) +
      " training rows · " + WithThousands(table.Int("columns")) + " columns · " +
      WithThousands(table.Int("missing_cells")) + " missing values";
  for (const Json& one : table.At("classes").items()) {
    char share[16];
    std::snprintf(share, sizeof share, "%.1f%%", 100 * one.Double("share"));
    page += " · " + EscapeHtml(report.Text("target") + " " + one.Text("value")) + ": " + share;
  }
  page += "</div>\n" + WarningList(report.At("warnings")) + "<div class=\"grid\">\n";
  for (const Json& column : report.At("columns").items()) page += Section(column);
  return page + "</div></body></html>\n";
}

}  // namespace cairn::profile
