#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ground/tables/engine.h"

namespace cairn::tables {

/// Rows that come one by one on their way into a file of any format; none of them is held in memory. One
/// thread at a time.
class RowFile {
 public:
  struct Head {
    std::string name;
    /// What the column holds; absent: found out from its values. A Time is written as ISO text.
    std::optional<Type> type = {};
  };
  /// `spool` is where the rows lie meanwhile; there is no such file at the end. InvalidArgument for two
  /// columns of one name.
  static Result<RowFile> Create(const std::string& spool, std::vector<Head> heads);
  RowFile(RowFile&&) noexcept;
  ~RowFile();

  /// One value a column. Any column takes a text.
  Result<> Append(std::span<const Value> row);
  /// Writes what came to `path`, in order. The same rows give the same bytes. Unprocessable for a value that
  /// is not of its column's type. The file is used up then.
  Result<std::int64_t> Finish(Engine& engine, const std::string& path, Format format);

 private:
  struct State;
  explicit RowFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cairn::tables
