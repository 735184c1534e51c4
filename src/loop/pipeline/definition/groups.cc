#include "loop/pipeline/definition/groups.h"

#include <algorithm>

namespace cairn::pipeline {
namespace {

constexpr std::size_t kMostRounds = 100'000;

bool IsCompound(const Json& value) { return value.IsArray() || value.IsObject(); }

/// Of rounds with one name the last counts, at the place of the first.
void Add(std::vector<Round>& rounds, Round round) {
  const auto same =
      std::find_if(rounds.begin(), rounds.end(), [&](const Round& one) { return one.name == round.name; });
  if (same == rounds.end()) {
    rounds.push_back(std::move(round));
  } else {
    *same = std::move(round);
  }
}

Result<std::vector<Round>> Foreach(const Node& over, const Templates& templates) {
  const Json values = CAIRN_TRY(templates.Value(over));
  if (!IsCompound(values))
    return WrongAt(over.Where(), "'foreach' goes over a list or a map, and this is neither");
  std::vector<Round> rounds;
  for (const auto& [key, value] : values.members()) Add(rounds, {key, value, key});
  const auto& items = values.items();
  const bool by_place = std::any_of(items.begin(), items.end(), IsCompound);
  for (std::size_t i = 0; i < items.size(); ++i)
    Add(rounds, {by_place ? std::to_string(i) : ScalarText(items[i]), items[i], std::nullopt});
  return rounds;
}

Result<std::vector<Round>> Matrix(const Node& axes, const Templates& templates) {
  if (!axes.IsMap()) return WrongAt(axes.Where(), "'matrix' must be a map of axes, each a list");
  std::vector<Round> rounds(1);
  rounds.front().item = Json::Object();
  for (const auto& [axis, mark, node] : axes.entries()) {
    const Json values = CAIRN_TRY(templates.Value(node));
    if (!values.IsArray()) return WrongAt(node.Where(), "the axis '" + axis + "' must be a list");
    const auto& items = values.items();
    if (rounds.size() * items.size() > kMostRounds)
      return WrongAt(axes.Where(), "this matrix has more than 100,000 stages");
    std::vector<Round> longer;
    for (const Round& round : rounds) {
      for (std::size_t i = 0; i < items.size(); ++i) {
        Round next = round;
        next.name += (next.name.empty() ? "" : "-") +
                     (IsCompound(items[i]) ? axis + std::to_string(i) : ScalarText(items[i]));
        next.item.Set(axis, items[i]);
        longer.push_back(std::move(next));
      }
    }
    rounds = std::move(longer);
  }
  std::vector<Round> named;
  for (Round& round : rounds) {
    round.key = round.name;
    Add(named, std::move(round));
  }
  return named;
}

}  // namespace

Result<std::vector<Round>> RoundsOf(const Node& stage, const Templates& templates) {
  if (const Node* axes = stage.Find("matrix")) return Matrix(*axes, templates);
  return Foreach(*stage.Find("foreach"), templates);
}

}  // namespace cairn::pipeline
