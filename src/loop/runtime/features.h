#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/runtime/model.h"

namespace cairn::tables {
class Table;
}

namespace cairn::runtime {

/// Named columns with the same number of rows each: what a table or a list of JSON records is before it
/// becomes tensors.
class Features {
 public:
  using Numbers = std::vector<double>;  ///< NaN = no value.
  using Wholes = std::vector<std::int64_t>;
  using Texts = std::vector<std::string>;
  struct Column {
    std::string name;
    std::variant<Numbers, Wholes, Texts> values;
    std::vector<std::uint8_t> nulls;  ///< One byte per row, 1 = no value; empty = every row has one.

    std::size_t rows() const;
    bool IsNull(std::size_t row) const { return !nulls.empty() && nulls[row] != 0; }
  };

  /// InvalidArgument when the name is there already or the number of rows differs.
  Result<> Add(Column column);
  /// Every column of a table: doubles and truth values (0, 1) as numbers, integers as wholes, times as wholes
  /// (UTC milliseconds), texts as texts.
  static Features Of(const tables::Table& table);

  std::size_t rows() const { return columns_.empty() ? 0 : columns_.front().rows(); }
  const std::vector<Column>& columns() const { return columns_; }
  const Column* Find(std::string_view name) const;

 private:
  std::vector<Column> columns_;
};

/// Columns that the model does not take: an error in a request, normal in a table that also has target and
/// keys.
enum class Extra { Refuse, Ignore };

/// Turns named columns into the tensors of one model. Two forms of models are understood:
///  - by columns: each input is [N,1] or [N] and bears its column's name (what skl2onnx makes of a pipeline
///  over a data frame);
///  - by matrix: one input [N,F] takes the columns `names` side by side in that order (names come from the
///  MLflow signature or the caller).
/// Values: a floating-point input takes numbers and wholes, and no value becomes NaN; a whole-number input
/// takes wholes and numbers without a fraction that fit, never a missing value; BOOL takes 0 and 1; BYTES
/// takes texts, and no value becomes "", marked as missing. Plain data, made once for a model; safe from any
/// thread.
class Binder {
 public:
  /// Unsupported when the model is of neither form; Unprocessable when its matrix is not as wide as there are
  /// names, or names are missing.
  static Result<Binder> For(const Signature& signature, const std::vector<std::string>& names = {});

  /// Unprocessable that names the column: absent, unknown (with Extra::Refuse), of the wrong kind, without a
  /// value where one is needed.
  Result<Batch> Bind(const Features& features, Extra extra) const;

  /// The columns it takes, in order.
  const std::vector<std::string>& names() const { return names_; }

 private:
  Signature signature_;
  std::vector<std::string> names_;
  bool matrix_ = false;
};

}  // namespace cairn::runtime
