#include "loop/data/contract_check.h"

#include <algorithm>

#include "ground/vocabulary/text.h"

namespace cairn::data {
namespace {

/// A rule as SQL over the columns as text: the rows where `breaks` holds are unexpected.
struct SqlRule {
  RuleVerdict verdict;
  std::string breaks;
  std::string shown;  ///< The expression whose values serve as examples; "" for none.
};

/// The value converted to the rule's type, NULL where it does not convert.
std::string Typed(const ColumnRule& rule, const std::string& column) {
  switch (rule.type) {
    case ColumnType::String: return "CAST(" + column + " AS VARCHAR)";
    case ColumnType::Integer: return "TRY_CAST(CAST(" + column + " AS VARCHAR) AS BIGINT)";
    case ColumnType::Number: return "TRY_CAST(CAST(" + column + " AS VARCHAR) AS DOUBLE)";
    case ColumnType::Boolean: return "TRY_CAST(CAST(" + column + " AS VARCHAR) AS BOOLEAN)";
    case ColumnType::Timestamp: return "TRY_CAST(CAST(" + column + " AS VARCHAR) AS TIMESTAMPTZ)";
  }
  return column;
}

std::string SqlOf(const Json& value) {
  if (value.IsString()) return tables::Literal(value.AsString());
  if (value.IsBool()) return value.AsBool() ? "true" : "false";
  return value.IsNumber() ? ShortestText(value.AsDouble()) : "NULL";
}

class RuleList {
 public:
  explicit RuleList(const Contract& contract) {
    for (const ColumnRule& rule : contract.columns) AddColumn(rule);
    if (!contract.unique.empty()) AddUnique(contract.unique);
  }
  std::vector<SqlRule>& rules() { return rules_; }

 private:
  void Add(const ColumnRule& rule, std::string_view what, std::string expectation, std::string breaks) {
    SqlRule added;
    added.verdict.rule = rule.name + ": " + std::string(what);
    added.verdict.column = rule.name;
    added.verdict.sentence = std::move(expectation);
    added.breaks = std::move(breaks);
    added.shown = "CAST(" + tables::Identifier(rule.name) + " AS VARCHAR)";
    rules_.push_back(std::move(added));
  }

  void AddColumn(const ColumnRule& rule) {
    const std::string column = tables::Identifier(rule.name), typed = Typed(rule, column);
    if (!rule.nullable) Add(rule, "not null", "must have a value", column + " IS NULL");
    Add(rule, "type", "must be a " + std::string(NameOf(rule.type)), column + " IS NOT NULL AND " + typed + " IS NULL");
    if (!rule.allowed.empty()) {
      std::string list;
      for (const Json& value : rule.allowed) list += (list.empty() ? "" : ", ") + SqlOf(value);
      Add(rule, "allowed", "must be one of " + list, typed + " IS NOT NULL AND " + typed + " NOT IN (" + list + ")");
    }
    if (rule.min) {
      Add(rule, "min", "must be at least " + ShortestText(*rule.min), typed + " < " + ShortestText(*rule.min));
    }
    if (rule.max) {
      Add(rule, "max", "must be at most " + ShortestText(*rule.max), typed + " > " + ShortestText(*rule.max));
    }
    if (!rule.pattern.empty()) {
      Add(rule, "pattern", "must match " + rule.pattern,
          column + " IS NOT NULL AND NOT regexp_matches(CAST(" + column + " AS VARCHAR), " + tables::Literal(rule.pattern) + ")");
    }
    if (rule.unique) {
      Add(rule, "unique", "must be unique", column + " IS NOT NULL AND count(*) OVER (PARTITION BY " + column + ") > 1");
    }
  }

  void AddUnique(const std::vector<std::string>& columns) {
    std::string list;
    for (const auto& column : columns) list += (list.empty() ? "" : ", ") + tables::Identifier(column);
    SqlRule added;
    added.verdict.rule = "unique: " + Join(columns, ", ");
    added.verdict.sentence = "these columns together must name one row";
    added.breaks = "count(*) OVER (PARTITION BY " + list + ") > 1";
    added.shown = "concat_ws(' | ', " + list + ")";
    rules_.push_back(std::move(added));
  }

