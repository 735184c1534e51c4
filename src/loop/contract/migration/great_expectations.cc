#include <algorithm>
#include <array>
#include <optional>

#include "ground/vocabulary/text.h"
#include "loop/contract/migration/builder.h"
#include "loop/contract/odcs_text.h"

namespace cairn::contract {
namespace {

/// One expectation, being taken over.
struct Expectation {
  std::string type;
  const Json& arguments;
  OdcsBuilder& builder;
  std::string severity;

  std::string Column() const { return arguments.Text("column"); }
  const Json& Argument(std::string_view name) const { return arguments.At(name); }

  /// Adds a rule of engine cairn on the column, with the expectation's `mostly`.
  bool Own(std::string_view word, Json value, const std::string& column) const {
    Json rule{{std::string(word), std::move(value)}};
    const Json& mostly = Argument("mostly");
    if (mostly.IsNumber() && mostly.AsDouble() > 0 && mostly.AsDouble() < 1) rule.Set("mostly", mostly);
    builder.AddOwn(column, std::move(rule), severity);
    return true;
  }
  bool Own(std::string_view word, Json value) const { return Own(word, std::move(value), Column()); }
};

/// min_value, max_value and their strictness; null when there is neither.
Json Bounds(const Json& arguments, std::string_view low = "min_value", std::string_view high = "max_value") {
  Json range = Json::Object();
  if (!arguments.At(low).IsNull()) range.Set("min", arguments.At(low));
  if (!arguments.At(high).IsNull()) range.Set("max", arguments.At(high));
  if (range.members().empty()) return Json();
  if (arguments.Bool("strict_min")) range.Set("strictMin", true);
  if (arguments.Bool("strict_max")) range.Set("strictMax", true);
  return range;
}

std::string TypeNamed(const std::string& name) {
  const std::string word = LowerAscii(name);
  const auto has = [&](std::initializer_list<std::string_view> parts) {
    return std::any_of(parts.begin(), parts.end(),
                       [&](std::string_view part) { return word.find(part) != std::string::npos; });
  };
  if (has({"datetime", "timestamp"})) return "timestamp";
  if (has({"date"})) return "date";
  if (has({"bool"})) return "boolean";
  if (has({"int"})) return "integer";
  if (has({"float", "double", "decimal", "numeric", "real", "number"})) return "number";
  return has({"str", "char", "text", "object"}) ? "string" : "";
}

/// SQL's LIKE as a regular expression.
std::string OfLike(std::string_view like) {
  std::string pattern = "^";
  for (const char c : like) {
    if (c == '%')
      pattern += ".*";
    else if (c == '_')
      pattern += ".";
    else if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos)
      pattern += std::string("\\") + c;
    else
      pattern += c;
  }
  return pattern + "$";
}

/// strftime's letters as Java's; nothing for one that has none.
std::optional<std::string> OfStrftime(std::string_view format) {
  constexpr std::pair<char, std::string_view> kLetters[] = {
      {'Y', "yyyy"}, {'y', "yy"},  {'m', "MM"},   {'d', "dd"},     {'H', "HH"},
      {'I', "hh"},   {'M', "mm"},  {'S', "ss"},   {'p', "a"},      {'b', "MMM"},
      {'B', "MMMM"}, {'a', "EEE"}, {'A', "EEEE"}, {'f', "SSSSSS"}, {'z', "xx"}};
  std::string java;
  for (std::size_t at = 0; at < format.size(); ++at) {
    if (format[at] != '%') {
      const bool letter =
          (format[at] >= 'a' && format[at] <= 'z') || (format[at] >= 'A' && format[at] <= 'Z');
      java += letter ? "'" + std::string(1, format[at]) + "'" : std::string(1, format[at]);
      continue;
    }
    const char letter = ++at < format.size() ? format[at] : '\0';
    const auto found = std::find_if(std::begin(kLetters), std::end(kLetters),
                                    [&](const auto& one) { return one.first == letter; });
    if (found == std::end(kLetters)) return std::nullopt;
    java += found->second;
  }
  return java;
}

// Each gives whether the expectation has a counterpart.

bool Exists(const Expectation& e) {
  e.builder.Property(e.Column());
  return true;
}

bool NotNull(const Expectation& e) {
  if (e.arguments.Double("mostly", 1) < 1 || !e.severity.empty()) return e.Own("notNull", true);
  e.builder.Property(e.Column()).Set("required", true);
  return true;
}

bool AllNull(const Expectation& e) {
  Json rule{{"metric", "nullValues"},
            {"unit", "percent"},
            {"mustBeGreaterOrEqualTo", 100 * e.arguments.Double("mostly", 1)}};
  if (!e.severity.empty()) rule.Set("severity", e.severity);
  e.builder.AddQuality(e.Column(), std::move(rule));
  return true;
}

bool Uniqueness(const Expectation& e) {
  if (e.arguments.Double("mostly", 1) < 1 || !e.severity.empty()) return e.Own("unique", true);
  e.builder.Property(e.Column()).Set("unique", true);
  return true;
}

bool InSet(const Expectation& e) {
  return e.Own(e.type.find("not_be_in_set") == std::string::npos ? "in" : "notIn", e.Argument("value_set"));
}

bool BetweenBounds(const Expectation& e) {
  Json range = Bounds(e.arguments);
  return !range.IsNull() && e.Own("between", std::move(range));
}

bool Patterns(const Expectation& e) {
  const bool list = e.type.find("_list") != std::string::npos,
             negative = e.type.find("not_match") != std::string::npos;
  const bool like = e.type.find("like") != std::string::npos;
  Json patterns = Json::Array();
  const auto add = [&](const Json& one) {
    if (one.IsString()) patterns.Push(like ? Json(OfLike(one.AsString())) : one);
  };
  for (const Json& one : e.Argument(like ? "like_pattern_list" : "regex_list").items()) add(one);
  if (!list) add(e.Argument(like ? "like_pattern" : "regex"));
  if (patterns.items().empty()) return false;
  const std::string which = negative ? "none" : e.arguments.Text("match_on", "any") == "all" ? "all" : "any";
  if (!list && !negative) return e.Own("regex", patterns.items().front());
  return e.Own("regex", Json{{which, std::move(patterns)}});
}

bool Lengths(const Expectation& e) {
  if (!e.Argument("value").IsNull())
    return e.Own("length", Json{{"min", e.Argument("value")}, {"max", e.Argument("value")}});
  Json range = Bounds(e.arguments);
  return !range.IsNull() && e.Own("length", std::move(range));
}

bool Typed(const Expectation& e) {
  std::string type = TypeNamed(e.arguments.Text("type_"));
  for (const Json& one : e.Argument("type_list").items()) {
    const std::string of = one.IsString() ? TypeNamed(one.AsString()) : "";
    // A list of integers' and of floats' names is a list of numbers.
    if (type.empty())
      type = of;
    else if (of != type)
      type = (of == "number" || of == "integer") && (type == "number" || type == "integer") ? "number" : "";
    if (type.empty()) return false;
  }
  if (type.empty()) return false;
  e.builder.Property(e.Column()).Set("logicalType", type);
  return true;
}

bool Strftime(const Expectation& e) {
  const auto format = OfStrftime(e.arguments.Text("strftime_format"));
  if (!format || format->empty() || e.arguments.Double("mostly", 1) < 1) return false;
  e.builder.Property(e.Column())
      .Set("logicalType", format->find('H') == std::string::npos ? "date" : "timestamp");
  e.builder.SetOption(e.Column(), "format", *format);
  return true;
}

bool Json_(const Expectation& e) { return e.Own("form", "json"); }

bool Monotonic(const Expectation& e) {
  return e.Own("monotonic", Json{{"direction", e.type.find("decreasing") == std::string::npos ? "increasing"
                                                                                              : "decreasing"},
                                 {"strictly", e.arguments.Bool("strictly")}});
}

bool Figure(const Expectation& e) {
  constexpr std::pair<std::string_view, std::string_view> kFigures[] = {
      {"column_min", "min"},
      {"column_max", "max"},
      {"column_mean", "mean"},
      {"column_median", "median"},
      {"column_sum", "sum"},
      {"column_stdev", "stdev"},
      {"unique_value_count", "distinct"},
      {"proportion_of_unique_values", "distinctShare"}};
  Json range = Bounds(e.arguments);
  for (const auto& [part, word] : kFigures) {
    if (e.type.find(part) != std::string::npos && !range.IsNull()) return e.Own(word, std::move(range));
  }
  return false;
}

bool Quantiles(const Expectation& e) {
  const auto& levels = e.Argument("quantile_ranges").At("quantiles").items();
  const auto& ranges = e.Argument("quantile_ranges").At("value_ranges").items();
  if (levels.empty() || levels.size() != ranges.size()) return false;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    Json rule{{"level", levels[i]}};
    if (ranges[i].items().size() != 2) return false;
    if (!ranges[i].items()[0].IsNull()) rule.Set("min", ranges[i].items()[0]);
    if (!ranges[i].items()[1].IsNull()) rule.Set("max", ranges[i].items()[1]);
    if (rule.members().size() > 1) e.Own("quantile", std::move(rule));
  }
  return true;
}

