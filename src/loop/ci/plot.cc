#include "loop/ci/plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "ground/os/files.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"

namespace cairn::ci {
namespace {

constexpr double kWidth = 560, kHeight = 280, kLeft = 64, kRight = 16, kTop = 36, kBottom = 40;
constexpr std::size_t kMostPoints = 1000;

bool IsRows(std::string_view path) {
  return path.ends_with(".csv") || path.ends_with(".tsv") || path.ends_with(".json");
}

std::string TextOf(const Node& map, std::string_view key) {
  const Node* value = map.IsMap() ? map.Find(key) : nullptr;
  return value && value->IsScalar() ? value->text() : "";
}

std::vector<std::string> Columns(const Node& node) {
  if (node.IsScalar()) return node.IsNull() ? std::vector<std::string>() : std::vector{node.text()};
  std::vector<std::string> columns;
  for (const Node& item : node.items()) {
    if (item.IsScalar()) columns.push_back(item.text());
  }
  return columns;
}

void Add(std::vector<Plot>& plots, const std::string& title, const std::string& file, const std::string& x,
         const std::vector<std::string>& ys) {
  if (!IsRows(file) || file.find("${") != std::string::npos) return;
  for (const auto& y : ys.empty() ? std::vector<std::string>{""} : ys)
    plots.push_back({title.empty() ? file + (y.empty() ? "" : ": " + y) : title, file, x, y});
}

/// `name` is a file, or with y: {file: column} only what the plot is called.
void ReadOne(const std::string& folder, const std::string& name, const Node* settings,
             std::vector<Plot>& plots) {
  const auto at = [&](const std::string& file) { return folder == "." ? file : os::JoinPath(folder, file); };
  if (!settings || !settings->IsMap()) return Add(plots, "", at(name), "", {});
  const Node* y = settings->Find("y");
  const std::string title = TextOf(*settings, "title"), x = TextOf(*settings, "x");
  if (!y || !y->IsMap()) return Add(plots, title, at(name), x, y ? Columns(*y) : std::vector<std::string>());
  for (const auto& entry : y->entries()) {
    const Node* from = settings->Find("x");
    const std::string other = from && from->IsMap() ? TextOf(*from, entry.key) : x;
    Add(plots, title.empty() ? name : title, at(entry.key), other, Columns(entry.value));
  }
}

void ReadList(const std::string& folder, const Node* list, std::vector<Plot>& plots) {
  if (!list) return;
  for (const auto& entry : list->entries()) ReadOne(folder, entry.key, &entry.value, plots);
  for (const Node& item : list->items()) {
    if (item.IsScalar()) ReadOne(folder, item.text(), nullptr, plots);
    for (const auto& entry : item.entries()) ReadOne(folder, entry.key, &entry.value, plots);
  }
}

std::vector<std::string> Cells(std::string_view line, char separator) {
  std::vector<std::string> cells;
  for (std::string_view cell : Split(line, separator)) {
    cell = Trim(cell);
    if (cell.size() > 1 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
    cells.emplace_back(cell);
  }
  return cells;
}

struct Rows {
  std::vector<std::string> heads;
  std::vector<std::vector<std::string>> rows;
};

Rows RowsOf(const std::string& text, char separator) {
  Rows rows;
  for (const std::string_view line : Split(text, '\n')) {
    if (Trim(line).empty()) continue;
    auto cells = Cells(line, separator);
    if (rows.heads.empty()) {
      rows.heads = std::move(cells);
    } else {
      rows.rows.push_back(std::move(cells));
    }
  }
  return rows;
}

Result<Rows> RowsOfJson(const std::string& text) {
  const Json json = CAIRN_TRY(Json::Parse(text));
  const Json* list = json.IsArray() ? &json : nullptr;
  for (const auto& [name, value] : json.members()) {
    if (!list && value.IsArray()) list = &value;
  }
  if (!list) return Error{Reason::InvalidArgument, "there is no list of rows in it"};
  Rows rows;
  for (const Json& row : list->items()) {
    for (const auto& [name, value] : row.members()) {
      if (std::find(rows.heads.begin(), rows.heads.end(), name) == rows.heads.end())
        rows.heads.push_back(name);
    }
  }
  for (const Json& row : list->items()) {
    std::vector<std::string> cells;
    for (const auto& head : rows.heads) {
      const Json& value = row.At(head);
      cells.push_back(value.IsString() ? value.AsString() : value.Dump());
    }
    rows.rows.push_back(std::move(cells));
  }
  return rows;
}

struct Box {
  double left = 0, right = 1, bottom = 0, top = 1;

  static Box Around(const Curve& a, const Curve& b) {
    Box box{INFINITY, -INFINITY, INFINITY, -INFINITY};
    for (const Curve* curve : {&a, &b}) {
      for (const auto& [x, y] : *curve) {
        box.left = std::min(box.left, x);
        box.right = std::max(box.right, x);
        box.bottom = std::min(box.bottom, y);
        box.top = std::max(box.top, y);
      }
    }
    if (!(box.left < box.right)) box = {box.left - 0.5, box.left + 0.5, box.bottom, box.top};
    if (!(box.bottom < box.top)) box = {box.left, box.right, box.bottom - 0.5, box.bottom + 0.5};
    return box;
  }
};

std::string Short(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string Line(const Curve& curve, const Box& box, const char* look) {
  if (curve.empty()) return "";
  const std::size_t step = (curve.size() + kMostPoints - 1) / kMostPoints;
  std::string points;
  for (std::size_t i = 0; i < curve.size(); i += step) {
    const double x = kLeft + (curve[i].first - box.left) / (box.right - box.left) * (kWidth - kLeft - kRight);
    const double y = kHeight - kBottom -
                     (curve[i].second - box.bottom) / (box.top - box.bottom) * (kHeight - kTop - kBottom);
    points += Short(x) + "," + Short(y) + " ";
  }
  return "<polyline fill=\"none\" " + std::string(look) + " points=\"" + points + "\"/>\n";
}

std::string Text(double x, double y, const char* anchor, const std::string& text) {
  return "<text x=\"" + Short(x) + "\" y=\"" + Short(y) + "\" text-anchor=\"" + anchor + "\">" +
         EscapeHtml(text) + "</text>\n";
}

}  // namespace

Result<std::vector<Plot>> PlotsOf(const std::string& project) {
  const auto text = os::ReadFile(os::JoinPath(project, "dvc.yaml"), 64 << 20);
  std::vector<Plot> plots;
  if (!text) return text.error().reason == Reason::NotFound ? Result<std::vector<Plot>>(plots) : text.error();
  const Node root = CAIRN_TRY(ParseYaml(*text, "dvc.yaml"));
  ReadList(".", root.Find("plots"), plots);
  const Node* stages = root.Find("stages");
  if (!stages) return plots;
  for (const auto& stage : stages->entries()) {
    const std::string folder = TextOf(stage.value, "wdir");
    if (stage.value.IsMap()) ReadList(folder.empty() ? "." : folder, stage.value.Find("plots"), plots);
  }
  return plots;
}

Result<Curve> CurveIn(const Plot& plot, const std::string& text) {
  const Rows rows = plot.file.ends_with(".json") ? CAIRN_TRY(RowsOfJson(text))
                                                 : RowsOf(text, plot.file.ends_with(".tsv") ? '\t' : ',');
  const auto place = [&](const std::string& column) {
    return static_cast<std::size_t>(std::find(rows.heads.begin(), rows.heads.end(), column) -
                                    rows.heads.begin());
  };
  if (rows.heads.empty()) return Error{Reason::InvalidArgument, plot.file + " has no rows"};
  const std::size_t y = plot.y.empty() ? rows.heads.size() - 1 : place(plot.y), x = place(plot.x);
  for (const auto& [column, at] : {std::pair(plot.y, y), std::pair(plot.x, x)}) {
    if (!column.empty() && at == rows.heads.size())
      return Error{Reason::NotFound, plot.file + " has no column '" + column + "'"};
  }
  Curve curve;
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    const auto& cells = rows.rows[i];
    const auto number = [&](std::size_t at) {
      const auto read = at < cells.size() ? ParseDouble(cells[at]) : Result<double>(NAN);
      return read ? *read : NAN;
    };
    const double across = plot.x.empty() ? static_cast<double>(i) : number(x), up = number(y);
    if (std::isfinite(across) && std::isfinite(up)) curve.emplace_back(across, up);
  }
  return curve;
}

std::string PictureOf(const Plot& plot, const Curve& was, const Curve& is) {
  const Box box = was.empty() && is.empty() ? Box() : Box::Around(was, is);
  const double low = kHeight - kBottom, end = kWidth - kRight;
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + Short(kWidth) + " " +
                    Short(kHeight) + "\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#333\">\n";
  svg += "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";
  svg += "<path d=\"M" + Short(kLeft) + " " + Short(kTop) + "V" + Short(low) + "H" + Short(end) +
         "\" fill=\"none\" stroke=\"#999\"/>\n";
  svg += Text(kLeft, 18, "start", plot.title);
  svg += Text(end, 18, "end", was.empty() ? "here" : "— here   - - target branch");
  svg += Text(kLeft - 6, low, "end", Short(box.bottom)) + Text(kLeft - 6, kTop + 8, "end", Short(box.top));
  svg += Text(kLeft, low + 16, "start", Short(box.left)) + Text(end, low + 16, "end", Short(box.right));
  svg += Text((kLeft + end) / 2, low + 30, "middle", plot.x.empty() ? "row" : plot.x);
  svg += Line(was, box, "stroke=\"#888\" stroke-width=\"1.5\" stroke-dasharray=\"5 4\"");
  svg += Line(is, box, "stroke=\"#1c6dd0\" stroke-width=\"2\"");
  return svg + "</svg>\n";
}

}  // namespace cairn::ci
