#include "cli/profile_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

constexpr std::size_t kLine = 78;
constexpr std::size_t kShape = 8;
constexpr std::size_t kName = 16;
constexpr std::size_t kShownWarnings = 25;

std::string Printed(const char* form, double value) {
  char text[32];
  std::snprintf(text, sizeof text, form, value);
  return text;
}

/// At most seven characters: "0.1234", "12.3k", "4.5M".
std::string Short(double value) {
  static constexpr std::array<std::pair<double, const char*>, 4> kUnits = {
      {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e4, ""}}};
  const double size = std::fabs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-3)) return Printed("%.1e", value);
  for (const auto& [least, unit] : kUnits) {
    if (size < least) continue;
    return least == 1e4 ? Printed("%.4g", value / 1e3) + "k" : Printed("%.3g", value / least) + unit;
  }
  return Printed("%.4g", value);
}

std::string Percent(double share) {
  if (share == 0) return "";
  return share < 0.001 ? "<0.1%" : Printed("%.1f%%", 100 * share);
}

std::string Edge(const Json& column, std::string_view name) {
  const Json& value = column.At(name);
  if (!value.IsNumber()) return "";
  if (column.Text("kind") != "time") return Short(value.AsDouble());
  return FormatDate(static_cast<TimeMs>(value.AsDouble())).substr(0, 7);
}

/// Neighbouring bins are summed where there are more than fit.
std::string ShapeOf(const Json& column) {
  static constexpr std::array kSteps = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const Json& bins = column.At("histogram");
  std::vector<std::int64_t> counts;
  for (const Json& one : bins.IsObject() ? bins.At("counts").items() : column.At("top").items())
    counts.push_back(bins.IsObject() ? one.AsInt() : one.Int("rows"));
  // Values that hardly repeat have no shape.
  const std::string meaning = column.Text("meaning");
  const bool shapely = bins.IsObject() || meaning == "categorical" || meaning == "boolean" ||
                       meaning == "constant" || meaning == "mixed";
  if (!shapely) return "";
  if (!bins.IsObject() && counts.size() > kShape) counts.resize(kShape);
  const std::size_t width = std::min(counts.size(), kShape);
  std::vector<std::int64_t> sums(width);
  for (std::size_t i = 0; i < counts.size(); ++i) sums[i * width / counts.size()] += counts[i];
  const std::int64_t most = width == 0 ? 0 : *std::max_element(sums.begin(), sums.end());
  std::string line;
  for (const auto sum : sums) line += sum == 0 ? " " : kSteps[static_cast<std::size_t>((sum * 8 - 1) / most)];
  return line;
}

std::string MeaningOf(const Json& column) {
  const std::string meaning = column.Text("meaning");
  const std::string kept = meaning == "nearly_unique" ? "near unique"
                           : meaning == "categorical" ? "category"
                                                      : meaning;
  std::string words = kept;
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

/// Lines of at most kLine characters; those after the first are set in.
std::string Wrapped(const std::string& text, const std::string& indent) {
  std::string wrapped, line;
  for (const auto word : Split(text, ' ')) {
    if (!line.empty() && CodePoints(line) + 1 + CodePoints(word) > kLine) {
      wrapped += line + "\n";
      line = indent + std::string(word);
    } else {
      line += (line.empty() ? "" : " ") + std::string(word);
    }
  }
  return wrapped + line;
}

void ShowHead(const Session& session, const Json& report) {
  const Json& table = report.At("table");
  std::string head = report.Text("dataset");
  if (report.Find("version")) head += " version " + std::to_string(report.Int("version")) + ", training part";
  const std::int64_t cells = table.Int("rows") * table.Int("columns");
  head += ": " + WithThousands(table.Int("rows")) + " rows, " + WithThousands(table.Int("columns")) +
          " columns, " + WithThousands(table.Int("missing_cells")) + " values missing";
  if (table.Int("missing_cells") > 0 && cells > 0)
    head +=
        " (" + Percent(static_cast<double>(table.Int("missing_cells")) / static_cast<double>(cells)) + ")";
  session.Say(Wrapped(head, "  "));
  std::string classes;
  for (const Json& one : table.At("classes").items())
    classes += (classes.empty() ? "" : ", ") + one.Text("value") + " in " + Percent(one.Double("share")) +
               " of the rows";
  if (!classes.empty()) session.Say(Wrapped("target " + report.Text("target") + ": " + classes, "  "));
}

void ShowWarnings(const Session& session, const Json& warnings) {
  const auto& items = warnings.items();
  if (items.empty()) session.Say("\nNothing looks suspicious.");
  if (!items.empty()) session.Say("");
  for (std::size_t i = 0; i < std::min(items.size(), kShownWarnings); ++i) {
    const std::string column = items[i].Text("column");
    session.Say(Wrapped("! " + (column.empty() ? "" : column + ": ") + items[i].Text("sentence"), "  "));
  }
  if (items.size() > kShownWarnings)
    session.Say("  … and " + std::to_string(items.size() - kShownWarnings) +
                " more, which --json and --html list");
}

}  // namespace

void ShowProfile(const Session& session, const Json& report, bool saved) {
  ShowHead(session, report);
  ShowWarnings(session, report.At("warnings"));
  session.Say("");
  Table columns({"column", "seems", "miss.", "differ", "low", "median", "high", "shape"});
  bool estimated = false;
  for (const Json& column : report.At("columns").items()) {
    const bool exact = column.At("errors").Double("distinct") == 0;
    estimated = estimated || !exact || !column.Bool("exact", true);
    const auto rows = static_cast<double>(std::max<std::int64_t>(column.Int("rows"), 1));
    columns.Add({CutTo(column.Text("name"), kName), MeaningOf(column),
                 Percent(static_cast<double>(column.Int("missing")) / rows),
                 (exact ? "" : "~") + Short(static_cast<double>(column.Int("distinct"))), Edge(column, "min"),
                 Edge(column, "median"), Edge(column, "max"), ShapeOf(column)});
  }
  std::fputs(columns.Text("It has no columns.").c_str(), stdout);
  if (estimated)
    session.Say(saved ? "\nSome figures are estimates: a saved profile keeps sketches of what is many. "
                        "--json says how\nfar "
                        "each may be off."
                      : "\nSome figures are estimates: not all values fit the memory set aside (--memory). "
                        "--json\nsays "
                        "how far each may be off.");
}

}  // namespace cairn::cli
