#include <algorithm>
#include <array>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/scorecard/canvas/facts.h"

namespace cairn::scorecard {
namespace {

/// A block under the names of both editions (0.4 and 1.x), the list that it is held to, and what of
/// cairn.yaml fills that.
struct Block {
  std::string_view name, other, title, also, asks, list, filled_by;
};

constexpr std::array<Block, 10> kBlocks{{
    {"value_proposition", "value_proposition", "Value proposition", "",
     "Who is it for, what goes wrong today, and which goals does it serve?", "kpis", "charter.kpis"},
    {"data_sources", "data_sources", "Data sources", "", "Which raw data may be used?", "datasets", "data"},
    {"ml_task", "prediction_task", "ML task", "Prediction task",
     "What is predicted, about what, and when is it known?", "outcome", "data.NAME.target"},
    {"features", "features", "Features", "", "What does a request say?", "columns", "data.NAME.contract"},
    {"offline_evaluation", "impact_simulation", "Offline evaluation", "Impact simulation",
     "How good must a candidate be before anybody relies on it?", "metrics", "gates.rules"},
    {"decisions", "decisions", "Decisions", "", "How does a prediction become something that is done?",
     "decides", "model"},
    {"making_predictions", "making_predictions", "Making predictions", "",
     "When, where and how fast are predictions made?", "serves", "model"},
    {"collecting_data", "data_collection", "Collecting data", "Data collection",
     "How do new data and labels come in?", "labels", "charter.prediction.wait"},
    {"building_models", "building_models", "Building models", "", "When is the model made anew?", "triggers",
     "triggers"},
    {"live_evaluation", "monitoring", "Live evaluation and monitoring", "Monitoring",
     "How is it known that it still works?", "monitors", "monitors"},
}};

/// What the section `canvas` says of a block: none when it says nothing.
Result<const Node*> SectionOf(const Node& configuration, const Block& block) {
  const Node* canvas = CAIRN_TRY(MapAt(configuration, "canvas"));
  if (canvas == nullptr) return static_cast<const Node*>(nullptr);
  const Node *one = CAIRN_TRY(MapAt(*canvas, block.name)), *other = CAIRN_TRY(MapAt(*canvas, block.other));
  if (block.name == block.other) return one;
  if (one != nullptr && other != nullptr)
    return WrongAt(*other, "this block stands here twice: '" + std::string(block.name) + "' and '" +
                               std::string(block.other) + "' are one");
  return one != nullptr ? one : other;
}

/// What the charter tells people about a block.
void AddCharter(const Facts& facts, const Block& block, std::vector<Line>& lines) {
  const charter::Charter& charter = facts.charter;
  const auto say = [&](const std::string& text, std::string_view field) {
    AddSaid(lines, text, facts.PlaceOf("charter." + std::string(field)));
  };
  if (block.list == "kpis") {
    say(charter.problem, "problem");
    say(charter.persona, "persona");
    say(charter.objective, "objective");
  } else if (block.list == "decides") {
    say(charter.action, "prediction.action");
  } else if (block.list == "metrics" && charter.cost) {
    lines.push_back({"a wrong yes costs " + ShortestText(charter.cost->false_positive) + " " +
                         charter.cost->unit + ", a wrong no " + ShortestText(charter.cost->false_negative),
                     Bond::Bound, facts.PlaceOf("charter.cost")});
  }
}

/// The lines of a list that the canvas names itself: compared with what the configuration has, both ways.
std::vector<Line> Compared(const std::vector<std::string>& named,
                           std::vector<std::pair<std::string, Line>> listed, const std::string& place) {
  std::vector<Line> lines;
  for (const auto& name : named) {
    const auto found =
        std::find_if(listed.begin(), listed.end(), [&](const auto& item) { return item.first == name; });
    if (found != listed.end()) {
      lines.push_back(found->second);
      listed.erase(found);
    } else {
      lines.push_back({name, Bond::Drifted,
                       "it stands on the canvas (" + place + "), and nothing in the configuration does it"});
    }
  }
  for (const auto& [name, line] : listed)
    lines.push_back(
        {name, Bond::Drifted, "the configuration has it (" + line.to + "), and the canvas does not say so"});
  return lines;
}

Result<Box> BoxOf(const Facts& facts, const Block& block) {
  Box box{block.name, block.title, block.also, block.asks, {}};
  AddCharter(facts, block, box.lines);
  const Node* section = CAIRN_TRY(SectionOf(facts.ground->configuration, block));
  auto listed = facts.Listed(block.list);
  if (section != nullptr) AddSaid(box.lines, CAIRN_TRY(TextAt(*section, "says")), section->Where());
  if (section != nullptr && section->Find(block.list) != nullptr) {
    const auto named = CAIRN_TRY(WordsAt(*section, block.list));
    for (auto& line : Compared(named, std::move(listed), section->Find(block.list)->Where()))
      box.lines.push_back(std::move(line));
    return box;
  }
  if (listed.empty())
    box.lines.push_back({"nothing yet", Bond::Waiting,
                         "`" + std::string(block.filled_by) + "` in cairn.yaml fills this block"});
  for (auto& [name, line] : listed) box.lines.push_back(std::move(line));
  return box;
}

}  // namespace

Result<> CheckCanvas(const Node& configuration) {
  const Node* canvas = CAIRN_TRY(MapAt(configuration, "canvas"));
  if (canvas == nullptr) return Done{};
  CAIRN_TRY(canvas->OnlyKeys({"value_proposition", "data_sources", "ml_task", "prediction_task", "features",
                              "offline_evaluation", "impact_simulation", "decisions", "making_predictions",
                              "collecting_data", "data_collection", "building_models", "live_evaluation",
                              "monitoring"}));
  for (const Block& block : kBlocks) {
    const Node* section = CAIRN_TRY(SectionOf(configuration, block));
    if (section == nullptr) continue;
    CAIRN_TRY(section->OnlyKeys({"says", block.list}));
    CAIRN_TRY(TextAt(*section, "says"));
    CAIRN_TRY(WordsAt(*section, block.list));
  }
  return Done{};
}

Result<Canvas> MlCanvas(const CanvasGround& ground) {
  CAIRN_TRY(CheckCanvas(ground.configuration));
  const Facts facts = CAIRN_TRY(Facts::Of(ground));
  Canvas canvas{"ml", "ML Canvas", facts.charter.project, {}};
  for (const Block& block : kBlocks) canvas.boxes.push_back(CAIRN_TRY(BoxOf(facts, block)));
  return canvas;
}

}  // namespace cairn::scorecard