  std::vector<SqlRule> rules_;
};

/// Rules about columns that the source lacks fail for all rows; the others go on to be evaluated.
std::vector<SqlRule> Present(std::vector<SqlRule> rules, const Contract& contract, const std::vector<tables::Field>& fields,
                             ContractVerdict& verdict) {
  std::vector<std::string_view> names;
  for (const auto& field : fields) names.push_back(field.name);
  const auto has = [&](std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  for (const ColumnRule& rule : contract.columns) {
    if (has(rule.name)) continue;
    RuleVerdict missing{rule.name + ": present", rule.name, false, 0, 0, {}, "the column is missing." + Suggestion(rule.name, names)};
    verdict.rules.push_back(std::move(missing));
  }
  const bool unique_present = std::all_of(contract.unique.begin(), contract.unique.end(), has);
  std::erase_if(rules, [&](const SqlRule& rule) { return rule.verdict.column.empty() ? !unique_present : !has(rule.verdict.column); });
  return rules;
}

Result<> Count(tables::Engine& engine, const std::string& relation, std::vector<SqlRule>& rules, ContractVerdict& verdict) {
  std::string flags, counts = "count(*)";
  for (std::size_t i = 0; i < rules.size(); ++i) {
    flags += ", (" + rules[i].breaks + ") AS b" + std::to_string(i);
    counts += ", count(*) FILTER (WHERE b" + std::to_string(i) + ")";
  }
  const auto table = CAIRN_TRY(engine.Query("SELECT " + counts + " FROM (SELECT 1 AS one" + flags + " FROM " + relation + ")"));
  verdict.rows = table[0].Int(0);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    rules[i].verdict.considered = verdict.rows;
    rules[i].verdict.unexpected = table[i + 1].Int(0);
    rules[i].verdict.passed = rules[i].verdict.unexpected == 0;
  }
  return Done{};
}

Result<> TakeExamples(tables::Engine& engine, const std::string& relation, SqlRule& rule) {
  const auto table = CAIRN_TRY(engine.Query("SELECT DISTINCT shown FROM (SELECT " + rule.shown + " AS shown, (" + rule.breaks +
                                            ") AS broken FROM " + relation + ") WHERE broken ORDER BY shown LIMIT 5"));
  for (std::size_t row = 0; row < table.rows(); ++row) {
    rule.verdict.examples.push_back(table[0].IsNull(row) ? "(null)" : table[0].Shown(row));
  }
  return Done{};
}

Result<> CheckFreshness(tables::Engine& engine, const std::string& relation, const Contract& contract, TimeMs now,
                        ContractVerdict& verdict) {
  RuleVerdict rule{"freshness: " + contract.freshness_column, contract.freshness_column, false, 0, verdict.rows, {}, ""};
  const auto newest = engine.Query("SELECT epoch_ms(max(TRY_CAST(CAST(" + tables::Identifier(contract.freshness_column) +
                                   " AS VARCHAR) AS TIMESTAMPTZ))) FROM " + relation);
  if (!newest || (*newest)[0].IsNull(0)) {
    rule.sentence = "the newest value must not be older than " + FormatDuration(contract.freshness_ms) + ", and no time could be read";
  } else {
    const TimeMs at = (*newest)[0].Int(0);
    rule.passed = now - at <= contract.freshness_ms;
    rule.sentence = "the newest value must not be older than " + FormatDuration(contract.freshness_ms) + "; it is from " + FormatUtc(at);
  }
  verdict.rules.push_back(std::move(rule));
  return Done{};
}

}  // namespace

Result<ContractVerdict> CheckContract(tables::Engine& engine, const tables::Source& source, const Contract& contract, TimeMs now) {
  const auto fields = CAIRN_TRY(engine.Sniff(source));
  ContractVerdict verdict;
  auto rules = Present(std::move(RuleList(contract).rules()), contract, fields, verdict);
  const std::string relation = source.Relation();
  CAIRN_TRY(Count(engine, relation, rules, verdict));
  for (SqlRule& rule : rules) {
    if (!rule.verdict.passed) CAIRN_TRY(TakeExamples(engine, relation, rule));
    verdict.rules.push_back(std::move(rule.verdict));
  }
  if (contract.min_rows > 0) {
    verdict.rules.push_back({"rows: min", "", verdict.rows >= contract.min_rows, 0, verdict.rows, {},
                             "there must be at least " + WithThousands(contract.min_rows) + " rows; there are " + WithThousands(verdict.rows)});
  }
  if (!contract.freshness_column.empty()) CAIRN_TRY(CheckFreshness(engine, relation, contract, now, verdict));
  verdict.passed = std::all_of(verdict.rules.begin(), verdict.rules.end(), [](const RuleVerdict& rule) { return rule.passed; });
  return verdict;
}

Json ContractVerdict::ToJson() const {
  Json list = Json::Array();
  for (const RuleVerdict& rule : rules) {
    Json examples = Json::Array();
    for (const auto& example : rule.examples) examples.Push(example);
    list.Push(Json{{"rule", rule.rule}, {"column", rule.column}, {"passed", rule.passed}, {"unexpected", rule.unexpected},
                   {"considered", rule.considered}, {"examples", std::move(examples)}, {"sentence", rule.sentence}});
  }
  return Json{{"passed", passed}, {"rows", rows}, {"rules", std::move(list)}};
}

std::string ContractVerdict::Failures() const {
  std::vector<std::string> failures;
  for (const RuleVerdict& rule : rules) {
    if (rule.passed) continue;
    std::string text = rule.rule;
    if (rule.unexpected > 0) text += " (" + WithThousands(rule.unexpected) + " of " + WithThousands(rule.considered) + " rows, such as " + Join(rule.examples, ", ") + ")";
    failures.push_back(std::move(text));
  }
  return Join(failures, "; ");
}

}  // namespace cairn::data
