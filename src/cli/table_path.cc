#include "cli/table_path.h"

#include "ground/os/files.h"
#include "ground/tables/file_name.h"

namespace cairn::cli {

Result<std::string> TablePath(const std::string& file) {
  CAIRN_TRY(tables::CheckFileName(file));
  std::string path = CAIRN_TRY(os::RealPath(file));
  CAIRN_TRY(tables::CheckFileName(path));
  return path;
}

Result<std::string> TablePattern(const std::string& file) {
  if (os::Exists(file)) return TablePath(file);
  std::string path = os::JoinPath(CAIRN_TRY(os::WorkingFolder()), file);
  CAIRN_TRY(tables::CheckFileName(path));
  return path;
}

}  // namespace cairn::cli
