#include "loop/contract/rule.h"

/// Rules as JSON: what they say, without their names and sentences.
namespace cairn::contract {
namespace {

Json Words(const std::vector<std::string>& words) {
  Json list = Json::Array();
  for (const auto& word : words) list.Push(word);
  return list;
}

Json OfRange(const Range& range) {
  Json json = Json::Object();
  if (range.low) json.Set(range.open_low ? "above" : "min", *range.low);
  if (range.high) json.Set(range.open_high ? "below" : "max", *range.high);
  if (range.inverted) json.Set("outside", true);
  return json;
}

Json OfOther(const Other& other) {
  if (!other.counts.IsNull()) return other.counts;
  if (!other.file.empty()) return Json{{"file", other.file}};
  return other.dataset.empty() ? Json{{"table", other.table}} : Json{{"dataset", other.dataset}};
}

/// Each test's own words.
struct ToMembers {
  Json operator()(const NotMissing& test) const { return Json{{"missing_values", Json::Array(test.also)}}; }
  Json operator()(const OfType& test) const {
    return Json{{"type", std::string(NameOf(test.type))}, {"format", test.format}};
  }
  Json operator()(const OneOf& test) const {
    return Json{{test.listed ? "in" : "not_in", Json::Array(test.values)}};
  }
  Json operator()(const Within& test) const { return OfRange(test.range); }
  Json operator()(const MultipleOf& test) const { return Json{{"multiple_of", test.factor}}; }
  Json operator()(const Matches& test) const {
    constexpr const char* kWhich[] = {"any", "all", "none"};
    return Json{{kWhich[static_cast<std::size_t>(test.which)], Words(test.patterns)}};
  }
  Json operator()(const LengthWithin& test) const { return OfRange(test.range); }
  Json operator()(const OfForm& test) const { return Json{{"form", test.form}}; }
  Json operator()(const Holding& test) const {
    return OfRange(test.count).Set("unique", test.unique).Set("members", Words(test.members));
  }
  Json operator()(const Compared& test) const {
    return Json{{"left", test.left},
                {"op", std::string(NameOf(test.comparison))},
                {"right", test.right},
                {"offset", test.offset}};
  }
  Json operator()(const SumWithin& test) const {
    return OfRange(test.range).Set("columns", Words(test.columns));
  }
  Json operator()(const ColumnThere&) const { return Json::Object(); }
  Json operator()(const Unique& test) const {
    return Json{{"columns", Words(test.columns)}, {"count", test.count_values ? "values" : "rows"}};
  }
  Json operator()(const Ascending& test) const {
    return Json{{"descending", test.descending}, {"strictly", test.strictly}};
  }
  Json operator()(const StatisticWithin& test) const {
    return Json{{"statistic", std::string(NameOf(test.statistic))}, {"level", test.level}};
  }
  Json operator()(const ValuesAre& test) const {
    constexpr const char* kWhich[] = {"among", "exactly", "including", "most_frequent_among"};
    return Json{{kWhich[static_cast<std::size_t>(test.which)], Json::Array(test.values)}};
  }
  Json operator()(const AgeWithin& test) const {
    return Json{{"oldest", test.oldest}, {"within_ms", test.within_ms}};
  }
  Json operator()(const OnlyTheseColumns& test) const { return Json{{"in_order", test.in_order}}; }
  Json operator()(const InOther& test) const {
    return Json{{"columns", Words(test.columns)},
                {"references", Words(test.other_columns)},
                {"other", OfOther(test.other)},
                {"disjoint", test.disjoint}};
  }
  Json operator()(const LikeOther& test) const {
    return Json{{"against", OfOther(test.other)},
                {"method", test.method},
                {"threshold", test.threshold ? Json(*test.threshold) : Json()}};
  }
  Json operator()(const QueryValue& test) const {
    return Json{{"query", test.query}, {"text", test.text ? Json(*test.text) : Json()}};
  }
  Json operator()(const QueryRows& test) const { return Json{{"query", test.query}}; }
  Json operator()(const Condition& test) const { return Json{{"sql", test.sql}}; }
  Json operator()(const Remark& test) const { return Json{{"what", test.what}}; }
};

}  // namespace

Json ToJson(const Test& test) { return std::visit(ToMembers{}, test).Set("test", std::string(NameOf(test))); }

Json ToJson(const Rule& rule) {
  constexpr const char* kUnits[] = {"rows", "percent", "fitting"};
  Json path = Words(rule.path), environments = Json::Array();
  if (rule.training) environments.Push("training");
  if (rule.serving) environments.Push("serving");
  return Json{
      {"rule", rule.name},
      {"column", rule.column},
      {"path", std::move(path)},
      {"says", ToJson(rule.test)},
      {"allowed",
       OfRange(rule.allowance.range).Set("unit", kUnits[static_cast<std::size_t>(rule.allowance.unit)])},
      {"severity", rule.stops ? "stop" : "warn"},
      {"environments", std::move(environments)},
      {"dimension", rule.dimension},
      {"sentence", rule.sentence},
      {"where", rule.where}};
}

}  // namespace cairn::contract
