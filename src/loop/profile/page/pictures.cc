#include "loop/profile/page/pictures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <vector>

#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "loop/profile/report/figures.h"

namespace cairn::profile {
namespace {

constexpr double kWidth = 264, kHeight = 76, kRow = 19;
constexpr std::size_t kDrawnBins = 60;

std::string Fixed(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

/// A value may hold anything: what cannot be seen is shown as a mark.
std::string Seen(const std::string& text) {
  if (text.empty()) return "(empty)";
  if (text.find_first_not_of(' ') == std::string::npos) return "(blank)";
  std::string seen;
  const std::size_t first = text.find_first_not_of(' '), last = text.find_last_not_of(' ');
  if (first > 0 || last + 1 < text.size())  // What would not be seen at the ends.
    return (first > 0 ? "␣" : "") + Seen(text.substr(first, last - first + 1)) +
           (last + 1 < text.size() ? "␣" : "");
  for (const char c : text)
    seen += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? std::string("�") : std::string(1, c);
  return seen;
}

std::string Rect(std::string_view look, double x, double y, double width, double height,
                 const std::string& more) {
  return "<rect class=\"" + std::string(look) + "\" x=\"" + Fixed(x) + "\" y=\"" + Fixed(y) + "\" width=\"" +
         Fixed(width) + "\" height=\"" + Fixed(height) + "\"" + more;
}

std::string TextAt(std::string_view look, double x, double y, std::string_view anchor,
                   const std::string& text) {
  return "<text class=\"" + std::string(look) + "\" x=\"" + Fixed(x) + "\" y=\"" + Fixed(y) +
         "\" text-anchor=\"" + std::string(anchor) + "\">" + EscapeHtml(text) + "</text>";
}

std::string Bar(double x, double y, double width, double height, std::int64_t rows,
                const std::string& label) {
  return Rect("bar", x, y, width, height,
              " data-rows=\"" + std::to_string(rows) + "\"><title>" + EscapeHtml(label) + ": " +
                  WithThousands(rows) + "</title></rect>");
}

/// The classes' shares of one bar, laid over it from its foot up or from its left to the right.
class Overlay {
 public:
  explicit Overlay(const Json& column) : lists_(column.At("by_class").items()) {}

  enum class Way { Up, Right };
  std::string Over(std::size_t bin, Way way, double x, double y, double width, double height) const {
    double all = 0;
    for (const Json& list : lists_) all += Rows(list, bin);
    if (all == 0) return "";
    std::string rects;
    double before = 0;
    for (std::size_t i = lists_.size(); i-- > 0;) {
      const double share = Rows(lists_[i], bin) / all, look = share * (way == Way::Up ? height : width);
      const std::string name = "k" + std::to_string(i);
      if (share > 0 && way == Way::Up)
        rects += Rect(name, x, y + height - before - look, width, look, " pointer-events=\"none\"/>");
      if (share > 0 && way == Way::Right)
        rects += Rect(name, x + before, y, look, height, " pointer-events=\"none\"/>");
      before += look;
    }
    return rects;
  }

 private:
  static double Rows(const Json& list, std::size_t bin) {
    return bin < list.items().size() ? static_cast<double>(list.items()[bin].AsInt()) : 0;
  }
  const std::vector<Json>& lists_;
};

std::string Svg(double width, double height, const std::string& label, const std::string& inside) {
  return "<svg viewBox=\"0 0 " + Fixed(width) + " " + Fixed(height) + "\" role=\"img\" aria-label=\"" +
         EscapeHtml(label) + "\">" + inside + "</svg>";
}

std::string HistogramPicture(const Json& column, const Json& histogram) {
  const auto& edges = histogram.At("edges").items();
  const auto& counts = histogram.At("counts").items();
  const Overlay overlay(column);
  std::int64_t most = 1;
  for (const Json& count : counts) most = std::max(most, count.AsInt());
  const double step = kWidth / static_cast<double>(std::max<std::size_t>(counts.size(), 1));
  const double gap = counts.size() > kDrawnBins ? 0 : 1;
  std::string picture;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double height = kHeight * static_cast<double>(counts[i].AsInt()) / static_cast<double>(most);
    const double x = step * static_cast<double>(i), width = std::max(step - gap, 0.3);
    picture += Bar(x, kHeight - height, width, height, counts[i].AsInt(),
                   OnAxis(column, edges[i]) + " to " + OnAxis(column, edges[i + 1]));
    picture += overlay.Over(i, Overlay::Way::Up, x, kHeight - height, width, height);
  }
  picture += TextAt("axis", 0, kHeight + 12, "start", OnAxis(column, edges.front())) +
             TextAt("axis", kWidth, kHeight + 12, "end", OnAxis(column, edges.back()));
  const std::int64_t outside = histogram.Int("outside");
  const std::string note = outside == 0 ? ""
                                        : "<p class=\"fine note\">" + WithThousands(outside) +
                                              (outside == 1 ? " value lies" : " values lie") +
                                              " far outside this picture</p>";
  return Svg(kWidth, kHeight + 15, "Histogram", picture) + note;
}

/// Numbers stand in their order, not in that of their rows.
std::vector<std::size_t> OrderOf(const Json& column) {
  const auto& top = column.At("top").items();
  std::vector<std::size_t> order(top.size());
  std::iota(order.begin(), order.end(), 0);
  if (column.Text("kind") == "category") return order;
  const auto value = [&](std::size_t i) {
    const auto number = ParseDouble(top[i].Text("value"));
    return number ? *number : 0;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return value(a) < value(b); });
  return order;
}

std::string TopPicture(const Json& column) {
  constexpr double kLeft = 104, kRight = 46;
  const auto& top = column.At("top").items();
  const Overlay overlay(column);
  std::int64_t most = 1;
  for (const Json& level : top) most = std::max(most, level.Int("rows"));
  const double all = static_cast<double>(std::max<std::int64_t>(column.Int("rows"), 1));
  std::string picture;
  double y = -kRow;
  for (const std::size_t i : OrderOf(column)) {
    const std::int64_t rows = top[i].Int("rows");
    y += kRow;
    const double width = (kWidth - kLeft - kRight) * static_cast<double>(rows) / static_cast<double>(most);
    picture += Bar(kLeft, y + 3, width, kRow - 6, rows, Seen(top[i].Text("value")));
    picture += overlay.Over(i, Overlay::Way::Right, kLeft, y + 3, width, kRow - 6);
    picture += TextAt("", kLeft - 6, y + 13, "end", CutTo(Seen(top[i].Text("value")), 15));
    picture += TextAt("axis", kWidth, y + 13, "end", PercentText(static_cast<double>(rows) / all));
  }
  return Svg(kWidth, kRow * static_cast<double>(top.size()), "Most frequent values", picture);
}

/// How long the texts are, for columns whose values hardly repeat; long ones by doublings.
std::string LengthPicture(const Json& column) {
  const Json &text = column.At("text"), &lengths = text.At("lengths");
  const auto &from = lengths.At("from").items(), &rows = lengths.At("rows").items();
  if (from.empty()) return "";
  const std::int64_t least = text.Int("min_length"), greatest = text.Int("max_length");
  if (least == greatest)
    return "<p class=\"fine\">" + Figure(column.At("distinct")) + " different values, each of " +
           WithThousands(least) + " characters</p>";
  std::vector<std::pair<std::int64_t, std::int64_t>> bars;
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::int64_t begin = from[i].AsInt();
    if (greatest >= 64) {
      while ((begin & (begin - 1)) != 0) begin &= begin - 1;
    }
    if (bars.empty() || bars.back().first != begin) bars.emplace_back(begin, 0);
    bars.back().second += rows[i].AsInt();
  }
  std::int64_t most = 1;
  for (const auto& bar : bars) most = std::max(most, bar.second);
  const double step = kWidth / static_cast<double>(bars.size());
  std::string picture;
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double height = kHeight * static_cast<double>(bars[i].second) / static_cast<double>(most);
    picture +=
        Rect("length", step * static_cast<double>(i), kHeight - height, std::max(step - 1, 0.3), height,
             "><title>from " + WithThousands(bars[i].first) +
                 " characters on: " + WithThousands(bars[i].second) + "</title></rect>");
  }
  picture += TextAt("axis", 0, kHeight + 12, "start", WithThousands(least) + " characters") +
             TextAt("axis", kWidth, kHeight + 12, "end", WithThousands(greatest));
  return Svg(kWidth, kHeight + 15, "Lengths", picture);
}

