#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "ground/vocabulary/result.h"

namespace cairn::sql {

/// What a column of a foreign query holds. SQLite's columns are Any: each value has its own kind. A Time
/// comes as text, ISO 8601 in UTC; a Real may come as the text of an exact decimal; what has no kind here
/// comes as Text in the database's own form.
enum class ForeignType { Any, Integer, Real, Boolean, Time, Text };

struct ForeignColumn {
  std::string name;
  ForeignType type = ForeignType::Any;
};

/// What takes a query's answer: first its columns, then each row with one value a column. Values die with the
/// call. Either may return an error to end the reading with it.
struct ForeignReader {
  std::function<Result<>(const std::vector<ForeignColumn>&)> columns;
  std::function<Result<>(std::span<const Value>)> row;
};

/// Runs one query that reads on a database that another program owns, and hands its rows on without holding
/// them all; `url` as for Database::Open. All rows are of one moment; nothing is changed or created, on
/// PostgreSQL the transaction is read-only. Gives the number of rows.
///
/// Errors: InvalidArgument for a URL of another form, for a query that is wrong, is not one statement, or
/// does not read; NotFound for a file that is not there; Denied without the right to read; Unavailable when
/// the server cannot be reached; Corrupt for a file that is no database; Unprocessable for text that is not
/// UTF-8. No message holds the URL's password. `stop` ends the reading, also while the database is silent:
/// Unavailable; only connecting to PostgreSQL has to be waited for, ten seconds unless the URL says
/// otherwise.
Result<std::int64_t> ReadForeign(std::string_view url, const std::string& query, const ForeignReader& reader,
                                 std::stop_token stop = {});

}  // namespace cairn::sql
