#include "loop/contract/check.h"

#include <algorithm>
#include <set>

#include "ground/vocabulary/text.h"
#include "loop/contract/queries/queries.h"
#include "loop/contract/scan/pass.h"

namespace cairn::contract {
namespace {

constexpr std::size_t kMostExamples = 20;

bool IsFor(const Rule& rule, Environment environment) {
  return environment == Environment::Training ? rule.training : rule.serving;
}

std::vector<std::string> Needed(const std::vector<Rule>& rules) {
  std::set<std::string> names;
  for (const Rule& rule : rules) {
    for (auto& name : ColumnsOf(rule)) names.insert(std::move(name));
  }
  return {names.begin(), names.end()};
}

RuleVerdict Begun(const Rule& rule) {
  RuleVerdict verdict;
  verdict.rule = rule.name;
  verdict.column = rule.column;
  verdict.test = NameOf(rule.test);
  if (const auto* statistic = std::get_if<StatisticWithin>(&rule.test))
    verdict.test = NameOf(statistic->statistic);
  verdict.stops = rule.stops;
  verdict.sentence = rule.sentence;
  verdict.dimension = rule.dimension;
  verdict.where = rule.where;
  return verdict;
}

void Break(RuleVerdict& verdict, const std::string& remark) {
  verdict.status = verdict.stops ? Status::Failed : Status::Warned;
  if (!remark.empty()) verdict.sentence += "; " + remark;
}

void CannotRun(RuleVerdict& verdict, const std::string& why) {
  verdict.status = Status::Error;
  verdict.sentence += "; it cannot be evaluated: " + why;
}

std::string MissingColumn(const std::string& name, const Layout& layout) {
  const std::vector<std::string_view> there(layout.in_file().begin(), layout.in_file().end());
  return "the column '" + name + "' is missing." + Suggestion(name, there);
}

/// Whether the contract's columns and the file's are the same.
std::string ColumnTrouble(const OnlyTheseColumns& test, const Contract& contract, const Layout& layout) {
  std::vector<std::string> listed, extra;
  for (const ColumnRule& column : contract.columns) listed.push_back(column.name);
  for (const auto& name : layout.in_file()) {
    if (std::find(listed.begin(), listed.end(), name) == listed.end()) extra.push_back(name);
  }
  if (!extra.empty()) return "the file also has " + Join(extra, ", ");
  if (test.in_order && listed != layout.in_file())
    return "they stand in the order " + Join(layout.in_file(), ", ");
  return "";
}

/// Tells what needs no rows: whether columns are there, and remarks. True when that was all.
bool TellWithoutRows(const Rule& rule, const Contract& contract, const Layout& layout, RuleVerdict& verdict) {
  const auto there = [&](const std::string& name) {
    return std::find(layout.in_file().begin(), layout.in_file().end(), name) != layout.in_file().end();
  };
  if (const auto* remark = std::get_if<Remark>(&rule.test)) {
    verdict.status = Status::Remarked;
    if (!remark->what.empty() && verdict.sentence.empty()) verdict.sentence = remark->what;
    return true;
  }
  if (const auto* only = std::get_if<OnlyTheseColumns>(&rule.test)) {
    if (const auto trouble = ColumnTrouble(*only, contract, layout); !trouble.empty())
      Break(verdict, trouble);
    return true;
  }
  if (std::get_if<ColumnThere>(&rule.test)) {
    if (!there(rule.column)) {
      Break(verdict, "");
      verdict.sentence = MissingColumn(rule.column, layout);
    }
    return true;
  }
  for (const auto& name : ColumnsOf(rule)) {
    if (there(name)) continue;
    CannotRun(verdict, MissingColumn(name, layout));
    return true;
  }
  return false;
}

std::string MeasuredText(const Rule& rule, double measured) {
  const auto* statistic = std::get_if<StatisticWithin>(&rule.test);
  if (statistic && statistic->statistic == Statistic::Rows)
    return "there are " + WithThousands(static_cast<std::int64_t>(measured));
  return "it is " + ShortestText(measured);
}

void Judge(const Rule& rule, const Finding& finding, std::int64_t rows, RuleVerdict& verdict) {
  verdict.considered = finding.considered;
  verdict.unexpected = finding.unexpected;
  verdict.figure = finding.figure;
  if (finding.holds) {
    if (!finding.remark.empty()) verdict.sentence += "; " + finding.remark;
    if (!*finding.holds) Break(verdict, "");
    return;
  }
  const bool counted = std::get_if<StatisticWithin>(&rule.test) || std::get_if<QueryValue>(&rule.test);
  if (counted && !finding.figure) return Break(verdict, "there is no value");
  const double measured = finding.figure.value_or(static_cast<double>(finding.unexpected));
  bool holds = false;
  switch (rule.allowance.unit) {
    case Allowance::Unit::Rows:
      holds = rule.allowance.range.Holds(measured);
      break;
    case Allowance::Unit::Percent:
      holds = rule.allowance.range.Holds(rows == 0 ? 0 : 100 * measured / static_cast<double>(rows));
      break;
    case Allowance::Unit::Fitting:
      holds = rule.allowance.range.Holds(1 - verdict.Share());
      break;
  }
  if (counted) verdict.sentence += "; " + MeasuredText(rule, measured);
  if (!finding.remark.empty()) verdict.sentence += "; " + finding.remark;
  if (!holds) Break(verdict, "");
}

/// Whose values an example must not show.
bool IsMasked(const std::vector<std::string>& columns, const Contract& contract) {
  return std::any_of(columns.begin(), columns.end(), [&](const std::string& name) {
    const ColumnRule* column = contract.Find(name);
    return column && column->Masked();
  });
}

void Keep(std::vector<Example> examples, bool masked, RuleVerdict& verdict) {
  if (masked) verdict.masked = !examples.empty();
  for (Example& example : examples) {
    verdict.examples.push_back(masked ? "***" : std::move(example.text));
    if (example.row > 0) verdict.example_rows.push_back(example.row);
  }
}

/// The findings of the pass as verdicts, with examples for what is broken.
Result<> JudgeAll(tables::Engine& engine, const std::vector<Rule>& rules, const Contract& contract,
                  Pass& pass, const std::stop_token& stop, Verdict& verdict) {
  const auto judged = [&](std::size_t number) {
    RuleVerdict one = verdict.rules[number];
    Judge(rules[number], *pass.FindingOf(number), pass.rows(), one);
    return one;
  };
  std::vector<std::size_t> broken;
  for (std::size_t number = 0; number < rules.size(); ++number) {
    if (!pass.FindingOf(number)) continue;
    const RuleVerdict first = judged(number);
    if (first.unexpected > 0 && first.status != Status::Passed) broken.push_back(number);
  }
  CAIRN_TRY(pass.Look(engine, broken, kMostExamples, stop));
  for (std::size_t number = 0; number < rules.size(); ++number) {
    if (!pass.FindingOf(number)) continue;
    verdict.rules[number] = judged(number);
    if (verdict.rules[number].status != Status::Passed)
      Keep(pass.TakeExamples(number), IsMasked(ColumnsOf(rules[number]), contract), verdict.rules[number]);
  }
  return Done{};
}

}  // namespace

Result<Verdict> Check(tables::Engine& engine, const std::vector<std::string>& files, const Contract& contract,
                      const Conditions& conditions) {
  std::vector<Rule> rules = contract.AllRules();
  std::erase_if(rules, [&](const Rule& rule) { return !IsFor(rule, conditions.environment); });
  const Layout layout = CAIRN_TRY(Layout::Of(engine, files, contract, Needed(rules)));
  Pass pass(layout, contract, conditions.now);
  Queries queries(engine, files, contract, conditions);
  Verdict verdict;
  std::vector<std::size_t> asked;
  for (std::size_t number = 0; number < rules.size(); ++number) {
    RuleVerdict& one = verdict.rules.emplace_back(Begun(rules[number]));
    if (TellWithoutRows(rules[number], contract, layout, one)) continue;
    const auto measured = pass.Add(number, rules[number]);
    if (!measured)
      CannotRun(one, measured.error().message);
    else if (!*measured)
      asked.push_back(number);
  }
  CAIRN_TRY(pass.Run(engine, conditions.stop));
  verdict.rows = pass.rows();
  CAIRN_TRY(JudgeAll(engine, rules, contract, pass, conditions.stop, verdict));
  for (const std::size_t number : asked) {
    auto answer = queries.Ask(rules[number]);
    if (conditions.stop.stop_requested()) return Error{Reason::Conflict, "The check was stopped."};
    if (!answer) {
      CannotRun(verdict.rules[number], answer.error().message);
      continue;
    }
    if (answer->finding.considered == 0) answer->finding.considered = verdict.rows;
    Judge(rules[number], answer->finding, verdict.rows, verdict.rules[number]);
    Keep(std::move(answer->examples), answer->masked, verdict.rules[number]);
  }
  verdict.passed = std::all_of(verdict.rules.begin(), verdict.rules.end(),
                               [](const RuleVerdict& rule) { return rule.passed() || !rule.stops; });
  return verdict;
}

}  // namespace cairn::contract
