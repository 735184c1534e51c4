#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/tables/csv_dialect.h"
#include "ground/vocabulary/result.h"

namespace cairn::tables {

/// Takes a CSV text piece by piece and gives its records. Line ends are \n, \r\n or \r; lines without any
/// character are passed over; a quote counts only where a field begins.
class CsvReader {
 public:
  struct Record {
    std::vector<std::string> fields;
    std::int64_t line = 0;  ///< Where it begins, counted from 1.
    bool torn = false;      ///< Whether text follows a closing quote within a field.
  };
  using Take = std::function<Result<>(const Record&)>;

  /// The dialect must be complete; its encoding and decimal sign do not matter here. Lines to be skipped end
  /// where lines do, whatever quotes they hold, and count.
  CsvReader(const Dialect& dialect, Take take);

  Result<> Add(std::string_view text);
  /// The last record may lack its line end. Unprocessable for an open quote.
  Result<> End(const std::string& path);

 private:
  enum class Place { FieldStart, Unquoted, Quoted, QuoteInQuotes, EscapeInQuotes };
  std::string_view BehindSkipped(std::string_view text);
  Result<> Step(char character);
  Result<> InQuotes(char character);
  Result<> Outside(char character);
  void EndField();
  Result<> EndRecord();

  const char delimiter_, quote_, escape_;
  const Take take_;
  Record record_;
  std::string field_;
  Place place_ = Place::FieldStart;
  std::int64_t line_ = 1;
  std::int64_t skip_;
  bool after_return_ = false;
  bool any_ = false;  ///< Whether the record has any character.
};

}  // namespace cairn::tables
