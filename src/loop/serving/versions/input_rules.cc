#include "loop/serving/versions/input_rules.h"

#include <algorithm>

#include "ground/vocabulary/text.h"

namespace cairn::serving {
namespace {

constexpr std::size_t kLongestId = 200;

Error Broken(const std::string& column, const std::string& what) {
  return {Reason::Unprocessable, "Column '" + column + "' " + what + "."};
}

/// Most columns of numbers need no look at each of them.
bool FitsAsNumbers(const contract::RowRules& rules, std::size_t number, const Values& values) {
  if (const auto* doubles = std::get_if<Values::Doubles>(&values.kept()))
    return rules.FitAll(number, *doubles);
  const auto* floats = std::get_if<Values::Floats>(&values.kept());
  return floats && rules.FitAll(number, Values::Doubles(floats->begin(), floats->end()));
}

}  // namespace

Result<InputRules> InputRules::Of(const Settings& settings) {
  InputRules rules;
  if (!settings.check_inputs || settings.contract.columns.empty()) return rules;
  rules.rules_ = CAIRN_TRY(contract::RowRules::Of(settings.contract));
  for (const auto& column : settings.contract.columns) rules.served_.push_back(column.serving);
  return rules;
}

Result<std::optional<std::size_t>> InputRules::NumberOf(const std::string& column,
                                                        const LoadedVersion* version) const {
  const auto number = rules_->Find(column);
  if (number && !served_[*number])
    return Broken(column, "is no input of requests: the contract says 'serving: false'");
  if (number || (version && version->Reads(column))) return number;
  std::vector<std::string_view> known(rules_->columns().begin(), rules_->columns().end());
  std::sort(known.begin(), known.end());
  return Broken(
      column,
      "is neither in the contract nor read by the model" +
          (NearestTo(column, known).empty() ? "" : "; did you mean '" + NearestTo(column, known) + "'"));
}

Result<> InputRules::Check(const Question& question, const LoadedVersion* version) const {
  if (!rules_) return Done{};
  std::vector<const Values*> columns(served_.size());
  for (const auto& [name, values] : question.columns) {
    const auto number = CAIRN_TRY(NumberOf(name, version));
    if (!number) continue;
    columns[*number] = &values;
    CAIRN_TRY(CheckValues(name, *number, values));
  }
  return rules_->HasRowTests() ? CheckRows(question, columns) : Result<>();
}

Result<> InputRules::CheckValues(const std::string& name, std::size_t number, const Values& values) const {
  if (FitsAsNumbers(*rules_, number, values)) return Done{};
  Json made;
  for (std::size_t row = 0; row < values.size(); ++row) {
    const std::string violation = rules_->Violation(number, values.At(row, made));
    if (!violation.empty()) return Broken(name, "in row " + std::to_string(row + 1) + " " + violation);
  }
  return Done{};
}

Result<> InputRules::CheckRows(const Question& question, const std::vector<const Values*>& columns) const {
  std::vector<const Json*> values(columns.size());
  std::vector<Json> made(columns.size());
  for (std::size_t row = 0; row < question.rows; ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i)
      values[i] = columns[i] ? &columns[i]->At(row, made[i]) : nullptr;
    const std::string violation = rules_->RowViolation(values);
    if (!violation.empty())
      return Error{Reason::Unprocessable, "Row " + std::to_string(row + 1) + " breaks " + violation + "."};
  }
  return Done{};
}

Result<> CheckForm(const Question& question) {
  const auto visible = [](char c) { return c > ' ' && c < 0x7F; };
  if (question.id.size() > kLongestId || !std::all_of(question.id.begin(), question.id.end(), visible))
    return Error{Reason::InvalidArgument,
                 "The request's id must be at most 200 visible ASCII characters without spaces."};
  std::vector<std::string_view> names;
  names.reserve(question.columns.size());
  for (const auto& [name, values] : question.columns) {
    if (values.size() != question.rows)
      return Error{Reason::InvalidArgument, "Column '" + name + "' has " + std::to_string(values.size()) +
                                                " values, and the request " + std::to_string(question.rows) +
                                                " rows."};
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    return Error{Reason::InvalidArgument, "Column '" + std::string(*twice) + "' is given twice."};
  return Done{};
}

}  // namespace cairn::serving
