#include <array>

#include "ground/vocabulary/text.h"
#include "loop/scorecard/canvas/facts.h"

namespace cairn::scorecard {
namespace {

struct Part {
  std::string_view name, title, asks, list;
};
constexpr std::array<Part, 7> kParts{{
    {"prediction", "Prediction", "What must be known to make the decision?", "outcome"},
    {"judgment", "Judgment", "What are right and wrong answers worth?", "decides"},
    {"action", "Action", "What is done with it?", "serves"},
    {"outcome", "Outcome", "By what is success told?", "kpis"},
    {"input", "Input", "What is known when it is asked?", "columns"},
    {"training", "Training", "From which data is it learnt?", "datasets"},
    {"feedback", "Feedback", "How does what happened come back?", "labels"},
}};

void AddOwn(const Facts& facts, const Part& part, std::vector<Line>& lines) {
  const charter::Charter& charter = facts.charter;
  if (part.name == "judgment" && charter.cost)
    lines.push_back({"a wrong yes costs " + ShortestText(charter.cost->false_positive) + ", a wrong no " +
                         ShortestText(charter.cost->false_negative) + " " + charter.cost->unit,
                     Bond::Bound, facts.PlaceOf("charter.cost")});
  if (part.name == "judgment" && !charter.cost)
    lines.push_back({"no cost of errors", Bond::Waiting, "charter.cost says nothing"});
  if (part.name == "action") AddSaid(lines, charter.action, facts.PlaceOf("charter.prediction.action"));
}

}  // namespace

Result<Canvas> AiCanvas(const CanvasGround& ground) {
  const Facts facts = CAIRN_TRY(Facts::Of(ground));
  Canvas canvas{"ai", "AI Canvas", facts.charter.project, {}};
  for (const Part& part : kParts) {
    Box box{part.name, part.title, "", part.asks, {}};
    AddOwn(facts, part, box.lines);
    for (auto& [name, line] : facts.Listed(part.list)) box.lines.push_back(std::move(line));
    canvas.boxes.push_back(std::move(box));
  }
  Box task{"task", "Task", "", "Which work changes because of it?", {}};
  AddSaid(task.lines, facts.charter.objective, facts.PlaceOf("charter.objective"));
  canvas.boxes.push_back(std::move(task));
  return canvas;
}

}  // namespace cairn::scorecard
