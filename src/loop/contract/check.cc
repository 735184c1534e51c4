#include "loop/contract/check.h"

#include <algorithm>
#include <optional>

#include "ground/tables/source.h"
#include "ground/vocabulary/text.h"

namespace cairn::contract {
namespace {

/// A rule as SQL over a view of the file in which column i of the contract is `t<i>` as text and `v<i>` in
/// its own type: the rows where `breaks` holds are unexpected.
struct SqlRule {
  RuleVerdict verdict;
  std::string breaks;
  std::string shown;  ///< The expression whose values serve as examples.
};

/// One column of the file as the contract sees it.
struct ColumnView {
  std::string text;   ///< As text, NULL where missing.
  std::string typed;  ///< Over the text's name: in the rule's type, NULL where it does not convert.
  bool never_text = false;
};

ColumnView ViewOf(const ColumnRule& rule, const tables::Field& field, tables::Format format,
                  const std::string& t) {
  ColumnView view;
  const std::string column = tables::Identifier(field.name);
  view.text = field.sql_type == "JSON" ? "(" + column + " ->> '$')" : "CAST(" + column + " AS VARCHAR)";
  // The engine would also read 1_000 and 0x10, which nothing else takes for numbers.
  const std::string plain =
      t + " IS NOT NULL AND NOT contains(" + t + ", '_') AND NOT contains(lower(" + t + "), 'x')";
  const std::string number = "TRY_CAST(" + t + " AS DOUBLE)", whole = "TRY_CAST(" + t + " AS BIGINT)",
                    word = "lower(trim(" + t + "))";
  switch (rule.type) {
    case ColumnType::String:
      view.typed = t;
      view.never_text = format != tables::Format::Csv && field.type != tables::Type::Text &&
                        field.type != tables::Type::Time;
      break;
    case ColumnType::Integer:
    case ColumnType::Number:
      view.text = "CASE WHEN lower(trim(" + view.text + ")) IN ('nan', '+nan', '-nan') THEN NULL ELSE " +
                  view.text + " END";
      view.typed = rule.type == ColumnType::Number ? "CASE WHEN " + plain + " THEN " + number + " END"
                                                   : "CASE WHEN " + plain + " AND " + number + " = floor(" +
                                                         number + ") THEN " + whole + " END";
      break;
    case ColumnType::Boolean:
      view.typed = "CASE WHEN " + word + " IN ('true', '1') THEN true WHEN " + word +
                   " IN ('false', '0') THEN false END";
      break;
    case ColumnType::Timestamp:
      view.typed = "coalesce(TRY_CAST(" + t + " AS TIMESTAMPTZ), epoch_ms(" + whole + ")::TIMESTAMPTZ)";
      break;
  }
  return view;
}

std::string SqlOf(const ColumnRule& rule, const Json& value) {
  if (value.IsString()) return tables::Literal(value.AsString());
  if (rule.type == ColumnType::Boolean)
    return (value.IsBool() ? value.AsBool() : value.AsInt() != 0) ? "true" : "false";
  return value.IsInt() ? std::to_string(value.AsInt()) : ShortestText(value.AsDouble());
}

/// The contract's rules over a file of these columns; what speaks of a column that is not there becomes a
/// verdict at once.
class RuleList {
 public:
  RuleList(const Contract& contract, const std::vector<tables::Field>& fields, tables::Format format)
      : fields_(fields), format_(format) {
    for (const ColumnRule& rule : contract.columns) AddColumn(rule);
    if (!contract.unique.empty()) AddUnique(contract.unique);
    if (!contract.freshness_column.empty()) AddFreshness(contract.freshness_column);
  }

  std::vector<SqlRule>& rules() { return rules_; }
  std::vector<RuleVerdict>& missing() { return missing_; }
  /// "" when freshness cannot be told.
  const std::string& newest() const { return newest_; }
  /// What to select the rules from.
  std::string View(const std::string& relation) const {
    return "(SELECT " + (typed_.empty() ? "1 AS one" : typed_) + " FROM (SELECT " +
           (texts_.empty() ? "1 AS one" : texts_) + " FROM " + relation + "))";
  }

 private:
  const tables::Field* Find(const std::string& name) const {
    const auto found = std::find_if(fields_.begin(), fields_.end(),
                                    [&](const tables::Field& field) { return field.name == name; });
    return found == fields_.end() ? nullptr : &*found;
  }

