#pragma once

#include <optional>
#include <string>
#include <vector>

#include "loop/contract/contract.h"
#include "loop/profile/column/association.h"
#include "loop/profile/column/column.h"

namespace cairn::profile {

/// Something about the data that deserves a look before a model is trained on it.
struct Warning {
  std::string kind;  ///< As profile.h lists them.
  std::string column;
  std::int64_t rows = 0;
  std::string sentence;

  Json ToJson() const;
};

/// What one column gives reason to say. `association` is absent for the target itself or when there is none.
std::vector<Warning> WarningsOf(const ProfiledColumn& column, const contract::ColumnRule* rule,
                                const std::optional<Association>& association);
/// What the whole table does.
std::vector<Warning> WarningsOf(std::int64_t rows, std::int64_t duplicates,
                                const comparison::CategoryCounts& classes, const std::string& target);

}  // namespace cairn::profile
