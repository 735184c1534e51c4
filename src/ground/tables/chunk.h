#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "ground/tables/table.h"

namespace cairn::tables {

/// Name and type of one column of a result or a file.
struct Field {
  std::string name;
  Type type = Type::Text;
  std::string sql_type;  ///< The engine's own word for it: "BIGINT", "VARCHAR", "DECIMAL(10,2)".
};

/// Some consecutive rows of a result (at most 2,048), column by column, while the engine holds them. Spans
/// and texts die with the callback that got the chunk. DOUBLE and BIGINT columns are the engine's own memory;
/// narrower numbers are widened into a buffer that the scan keeps.
class Chunk {
 public:
  virtual ~Chunk() = default;
  virtual std::size_t rows() const = 0;
  virtual const std::vector<Field>& fields() const = 0;
  virtual bool IsNull(std::size_t column, std::size_t row) const = 0;
  /// Values where a row is null are undefined. Asking for a type that is not the field's ends the program;
  /// Doubles also reads Int and Bool fields.
  virtual std::span<const double> Doubles(std::size_t column) const = 0;
  virtual std::span<const std::int64_t> Ints(std::size_t column) const = 0;
  virtual std::span<const TimeMs> Times(std::size_t column) const = 0;
  virtual std::span<const std::uint8_t> Bools(std::size_t column) const = 0;
  virtual std::string_view Text(std::size_t column, std::size_t row) const = 0;

  /// The same for all rows at once. Bit row % 64 of word row / 64 says whether there is a value; without
  /// words there is one in every row.
  virtual std::span<const std::uint64_t> Validity(std::size_t column) const = 0;
  /// The texts; of a null, anything.
  virtual void Texts(std::size_t column, std::vector<std::string_view>& texts) const = 0;
};

/// Appends what a chunk holds of one column to a column of the same type.
void AppendColumn(Column& to, const Chunk& chunk, std::size_t column);

}  // namespace cairn::tables
