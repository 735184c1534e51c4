#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/tables/table.h"
#include "ground/vocabulary/result.h"

namespace cairn::tables {

enum class Format { Csv, Parquet, JsonLines };
/// "csv", "parquet", "json lines".
const char* NameOf(Format format);

/// By content, then by name. NotFound; Unprocessable for an empty file; Unsupported, saying what to do, for a
/// form that is known and not read (Arrow IPC, zip, SQLite, HDF5, Avro).
Result<Format> FormatOf(const std::string& path);

/// The format that a file is to be written in, by its name: .parquet, .csv, .jsonl or .ndjson.
std::optional<Format> FormatByName(std::string_view path);

/// How to read files. Only `null_strings`, `types`, `sample_rows`, `delimiter`, `header` and `ragged` concern
/// CSV alone.
struct ReadOptions {
  std::optional<Format> format = {};                   ///< Otherwise by content, then by extension.
  std::vector<std::string> null_strings = {"", "NA"};  ///< CSV fields that mean "no value", quoted or not.
  std::map<std::string, Type> types = {};              ///< Columns whose type must not be guessed.
  bool all_text = false;  ///< Guess no type at all: every CSV column as the text written.
  /// JSON lines: these members of each line and no others, each as the JSON text of its value.
  std::vector<std::string> json_texts = {};
  std::int64_t sample_rows =
      -1;               ///< Rows looked at to guess types; -1 = all, so that the guess holds for every row.
  char delimiter = 0;   ///< 0 = found out.
  bool header = true;   ///< Whether the first line names the columns (else column0, column1, …).
  bool ragged = false;  ///< Rows that are too short are filled with nulls instead of refused.
};

/// One or more files of one format that are read as one table: rows in the order of files and lines, columns
/// by name.
class Source {
 public:
  /// `path` is a file, or a pattern with * ? [ ] whose matches are taken in the order of their names.
  /// NotFound when nothing is there; Unprocessable for an empty file or one whose text is not UTF-8 (a UTF-16
  /// mark; csv_dialect.h reads those); Unsupported as FormatOf; TooLarge for a CSV file of more than 20,000
  /// columns; InvalidArgument when matches differ in format; Corrupt for a compressed file that is not whole
  /// (packing.h).
  static Result<Source> Open(std::string_view path, ReadOptions options = {});
  static Result<Source> Open(std::vector<std::string> paths, ReadOptions options = {});

  Format format() const { return format_; }
  const std::vector<std::string>& paths() const { return paths_; }
  /// An expression to stand after FROM: `SELECT count(*) FROM ` + source.Relation().
  std::string Relation() const;

 private:
  Source(std::vector<std::string> paths, Format format, ReadOptions options)
      : paths_(std::move(paths)), format_(format), options_(std::move(options)) {}
  std::string CsvOptions() const;

  std::vector<std::string> paths_;
  Format format_;
  ReadOptions options_;
};

/// `name` as an SQL identifier, whatever characters it holds.
std::string Identifier(std::string_view name);
/// `text` as an SQL string literal, whatever characters it holds. (A NUL byte, which SQL text cannot carry,
/// ends the literal; bind such values.)
std::string Literal(std::string_view text);

}  // namespace cairn::tables
