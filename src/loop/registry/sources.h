#pragma once

#include <string>
#include <vector>

#include "ground/sql/connection.h"

namespace cairn::registry {

/// The URIs of everything that registered versions were made from, as given and as resolved: what garbage
/// collection must leave alone. Of a deleted version that a decision is about, where its files lie.
Result<std::vector<std::string>> VersionSources(sql::Connection& connection);

}  // namespace cairn::registry
