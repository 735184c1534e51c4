#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "loop/data/version.h"

/// All files of a version are read as one table: whether one more fits the others.
namespace cairn::data {

/// `name` is the newcomer's in the data set, where another of that name makes room for it. Unprocessable,
/// saying what to do, when other files of the version are of another format.
Result<> CheckFormat(const std::string& name, std::string_view format, const DatasetVersion& before);
/// Unprocessable when there are others and none of their columns is among `columns`.
Result<> CheckColumns(const std::string& name, const std::vector<DatasetColumn>& columns,
                      const DatasetVersion& before);

}  // namespace cairn::data
