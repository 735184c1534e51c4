#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ground/tables/table.h"
#include "loop/evaluation/suite.h"

namespace cairn::evaluation {

/// Which columns of a table say what.
struct JudgedColumns {
  std::string target;
  std::string positive;  ///< The class that counts as yes, all others being one; "" for none named.
  std::vector<std::string> classes;  ///< Every class there is, when the rows do not show them all.
  /// What was predicted: a class, the chance of the positive class, or a number; "" when a model answers.
  std::string predictions;
  std::vector<std::pair<std::string, std::string>> chances;  ///< Class and column.
  std::vector<std::pair<double, std::string>> quantiles;     ///< Level and column, by level.
  std::string time;                                          ///< What orders the rows; "" for none.

  /// All that are named, each once.
  std::vector<std::string> Names() const;
};

/// A value as a class: whole numbers without a fraction ("1" for 1.0), everything else as it is shown.
std::string ClassAt(const tables::Column& column, std::size_t row);

/// Classes in the order of scikit-learn: numbers by size, texts by bytes; of two, the positive one last.
/// Unprocessable: a column that is not there, a target without a value or of no number where one is needed,
/// a single class, a class beyond those listed, a positive class that no row has.
Result<Truth> TruthOf(const tables::Table& table, const JudgedColumns& columns, Suite suite);

/// What columns of the table say was predicted. Of two classes, a column of numbers that are not all classes
/// is taken for chances. Unprocessable for a row without an answer, or of a class that is not known.
Result<Answers> AnswersIn(const tables::Table& table, const JudgedColumns& columns, const Truth& truth,
                          Suite suite);

/// Each row's value of a column, for SliceColumn; a missing one is "(missing)".
Result<std::vector<std::string>> ValuesOf(const tables::Table& table, const std::string& column);

}  // namespace cairn::evaluation