  /// The number of the view's new column, or none and a verdict.
  std::optional<std::string> AddView(const ColumnRule& rule, bool& never_text) {
    const tables::Field* field = Find(rule.name);
    if (!field) {
      std::vector<std::string_view> names;
      for (const auto& one : fields_) names.push_back(one.name);
      missing_.push_back({rule.name + ": present",
                          rule.name,
                          false,
                          0,
                          0,
                          {},
                          "the column is missing." + Suggestion(rule.name, names)});
      return std::nullopt;
    }
    const std::string number = std::to_string(views_++), text = "t" + number;
    const ColumnView view = ViewOf(rule, *field, format_, text);
    never_text = view.never_text;
    texts_ += (texts_.empty() ? "" : ", ") + view.text + " AS " + text;
    typed_ += (typed_.empty() ? "" : ", ") + text + ", " + view.typed + " AS v" + number;
    return number;
  }

  void Add(const ColumnRule& rule, const std::string& number, std::string_view what, std::string expectation,
           std::string breaks) {
    SqlRule added;
    added.verdict.rule = rule.name + ": " + std::string(what);
    added.verdict.column = rule.name;
    added.verdict.sentence = std::move(expectation);
    added.breaks = std::move(breaks);
    added.shown = "t" + number;
    rules_.push_back(std::move(added));
  }

  void AddColumn(const ColumnRule& rule) {
    bool never_text = false;
    const auto number = AddView(rule, never_text);
    if (!number) return;
    const std::string text = "t" + *number, typed = "v" + *number, type(NameOf(rule.type));
    if (!rule.nullable) Add(rule, *number, "not null", "must have a value", text + " IS NULL");
    Add(rule, *number, "type", "must be a " + type,
        text + " IS NOT NULL" + (never_text ? "" : " AND " + typed + " IS NULL"));
    if (!rule.allowed.empty()) {
      std::string list;
      for (const Json& value : rule.allowed) list += (list.empty() ? "" : ", ") + SqlOf(rule, value);
      Add(rule, *number, "allowed", "must be one of " + list, typed + " NOT IN (" + list + ")");
    }
    if (rule.min)
      Add(rule, *number, "min", "must be at least " + ShortestText(*rule.min),
          typed + " < " + ShortestText(*rule.min));
    if (rule.max)
      Add(rule, *number, "max", "must be at most " + ShortestText(*rule.max),
          typed + " > " + ShortestText(*rule.max));
    if (!rule.pattern.empty()) {
      Add(rule, *number, "pattern", "must match " + rule.pattern,
          "NOT regexp_matches(" + text + ", " + tables::Literal(rule.pattern) + ")");
    }
    if (rule.unique) {
      Add(rule, *number, "unique", "must be unique",
          text + " IS NOT NULL AND count(*) OVER (PARTITION BY " + text + ") > 1");
    }
  }

  void AddUnique(const std::vector<std::string>& columns) {
    std::string list;
    for (const auto& column : columns) {
      ColumnRule rule;
      rule.name = column;
      bool never_text = false;
      const auto number = AddView(rule, never_text);
      if (!number) return;
      list += (list.empty() ? "t" : ", t") + *number;
    }
    SqlRule added;
    added.verdict.rule = "unique: " + Join(columns, ", ");
    added.verdict.sentence = "these columns together must name one row";
    added.breaks = "count(*) OVER (PARTITION BY " + list + ") > 1";
    added.shown = "concat_ws(' | ', " + list + ")";
    rules_.push_back(std::move(added));
  }

  void AddFreshness(const std::string& column) {
    ColumnRule rule;
    rule.name = column;
    rule.type = ColumnType::Timestamp;
    bool never_text = false;
    if (const auto number = AddView(rule, never_text)) newest_ = "v" + *number;
  }

