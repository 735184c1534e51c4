#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/database.h"
#include "loop/data/version.h"

namespace cairn::data {

/// A version in the making: what is known of it, the file that it adds, and what there was before.
struct Recording {
  DatasetVersion version;
  DatasetFile file;
  const std::vector<DatasetVersion>& before;  ///< Newest first.
  std::string cause;
  std::string path;                  ///< Where the training parts lie in the project.
  std::string place;                 ///< Where the file itself lies in the project, or its name.
  std::vector<Parent> parents = {};  ///< What the file was made from.
};

/// Writes the version, whose files, sums and digests are worked out here, with its events
/// data.contract_checked, data.split_sealed and data.version_added, in one transaction.
Result<DatasetVersion> RecordVersion(sql::Database& database, const Recording& recording);

/// Whether a data set at this path is one file, which is its training part, and no folder of them.
bool IsOneFile(std::string_view path);

/// The name that DVC's cache would give a folder that holds exactly these training parts: "….dir".
std::string TreeOf(const std::vector<DatasetFile>& files);

}  // namespace cairn::data
