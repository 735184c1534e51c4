#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ground/os/temp_folder.h"
#include "ground/tables/csv_dialect.h"
#include "ground/vocabulary/result.h"

namespace cairn::tables {

/// Files for readers that know plain CSV alone: where somebody has said how CSV files are written, those that
/// are not plain are rewritten once, into a folder that lasts as long as this.
class PlainFiles {
 public:
  /// `paths` may hold patterns. With nothing said in `given` they are left as they are. Files of other
  /// formats are never rewritten. Errors are those of FindDialect and WritePlain.
  static Result<PlainFiles> Of(const std::vector<std::string>& paths, const Dialect& given);

  /// What to read, in the order given.
  const std::vector<std::string>& paths() const { return paths_; }
  /// The result, whose error names the files that were given.
  template <class T>
  Result<T> Told(Result<T> result) const {
    if (!result) return Named(result.error());
    return result;
  }

 private:
  PlainFiles() = default;
  Error Named(Error error) const;

  std::optional<os::TempFolder> folder_;
  std::vector<std::string> originals_, paths_;
};

/// An error about a copy of ours is one about the file that was given.
Error NamingTheOriginal(Error error, const std::string& copy, const std::string& original);

}  // namespace cairn::tables
