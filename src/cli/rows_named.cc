#include "cli/rows_named.h"

#include "cli/dataset_name.h"
#include "ground/os/files.h"

namespace cairn::cli {

Result<> SetRows(Json& body, const std::string& rows) {
  if (os::Exists(rows)) {
    body.Set("file", CAIRN_TRY(os::RealPath(rows)));
  } else if (rows.find_first_of("*?[") != rows.npos) {
    body.Set("file", os::JoinPath(CAIRN_TRY(os::WorkingFolder()), rows));
  } else if (rows.find_first_of("/.") != rows.npos) {
    return Error{Reason::NotFound, "there is no file '" + rows + "'"};
  } else {
    const auto name = DatasetName::Of(rows);
    body.Set("dataset", name.dataset);
    if (!name.version.empty()) body.Set("dataset_version", name.version);
  }
  return Done{};
}

}  // namespace cairn::cli
