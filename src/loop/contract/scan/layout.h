#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/tables/engine.h"
#include "loop/contract/contract.h"
#include "loop/contract/values/cell.h"

namespace cairn::contract {

/// How the columns that a check looks at stand in files, and what their values mean. Plain once made.
class Layout {
 public:
  /// Looks at the files' form and columns. `columns` are those that rules speak of; the ones that are not
  /// there are left out. Errors are those of reading, and InvalidArgument for a column's format.
  static Result<Layout> Of(tables::Engine& engine, const std::vector<std::string>& files,
                           const Contract& contract, const std::vector<std::string>& columns);

  /// One column as the SELECT gives it.
  enum class Storage { Field, Text, Json, Bool, Int, Double, Time };
  struct Column {
    std::string name;
    std::string sql;  ///< What stands for it in the SELECT.
    Storage storage = Storage::Field;
    ValueReader reader;
  };
  const std::vector<Column>& columns() const { return columns_; }
  std::optional<std::size_t> Find(std::string_view column) const;
  /// All columns of the files, in their order.
  const std::vector<std::string>& in_file() const { return in_file_; }
  tables::Format format() const { return format_; }

  /// "SELECT … FROM …" of these columns (or of a constant when there are none).
  std::string Select(const std::vector<std::size_t>& columns) const;
  /// The numbers of all columns.
  std::vector<std::size_t> All() const;

 private:
  Result<> AddColumn(const std::string& name, const std::string& sql_type, const Contract& contract);
  Result<> Choose(const std::vector<std::string>& columns, const std::map<std::string, std::string>& types,
                  const Contract& contract);

  tables::Format format_ = tables::Format::Csv;
  std::string relation_;
  std::vector<std::string> in_file_;
  std::vector<Column> columns_;
};

/// The files that a name stands for: one name may be a pattern.
Result<tables::Source> OpenFiles(const std::vector<std::string>& files, tables::ReadOptions options);

}  // namespace cairn::contract
