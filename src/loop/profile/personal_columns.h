#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ground/tables/engine.h"

namespace cairn::profile {

/// What columns hold that points at persons, by their names: {"mail": "e-mail addresses"}.
using PersonalColumns = std::map<std::string, std::string, std::less<>>;

/// The columns among `fields` of what stands after FROM in `relation` that a profile of it calls personal.
/// All rows are asked, none of the other figures is computed. Errors are those of reading.
Result<PersonalColumns> FindPersonal(tables::Engine& engine, const std::string& relation,
                                     const std::vector<tables::Field>& fields);
/// The same of files that are read as one table.
Result<PersonalColumns> FindPersonal(tables::Engine& engine, const std::vector<std::string>& files);

}  // namespace cairn::profile
