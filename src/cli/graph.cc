#include <algorithm>
#include <map>

#include "cli/catalogue.h"
#include "cli/graph_view.h"
#include "cli/stale.h"

namespace cairn::cli {
namespace {

StageGraph GraphIn(const Json& look) {
  StageGraph graph;
  std::map<std::string, std::size_t> places;
  for (const Json& stage : look.At("stages").items()) {
    StageGraph::Node node{stage.Text("name"), stage.Bool("stale"), {}};
    for (const Json& need : stage.At("needs").items()) node.needs.push_back(places.at(need.AsString()));
    places[node.name] = graph.nodes.size();
    graph.nodes.push_back(std::move(node));
  }
  return graph;
}

Result<int> ShowGraph(Session& session, const Arguments& arguments) {
  if (arguments.Has("--svg") && arguments.Has("--mermaid"))
    return Error{Reason::InvalidArgument, "give one of --svg and --mermaid"};
  const Json look = CAIRN_TRY(LookForStale(session, CAIRN_TRY(StageChoice::In(arguments))));
  if (session.PrintedJson(look)) return 0;
  const StageGraph graph = GraphIn(look);
  std::string drawn = arguments.Has("--svg")       ? DrawSvg(graph)
                      : arguments.Has("--mermaid") ? DrawMermaid(graph)
                      : graph.nodes.empty()        ? "dvc.yaml declares no stages.\n"
                                                   : DrawLines(graph);
  drawn.pop_back();
  session.Say(drawn);
  return 0;
}

}  // namespace

std::vector<Command> GraphCommands() {
  std::vector<Flag> flags{{"--svg", "", "As a picture: cairn graph --svg > graph.svg"},
                          {"--mermaid", "", "As a flowchart for Mermaid, which GitHub and GitLab draw"}};
  for (const auto& option : StageChoice::Flags()) flags.push_back(option);
  return {
      {"graph",
       "Draw the stages of dvc.yaml and what needs what",
       "A line leads down from each stage to those that need it. A circle is a stage that would run, a dot "
       "one that is up to date.",
       {StageChoice::Operand()},
       std::move(flags),
       ShowGraph}};
}

}  // namespace cairn::cli
