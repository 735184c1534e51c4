#include "loop/profile/report/missing.h"

#include <algorithm>
#include <map>

namespace cairn::profile {
namespace {

constexpr std::size_t kShownPatterns = 30;
constexpr double kNearlyAll = 0.9;
constexpr std::size_t kMostAsked = 500;

Json NamesOf(const Table& table, const auto& indices) {
  Json names = Json::Array();
  for (const auto index : indices) names.Push(table.columns[index].name());
  return names;
}

}  // namespace

std::vector<MissingTogether> MissingTogetherIn(const Table& table) {
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < table.columns.size() && asked.size() < kMostAsked; ++i) {
    if (table.columns[i].missing() > 0 && table.columns[i].present() > 0) asked.push_back(i);
  }
  std::map<std::pair<std::size_t, std::size_t>, std::int64_t> both;
  for (const auto& pattern : table.patterns.Patterns()) {
    std::vector<std::size_t> columns;
    for (const auto column : pattern.columns) {
      if (std::binary_search(asked.begin(), asked.end(), column)) columns.push_back(column);
    }
    for (const auto a : columns) {
      for (const auto b : columns) both[{a, b}] += a < b ? pattern.rows : 0;
    }
  }
  const auto go_together = [&](std::size_t a, std::size_t b) {
    const auto found = both.find({a, b});
    const std::int64_t shared = found == both.end() ? 0 : found->second;
    const std::int64_t either = table.columns[a].missing() + table.columns[b].missing() - shared;
    return static_cast<double>(shared) >= kNearlyAll * static_cast<double>(either);
  };
  std::vector<MissingTogether> groups;
  std::vector<bool> taken(table.columns.size());
  for (const auto first : asked) {
    if (taken[first]) continue;
    MissingTogether group{{first}, 0};
    for (const auto next : asked) {
      if (next <= first || taken[next]) continue;
      if (std::all_of(group.columns.begin(), group.columns.end(),
                      [&](auto one) { return go_together(one, next); }))
        group.columns.push_back(next);
    }
    if (group.columns.size() < 2) continue;
    for (const auto column : group.columns) taken[column] = true;
    for (const auto& pattern : table.patterns.Patterns()) {
      if (std::includes(pattern.columns.begin(), pattern.columns.end(), group.columns.begin(),
                        group.columns.end()))
        group.rows += pattern.rows;
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

Json MissingOf(const Table& table, const std::vector<MissingTogether>& together) {
  std::int64_t complete = 0;
  Json patterns = Json::Array(), groups = Json::Array();
  for (const auto& pattern : table.patterns.Patterns()) {
    if (pattern.columns.empty()) {
      complete += pattern.rows;
    } else if (patterns.items().size() < kShownPatterns) {
      patterns.Push(Json{{"columns", NamesOf(table, pattern.columns)}, {"rows", pattern.rows}});
    }
  }
  for (const auto& group : together)
    groups.Push(Json{{"columns", NamesOf(table, group.columns)}, {"rows", group.rows}});
  return Json{{"complete_rows", complete},
              {"patterns", std::move(patterns)},
              {"patterns_exact", table.patterns.others() == 0},
              {"together", std::move(groups)}};
}

}  // namespace cairn::profile
