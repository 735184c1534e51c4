#include "loop/serving/log_policy.h"

#include <algorithm>
#include <array>

#include "ground/blob/place.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/charter/charter.h"
#include "loop/data/specification.h"

namespace cairn::serving {
namespace {

constexpr std::array<std::string_view, 2> kWhenFull = {"refuse", "count"};

Json ListOf(const std::vector<std::string>& names) {
  Json list = Json::Array();
  for (const auto& name : names) list.Push(name);
  return list;
}

/// Columns whose values are kept back wherever they could be shown, sorted.
Result<std::vector<std::string>> Classified(const Node& configuration) {
  std::vector<std::string> names;
  const std::string dataset = TextAtPath(configuration, "model.dataset");
  if (dataset.empty()) return names;
  const auto specification = CAIRN_TRY(data::FindSpecification(configuration, dataset));
  for (const auto& column : specification.contract.columns) {
    // By the event's time monitors file the rows.
    if (column.Masked() && column.name != specification.time) names.push_back(column.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<> CheckShare(const Node& configuration, const Node& section, const LogPolicy& policy) {
  if (policy.share == 1 && !policy.counts_when_full) return Done{};
  if (TextAtPath(configuration, "charter.risk") == "high")
    return WrongAt(section,
                   std::string(policy.share < 1 ? "'share' must be 100%" : "'when_full' must be refuse") +
                       ": charter.risk is high, and of a system of high risk every answer is "
                       "on record (Regulation (EU) 2024/1689, Article 12)");
  const Node* monitors = configuration.Find("monitors");
  if (policy.share == 0 && monitors && monitors->IsList() && !monitors->items().empty())
    return WrongAt(section,
                   "'share' is 0%, and 'monitors' watch what the log keeps: keep a share, or take the "
                   "monitors out");
  return Done{};
}

Result<> CheckPlace(const Node& section, const std::string& place) {
  if (!blob::IsBucketUrl(place)) return Done{};
  if (const auto parsed = blob::PlaceAt(place); !parsed)
    return WrongAt(*section.Find("ship"), "'ship': " + parsed.error().message);
  return Done{};
}

Result<std::int64_t> KeepIn(const Node& configuration, const Node& section) {
  constexpr std::int64_t kDayMs = 86'400'000;
  const std::string written = CAIRN_TRY(TextAt(section, "keep"));
  if (written.empty()) return std::int64_t{0};
  const auto keep = charter::ParseDuration(written);
  if (!keep || *keep < kDayMs)
    return WrongAt(*section.Find("keep"), "'keep' must be a duration of at least 1d, such as 90d");
  if (TextAtPath(configuration, "charter.risk") == "high" && *keep < 183 * kDayMs)
    return WrongAt(
        *section.Find("keep"),
        "'keep' must be 183d at the least: charter.risk is high, and logs of a system of high risk "
        "are kept for six months (Regulation (EU) 2024/1689, Article 19)");
  return *keep;
}

Result<> TakePlain(const Node& section, LogPolicy& policy) {
  policy.plain = CAIRN_TRY(WordsAt(section, "plain"));
  std::sort(policy.plain.begin(), policy.plain.end());
  for (const auto& name : policy.plain) {
    const auto found = std::find(policy.masked.begin(), policy.masked.end(), name);
    if (found != policy.masked.end()) {
      policy.masked.erase(found);
      continue;
    }
    const std::vector<std::string_view> known(policy.masked.begin(), policy.masked.end());
    const std::string nearest(NearestTo(name, known));
    return WrongAt(section,
                   "'plain' names '" + name +
                       "', which no contract classifies, or names it twice: it is kept plain anyhow" +
                       (nearest.empty() ? "" : "; did you mean '" + nearest + "'"));
  }
  return Done{};
}

}  // namespace

Json LogPolicy::ToJson() const {
  Json json{{"share", share}, {"reason", reason}, {"masked", ListOf(masked)}, {"plain", ListOf(plain)}};
  if (counts_when_full) json.Set("when_full", "count");
  if (!ship.empty()) json.Set("ship", ship);
  if (keep_ms > 0) json.Set("keep_ms", keep_ms);
  return json;
}

Result<LogPolicy> LogPolicyOf(const Node& configuration) {
  LogPolicy policy;
  policy.masked = CAIRN_TRY(Classified(configuration));
  const Node* section = configuration.FindPath("serving.log");
  if (!section || section->IsNull()) return policy;
  if (!section->IsMap()) return WrongAt(*section, "'log' must be a map such as {share: 10%, reason: WHY}");
  CAIRN_TRY(section->OnlyKeys({"share", "reason", "plain", "when_full", "ship", "keep"}));
  policy.share = CAIRN_TRY(ShareAt(*section, "share", 0, 1)).value_or(1);
  policy.reason = CAIRN_TRY(TextAt(*section, "reason"));
  policy.counts_when_full = CAIRN_TRY(ChoiceAt(*section, "when_full", kWhenFull)) == "count";
  policy.ship = CAIRN_TRY(TextAt(*section, "ship"));
  CAIRN_TRY(CheckPlace(*section, policy.ship));
  policy.keep_ms = CAIRN_TRY(KeepIn(configuration, *section));
  CAIRN_TRY(CheckShare(configuration, *section, policy));
  CAIRN_TRY(TakePlain(*section, policy));
  if (policy.reason.empty() && (policy.share < 1 || !policy.plain.empty() || policy.counts_when_full))
    return WrongAt(*section, "'log' needs a 'reason', which goes on record with it");
  return policy;
}

}  // namespace cairn::serving
