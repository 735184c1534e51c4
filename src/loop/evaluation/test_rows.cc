#include <algorithm>
#include <optional>

#include "loop/evaluation/examination.h"
#include "loop/evaluation/picked_rows.h"
#include "loop/evaluation/random.h"

namespace cairn::evaluation {
namespace {

/// None where the contract says nothing of how it is to be read.
std::optional<tables::Type> TypeOf(const contract::ColumnRule& rule) {
  switch (rule.type) {
    case contract::ColumnType::Any:
      return std::nullopt;
    case contract::ColumnType::Integer:
      return tables::Type::Int;
    case contract::ColumnType::Number:
      return tables::Type::Double;
    case contract::ColumnType::Boolean:
      return tables::Type::Bool;
    case contract::ColumnType::Timestamp:
    case contract::ColumnType::Date:
      // A form of its own is a text to every reader but the contract's.
      return rule.format.empty() ? tables::Type::Time : tables::Type::Text;
    case contract::ColumnType::String:
    case contract::ColumnType::Time:
    case contract::ColumnType::Array:
    case contract::ColumnType::Object:
      break;
  }
  return tables::Type::Text;
}

/// The files with the contract's types instead of guessed ones, which could differ from file to file.
Result<tables::Source> Typed(tables::Engine& engine, const std::vector<std::string>& files,
                             const data::Specification& specification) {
  tables::ReadOptions names;
  names.all_text = true;
  names.sample_rows = 1;
  const auto look = CAIRN_TRY(tables::Source::Open(files, names));
  tables::ReadOptions options;
  for (const auto& field : CAIRN_TRY(engine.Sniff(look))) {
    const auto* rule = specification.contract.Find(field.name);
    if (const auto type = rule ? TypeOf(*rule) : std::nullopt) options.types[field.name] = *type;
  }
  return tables::Source::Open(files, options);
}

bool IsPositive(const tables::Column& column, std::size_t row, const Json& positive) {
  if (column.IsNumeric() || column.type() == tables::Type::Bool) {
    if (positive.IsNumber()) return column.Double(row) == positive.AsDouble();
    if (positive.IsBool()) return column.Double(row) == (positive.AsBool() ? 1.0 : 0.0);
  }
  return column.Shown(row) == (positive.IsString() ? positive.AsString() : positive.Dump());
}

/// `most` of `rows` row numbers in order, each set as likely as any other.
std::vector<std::size_t> Sampled(std::size_t rows, std::size_t most) {
  Random random(1);
  std::vector<std::size_t> picked;
  for (std::size_t row = 0; row < rows && picked.size() < most; ++row) {
    if (random.Unit() * static_cast<double>(rows - row) < static_cast<double>(most - picked.size()))
      picked.push_back(row);
  }
  return picked;
}

}  // namespace

tables::Table Picked(const tables::Table& table, std::span<const std::size_t> rows) {
  std::vector<tables::Column> columns;
  for (const tables::Column& from : table.columns()) {
    tables::Column to(from.name(), from.type());
    for (const std::size_t row : rows) to.PushFrom(from, row);
    columns.push_back(std::move(to));
  }
  return tables::Table(std::move(columns));
}

Result<TestRows> ReadRows(tables::Engine& engine, const std::vector<std::string>& files,
                          const data::Specification& specification, Task task, std::size_t most_rows) {
  if (specification.target.empty()) {
    return Error{Reason::Unprocessable, "data set '" + specification.name +
                                            "' names no 'target' column, so nothing can be measured on it"};
  }
  const auto source = CAIRN_TRY(Typed(engine, files, specification));
  TestRows rows;
  rows.table = CAIRN_TRY(engine.Query("SELECT * FROM " + source.Relation() + " WHERE " +
                                      tables::Identifier(specification.target) + " IS NOT NULL"));
  rows.available = static_cast<std::int64_t>(rows.table.rows());
  if (rows.available == 0) {
    return Error{Reason::Unprocessable, "no row of data set '" + specification.name +
                                            "' has a value in its target column '" + specification.target +
                                            "'"};
  }
  if (rows.table.rows() > most_rows) rows.table = Picked(rows.table, Sampled(rows.table.rows(), most_rows));
  const tables::Column& target = *CAIRN_TRY(rows.table.Named(specification.target));
  if (task == Task::Regression && !target.IsNumeric()) {
    return Error{Reason::Unprocessable, "the target column '" + specification.target +
                                            "' holds no numbers, and the metric is one of regression"};
  }
  for (std::size_t row = 0; row < target.rows(); ++row) {
    rows.labels.push_back(task == Task::Regression                          ? target.Double(row)
                          : IsPositive(target, row, specification.positive) ? 1.0
                                                                            : 0.0);
  }
  return rows;
}

Result<std::vector<double>> ScoreByRule(const charter::Heuristic& heuristic, const tables::Table& table) {
  std::vector<const tables::Column*> columns;
  for (const auto& name : heuristic.columns()) columns.push_back(CAIRN_TRY(table.Named(name)));
  std::vector<Json> values(columns.size());
  static const Json nothing;
  const auto value_of = [&](std::string_view name) -> const Json& {
    const auto found = std::find(heuristic.columns().begin(), heuristic.columns().end(), name);
    return found == heuristic.columns().end()
               ? nothing
               : values[static_cast<std::size_t>(found - heuristic.columns().begin())];
  };
  std::vector<double> scores;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const tables::Column& column = *columns[i];
      if (column.IsNull(row))
        values[i] = Json();
      else if (column.IsNumeric())
        values[i] = Json(column.Double(row));
      else if (column.type() == tables::Type::Bool)
        values[i] = Json(column.Bool(row));
      else
        values[i] = Json(column.Shown(row));
    }
    scores.push_back(heuristic.Score(value_of));
  }
  return scores;
}

}  // namespace cairn::evaluation
