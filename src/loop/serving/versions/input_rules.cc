#include "loop/serving/versions/input_rules.h"

#include <algorithm>

#include "ground/vocabulary/text.h"

namespace cairn::serving {
namespace {

constexpr std::size_t kLongestId = 200;

Error Broken(const std::string& column, const std::string& what) {
  return {Reason::Unprocessable, "Column '" + column + "' " + what + "."};
}

}  // namespace

InputRules::InputRules(const Settings& settings)
    : active_(settings.check_inputs && !settings.contract.columns.empty()) {
  for (const auto& rule : settings.contract.columns) rules_[rule.name] = &rule;
}

Result<> InputRules::Check(const Question& question, const LoadedVersion* version) const {
  if (!active_) return Done{};
  for (const auto& [name, values] : question.columns) {
    const auto found = rules_.find(name);
    if (found == rules_.end()) {
      if (version && version->Reads(name)) continue;
      std::vector<std::string_view> known;
      for (const auto& [column, rule] : rules_) known.push_back(column);
      std::sort(known.begin(), known.end());
      return Broken(
          name,
          "is neither in the contract nor read by the model" +
              (NearestTo(name, known).empty() ? "" : "; did you mean '" + NearestTo(name, known) + "'"));
    }
    const contract::ColumnRule& rule = *found->second;
    if (!rule.serving) return Broken(name, "is no input of requests: the contract says 'serving: false'");
    for (std::size_t row = 0; row < values.size(); ++row) {
      const std::string violation = contract::Contract::Violation(rule, values[row]);
      if (!violation.empty()) return Broken(name, "in row " + std::to_string(row + 1) + " " + violation);
    }
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