/// Values worth drawing one by one.
bool Repeats(const Json& column) {
  const std::string meaning = column.Text("meaning");
  // Reports of format 1 do not say.
  return meaning.empty() || meaning == "categorical" || meaning == "boolean" || meaning == "constant" ||
         meaning == "mixed";
}

}  // namespace

std::string Figure(const Json& value) {
  if (value.IsInt()) return WithThousands(value.AsInt());
  if (!value.IsNumber()) return "–";
  char text[32];
  std::snprintf(text, sizeof text, "%.5g", value.AsDouble());
  return text;
}

std::string OnAxis(const Json& column, const Json& value) {
  if (column.Text("kind") != "time" || !value.IsNumber()) return Figure(value);
  const double time = value.AsDouble();
  return std::fabs(time) > 9e15 ? "–" : FormatUtc(static_cast<TimeMs>(time)).substr(0, 10);
}

std::string PercentText(double share) {
  char text[32];
  std::snprintf(text, sizeof text, share > 0 && share < 0.001 ? "%.3f %%" : "%.1f %%", 100 * share);
  return text;
}

std::string ColumnPicture(const Json& column) {
  if (column.Int("rows") == column.Int("missing")) return "<p class=\"fine\">no values</p>";
  const std::size_t values = column.At("top").items().size();
  if (column.At("histogram").IsObject() && (values == 0 || values > kDrawnValues)) {
    return HistogramPicture(column, column.At("inner_histogram").IsObject() ? column.At("inner_histogram")
                                                                            : column.At("histogram"));
  }
  if (!column.At("personal").items().empty())
    return "<p class=\"fine\">personal: no value is shown</p>" + LengthPicture(column);
  if ((Repeats(column) || column.Text("kind") != "category") && !column.At("top").items().empty())
    return TopPicture(column);
  const std::string lengths = LengthPicture(column);
  return lengths.empty() ? "<p class=\"fine\">values that hardly repeat</p>" : lengths;
}