bool Distinct(const Expectation& e) {
  const std::string which = e.type.find("be_in_set") != std::string::npos   ? "among"
                            : e.type.find("equal_set") != std::string::npos ? "exactly"
                                                                            : "including";
  return e.Own("values", Json{{which, e.Argument("value_set")}});
}

bool MostCommon(const Expectation& e) { return e.Own("mostFrequent", e.Argument("value_set")); }

bool RowCount(const Expectation& e) {
  Json range = e.Argument("value").IsNull()
                   ? Bounds(e.arguments)
                   : Json{{"min", e.Argument("value")}, {"max", e.Argument("value")}};
  return !range.IsNull() && e.Own("rows", std::move(range), "");
}

bool Columns(const Expectation& e) {
  const bool ordered = e.type.find("ordered") != std::string::npos;
  for (const Json& one : e.Argument(ordered ? "column_list" : "column_set").items())
    if (one.IsString()) e.builder.Property(one.AsString());
  if (!ordered && !e.arguments.Bool("exact_match", true)) return true;
  return e.Own("columns", ordered ? "ordered" : "only", "");
}

bool Compound(const Expectation& e) {
  for (const Json& one : e.Argument("column_list").items())
    if (one.IsString()) e.builder.Property(one.AsString());
  return e.Own("unique", e.Argument("column_list"), "");
}

