#include "loop/profile/profile_page.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "ground/vocabulary/text.h"
#include "loop/profile/page/pictures.h"
#include "loop/profile/page/style.h"

namespace cairn::profile {
namespace {

std::string Tile(const std::string& figure, const std::string& name, bool bad = false) {
  return std::string("<div class=\"tile") + (bad ? " bad" : "") + "\"><b>" + EscapeHtml(figure) +
         "</b><span>" + EscapeHtml(name) + "</span></div>";
}

std::string Tiles(const Json& report) {
  const Json& table = report.At("table");
  const std::int64_t cells = table.Int("rows") * table.Int("columns");
  const double missing =
      static_cast<double>(table.Int("missing_cells")) / static_cast<double>(std::max<std::int64_t>(cells, 1));
  const std::string about = table.Bool("repeated_exact", true) ? "" : "about ";
  const auto warnings = static_cast<std::int64_t>(report.At("warnings").items().size());
  return "<div class=\"tiles\">" + Tile(WithThousands(table.Int("rows")), "rows") +
         Tile(WithThousands(table.Int("columns")), "columns") +
         Tile(PercentText(missing), "of all values missing") +
         Tile(about + WithThousands(table.Int("duplicate_rows")), "repeated rows") +
         Tile(WithThousands(warnings), warnings == 1 ? "warning" : "warnings", warnings > 0) + "</div>\n";
}

/// The target's classes as one bar, which is the legend of the colours too.
std::string Classes(const Json& report) {
  const auto& classes = report.At("table").At("classes").items();
  if (classes.empty()) return "";
  const auto& drawn = report.At("table").At("drawn_classes").items();
  std::string bar = "<div class=\"classes\">", legend;
  for (const Json& one : classes) {
    const auto found = std::find(drawn.begin(), drawn.end(), one.At("value"));
    const std::string color = found == drawn.end() ? "b0" : "b" + std::to_string(found - drawn.begin());
    bar += "<span class=\"" + color + "\" style=\"flex:" + std::to_string(one.Double("share")) + "\"></span>";
    legend += "<span class=\"dot " + color + "\"></span>" + EscapeHtml(one.Text("value")) + " " +
              PercentText(one.Double("share"));
  }
  return bar + "</div><p class=\"legend\">target <b>" + EscapeHtml(report.Text("target")) + "</b>" + legend +
         "</p>\n";
}

std::string_view WeightOf(std::string_view kind) {
  static constexpr std::array<std::string_view, 4> kRed = {"leak", "target_shifted", "personal",
                                                           "label_conflicts"};
  static constexpr std::array<std::string_view, 9> kPale = {"number_text", "date_text",   "empty_text",
                                                            "blank_text",  "padded_text", "identifier",
                                                            "redundant",   "time_gaps",   "control"};
  if (std::find(kRed.begin(), kRed.end(), kind) != kRed.end()) return "red";
  return std::find(kPale.begin(), kPale.end(), kind) != kPale.end() ? "pale" : "amber";
}

std::string WarningList(const Json& warnings) {
  if (warnings.items().empty()) return "<h2>Warnings</h2>\n<p class=\"fine\">Nothing looks suspicious.</p>\n";
  std::string list = "<h2>Look at this before training</h2>\n<ul class=\"warnings\">";
  for (const Json& warning : warnings.items()) {
    const std::string column = warning.Text("column");
    list += "<li class=\"" + std::string(WeightOf(warning.Text("kind"))) + "\">" +
            (column.empty() ? "" : "<b>" + EscapeHtml(column) + "</b>") +
            EscapeHtml(warning.Text("sentence")) + "</li>\n";
  }
  return list + "</ul>\n";
}

std::string FigureWith(const std::string& caption, const std::string& note, const std::string& picture) {
  if (picture.empty()) return "";
  return "<figure><figcaption>" + EscapeHtml(caption) + " <span>" + EscapeHtml(note) +
         "</span></figcaption>" + picture + "</figure>\n";
}

std::string Maps(const Json& report) {
  const Json &numbers = report.At("correlations").At("numbers"),
             &categories = report.At("correlations").At("categories");
  const std::string maps = FigureWith("What is missing", "and in which rows together", MissingMap(report)) +
                           FigureWith("Numbers that go together",
                                      "Pearson's r, all rows: blue together, orange against each other",
                                      HeatMap(numbers.At("columns"), numbers.At("pearson"))) +
                           FigureWith("Categories that go together", "Cramér's V",
                                      HeatMap(categories.At("columns"), categories.At("cramers_v")));
  return maps.empty() ? "" : "<h2>At a glance</h2>\n<div class=\"pair\">" + maps + "</div>\n";
}

std::string Fact(std::string_view name, const std::string& value) {
  return "<dt>" + std::string(name) + "</dt><dd>" + EscapeHtml(value) + "</dd>";
}

std::string AssociationFacts(const Json& association) {
  if (!association.IsObject()) return "";
  const std::string measure = association.Text("measure");
  std::string facts;
  const auto tie = [](const Json& value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", value.AsDouble());
    return std::string(text);
  };
  if (association.At("value").IsNumber())
    facts = Fact(measure == "pearson"     ? "r with target"
                 : measure == "cramers_v" ? "V with target"
                                          : "η with target",
                 tie(association.At("value")));
  if (association.At("auc").IsNumber()) facts += Fact("AUC", tie(association.At("auc")));
  return facts;
}

std::string FactsOf(const Json& column) {
  const double rows = static_cast<double>(std::max<std::int64_t>(column.Int("rows"), 1));
  const bool exact = column.At("errors").Double("distinct") == 0;
  std::string facts = "<dl>" +
                      Fact("missing", column.Int("missing") == 0
                                          ? "0"
                                          : PercentText(static_cast<double>(column.Int("missing")) / rows)) +
                      Fact("distinct", (exact ? "" : "≈ ") + Figure(column.At("distinct")));
  if (column.Text("kind") == "number" && column.At("mean").IsNumber()) {
    for (const char* name : {"min", "max", "mean", "median", "std", "skewness"})
      facts += Fact(name, Figure(column.At(name)));
  } else if (column.Text("kind") == "time") {
    const Json& time = column.At("time");
    facts += Fact("first", OnAxis(column, column.At("min"))) + Fact("last", OnAxis(column, column.At("max")));
    if (time.IsObject())
      facts += Fact("every", time.Text("step", "irregular")) + Fact("gaps", Figure(time.At("gap_count")));
  } else if (column.At("text").IsObject() && !column.At("text").At("max_length").IsNull()) {
    facts += Fact("shortest", Figure(column.At("text").At("min_length"))) +
             Fact("longest", Figure(column.At("text").At("max_length")));
  }
  return facts + AssociationFacts(column.At("association")) + "</dl>";
}

std::string MeaningOf(const Json& column) {
  std::string meaning = column.Text("meaning", column.Text("type"));
  std::replace(meaning.begin(), meaning.end(), '_', ' ');
  return meaning;
}

std::string Section(const Json& column) {
  std::string tags;
  for (const Json& data : column.At("personal").items())
    tags += "<span class=\"tag\">" + EscapeHtml(data.Text("kind")) + "</span>";
  return "<section><h3>" + EscapeHtml(column.Text("name")) + tags + "</h3><div class=\"kind\" title=\"" +
         EscapeHtml("because " + column.Text("because")) + "\">" + EscapeHtml(MeaningOf(column)) + " · " +
         EscapeHtml(column.Text("type")) + "</div><div class=\"picture\">" + ColumnPicture(column) +
         "</div>" + FactsOf(column) + "</section>\n";
}

std::string Foot(const Json& report) {
  const std::int64_t rows = report.At("table").Int("rows"),
                     sample = report.At("basis").Int("sample_rows", rows);
  std::string text =
      "<footer>Every row was read. Values marked ≈ are estimates of columns with more different values than "
      "were kept.";
  if (sample < rows) {
    text += " Ties to the target and the colours in the pictures are of a random sample of " +
            WithThousands(sample) + " rows; a correlation of 0 may show as up to " +
            Figure(Json(std::round(200 / std::sqrt(static_cast<double>(sample))) / 100)) + ".";
  }
  return text + " Values that look personal are not shown.</footer>\n";
}

}  // namespace

std::string ProfilePage(const Json& report, const std::string& title) {
  std::string page =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>" +
      EscapeHtml(title) + "</title><style>" + std::string(kStyle) + "</style></head><body><main>\n<h1>" +
      EscapeHtml(title) + "</h1>\n" + Tiles(report) + Classes(report) + WarningList(report.At("warnings")) +
      Maps(report) + "<h2>Columns</h2>\n<div class=\"grid\">\n";
  for (const Json& column : report.At("columns").items()) page += Section(column);
  return page + "</div>\n" + Foot(report) + "</main></body></html>\n";
}

}  // namespace cairn::profile
