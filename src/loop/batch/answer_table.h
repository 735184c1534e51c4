#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ground/os/mapped_file.h"
#include "ground/os/new_file.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::batch {

/// A table of answers by key in one file that never changes: rows in ascending order of their keys' bytes,
/// the place of each row, and what is said about the whole. A row is found by bisection, whatever their
/// number.
///
///   "CAIRN-ANSWERS-1\n"
///   each row: bytes of the key, bytes of the answer (4 bytes each), key, answer
///   the place of each row (8 bytes each)
///   the stamp, JSON
///   place of the places, number of rows, place of the stamp, bytes of the file (8 bytes each)
///
/// Numbers are little-endian.
class AnswerTable {
 public:
  /// Corrupt for a file that is cut short or is none of these.
  static Result<std::shared_ptr<const AnswerTable>> Open(const std::string& path);

  /// What was said about the table when it was written.
  const Json& stamp() const { return stamp_; }
  std::uint64_t rows() const { return rows_; }
  /// The answer to that key; nothing when it is not there. Corrupt when the file contradicts itself. Safe
  /// from any thread; lives as long as the table.
  Result<std::optional<std::string_view>> Find(std::string_view key) const;
  /// Reads all of it: Corrupt when a row lies outside, or keys do not ascend.
  Result<> Check() const;

 private:
  struct Row {
    std::string_view key, answer;
  };
  AnswerTable(os::MappedFile file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
  Result<> ReadEnds();
  Result<Row> RowAt(std::uint64_t number) const;
  Error Damaged() const;

  os::MappedFile file_;
  std::string path_;
  std::uint64_t places_ = 0, rows_ = 0;
  Json stamp_;
};

/// Writes one, row by row.
class AnswerTableWriter {
 public:
  /// It appears at `path` when it is finished.
  static Result<AnswerTableWriter> Create(const std::string& path);

  /// Keys must ascend.
  Result<> Add(std::string_view key, std::string_view answer);
  /// On disk when it returns.
  Result<> Finish(const Json& stamp);

 private:
  AnswerTableWriter(os::NewFile file, os::NewFile places)
      : file_(std::move(file)), places_(std::move(places)) {}
  Result<> Flush();

  os::NewFile file_;
  os::NewFile places_;  ///< Never published: appended to the file at the end.
  std::string rows_buffer_, places_buffer_;
  std::uint64_t at_ = 0, rows_ = 0;
};

}  // namespace cairn::batch
