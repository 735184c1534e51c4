#include "loop/scorecard/settings.h"

#include <algorithm>
#include <functional>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/charter/charter.h"
#include "loop/scorecard/rubric/rubric.h"

namespace cairn::scorecard {
namespace {

Result<const Entry*> TestAt(const Node& place, const std::string& id) {
  if (const Entry* entry = EntryOf(id)) return entry;
  std::vector<std::string_view> known;
  for (const Entry& entry : Rubric()) known.push_back(entry.id);
  return WrongAt(place, "'" + id +
                            "' is no test of the rubric (T-D1 … T-D7, T-M1 … T-M7, T-I1 … T-I7, T-O1 "
                            "… T-O7)." +
                            Suggestion(id, known));
}

Result<std::int64_t> DurationAt(const Node& node) {
  const auto duration = charter::ParseDuration(node.text());
  if (!duration) return WrongAt(node, duration.error().message);
  if (*duration == 0) return WrongAt(node, "this must be longer than nothing");
  return *duration;
}

Result<> ReadCadences(const Node& section, Settings& settings) {
  if (const Node* cadence = section.Find("cadence")) settings.cadence_ms = CAIRN_TRY(DurationAt(*cadence));
  const Node* cadences = CAIRN_TRY(MapAt(section, "cadences"));
  if (cadences == nullptr) return Done{};
  for (const Node::Entry& entry : cadences->entries()) {
    CAIRN_TRY(TestAt(entry.value, entry.key));
    settings.cadences[entry.key] = CAIRN_TRY(DurationAt(entry.value));
  }
  return Done{};
}

Result<> ReadChecks(const Node& section, Settings& settings) {
  return EachAt(section, "checks", {"test", "stage"}, [&](const Node& item) -> Result<> {
    const std::string test = CAIRN_TRY(TextAt(item, "test")), stage = CAIRN_TRY(TextAt(item, "stage"));
    const Entry* entry = CAIRN_TRY(TestAt(item, test));
    if (stage.empty()) return WrongAt(item, "a check needs a 'stage' of dvc.yaml that does the test");
    if (entry->by == By::Program)
      return WrongAt(item, "the program does " + test + " itself; what a stage says about it counts nothing");
    settings.checks.emplace(test, stage);
    return Done{};
  });
}

/// Three bounds under `key`, each by `read`, in the order of `before`.
template <class T>
Result<> ReadBand(const Node& bands, std::string_view key, std::array<T, 3>& bounds,
                  const std::function<Result<T>(const Node&)>& read,
                  const std::function<bool(T, T)>& before) {
  const Node* list = bands.Find(key);
  if (list == nullptr) return Done{};
  if (!list->IsList() || list->items().size() != 3)
    return WrongAt(*list, "a band needs three bounds: where elite, high and medium end");
  for (std::size_t i = 0; i < 3; ++i) bounds[i] = CAIRN_TRY(read(list->items()[i]));
  if (!before(bounds[0], bounds[1]) || !before(bounds[1], bounds[2]))
    return WrongAt(*list, "the bounds must go from the best to the worst");
  return Done{};
}

Result<double> NumberIn(const Node& node) {
  std::string text = node.text();
  const bool percent = text.ends_with('%');
  if (percent) text.pop_back();
  const auto number = ParseDouble(text);
  if (!number || *number < 0) return WrongAt(node, "this must be a number that is not below 0");
  return percent ? *number / 100 : *number;
}

Result<> ReadBands(const Node& section, Bands& bands) {
  const Node* map = CAIRN_TRY(MapAt(section, "bands"));
  if (map == nullptr) return Done{};
  CAIRN_TRY(map->OnlyKeys({"per_day", "lead", "restore", "failure"}));
  const std::function<Result<double>(const Node&)> number = NumberIn;
  const std::function<Result<std::int64_t>(const Node&)> duration = DurationAt;
  CAIRN_TRY(ReadBand<double>(*map, "per_day", bands.per_day, number, std::greater<>()));
  CAIRN_TRY(ReadBand<std::int64_t>(*map, "lead", bands.lead_ms, duration, std::less<>()));
  CAIRN_TRY(ReadBand<std::int64_t>(*map, "restore", bands.restore_ms, duration, std::less<>()));
  return ReadBand<double>(*map, "failure", bands.failure, number, std::less<>());
}

}  // namespace

std::int64_t Settings::CadenceOf(std::string_view test) const {
  const auto found = cadences.find(test);
  return found == cadences.end() ? cadence_ms : found->second;
}

Result<Settings> ParseScorecard(const Node& configuration) {
  Settings settings;
  const Node* section = CAIRN_TRY(MapAt(configuration, "scorecard"));
  if (section == nullptr) return settings;
  CAIRN_TRY(section->OnlyKeys({"cadence", "cadences", "checks", "bands"}));
  CAIRN_TRY(ReadCadences(*section, settings));
  CAIRN_TRY(ReadChecks(*section, settings));
  CAIRN_TRY(ReadBands(*section, settings.bands));
  return settings;
}

}  // namespace cairn::scorecard
