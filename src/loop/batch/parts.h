#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ground/os/append_file.h"
#include "ground/os/file_lock.h"
#include "ground/tables/engine.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/batch/input_drift.h"

namespace cairn::batch {

/// What is finished of a batch: a folder of parts, each on disk before it counts, which a call that was
/// killed leaves to the next one.
///
///   begun.json     {"bound": what the parts were made of, "began_ms", "files": what is remembered of them}
///   part-N.parquet some rows, in order
///   parts.jsonl    a line for each part that counts: {"rows", "sha256", "counts"}
///   lock           held while somebody works there
class Parts {
 public:
  /// Conflict while another process works in the folder, which is made when it is not there.
  static Result<Parts> Open(const std::string& folder);

  /// What the last one began with; null when nothing was.
  const Json& begun() const { return begun_; }

  /// Takes up the parts that are there when they were made of just this, and else removes them: `discarded`
  /// says why then. Parts that are not what they were (by SHA-256) and those after them are removed, too.
  Result<> TakeUp(const Json& bound, const Json& files, std::int64_t began_ms);
  const std::string& discarded() const { return discarded_; }

  std::int64_t rows() const { return rows_; }
  /// Whether the last part was shorter than the others, so that no rows follow.
  bool complete() const { return complete_; }
  const std::vector<std::string>& paths() const { return paths_; }
  const InputDrift::Counts& counts() const { return counts_; }
  std::int64_t began_ms() const { return begun_.Int("began_ms"); }
  std::string operator/(std::string_view name) const;

  /// On disk when it returns.
  Result<> Add(tables::Engine& engine, const tables::Table& part, const InputDrift::Counts& counts);
  /// The folder with all that is in it.
  Result<> Remove();

 private:
  Parts(std::string folder, os::FileLock lock) : folder_(std::move(folder)), lock_(std::move(lock)) {}
  Result<> Clear();
  Result<> ReadLines();
  void Count(std::int64_t rows, const InputDrift::Counts& counts);

  std::string folder_;
  os::FileLock lock_;
  Json begun_;
  std::string discarded_;
  std::int64_t rows_ = 0;
  bool complete_ = false;
  std::vector<std::string> paths_;
  InputDrift::Counts counts_;
  std::unique_ptr<os::AppendFile> lines_;
};

}  // namespace cairn::batch