std::string MissingMap(const Json& report) {
  constexpr std::size_t kColumns = 30, kPatterns = 16;
  constexpr double kCell = 17, kTop = 17, kShare = 120, kBar = 66;
  const double all = static_cast<double>(std::max<std::int64_t>(report.At("table").Int("rows"), 1));
  std::vector<const Json*> columns;
  for (const Json& column : report.At("columns").items()) {
    if (column.Int("missing") > 0) columns.push_back(&column);
  }
  std::stable_sort(columns.begin(), columns.end(),
                   [](const Json* a, const Json* b) { return a->Int("missing") > b->Int("missing"); });
  if (columns.empty()) return "";
  if (columns.size() > kColumns) columns.resize(kColumns);
  std::size_t longest = 4;
  for (const Json* column : columns)
    longest = std::max(longest, std::min<std::size_t>(CodePoints(column->Text("name")), 19));
  const double name_width = 6.2 * static_cast<double>(longest);
  const auto& patterns = report.At("missing").At("patterns").items();
  const std::size_t drawn = std::min(patterns.size(), kPatterns);
  const double left = name_width + kShare + 14,
               width = left + std::max(kCell * static_cast<double>(drawn), 130.0) + 4;
  std::string picture = TextAt("axis", name_width + 4, 11, "start", "share missing") +
                        (drawn > 0 ? TextAt("axis", left, 11, "start", "rows that lack the same") : "");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const double y = kTop + kCell * static_cast<double>(i),
                 share = static_cast<double>(columns[i]->Int("missing")) / all;
    picture += TextAt("", name_width, y + 12, "end", CutTo(columns[i]->Text("name"), 19));
    picture += Rect("whole", name_width + 5, y + 3, kBar, kCell - 6, "/>");
    picture += Rect("gap", name_width + 5, y + 3, kBar * share, kCell - 6,
                    "><title>" + WithThousands(columns[i]->Int("missing")) + " rows</title></rect>");
    picture += TextAt("axis", name_width + kShare + 6, y + 12, "end", PercentText(share));
    for (std::size_t p = 0; p < drawn; ++p) {
      const auto& lacking = patterns[p].At("columns").items();
      const bool lacks =
          std::find(lacking.begin(), lacking.end(), Json(columns[i]->Text("name"))) != lacking.end();
      picture += Rect(lacks ? "gap" : "none", left + kCell * static_cast<double>(p) + 1, y + 2, kCell - 3,
                      kCell - 4, "><title>" + Figure(patterns[p].At("rows")) + " rows</title></rect>");
    }
  }
  const double height = kTop + kCell * static_cast<double>(columns.size()) + 4;
  return "<svg class=\"fixed\" width=\"" + Fixed(width) + "\" height=\"" + Fixed(height) +
         "\" role=\"img\" aria-label=\"Missing values\">" + picture + "</svg>";
}

