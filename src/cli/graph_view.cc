#include "cli/graph_view.h"

#include <algorithm>
#include <optional>

#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

/// Where lines run beside each other: column by column, the stage whose line runs there.
class Lanes {
 public:
  explicit Lanes(const StageGraph& graph) : graph_(graph), open_(graph.nodes.size(), 0) {
    for (const auto& node : graph.nodes) {
      for (const std::size_t need : node.needs) ++open_[need];
    }
  }

  void Draw(std::size_t place, std::string& out) {
    const auto& node = graph_.nodes[place];
    std::vector<std::size_t> from, ending;
    for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
      if (!lanes_[lane] || !Needs(node, *lanes_[lane])) continue;
      from.push_back(lane);
      if (--open_[*lanes_[lane]] == 0) ending.push_back(lane);
    }
    const std::size_t at = ending.empty() ? Free() : ending.front();
    if (from.size() > 1 || (!from.empty() && from.front() != at)) Join(from, ending, at, out);
    for (const std::size_t lane : ending) lanes_[lane].reset();
    lanes_[at] = place;
    while (!lanes_.back()) lanes_.pop_back();
    for (std::size_t lane = 0; lane < lanes_.size(); ++lane)
      out += lane == at ? (node.stale ? "○ " : "● ") : lanes_[lane] ? "│ " : "  ";
    out += node.name + "\n";
    if (open_[place] == 0) lanes_[at].reset();
    while (!lanes_.empty() && !lanes_.back()) lanes_.pop_back();
  }

 private:
  static bool Needs(const StageGraph::Node& node, std::size_t other) {
    return std::find(node.needs.begin(), node.needs.end(), other) != node.needs.end();
  }

  std::size_t Free() {
    const auto free = std::find(lanes_.begin(), lanes_.end(), std::nullopt);
    const auto at = static_cast<std::size_t>(free - lanes_.begin());
    if (at == lanes_.size()) lanes_.emplace_back();
    return at;
  }

  /// The line that leads from the lanes `from` to column `at`.
  void Join(const std::vector<std::size_t>& from, const std::vector<std::size_t>& ending, std::size_t at,
            std::string& out) const {
    const auto in = [](const std::vector<std::size_t>& list, std::size_t one) {
      return std::find(list.begin(), list.end(), one) != list.end();
    };
    const std::size_t left = std::min(at, from.front()), right = std::max(at, from.back());
    for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
      const bool up = lanes_[lane].has_value() && (lane != at || in(from, lane));
      const bool down = lane == at || (lanes_[lane].has_value() && !in(ending, lane));
      const bool joins = lane == at || in(from, lane);
      const bool west = joins ? lane > left : lane > left && lane <= right;
      const bool east = lane >= left && lane < right;
      out += Corner(up, down, west, east);
      out += east ? "─" : " ";
    }
    out += "\n";
  }

  static const char* Corner(bool up, bool down, bool west, bool east) {
    static constexpr const char* kCorners[] = {" ", "╶", "╴", "─", "╷", "╭", "╮", "┬",
                                               "╵", "╰", "╯", "┴", "│", "├", "┤", "┼"};
    return kCorners[(up ? 8 : 0) + (down ? 4 : 0) + (west ? 2 : 0) + (east ? 1 : 0)];
  }

  const StageGraph& graph_;
  std::vector<std::size_t> open_;  ///< How many stages below still need each.
  std::vector<std::optional<std::size_t>> lanes_;
};

constexpr double kHeight = 34, kLetter = 8, kPadding = 22, kBetween = 26, kBetweenLayers = 46, kMargin = 16;

struct Box {
  std::size_t layer = 0;
  double x = 0, width = 0;

  double Middle() const { return x + width / 2; }
  double Top() const { return kMargin + static_cast<double>(layer) * (kHeight + kBetweenLayers); }
};

