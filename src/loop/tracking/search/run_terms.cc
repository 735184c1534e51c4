#include "loop/tracking/search/run_terms.h"

#include "ground/query/query.h"
#include "loop/tracking/sentence.h"

namespace cairn::tracking {

std::optional<Entity> EntityOf(std::string_view prefix) {
  struct Alias {
    std::string_view written;
    Entity entity;
  };
  static constexpr Alias kAliases[] = {
      {"", Entity::Attribute},      {"attribute", Entity::Attribute}, {"attributes", Entity::Attribute},
      {"attr", Entity::Attribute},  {"run", Entity::Attribute},       {"metric", Entity::Metric},
      {"metrics", Entity::Metric},  {"param", Entity::Param},         {"params", Entity::Param},
      {"parameter", Entity::Param}, {"parameters", Entity::Param},    {"tag", Entity::Tag},
      {"tags", Entity::Tag},        {"dataset", Entity::Dataset},     {"datasets", Entity::Dataset}};
  for (const auto& alias : kAliases) {
    if (alias.written == prefix) return alias.entity;
  }
  return std::nullopt;
}

const Attribute* AttributeOf(std::string_view key) {
  using enum Attribute::Kind;
  static constexpr Attribute kKnown[] = {{"run_id", "r.id", Id},
                                         {"run_name", "r.name", Text},
                                         {"run name", "r.name", Text},
                                         {"Run name", "r.name", Text},
                                         {"Run Name", "r.name", Text},
                                         {"user_id", "r.user_name", Text},
                                         {"status", "r.status", Text},
                                         {"artifact_uri", "r.artifact_uri", Text},
                                         {"start_time", "r.start_ms", Time},
                                         {"created", "r.start_ms", Time},
                                         {"Created", "r.start_ms", Time},
                                         {"end_time", "r.end_ms", Time}};
  for (const auto& attribute : kKnown) {
    if (attribute.name == key) return &attribute;
  }
  return nullptr;
}

Result<Figure> FigureOf(const query::Identifier& name, Entity entity) {
  const auto& function = name.function;
  if (!function.empty() && entity != Entity::Metric) {
    return query::Refused(name.position,
                          function + "() is taken of a metric alone, as in " + function + "(metrics.loss)");
  }
  if (function.empty() || function == "last") return Figure{"value", "is_nan = 1", true};
  if (function == "min" || function == "max" || function == "first") {
    return Figure{function + "_value", function + "_value IS NULL", false};
  }
  return query::Refused(name.position,
                        "unknown function '" + function + "'; there are min, max, first and last");
}

Result<> KeyNumbers::Read(sql::Connection& connection, const std::set<std::string>& names) {
  const std::vector<sql::Value> wanted(names.begin(), names.end());
  return ForChunks(wanted, [&](Sentence& sentence, const std::string& list) -> Result<> {
    sentence.Add("SELECT name, id FROM metric_key WHERE name IN " + list);
    for (const auto& row : CAIRN_TRY(sentence.Run(connection))) numbers_[row.Text(0)] = row.Int(1);
    return {};
  });
}

std::int64_t KeyNumbers::Of(const std::string& name) const {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? -1 : found->second;
}

}  // namespace cairn::tracking
