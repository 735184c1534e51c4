#include "loop/contract/scan/layout.h"

#include <algorithm>
#include <numeric>

#include "ground/tables/source.h"

namespace cairn::contract {
namespace {

constexpr std::int64_t kLooksAtRows = 20'480;

struct Reading {
  Layout::Storage storage;
  std::string sql;
};

/// How a typed column is fetched: as it is, or as what comes nearest to it.
Reading ReadingOf(const std::string& column, const std::string& type) {
  using Storage = Layout::Storage;
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), type) != names.end();
  };
  if (type == "BOOLEAN") return {Storage::Bool, column};
  // A column without a type, such as Parquet's Null, is described as INTEGER too; for all others the cast is
  // none.
  if (type == "INTEGER") return {Storage::Int, "CAST(" + column + " AS INTEGER)"};
  if (is({"TINYINT", "SMALLINT", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}))
    return {Storage::Int, column};
  if (is({"UBIGINT", "HUGEINT", "UHUGEINT"})) return {Storage::Double, "CAST(" + column + " AS DOUBLE)"};
  if (is({"FLOAT", "DOUBLE"}) || type.starts_with("DECIMAL(")) return {Storage::Double, column};
  if (type == "DATE" || type.starts_with("TIMESTAMP")) return {Storage::Time, column};
  if (type == "JSON") return {Storage::Json, "CAST(" + column + " AS VARCHAR)"};
  if (type.ends_with("]") || type.starts_with("STRUCT(") || type.starts_with("MAP("))
    return {Storage::Json, "CAST(to_json(" + column + ") AS VARCHAR)"};
  return {Storage::Text, "CAST(" + column + " AS VARCHAR)"};
}

/// Column names and the engine's full types of a relation.
Result<std::vector<std::pair<std::string, std::string>>> Described(tables::Engine& engine,
                                                                   const std::string& relation) {
  const auto table = CAIRN_TRY(engine.Query("DESCRIBE SELECT * FROM " + relation));
  std::vector<std::pair<std::string, std::string>> columns;
  for (std::size_t row = 0; row < table.rows(); ++row)
    columns.emplace_back(table[0].Text(row), table[1].Text(row));
  return columns;
}

bool AllAmong(const std::vector<std::string>& wanted,
              const std::vector<std::pair<std::string, std::string>>& there) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& name) {
    return std::any_of(there.begin(), there.end(), [&](const auto& one) { return one.first == name; });
  });
}

}  // namespace

Result<tables::Source> OpenFiles(const std::vector<std::string>& files, tables::ReadOptions options) {
  if (files.size() == 1) return tables::Source::Open(std::string_view(files.front()), std::move(options));
  return tables::Source::Open(files, std::move(options));
}

Result<Layout> Layout::Of(tables::Engine& engine, const std::vector<std::string>& files,
                          const Contract& contract, const std::vector<std::string>& columns) {
  Layout layout;
  tables::ReadOptions options;
  options.all_text = true;
  options.sample_rows = kLooksAtRows;
  const auto source = CAIRN_TRY(OpenFiles(files, options));
  layout.format_ = source.format();
  layout.relation_ = source.Relation();
  auto there = CAIRN_TRY(Described(engine, layout.relation_));
  if (layout.format_ == tables::Format::JsonLines) {
    // A member that only later lines have is found by looking at all of them.
    if (!AllAmong(columns, there)) {
      options.sample_rows = -1;
      there = CAIRN_TRY(Described(engine, CAIRN_TRY(OpenFiles(files, options)).Relation()));
    }
    for (const auto& [name, type] : there) options.json_texts.push_back(name);
    layout.relation_ = CAIRN_TRY(OpenFiles(files, options)).Relation();
  }
  std::map<std::string, std::string> types;
  for (auto& [name, type] : there) {
    layout.in_file_.push_back(name);
    types[name] = std::move(type);
  }
  CAIRN_TRY(layout.Choose(columns, types, contract));
  return layout;
}

Result<> Layout::Choose(const std::vector<std::string>& columns,
                        const std::map<std::string, std::string>& types, const Contract& contract) {
  for (const auto& name : columns) {
    const auto found = types.find(name);
    if (found == types.end() || Find(name)) continue;
    CAIRN_TRY(AddColumn(name, found->second, contract));
  }
  return Done{};
}

Result<> Layout::AddColumn(const std::string& name, const std::string& sql_type, const Contract& contract) {
  const ColumnRule* rule = contract.Find(name);
  auto reader = rule ? ValueReader::Of(rule->type, rule->format) : ValueReader::Of(ColumnType::Any);
  if (!reader) {
    return Error{Reason::InvalidArgument,
                 "the format '" + rule->format + "' of column '" + name + "' " + reader.error().message};
  }
  const std::string column = tables::Identifier(name);
  switch (format_) {
    case tables::Format::Csv:
      columns_.push_back({name, column, Storage::Field, *std::move(reader)});
      break;
    case tables::Format::JsonLines:
      columns_.push_back({name, "CAST(" + column + " AS VARCHAR)", Storage::Json, *std::move(reader)});
      break;
    case tables::Format::Parquet: {
      const Reading reading = ReadingOf(column, sql_type);
      columns_.push_back({name, reading.sql, reading.storage, *std::move(reader)});
      break;
    }
  }
  return Done{};
}

std::optional<std::size_t> Layout::Find(std::string_view column) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].name == column) return i;
  }
  return std::nullopt;
}

std::string Layout::Select(const std::vector<std::size_t>& columns) const {
  std::string list;
  for (const std::size_t column : columns) list += (list.empty() ? "" : ", ") + columns_[column].sql;
  return "SELECT " + (list.empty() ? "1" : list) + " FROM " + relation_;
}

std::vector<std::size_t> Layout::All() const {
  std::vector<std::size_t> all(columns_.size());
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace cairn::contract
