#pragma once

#include <string>
#include <string_view>

#include "loop/profile/table/table.h"

namespace cairn::profile {

/// A table as the bytes of a saved profile (docs/profile-file.md), and back.
std::string WriteTable(Table& table);
/// Corrupt or Unsupported, as TableProfile::FromBytes says.
Result<Table> ReadTable(std::string_view bytes);
/// The same without its frame and check sum: the sections alone. What the fuzzer feeds.
Result<Table> ReadSections(std::string_view sections);
/// The sections within the frame; the frame and the check sum are right.
Result<std::string_view> SectionsIn(std::string_view bytes);

}  // namespace cairn::profile