bool Pair(const Expectation& e) {
  const std::string a = e.arguments.Text("column_A"), b = e.arguments.Text("column_B");
  e.builder.Property(a);
  e.builder.Property(b);
  const bool equal = e.type.find("to_be_equal") != std::string::npos;
  const std::string op = equal ? "==" : e.arguments.Bool("or_equal") ? ">=" : ">";
  return e.Own("compareColumns", Json{{"left", a}, {"op", op}, {"right", b}}, "");
}

bool SumOfColumns(const Expectation& e) {
  const Json& total = e.Argument("sum_total");
  for (const Json& one : e.Argument("column_list").items())
    if (one.IsString()) e.builder.Property(one.AsString());
  return e.Own("sumOfColumns", Json{{"columns", e.Argument("column_list")}, {"min", total}, {"max", total}},
               "");
}

bool Query(const Expectation& e) {
  std::string query = e.arguments.Text("unexpected_rows_query");
  for (std::size_t at = 0; (at = query.find("{batch}", at)) != std::string::npos;)
    query.replace(at, 7, "{object}");
  return !query.empty() && e.Own("sql", std::move(query), "");
}

struct Counterpart {
  std::string_view type;
  bool (*take)(const Expectation& e);
};
constexpr Counterpart kCounterparts[] = {
    {"expect_column_to_exist", Exists},
    {"expect_column_values_to_not_be_null", NotNull},
    {"expect_column_values_to_be_null", AllNull},
    {"expect_column_values_to_be_unique", Uniqueness},
    {"expect_column_values_to_be_in_set", InSet},
    {"expect_column_values_to_not_be_in_set", InSet},
    {"expect_column_values_to_be_between", BetweenBounds},
    {"expect_column_values_to_match_regex", Patterns},
    {"expect_column_values_to_not_match_regex", Patterns},
    {"expect_column_values_to_match_regex_list", Patterns},
    {"expect_column_values_to_not_match_regex_list", Patterns},
    {"expect_column_values_to_match_like_pattern", Patterns},
    {"expect_column_values_to_not_match_like_pattern", Patterns},
    {"expect_column_values_to_match_like_pattern_list", Patterns},
    {"expect_column_values_to_not_match_like_pattern_list", Patterns},
    {"expect_column_value_lengths_to_be_between", Lengths},
    {"expect_column_value_lengths_to_equal", Lengths},
    {"expect_column_values_to_be_of_type", Typed},
    {"expect_column_values_to_be_in_type_list", Typed},
    {"expect_column_values_to_match_strftime_format", Strftime},
    {"expect_column_values_to_be_json_parseable", Json_},
    {"expect_column_values_to_be_increasing", Monotonic},
    {"expect_column_values_to_be_decreasing", Monotonic},
    {"expect_column_min_to_be_between", Figure},
    {"expect_column_max_to_be_between", Figure},
    {"expect_column_mean_to_be_between", Figure},
    {"expect_column_median_to_be_between", Figure},
    {"expect_column_sum_to_be_between", Figure},
    {"expect_column_stdev_to_be_between", Figure},
    {"expect_column_unique_value_count_to_be_between", Figure},
    {"expect_column_proportion_of_unique_values_to_be_between", Figure},
    {"expect_column_quantile_values_to_be_between", Quantiles},
    {"expect_column_distinct_values_to_be_in_set", Distinct},
    {"expect_column_distinct_values_to_equal_set", Distinct},
    {"expect_column_distinct_values_to_contain_set", Distinct},
    {"expect_column_most_common_value_to_be_in_set", MostCommon},
    {"expect_table_row_count_to_be_between", RowCount},
    {"expect_table_row_count_to_equal", RowCount},
    {"expect_table_columns_to_match_ordered_list", Columns},
    {"expect_table_columns_to_match_set", Columns},
    {"expect_compound_columns_to_be_unique", Compound},
    {"expect_column_pair_values_to_be_equal", Pair},
    {"expect_column_pair_values_a_to_be_greater_than_b", Pair},
    {"expect_multicolumn_sum_to_equal", SumOfColumns},
    {"unexpected_rows_expectation", Query},
};

