#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/tables/duckdb/library.h"
#include "ground/tables/duckdb/rows.h"
#include "ground/tables/engine.h"

namespace cairn::tables {

/// One prepared statement with its values bound.
class Statement {
 public:
  static Result<std::unique_ptr<Statement>> Prepare(const Library& library, duckdb_connection connection,
                                                    std::string_view sql, std::span<const Value> values);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  bool IsSelect() const;
  /// Each column's name, and whether only its text form can be handed on.
  std::vector<std::string> names() const;
  bool NeedsCasts() const;
  /// The same statement with such columns cast to text.
  std::string WithCasts(std::string_view sql) const;

  enum class Mode { Collect, Stream };
  Result<std::unique_ptr<Rows>> Run(Mode mode, const std::vector<std::string>& names);

 private:
  explicit Statement(const Library& library) : library_(library) {}
  Result<> Bind(std::span<const Value> values);
  Result<duckdb_result> Collect();
  Result<duckdb_result> Stream();
  std::size_t count() const { return library_.prepared_statement_column_count(prepared_); }

  const Library& library_;
  duckdb_prepared_statement prepared_ = nullptr;
};

/// A connection to the engine's database, for one call.
class Connection {
 public:
  static Result<std::unique_ptr<Connection>> Open(const Library& library, duckdb_database database);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<std::unique_ptr<Rows>> Run(std::string_view sql, std::span<const Value> values,
                                    Statement::Mode mode);
  /// Denied for any statement but one SELECT.
  Result<> OnlyReads(std::string_view sql);
  /// The same SELECT with columns that only have a text form cast to it, and its columns' names.
  struct PlainSelect {
    std::string sql;
    std::vector<std::string> names;
  };
  Result<PlainSelect> Plain(std::string_view select);
  /// From any thread.
  void Interrupt() { library_.interrupt(connection_); }
  duckdb_connection raw() const { return connection_; }

 private:
  explicit Connection(const Library& library) : library_(library) {}
  const Library& library_;
  duckdb_connection connection_ = nullptr;
};

}  // namespace cairn::tables
