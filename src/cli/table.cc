#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>

#include "cli/session.h"
#include "cli/shown_name.h"
#include "ground/os/terminal.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

constexpr std::size_t kGap = 2;
/// Below this many columns a text is not cut.
constexpr std::size_t kLeast = 14;
constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

bool LooksNumeric(const std::string& cell) {
  return !cell.empty() && cell.find_first_not_of("0123456789.,-+%eE ") == std::string::npos &&
         cell.find_first_of("0123456789") != std::string::npos;
}

/// Where the columns of a table end up.
struct Layout {
  std::vector<std::size_t> widths;
  std::vector<bool> numeric;

  std::size_t LeastOf(std::size_t column) const {
    return numeric[column] ? widths[column] : std::min(widths[column], kLeast);
  }
  std::size_t Total() const {
    return std::accumulate(widths.begin(), widths.end(), std::size_t{0}) + kGap * (widths.size() - 1);
  }
  /// Leaves out columns from the right that do not fit at their least width, then narrows the widest texts.
  void FitInto(std::size_t width) {
    std::size_t kept = 0, used = 0;
    for (; kept < widths.size(); ++kept) {
      const std::size_t more = LeastOf(kept) + (kept > 0 ? kGap : 0);
      if (used + more > width) break;
      used += more;
    }
    widths.resize(std::max<std::size_t>(kept, 1));
    while (Total() > width) {
      std::size_t widest = widths.size();
      for (std::size_t c = 0; c < widths.size(); ++c) {
        if (widths[c] > LeastOf(c) && (widest == widths.size() || widths[c] > widths[widest])) widest = c;
      }
      if (widest == widths.size()) return;
      --widths[widest];
    }
  }
};

Layout LayoutOf(const std::vector<std::vector<std::string>>& rows) {
  const std::size_t columns = rows.front().size();
  Layout layout{std::vector<std::size_t>(columns), std::vector<bool>(columns, true)};
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      layout.widths[c] = std::max(layout.widths[c], CodePoints(rows[r][c]));
      if (r > 0 && !rows[r][c].empty() && !LooksNumeric(rows[r][c])) layout.numeric[c] = false;
    }
  }
  return layout;
}

std::string LineOf(const std::vector<std::string>& row, const Layout& layout) {
  std::string line;
  for (std::size_t c = 0; c < layout.widths.size(); ++c) {
    const std::string cell = CutTo(row[c], layout.widths[c]);
    const std::string padding(layout.widths[c] - CodePoints(cell), ' ');
    line += layout.numeric[c] ? padding + cell : cell + padding;
    if (c + 1 < layout.widths.size()) line += std::string(kGap, ' ');
  }
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

std::string LeftOut(const std::vector<std::string>& heads, std::size_t kept, std::size_t width) {
  if (kept == heads.size()) return "";
  const std::size_t count = heads.size() - kept;
  const std::vector<std::string> names(heads.begin() + static_cast<std::ptrdiff_t>(kept), heads.end());
  return CutTo("(" + std::to_string(count) + (count == 1 ? " column" : " columns") +
                   " more than fit: " + Join(names, ", ") + ")",
               width) +
         "\n";
}

}  // namespace

std::string Shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string Counted(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string Joined(const Json& texts, std::string_view between) {
  std::string joined;
  for (const Json& text : texts.items()) {
    if (&text != texts.items().data()) joined += between;
    joined += text.AsString();
  }
  return joined;
}

Table::Table(std::vector<std::string> heads) {
  for (auto& head : heads) head = ShownName(head);
  rows_.push_back(std::move(heads));
  looks_.push_back(Look::Plain);
}

void Table::Add(std::vector<std::string> cells, Look look) {
  cells.resize(rows_.front().size());
  for (auto& cell : cells) cell = ShownName(cell);
  rows_.push_back(std::move(cells));
  looks_.push_back(look);
}

std::string Table::Text(std::string_view empty) const {
  const bool terminal = os::IsTerminal(os::kStandardOutput);
  const auto width = terminal ? static_cast<std::size_t>(os::WidthOf(os::kStandardOutput)) : kUnbounded;
  return Drawn(width, os::WantsColor(os::kStandardOutput), empty);
}

std::string Table::TextWithin(std::size_t width, std::string_view empty) const {
  return Drawn(width, false, empty);
}

std::string Table::Drawn(std::size_t width, bool color, std::string_view empty) const {
  if (rows_.size() == 1) return std::string(empty) + "\n";
  Layout layout = LayoutOf(rows_);
  layout.FitInto(width);
  std::string text;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const bool strong = color && looks_[r] == Look::Strong;
    text += (strong ? "\033[1;33m" : "") + LineOf(rows_[r], layout) + (strong ? "\033[0m\n" : "\n");
  }
  return text + LeftOut(rows_.front(), layout.widths.size(), width);
}

namespace {

/// Clamped, so that they can be summed and subtracted.
std::vector<double> Clamped(std::vector<double> values) {
  for (double& value : values) value = std::isfinite(value) ? std::clamp(value, -1e300, 1e300) : std::nan("");
  return values;
}

double MeanOf(const std::vector<double>& values) {
  double mean = 0, count = 0;
  for (const double value : values) {
    if (!std::isnan(value)) mean += (value - mean) / ++count;
  }
  return mean;
}

/// One value for each bar, NaN where it has none: the one farthest from the mean of all, so that what stands
/// out stays in sight.
std::vector<double> HeightsOf(const std::vector<double>& values, std::size_t bars) {
  const double mean = MeanOf(values);
  std::vector<double> heights(bars, std::nan(""));
  for (std::size_t i = 0; i < values.size(); ++i) {
    double& height = heights[i * bars / values.size()];
    if (std::isnan(height) || std::abs(values[i] - mean) > std::abs(height - mean)) height = values[i];
  }
  return heights;
}

}  // namespace

std::string Sparkline(const std::vector<double>& values, std::size_t width) {
  static constexpr const char* kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const auto heights = HeightsOf(Clamped(values), std::min(values.size(), width));
  double least = std::numeric_limits<double>::infinity(), greatest = -least;
  for (const double height : heights) {
    if (std::isnan(height)) continue;
    least = std::min(least, height);
    greatest = std::max(greatest, height);
  }
  std::string line;
  for (const double value : heights) {
    const double height = greatest > least ? (value - least) / (greatest - least) : 0;
    line += std::isnan(value) ? "·" : kBars[std::min<std::size_t>(7, static_cast<std::size_t>(height * 8))];
  }
  return line;
}

}  // namespace cairn::cli
