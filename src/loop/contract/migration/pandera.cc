#include <algorithm>
#include <array>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/contract/migration/builder.h"
#include "loop/contract/odcs_text.h"

namespace cairn::contract {
namespace {

constexpr std::array<std::string_view, 14> kAttributes = {"title",
                                                          "description",
                                                          "dtype",
                                                          "nullable",
                                                          "checks",
                                                          "unique",
                                                          "coerce",
                                                          "required",
                                                          "regex",
                                                          "metadata",
                                                          "report_duplicates",
                                                          "drop_invalid_rows",
                                                          "default",
                                                          "parsers"};

/// A check with its arguments taken apart.
struct PanderaCheck {
  std::string name;
  const Node& node;

  bool Warns() const {
    const Node* options = node.IsMap() ? node.Find("options") : nullptr;
    const Node* own = options        ? options->Find("raise_warning")
                      : node.IsMap() ? node.Find("raise_warning")
                                     : nullptr;
    return own && own->kind() == Json::Kind::Bool && own->ToJson().AsBool();
  }
  /// The one argument, however it is called.
  const Node& Argument() const {
    for (const std::string_view name_of : {"value", "allowed_values", "forbidden_values", "values", "pattern",
                                           "string", "min_value", "max_value"}) {
      if (const Node* found = node.IsMap() ? node.Find(name_of) : nullptr) return *found;
    }
    return node;
  }
  /// An argument of several.
  Json At(std::string_view key) const {
    const Node* from =
        node.IsMap() && node.Find("value") && node.Find("value")->IsMap() ? node.Find("value") : &node;
    const Node* found = from->IsMap() ? from->Find(key) : nullptr;
    return found ? found->ToJson() : Json();
  }
};

std::string TypeOf(const std::string& dtype) {
  const std::string word = LowerAscii(dtype);
  const auto begins = [&](std::initializer_list<std::string_view> parts) {
    return std::any_of(parts.begin(), parts.end(),
                       [&](std::string_view part) { return word.starts_with(part); });
  };
  if (begins({"int", "uint"})) return "integer";
  if (begins({"float", "double", "decimal"})) return "number";
  if (begins({"bool"})) return "boolean";
  if (begins({"datetime", "timestamp"})) return "timestamp";
  if (begins({"date"})) return "date";
  return begins({"str", "string"}) ? "string" : "";
}

std::string Literally(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

Json Bound(std::string_view name, const PanderaCheck& check, bool strict) {
  const bool low = name == "min";
  Json range{{std::string(name), check.Argument().ToJson()}};
  if (strict) range.Set(low ? "strictMin" : "strictMax", true);
  return range;
}

Json RangeOf(const PanderaCheck& check) {
  Json range = Json::Object();
  if (!check.At("min_value").IsNull()) range.Set("min", check.At("min_value"));
  if (!check.At("max_value").IsNull()) range.Set("max", check.At("max_value"));
  const Json low = check.At("include_min"), high = check.At("include_max");
  if (low.IsBool() && !low.AsBool()) range.Set("strictMin", true);
  if (high.IsBool() && !high.AsBool()) range.Set("strictMax", true);
  return range;
}

/// The check as a rule of engine cairn; null when it has no counterpart.
Json RuleOf(const PanderaCheck& check) {
  const auto is = [&](std::string_view name) { return check.name == name; };
  if (is("greater_than") || is("gt")) return Json{{"between", Bound("min", check, true)}};
  if (is("greater_than_or_equal_to") || is("ge")) return Json{{"between", Bound("min", check, false)}};
  if (is("less_than") || is("lt")) return Json{{"between", Bound("max", check, true)}};
  if (is("less_than_or_equal_to") || is("le")) return Json{{"between", Bound("max", check, false)}};
  if (is("in_range")) return Json{{"between", RangeOf(check)}};
  const Json value = check.Argument().ToJson();
  if (is("equal_to") || is("eq")) return Json{{"in", Json::Array({value})}};
  if (is("not_equal_to") || is("ne")) return Json{{"notIn", Json::Array({value})}};
  if (is("isin")) return Json{{"in", value}};
  if (is("notin")) return Json{{"notIn", value}};
  if (is("str_length")) {
    const Json exact = check.At("exact_value");
    return Json{{"length", exact.IsNull() ? RangeOf(check) : Json{{"min", exact}, {"max", exact}}}};
  }
  if (is("unique_values_eq")) return Json{{"values", Json{{"exactly", value}}}};
  const std::string text = check.Argument().text();
  if (is("str_matches")) return Json{{"regex", "^(?:" + text + ")"}};
  if (is("str_contains")) return Json{{"regex", text}};
  if (is("str_startswith")) return Json{{"regex", "^" + Literally(text)}};
  if (is("str_endswith")) return Json{{"regex", Literally(text) + "$"}};
  return Json();
}

class Import {
 public:
  Import(OdcsBuilder& builder, Imported& imported) : builder_(builder), imported_(imported) {}

  Result<> Column(const std::string& name, const Node& node) {
    if (!node.IsMap()) return WrongAt(node, "a column of a Pandera schema must be a map");
    if (CAIRN_TRY(TruthAt(node, "regex", false))) {
      Leave("column '" + name + "' stands for many columns, by a pattern of their names");
      return Done{};
    }
    Json& property = builder_.Property(name);
    const std::string type = TypeOf(CAIRN_TRY(TextAt(node, "dtype")));
    if (!type.empty()) property.Set("logicalType", type);
    if (const auto words = CAIRN_TRY(TextAt(node, "description")); !words.empty())
      property.Set("description", words);
    if (!CAIRN_TRY(TruthAt(node, "nullable", false))) property.Set("required", true);
    if (CAIRN_TRY(TruthAt(node, "unique", false))) property.Set("unique", true);
    if (!CAIRN_TRY(TruthAt(node, "required", true)))
      Leave("column '" + name + "' may be absent in Pandera, and is expected here");
    ++imported_.rules;
    for (const auto& entry : node.entries()) {
      if (std::find(kAttributes.begin(), kAttributes.end(), entry.key) == kAttributes.end())
        Check(name, {entry.key, entry.value});
    }
    if (const Node* checks = node.Find("checks"); checks && checks->IsMap())
      for (const auto& entry : checks->entries()) Check(name, {entry.key, entry.value});
    return Done{};
  }

  void Leave(std::string sentence) { imported_.notes.push_back(std::move(sentence)); }

 private:
  void Check(const std::string& column, const PanderaCheck& check) {
    Json rule = RuleOf(check);
    if (rule.IsNull())
      return Leave("the check '" + check.name + "' of column '" + column + "' has no counterpart");
    ++imported_.rules;
    builder_.AddOwn(column, std::move(rule), check.Warns() ? "warning" : "");
  }

  OdcsBuilder& builder_;
  Imported& imported_;
};

}  // namespace

Result<Imported> ImportPandera(std::string_view text, std::string_view file, std::string_view name) {
  const Node schema = CAIRN_TRY(ParseYaml(text, file));
  const Node* columns = schema.IsMap() ? schema.Find("columns") : nullptr;
  if (!columns || !columns->IsMap())
    return WrongAt(schema, "this is no schema of Pandera: it has no map 'columns'");
  OdcsBuilder builder(name.empty() ? "data" : name);
  Imported imported;
  Import import(builder, imported);
  for (const auto& entry : columns->entries()) CAIRN_TRY(import.Column(entry.key, entry.value));
  const Node* strict = schema.Find("strict");
  const bool ordered = CAIRN_TRY(TruthAt(schema, "ordered", false));
  if (ordered || (strict && strict->kind() == Json::Kind::Bool && strict->ToJson().AsBool()))
    builder.AddOwn("", Json{{"columns", ordered ? "ordered" : "only"}});
  Json unique = Json::Array();
  for (const auto& one : CAIRN_TRY(WordsAt(schema, "unique"))) unique.Push(one);
  if (!unique.items().empty()) builder.AddOwn("", Json{{"unique", std::move(unique)}});
  if (const Node* checks = schema.Find("checks"); checks && !checks->IsNull())
    import.Leave("checks of the whole frame have no counterpart");
  if (const Node* index = schema.Find("index"); index && !index->IsNull())
    import.Leave("the index is no column of a file, and was left out");
  imported.text = builder.Text("Taken over from a schema of Pandera; read it before it governs.");
  return imported;
}

}  // namespace cairn::contract
