#include "loop/serving/output_rules.h"

#include <cmath>

#include "ground/vocabulary/section.h"

namespace cairn::serving {
namespace {

Result<std::optional<double>> BoundAt(const Node& rule, const char* key) {
  const auto bound = CAIRN_TRY(NumberAt(rule, key));
  if (bound && !std::isfinite(*bound)) return WrongAt(*rule.Find(key), "a bound must be a finite number");
  return bound;
}

Result<std::vector<Json>> AllowedAt(const Node& rule) {
  std::vector<Json> values;
  const Node* list = rule.Find("allowed");
  if (!list || list->IsNull()) return values;
  if (!list->IsList() || list->items().empty())
    return WrongAt(*list, "'allowed' must be a list of whole numbers or of texts, such as [0, 1]");
  for (const Node& item : list->items()) {
    const Json value = item.ToJson();
    if (!value.IsInt() && !value.IsString())
      return WrongAt(item, "an allowed value must be a whole number or a text");
    if (!values.empty() && values.front().kind() != value.kind())
      return WrongAt(item, "allowed values must be all whole numbers or all texts");
    values.push_back(value);
  }
  return values;
}

Result<OutputRule> RuleOf(const Node::Entry& entry) {
  const Node& node = entry.value;
  OutputRule rule{entry.key, {}, {}, {}, true};
  if (node.IsNull()) return rule;
  if (!node.IsMap()) return WrongAt(node, "an output's rule must be a map such as {min: 0, max: 500}");
  CAIRN_TRY(node.OnlyKeys({"min", "max", "allowed", "finite"}));
  rule.min = CAIRN_TRY(BoundAt(node, "min"));
  rule.max = CAIRN_TRY(BoundAt(node, "max"));
  if (rule.min && rule.max && *rule.min > *rule.max)
    return WrongAt(node, "no value of '" + entry.key + "' can be at least min and at most max");
  rule.allowed = CAIRN_TRY(AllowedAt(node));
  rule.finite = CAIRN_TRY(TruthAt(node, "finite", true));
  return rule;
}

}  // namespace

Result<std::vector<OutputRule>> ParseOutputs(const Node& section) {
  if (!section.IsMap())
    return WrongAt(section, "'outputs' must be a map of the model's outputs such as {price: {min: 0}}");
  std::vector<OutputRule> rules;
  for (const auto& entry : section.entries()) rules.push_back(CAIRN_TRY(RuleOf(entry)));
  return rules;
}

}  // namespace cairn::serving