  const std::vector<tables::Field>& fields_;
  tables::Format format_;
  std::vector<SqlRule> rules_;
  std::vector<RuleVerdict> missing_;
  std::string texts_, typed_, newest_;
  int views_ = 0;
};

/// Rows and unexpected rows of each rule, in one pass; error when one of the rules cannot be evaluated.
Result<tables::Table> Count(tables::Engine& engine, const std::string& view, std::span<const SqlRule> rules,
                            const std::string& newest) {
  std::string flags, counts = newest.empty() ? "count(*), NULL" : "count(*), epoch_ms(max(newest))";
  for (std::size_t i = 0; i < rules.size(); ++i) {
    flags += ", (" + rules[i].breaks + ") AS b" + std::to_string(i);
    counts += ", count(*) FILTER (WHERE b" + std::to_string(i) + ")";
  }
  return engine.Query("SELECT " + counts + " FROM (SELECT " + (newest.empty() ? "1" : newest) + " AS newest" +
                      flags + " FROM " + view + ")");
}

void Take(const tables::Table& table, std::size_t column, std::int64_t rows, RuleVerdict& verdict) {
  verdict.considered = rows;
  verdict.unexpected = table[column].Int(0);
  verdict.passed = verdict.unexpected == 0;
}

/// One rule is to blame that all cannot be evaluated together: each for itself.
Result<> CountEach(tables::Engine& engine, const std::string& view, std::vector<SqlRule>& rules,
                   std::int64_t rows) {
  for (SqlRule& rule : rules) {
    const auto table = Count(engine, view, {&rule, 1}, "");
    if (table) {
      Take(*table, 2, rows, rule.verdict);
      continue;
    }
    if (table.error().reason != Reason::InvalidArgument && table.error().reason != Reason::Unprocessable)
      return table.error();
    rule.verdict.passed = false;
    rule.verdict.sentence += "; the rule itself cannot be evaluated: " + table.error().message;
  }
  return Done{};
}

Result<> TakeExamples(tables::Engine& engine, const std::string& view, SqlRule& rule) {
  const auto table = CAIRN_TRY(engine.Query("SELECT DISTINCT shown FROM (SELECT " + rule.shown +
                                            " AS shown, (" + rule.breaks + ") AS broken FROM " + view +
                                            ") WHERE broken ORDER BY shown LIMIT 5"));
  for (std::size_t row = 0; row < table.rows(); ++row) {
    rule.verdict.examples.push_back(table[0].IsNull(row) ? "(missing)" : table[0].Shown(row));
  }
  return Done{};
}

RuleVerdict Freshness(const Contract& contract, std::optional<TimeMs> newest, std::int64_t rows, TimeMs now) {
  RuleVerdict rule{
      "freshness: " + contract.freshness_column, contract.freshness_column, false, 0, rows, {}, ""};
  rule.sentence = "the newest value must not be older than " + FormatDuration(contract.freshness_ms);
  if (newest) {
    rule.passed = now - *newest <= contract.freshness_ms;
    rule.sentence += "; it is from " + FormatUtc(*newest);
  } else {
    rule.sentence += ", and no time could be read";
  }
  return rule;
}

}  // namespace

Result<Verdict> Check(tables::Engine& engine, const std::string& file, const Contract& contract, TimeMs now) {
  tables::ReadOptions options;
  options.all_text = true;
  const auto source = CAIRN_TRY(tables::Source::Open(file, options));
  const auto fields = CAIRN_TRY(engine.Sniff(source));
  RuleList list(contract, fields, source.format());
  const std::string view = list.View(source.Relation());
  Verdict verdict;
  verdict.rules = std::move(list.missing());
  auto& rules = list.rules();
  auto counted = Count(engine, view, rules, list.newest());
  const bool together = static_cast<bool>(counted);
  if (!together) counted = Count(engine, view, {}, list.newest());
  if (!counted) return counted.error();
  verdict.rows = (*counted)[0].Int(0);
  if (!together) CAIRN_TRY(CountEach(engine, view, rules, verdict.rows));
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (together) Take(*counted, i + 2, verdict.rows, rules[i].verdict);
    if (rules[i].verdict.unexpected > 0) CAIRN_TRY(TakeExamples(engine, view, rules[i]));
    verdict.rules.push_back(std::move(rules[i].verdict));
  }
  if (contract.min_rows > 0) {
    verdict.rules.push_back({"rows: min",
                             "",
                             verdict.rows >= contract.min_rows,
                             0,
                             verdict.rows,
                             {},
                             "there must be at least " + WithThousands(contract.min_rows) +
                                 " rows; there are " + WithThousands(verdict.rows)});
  }
  if (!contract.freshness_column.empty()) {
    const bool told = !list.newest().empty() && !(*counted)[1].IsNull(0);
    verdict.rules.push_back(Freshness(
        contract, told ? std::optional<TimeMs>((*counted)[1].Int(0)) : std::nullopt, verdict.rows, now));
  }
  verdict.passed = std::all_of(verdict.rules.begin(), verdict.rules.end(),
                               [](const RuleVerdict& rule) { return rule.passed; });
  return verdict;
}

Json Verdict::ToJson() const {
  Json list = Json::Array();
  for (const RuleVerdict& rule : rules) {
    Json examples = Json::Array();
    for (const auto& example : rule.examples) examples.Push(example);
    list.Push(Json{{"rule", rule.rule},
                   {"column", rule.column},
                   {"passed", rule.passed},
                   {"unexpected", rule.unexpected},
                   {"considered", rule.considered},
                   {"examples", std::move(examples)},
                   {"sentence", rule.sentence}});
  }
  return Json{{"passed", passed}, {"rows", rows}, {"rules", std::move(list)}};
}

std::string Verdict::Failures() const {
  std::vector<std::string> failures;
  for (const RuleVerdict& rule : rules) {
    if (rule.passed) continue;
    std::string text = rule.rule;
    if (rule.unexpected == 0) text += " (" + rule.sentence + ")";
    if (rule.unexpected > 0)
      text += " (" + WithThousands(rule.unexpected) + " of " + WithThousands(rule.considered) +
              " rows, such as " + Join(rule.examples, ", ") + ")";
    failures.push_back(std::move(text));
  }
  return Join(failures, "; ");
}

}  // namespace cairn::contract
