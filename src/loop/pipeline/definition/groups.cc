#include "loop/pipeline/definition/groups.h"

#include <algorithm>
#include <unordered_map>

namespace cairn::pipeline {
namespace {

constexpr std::size_t kMostRounds = 100'000;

bool IsCompound(const Json& value) { return value.IsArray() || value.IsObject(); }

/// Of rounds with one name the last counts, at the place of the first.
std::vector<Round> Distinct(std::vector<Round> all) {
  std::unordered_map<std::string, std::size_t> places;
  std::vector<Round> rounds;
  for (Round& round : all) {
    const auto [place, fresh] = places.emplace(round.name, rounds.size());
    if (fresh) {
      rounds.push_back(std::move(round));
    } else {
      rounds[place->second] = std::move(round);
    }
  }
  return rounds;
}

Result<std::vector<Round>> Foreach(const Node& over, const Templates& templates) {
  const Json values = CAIRN_TRY(templates.Value(over));
  if (!IsCompound(values))
    return WrongAt(over.Where(), "'foreach' goes over a list or a map, and this is neither");
  std::vector<Round> rounds;
  for (const auto& [key, value] : values.members()) rounds.push_back({key, value, key});
  const auto& items = values.items();
  const bool by_place = std::any_of(items.begin(), items.end(), IsCompound);
  for (std::size_t i = 0; i < items.size(); ++i)
    rounds.push_back({by_place ? std::to_string(i) : ScalarText(items[i]), items[i], std::nullopt});
  return Distinct(std::move(rounds));
}

Result<std::vector<Round>> Matrix(const Node& axes, const Templates& templates) {
  if (!axes.IsMap()) return WrongAt(axes.Where(), "'matrix' must be a map of axes, each a list");
  std::vector<Round> rounds(1);
  rounds.front().item = Json::Object();
  const char* joint = "";
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
        next.name += joint + (IsCompound(items[i]) ? axis + std::to_string(i) : ScalarText(items[i]));
        next.item.Set(axis, items[i]);
        longer.push_back(std::move(next));
      }
    }
    rounds = std::move(longer);
    joint = "-";
  }
  for (Round& round : rounds) round.key = round.name;
  return Distinct(std::move(rounds));
}

}  // namespace

Result<std::vector<Round>> RoundsOf(const Node& stage, const Templates& templates) {
  if (const Node* axes = stage.Find("matrix")) return Matrix(*axes, templates);
  return Foreach(*stage.Find("foreach"), templates);
}

}  // namespace cairn::pipeline
