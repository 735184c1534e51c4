#include "loop/evaluation/judged_table.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "ground/vocabulary/text.h"

namespace cairn::evaluation {
namespace {

constexpr double kWholeUpTo = 9007199254740992.0;  // 2^53

Error NoValue(const tables::Column& column, std::size_t row) {
  return {Reason::Unprocessable,
          "row " + std::to_string(row + 1) + " has no value in '" + column.name() + "'"};
}

Result<std::vector<double>> NumbersOf(const tables::Table& table, const std::string& name) {
  const auto& column = *CAIRN_TRY(table.Named(name));
  if (!column.IsNumeric() && column.type() != tables::Type::Bool)
    return Error{Reason::Unprocessable, "'" + name + "' holds no numbers, and these are needed here"};
  std::vector<double> numbers(column.rows());
  for (std::size_t row = 0; row < numbers.size(); ++row) {
    if (column.IsNull(row)) return NoValue(column, row);
    numbers[row] = column.Double(row);
  }
  return numbers;
}

/// By size where all are numbers, else by bytes.
std::vector<std::string> Sorted(const std::set<std::string>& names) {
  std::vector<std::pair<double, std::string>> keyed;
  bool numbers = true;
  for (const auto& name : names) {
    const auto number = ParseDouble(name);
    numbers = numbers && number;
    keyed.emplace_back(number ? *number : 0, name);
  }
  if (numbers) std::ranges::sort(keyed);
  std::vector<std::string> sorted;
  for (auto& [number, name] : keyed) sorted.push_back(std::move(name));
  return sorted;
}

Result<std::uint32_t> PlaceIn(const std::vector<std::string>& classes, const std::string& name) {
  const auto found = std::ranges::find(classes, name);
  if (found != classes.end()) return static_cast<std::uint32_t>(found - classes.begin());
  const std::vector<std::string_view> known(classes.begin(), classes.end());
  return Error{Reason::Unprocessable, "'" + name + "' is none of the classes " + Join(classes, ", ") + "." +
                                          Suggestion(name, known)};
}

/// The classes of two: what is not the positive one, and it.
Result<std::vector<std::string>> TwoClasses(const std::set<std::string>& seen, const std::string& positive) {
  if (!seen.contains(positive)) {
    const std::vector<std::string_view> known(seen.begin(), seen.end());
    return Error{Reason::Unprocessable,
                 "no row has the class '" + positive + "'." + Suggestion(positive, known)};
  }
  std::string other = "not " + positive;
  if (seen.size() == 2) other = *seen.begin() == positive ? *seen.rbegin() : *seen.begin();
  return std::vector<std::string>{other, positive};
}

Result<> SetClasses(Truth& truth, const tables::Column& column, const JudgedColumns& columns) {
  std::vector<std::string> named(column.rows());
  for (std::size_t row = 0; row < named.size(); ++row) {
    if (column.IsNull(row)) return NoValue(column, row);
    named[row] = ClassAt(column, row);
  }
  const std::set<std::string> seen(named.begin(), named.end());
  if (!columns.positive.empty())
    truth.classes = CAIRN_TRY(TwoClasses(seen, columns.positive));
  else
    truth.classes = columns.classes.empty() ? Sorted(seen) : columns.classes;
  if (truth.classes.size() < 2) {
    return Error{Reason::Unprocessable, "every row of '" + columns.target + "' is of the class '" +
                                            named.front() + "': there is nothing to tell apart"};
  }
  std::map<std::string, std::uint32_t> places;
  for (const auto& name : seen) {
    const bool other = !columns.positive.empty() && name != columns.positive;
    places[name] = other ? 0 : CAIRN_TRY(PlaceIn(truth.classes, name));
  }
  for (const auto& name : named) truth.labels.push_back(places[name]);
  return Done{};
}

/// A day where the time is midnight.
std::string DayOrTime(std::string shown) {
  constexpr std::string_view kMidnight = "T00:00:00.000Z";
  if (shown.ends_with(kMidnight)) shown.resize(shown.size() - kMidnight.size());
  return shown;
}

Result<> SetTimes(Truth& truth, const tables::Column& column) {
  truth.in_time.resize(column.rows());
  std::iota(truth.in_time.begin(), truth.in_time.end(), 0u);
  for (std::size_t row = 0; row < column.rows(); ++row) {
    if (column.IsNull(row)) return NoValue(column, row);
    truth.times.push_back(DayOrTime(column.Shown(row)));
  }
  if (column.IsNumeric())
    std::ranges::stable_sort(truth.in_time, {}, [&](std::uint32_t row) { return column.Double(row); });
  else if (column.type() == tables::Type::Time)
    std::ranges::stable_sort(truth.in_time, {}, [&](std::uint32_t row) { return column.Time(row); });
  else
    std::ranges::stable_sort(truth.in_time, {}, [&](std::uint32_t row) { return truth.times[row]; });
  return Done{};
}

/// Whether a column of predictions holds chances: numbers, of which some are no class.
bool HoldsChances(const tables::Column& column, const Truth& truth) {
  if (!truth.binary() || column.type() != tables::Type::Double) return false;
  for (std::size_t row = 0; row < column.rows(); ++row)
    if (std::ranges::find(truth.classes, ClassAt(column, row)) == truth.classes.end()) return true;
  return false;
}

Result<Answers> Classified(const tables::Table& table, const JudgedColumns& columns, const Truth& truth) {
  Answers answers;
  const auto& column = *CAIRN_TRY(table.Named(columns.predictions));
  if (HoldsChances(column, truth)) {
    answers.chances = CAIRN_TRY(NumbersOf(table, columns.predictions));
    return answers;
  }
  std::map<std::string, std::uint32_t> places;
  for (std::size_t i = 0; i < truth.classes.size(); ++i)
    places[truth.classes[i]] = static_cast<std::uint32_t>(i);
  for (std::size_t row = 0; row < column.rows(); ++row) {
    if (column.IsNull(row)) return NoValue(column, row);
    const std::string name = ClassAt(column, row);
    const auto found = places.find(name);
    if (found == places.end() && columns.positive.empty())
      return CAIRN_TRY(PlaceIn(truth.classes, name)), answers;
    answers.decided.push_back(found == places.end() ? 0 : found->second);
  }
  return answers;
}

Result<Answers> Weighed(const tables::Table& table, const JudgedColumns& columns, const Truth& truth) {
  const std::size_t k = truth.classes.size(), rows = table.rows();
  std::vector<std::vector<double>> by_class(k);
  for (const auto& [name, column] : columns.chances)
    by_class[CAIRN_TRY(PlaceIn(truth.classes, name))] = CAIRN_TRY(NumbersOf(table, column));
  Answers answers;
  if (truth.binary() && !by_class[1].empty()) {
    answers.chances = by_class[1];
    return answers;
  }
  for (std::size_t c = 0; c < k; ++c)
    if (by_class[c].empty())
      return Error{Reason::InvalidArgument,
                   "no column is named for the chances of class '" + truth.classes[c] + "'"};
  for (std::size_t row = 0; row < rows; ++row) {
    std::size_t best = 0;
    for (std::size_t c = 0; c < k; ++c) {
      answers.chances.push_back(by_class[c][row]);
      if (by_class[c][row] > by_class[best][row]) best = c;
    }
    answers.decided.push_back(static_cast<std::uint32_t>(best));
  }
  return answers;
}

}  // namespace

std::vector<std::string> JudgedColumns::Names() const {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  add(target);
  add(predictions);
  add(time);
  for (const auto& [name, column] : chances) add(column);
  for (const auto& [level, column] : quantiles) add(column);
  return names;
}

std::string ClassAt(const tables::Column& column, std::size_t row) {
  if (column.type() == tables::Type::Double) {
    const double value = column.Double(row);
    if (std::abs(value) < kWholeUpTo && value == std::trunc(value))
      return std::to_string(static_cast<std::int64_t>(value));
  }
  return column.Shown(row);
}

Result<Truth> TruthOf(const tables::Table& table, const JudgedColumns& columns, Suite suite) {
  if (table.rows() == 0)
    return Error{Reason::Unprocessable, "no row has a value in the target column '" + columns.target + "'"};
  Truth truth;
  if (suite == Suite::Classification)
    CAIRN_TRY(SetClasses(truth, *CAIRN_TRY(table.Named(columns.target)), columns));
  else
    truth.numbers = CAIRN_TRY(NumbersOf(table, columns.target));
  if (!columns.time.empty()) CAIRN_TRY(SetTimes(truth, *CAIRN_TRY(table.Named(columns.time))));
  return truth;
}

Result<Answers> AnswersIn(const tables::Table& table, const JudgedColumns& columns, const Truth& truth,
                          Suite suite) {
  if (suite == Suite::Classification)
    return columns.chances.empty() ? Classified(table, columns, truth) : Weighed(table, columns, truth);
  Answers answers;
  for (const auto& [level, column] : columns.quantiles)
    answers.quantiles.push_back({level, CAIRN_TRY(NumbersOf(table, column))});
  answers.numbers = CAIRN_TRY(NumbersOf(table, columns.predictions));
  return answers;
}

Result<std::vector<std::string>> ValuesOf(const tables::Table& table, const std::string& name) {
  const auto& column = *CAIRN_TRY(table.Named(name));
  std::vector<std::string> values(column.rows());
  for (std::size_t row = 0; row < values.size(); ++row)
    values[row] = column.IsNull(row) ? "(missing)" : column.Shown(row);
  return values;
}

}  // namespace cairn::evaluation