std::string HeatMap(const Json& names, const Json& matrix) {
  const std::size_t size = names.items().size();
  if (size < 2) return "";
  std::size_t longest = 4;
  for (const Json& name : names.items())
    longest = std::max(longest, std::min<std::size_t>(CodePoints(name.AsString()), 18));
  const double name_width = 6.2 * static_cast<double>(longest);
  const double cell = size <= 12   ? 36
                      : size <= 20 ? 24
                                   : 15,
               left = name_width + 8, top = 0.77 * name_width + 16;
  std::string picture;
  for (std::size_t a = 0; a < size; ++a) {
    const double y = top + cell * static_cast<double>(a), middle = cell * (static_cast<double>(a) + 0.5);
    picture += TextAt("", left - 6, y + cell / 2 + 4, "end", CutTo(names.items()[a].AsString(), 18));
    picture += "<text transform=\"translate(" + Fixed(left + middle + 3) + " " + Fixed(top - 6) +
               ") rotate(-50)\">" + EscapeHtml(CutTo(names.items()[a].AsString(), 18)) + "</text>";
    for (std::size_t b = 0; b < size; ++b) {
      const Json& value = matrix.items()[a].items()[b];
      const double x = left + cell * static_cast<double>(b),
                   r = value.IsNumber() && std::fabs(value.AsDouble()) >= 0.005 ? value.AsDouble() : 0;
      char shown[16];
      std::snprintf(shown, sizeof shown, "%.2f", r);
      picture += Rect(!value.IsNumber() ? "none"
                      : r < 0           ? "neg"
                                        : "pos",
                      x + 0.5, y + 0.5, cell - 1, cell - 1,
                      " fill-opacity=\"" + Fixed(a == b ? 0.15 : 0.06 + 0.94 * std::min(std::fabs(r), 1.0)) +
                          "\"><title>" +
                          EscapeHtml(names.items()[a].AsString() + ", " + names.items()[b].AsString()) +
                          ": " + (value.IsNumber() ? shown : "not defined") + "</title></rect>");
      if (cell >= 36 && a != b && value.IsNumber())
        picture += TextAt("", x + cell / 2, y + cell / 2 + 4, "middle", shown);
    }
  }
  const double width = left + cell * static_cast<double>(size) + 70,
               height = top + cell * static_cast<double>(size) + 4;
  return "<svg class=\"fixed\" width=\"" + Fixed(width) + "\" height=\"" + Fixed(height) +
         "\" role=\"img\" aria-label=\"Correlations\">" + picture + "</svg>";
}

}  // namespace cairn::profile
