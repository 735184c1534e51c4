#include "loop/contract/row_rules.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "ground/vocabulary/text.h"
#include "loop/contract/values/predicate.h"
#include "loop/contract/values/row_predicate.h"

namespace cairn::contract {
namespace {

struct ValueTest {
  Rule rule;
  ValueReader reader;  ///< Of the column, or of what lies at the rule's place in it.
  Predicate predicate;

  bool Breaks(const Cell& cell, const Json& value) const {
    if (rule.path.empty()) return predicate.Considers(cell) && predicate.Breaks(cell);
    const auto inside = ValuesAt(value, rule.path);
    return std::any_of(inside.begin(), inside.end(), [&](const Json* one) {
      const Cell part = reader.Read(*one);
      return predicate.Considers(part) && predicate.Breaks(part);
    });
  }
};

struct RowTest {
  Rule rule;
  RowPredicate predicate;
  std::vector<std::size_t> columns;
};

struct ColumnTests {
  ValueReader reader;
  std::vector<ValueTest> tests;
};

/// Why a value breaks a rule, to follow its column's name.
std::string Why(const Rule& rule, const Cell& cell, const Json& value, ColumnType type) {
  if (std::get_if<NotMissing>(&rule.test) && cell.kind == Cell::Kind::Missing)
    return "is missing, and it must not be";
  const std::string is = "is " + ShownValue(value) + ", ";
  if (std::get_if<OfType>(&rule.test) && rule.path.empty())
    return is + "which is no " + std::string(NameOf(type));
  if (!rule.path.empty()) return is + "and in it '" + rule.name + "' does not hold: " + rule.sentence;
  if (const auto* one = std::get_if<OneOf>(&rule.test); one && one->listed)
    return is + "which is not among the allowed values";
  if (const auto* matches = std::get_if<Matches>(&rule.test);
      matches && matches->patterns.size() == 1 && matches->which != Matches::Which::None)
    return is + "which does not match " + matches->patterns.front();
  if (const auto* within = std::get_if<Within>(&rule.test)) {
    const Range& range = within->range;
    if (range.low && !range.high && !range.open_low && !range.inverted)
      return is + "below the minimum " + BoundText(*range.low, type);
    if (range.high && !range.low && !range.open_high && !range.inverted)
      return is + "above the maximum " + BoundText(*range.high, type);
  }
  return is + "and " + rule.sentence;
}

bool IsHeldTo(const Rule& rule) { return rule.serving && rule.stops && rule.allowance.IsNone(); }

Error Unusable(const Rule& rule, const Error& error) {
  return {Reason::InvalidArgument, (rule.where.empty() ? "" : rule.where + ": ") + "the rule '" + rule.name +
                                       "' cannot be evaluated: " + error.message};
}

}  // namespace

struct RowRules::Compiled {
  std::vector<std::string> names;
  std::unordered_map<std::string_view, std::size_t> numbers;
  std::vector<ColumnTests> columns;
  std::vector<RowTest> row_tests;

  Result<> AddColumn(const ColumnRule& column) {
    auto reader = ValueReader::Of(column.type, column.format);
    if (!reader)
      return Error{Reason::InvalidArgument, "the format '" + column.format + "' of column '" + column.name +
                                                "' " + reader.error().message};
    columns.push_back({*std::move(reader), {}});
    return Done{};
  }

  Result<> Add(const Rule& rule, const Contract& contract) {
    if (auto row = RowPredicate::Of(rule.test)) {
      RowTest test{rule, *std::move(row), {}};
      for (const auto& column : test.predicate.columns()) {
        const auto found = numbers.find(column);
        if (found == numbers.end())
          return Unusable(rule, {Reason::InvalidArgument, "the contract lists no column '" + column + "'"});
        test.columns.push_back(found->second);
      }
      row_tests.push_back(std::move(test));
      return Done{};
    }
    const auto found = numbers.find(rule.column);
    if (found == numbers.end()) return Done{};
    const auto reader = ReaderAt(*contract.Find(rule.column), rule.path);
    if (!reader) return Unusable(rule, reader.error());
    auto predicate = Predicate::Of(rule.test, *reader);
    if (!predicate) return Unusable(rule, predicate.error());
    if (*predicate) columns[found->second].tests.push_back({rule, *reader, **std::move(predicate)});
    return Done{};
  }
};

Result<RowRules> RowRules::Of(const Contract& contract) {
  auto compiled = std::make_shared<Compiled>();
  for (const ColumnRule& column : contract.columns) {
    compiled->names.push_back(column.name);
    CAIRN_TRY(compiled->AddColumn(column));
  }
  for (std::size_t i = 0; i < compiled->names.size(); ++i) compiled->numbers[compiled->names[i]] = i;
  for (const Rule& rule : contract.AllRules()) {
    if (IsHeldTo(rule)) CAIRN_TRY(compiled->Add(rule, contract));
  }
  return RowRules(std::move(compiled));
}

const std::vector<std::string>& RowRules::columns() const { return compiled_->names; }
bool RowRules::HasRowTests() const { return !compiled_->row_tests.empty(); }

std::optional<std::size_t> RowRules::Find(std::string_view column) const {
  const auto found = compiled_->numbers.find(column);
  return found == compiled_->numbers.end() ? std::nullopt : std::optional(found->second);
}

std::string RowRules::Violation(std::size_t column, const Json& value) const {
  const ColumnTests& tests = compiled_->columns[column];
  const Cell cell = tests.reader.Read(value);
  for (const ValueTest& test : tests.tests) {
    if (test.Breaks(cell, value)) return Why(test.rule, cell, value, tests.reader.type());
  }
  return "";
}

bool RowRules::FitAll(std::size_t column, std::span<const double> numbers) const {
  const ColumnTests& tests = compiled_->columns[column];
  if (!tests.reader.TakesAsItIs(Cell::Kind::Double)) return false;
  if (std::any_of(numbers.begin(), numbers.end(), [](double number) { return std::isnan(number); }))
    return false;
  return std::all_of(tests.tests.begin(), tests.tests.end(), [&](const ValueTest& test) {
    return test.rule.path.empty() && test.predicate.AllowsAll(numbers);
  });
}

namespace {

bool Breaks(const RowTest& test, const std::vector<ColumnTests>& columns, std::span<const Json* const> row) {
  std::vector<Cell> cells;
  for (const std::size_t column : test.columns)
    cells.push_back(row[column] ? columns[column].reader.Read(*row[column]) : Cell::Missing());
  return test.predicate.Judge(cells) == RowPredicate::Outcome::Breaks;
}

}  // namespace

std::string RowRules::RowViolation(std::span<const Json* const> row) const {
  for (const RowTest& test : compiled_->row_tests) {
    if (Breaks(test, compiled_->columns, row)) return test.rule.name + ": " + test.rule.sentence;
  }
  return "";
}

std::vector<std::string> RowRules::Broken(std::span<const Json* const> row) const {
  std::vector<std::string> broken;
  for (std::size_t i = 0; i < compiled_->columns.size(); ++i) {
    const Json value = row[i] ? *row[i] : Json();
    const Cell cell = compiled_->columns[i].reader.Read(value);
    for (const ValueTest& test : compiled_->columns[i].tests) {
      if (test.Breaks(cell, value)) broken.push_back(test.rule.name);
    }
  }
  for (const RowTest& test : compiled_->row_tests) {
    if (Breaks(test, compiled_->columns, row)) broken.push_back(test.rule.name);
  }
  return broken;
}

}  // namespace cairn::contract