std::string SeverityOf(const Json& expectation) {
  const std::string severity = expectation.Text("severity");
  return severity == "warning" || severity == "info" ? severity : "";
}

/// "" or why it could not be taken over.
std::string Take(const Json& one, OdcsBuilder& builder) {
  std::string type = one.Text("type", one.Text("expectation_type"));
  const Json& arguments = one.At("kwargs");
  const auto found = std::find_if(std::begin(kCounterparts), std::end(kCounterparts),
                                  [&](const Counterpart& known) { return known.type == type; });
  if (found == std::end(kCounterparts)) return "'" + type + "' has no counterpart";
  const bool of_column = type.starts_with("expect_column_") && type.find("pair") == std::string::npos;
  if (of_column && arguments.Text("column").empty()) return "'" + type + "' names no column";
  if (!arguments.At("row_condition").IsNull())
    return "'" + type + "' is about some rows only ('row_condition'): write it as a condition or a query";
  return found->take({type, arguments, builder, SeverityOf(one)})
             ? ""
             : "'" + type + "' says nothing that has a counterpart";
}

}  // namespace

Result<Imported> ImportGreatExpectations(std::string_view text, std::string_view name) {
  const Json suite = CAIRN_TRY(Json::Parse(text));
  if (!suite.At("expectations").IsArray())
    return Error{Reason::InvalidArgument,
                 "this is no suite of Great Expectations: it has no list 'expectations'"};
  std::string own = suite.Text("name", suite.Text("expectation_suite_name"));
  if (!name.empty()) own = name;
  OdcsBuilder builder(own.empty() ? "data" : own);
  Imported imported;
  for (const Json& one : suite.At("expectations").items()) {
    std::string trouble = Take(one, builder);
    if (trouble.empty())
      ++imported.rules;
    else
      imported.notes.push_back(std::move(trouble));
  }
  imported.text = builder.Text("Taken over from a suite of Great Expectations; read it before it governs.");
  return imported;
}

}  // namespace cairn::contract
