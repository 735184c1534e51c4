#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace cairn::cli {

/// Stages and what they need, to be drawn.
struct StageGraph {
  struct Node {
    std::string name;
    bool stale = false;
    std::vector<std::size_t> needs;  ///< Places in `nodes`, all before its own.
  };
  std::vector<Node> nodes;  ///< Each after those it needs.
};

/// One line a stage, with lines that lead down from it to those that need it; a stale one is a circle, one
/// that is up to date a dot.
std::string DrawLines(const StageGraph& graph);
/// A flowchart for Mermaid (mermaid.js.org), as GitHub and GitLab draw it.
std::string DrawMermaid(const StageGraph& graph);
/// A picture that stands alone: layer by layer from above, each stage below all it needs.
std::string DrawSvg(const StageGraph& graph);

}  // namespace cairn::cli