/// Those of a layer side by side, in the order of the middle of what each needs.
std::vector<Box> Arranged(const StageGraph& graph) {
  std::vector<Box> boxes(graph.nodes.size());
  std::vector<std::vector<std::size_t>> layers;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    for (const std::size_t need : graph.nodes[i].needs)
      boxes[i].layer = std::max(boxes[i].layer, boxes[need].layer + 1);
    boxes[i].width = kLetter * static_cast<double>(CodePoints(graph.nodes[i].name)) + kPadding;
    if (layers.size() <= boxes[i].layer) layers.resize(boxes[i].layer + 1);
    layers[boxes[i].layer].push_back(i);
  }
  for (auto& layer : layers) {
    std::vector<double> middle(boxes.size(), 0);
    for (const std::size_t i : layer) {
      for (const std::size_t need : graph.nodes[i].needs)
        middle[i] += boxes[need].Middle() / static_cast<double>(graph.nodes[i].needs.size());
    }
    std::stable_sort(layer.begin(), layer.end(),
                     [&](std::size_t a, std::size_t b) { return middle[a] < middle[b]; });
    double x = kMargin;
    for (const std::size_t i : layer) {
      boxes[i].x = std::max(x, middle[i] - boxes[i].width / 2);
      x = boxes[i].x + boxes[i].width + kBetween;
    }
  }
  return boxes;
}

std::string Number(double value) { return ShortestText(value); }

std::string Arrow(const Box& from, const Box& to) {
  const double y1 = from.Top() + kHeight, y2 = to.Top(), bend = (y2 - y1) / 2;
  return "<path d=\"M" + Number(from.Middle()) + " " + Number(y1) + "C" + Number(from.Middle()) + " " +
         Number(y1 + bend) + " " + Number(to.Middle()) + " " + Number(y2 - bend) + " " + Number(to.Middle()) +
         " " + Number(y2 - 4) + "\" marker-end=\"url(#to)\"/>\n";
}

std::string Stage(const StageGraph::Node& node, const Box& box) {
  const std::string name = EscapeHtml(node.name);
  return "<g class=\"" + std::string(node.stale ? "stale" : "done") + "\"><title>" + name + ": " +
         (node.stale ? "would run" : "up to date") + "</title><rect x=\"" + Number(box.x) + "\" y=\"" +
         Number(box.Top()) + "\" width=\"" + Number(box.width) + "\" height=\"" + Number(kHeight) +
         "\" rx=\"6\"/><text x=\"" + Number(box.Middle()) + "\" y=\"" + Number(box.Top() + 22) + "\">" +
         name + "</text></g>\n";
}

}  // namespace

std::string DrawLines(const StageGraph& graph) {
  std::string out;
  Lanes lanes(graph);
  for (std::size_t place = 0; place < graph.nodes.size(); ++place) lanes.Draw(place, out);
  return out;
}

std::string DrawMermaid(const StageGraph& graph) {
  std::string out = "flowchart TD\n", stale;
  const auto id = [](std::size_t place) { return "s" + std::to_string(place); };
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    std::string name;
    for (const char c : graph.nodes[i].name)
      name += c == '"' ? "#quot;" : c == '#' ? "#35;" : std::string(1, c);
    out += "  " + id(i) + "[\"" + name + "\"]\n";
    if (graph.nodes[i].stale) stale += (stale.empty() ? "" : ",") + id(i);
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::size_t need : graph.nodes[i].needs) out += "  " + id(need) + " --> " + id(i) + "\n";
  }
  if (!stale.empty())
    out += "  classDef stale stroke:#c2410c,stroke-dasharray:4\n  class " + stale + " stale\n";
  return out;
}

std::string DrawSvg(const StageGraph& graph) {
  const auto boxes = Arranged(graph);
  double width = 2 * kMargin, height = 2 * kMargin;
  std::string arrows, stages;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    width = std::max(width, boxes[i].x + boxes[i].width + kMargin);
    height = std::max(height, boxes[i].Top() + kHeight + kMargin);
    for (const std::size_t need : graph.nodes[i].needs) arrows += Arrow(boxes[need], boxes[i]);
    stages += Stage(graph.nodes[i], boxes[i]);
  }
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + Number(width) + " " + Number(height) +
         "\" width=\"" + Number(width) + "\" height=\"" + Number(height) +
         "\" role=\"img\">\n<style>text{font:14px ui-monospace,monospace;text-anchor:middle;fill:#1f2937}"
         "path{fill:none;stroke:#6b7280}rect{fill:#ecfdf5;stroke:#047857}"
         ".stale rect{fill:#fff7ed;stroke:#c2410c;stroke-dasharray:4}</style>\n"
         "<defs><marker id=\"to\" viewBox=\"0 0 8 8\" refX=\"4\" refY=\"4\" markerWidth=\"7\" "
         "markerHeight=\"7\" orient=\"auto\"><polygon points=\"0,0 8,4 0,8\" "
         "fill=\"#6b7280\"/></marker></defs>\n" +
         arrows + stages + "</svg>\n";
}

}  // namespace cairn::cli
