#pragma once

#include <string>
#include <string_view>

#include "ledger/metadata/derived.h"
#include "loop/data/catalogue.h"

/// Names for versions of data sets: "training-2013". DatasetVersion::aliases and Catalogue::Named read them.
namespace cairn::data {

/// Lets `alias` name the version, whatever it named before; its event is data.alias_set. InvalidArgument for
/// a name that is empty, is "latest", begins with no letter, or holds anything but letters, digits, '.', '_',
/// '-'.
Result<> SetAlias(Catalogue& catalogue, const DatasetVersion& version, std::string_view alias,
                  std::string_view actor);
/// Its event is data.alias_removed. NotFound when the data set has no such alias.
Result<> RemoveAlias(Catalogue& catalogue, std::string_view dataset, std::string_view alias,
                     std::string_view actor);

/// Every alias that stands, against what the events say: rows {"dataset", "alias", "version"} in order.
metadata::DerivedTable AliasTable(sql::Database& database);

}  // namespace cairn::data
