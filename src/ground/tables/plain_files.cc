#include "ground/tables/plain_files.h"

#include "ground/os/files.h"
#include "ground/tables/file_head.h"
#include "ground/tables/pattern.h"
#include "ground/tables/source.h"

namespace cairn::tables {
namespace {

Result<std::vector<std::string>> Expanded(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const auto& path : paths) {
    if (path.find_first_of("*?[") == path.npos || os::Exists(path)) {
      files.push_back(path);
      continue;
    }
    auto matches = CAIRN_TRY(PathsLike(path));
    if (matches.empty()) return Error{Reason::NotFound, "No file matches '" + path + "'."};
    for (auto& match : matches) files.push_back(std::move(match));
  }
  return files;
}

}  // namespace

Result<PlainFiles> PlainFiles::Of(const std::vector<std::string>& paths, const Dialect& given) {
  PlainFiles files;
  files.originals_ = files.paths_ = paths;
  if (given == Dialect()) return files;
  files.originals_ = files.paths_ = CAIRN_TRY(Expanded(paths));
  for (auto& path : files.paths_) {
    if (CAIRN_TRY(FormatOf(path)) != Format::Csv) continue;
    const auto dialect = CAIRN_TRY(FindDialect(path, given));
    if (IsPlain(dialect) && dialect.delimiter == DelimiterIn(UnpackedHeadOf(path), path)) continue;
    if (!files.folder_) files.folder_.emplace(CAIRN_TRY(os::TempFolder::Create()));
    // Two files may have one name; the name is seen by readers of SQL and reports.
    const std::string place = *files.folder_ / std::to_string(&path - files.paths_.data());
    CAIRN_TRY(os::MakeFolders(place));
    const std::string copy = place + "/" + os::BaseName(path);
    CAIRN_TRY(WritePlain(path, dialect, copy));
    path = copy;
  }
  return files;
}

Error PlainFiles::Named(Error error) const {
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    if (paths_[i] != originals_[i]) error = NamingTheOriginal(std::move(error), paths_[i], originals_[i]);
  }
  return error;
}

Error NamingTheOriginal(Error error, const std::string& copy, const std::string& original) {
  for (auto at = error.message.find(copy); at != std::string::npos;
       at = error.message.find(copy, at + original.size()))
    error.message.replace(at, copy.size(), original);
  return error;
}

}  // namespace cairn::tables
