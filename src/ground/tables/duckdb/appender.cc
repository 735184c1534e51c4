#include "ground/tables/duckdb/appender.h"

#include <algorithm>
#include <cstring>

#include "ground/tables/duckdb/failure.h"
#include "ground/tables/source.h"

namespace cairn::tables {
namespace {

struct Stored {
  const char* sql;
  duckdb_type type;
};

Stored StoredAs(Type type) {
  switch (type) {
    case Type::Bool:
      return {"BOOLEAN", DUCKDB_TYPE_BOOLEAN};
    case Type::Int:
      return {"BIGINT", DUCKDB_TYPE_BIGINT};
    case Type::Double:
      return {"DOUBLE", DUCKDB_TYPE_DOUBLE};
    case Type::Text:
      return {"VARCHAR", DUCKDB_TYPE_VARCHAR};
    case Type::Time:
      return {"TIMESTAMP", DUCKDB_TYPE_TIMESTAMP};
  }
  return {"VARCHAR", DUCKDB_TYPE_VARCHAR};
}

/// One appender and the chunk it is fed with.
class Appender {
 public:
  Appender(const Library& library, duckdb_connection connection, std::string_view name, const Table& table)
      : library_(library) {
    opened_ =
        library_.appender_create(connection, nullptr, std::string(name).c_str(), &appender_) == DuckDBSuccess;
    std::vector<duckdb_logical_type> types;
    for (const auto& column : table.columns())
      types.push_back(library_.create_logical_type(StoredAs(column.type()).type));
    chunk_ = library_.create_data_chunk(types.data(), types.size());
    for (auto& type : types) library_.destroy_logical_type(&type);
  }
  ~Appender() {
    library_.destroy_data_chunk(&chunk_);
    library_.appender_destroy(&appender_);
  }
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;

  Result<> Append(const Table& table) {
    if (!opened_) return Fault();
    const auto most = static_cast<std::size_t>(library_.vector_size());
    for (std::size_t from = 0; from < table.rows(); from += most) {
      const auto count = std::min(most, table.rows() - from);
      library_.data_chunk_reset(chunk_);
      for (std::size_t column = 0; column < table.columns().size(); ++column)
        Fill(library_.data_chunk_get_vector(chunk_, column), table[column], from, count);
      library_.data_chunk_set_size(chunk_, count);
      if (library_.append_data_chunk(appender_, chunk_) != DuckDBSuccess) return Fault();
    }
    if (library_.appender_close(appender_) != DuckDBSuccess) return Fault();
    return {};
  }

 private:
  Error Fault() const {
    const char* message = library_.appender_error(appender_);
    return Failure(message ? message : "INTERNAL Error: The rows could not be kept.");
  }

  void Fill(duckdb_vector vector, const Column& column, std::size_t from, std::size_t count) {
    auto* data = library_.vector_get_data(vector);
    switch (column.type()) {
      case Type::Bool:
        std::memcpy(data, column.bools().data() + from, count);
        break;
      case Type::Int:
        std::memcpy(data, column.ints().data() + from, count * sizeof(std::int64_t));
        break;
      case Type::Double:
        std::memcpy(data, column.doubles().data() + from, count * sizeof(double));
        break;
      case Type::Time:
        for (std::size_t row = 0; row < count; ++row)
          static_cast<std::int64_t*>(data)[row] = column.ints()[from + row] * 1000;
        break;
      case Type::Text:
        for (std::size_t row = 0; row < count; ++row) {
          const auto& text = column.texts()[from + row];
          library_.vector_assign_string_element_len(vector, row, text.data(), text.size());
        }
        break;
    }
    const auto nulls = column.nulls().subspan(from, count);
    if (std::find(nulls.begin(), nulls.end(), 1) == nulls.end()) return;
    library_.vector_ensure_validity_writable(vector);
    auto* validity = library_.vector_get_validity(vector);
    for (std::size_t row = 0; row < count; ++row)
      if (nulls[row]) library_.validity_set_row_invalid(validity, row);
  }

  const Library& library_;
  duckdb_appender appender_ = nullptr;
  duckdb_data_chunk chunk_ = nullptr;
  bool opened_ = false;
};

}  // namespace

std::string CreateLike(std::string_view name, const Table& table) {
  std::string columns;
  for (const auto& column : table.columns())
    columns += (columns.empty() ? "" : ", ") + Identifier(column.name()) + " " + StoredAs(column.type()).sql;
  return "CREATE OR REPLACE TABLE " + Identifier(name) + " (" + columns + ")";
}

Result<> AppendAll(const Library& library, duckdb_connection connection, std::string_view name,
                   const Table& table) {
  return Appender(library, connection, name, table).Append(table);
}

}  // namespace cairn::tables
