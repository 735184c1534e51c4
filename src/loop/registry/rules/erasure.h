#pragma once

#include <optional>
#include <string>
#include <vector>

#include "loop/registry/deletion.h"
#include "loop/registry/tables/model_table.h"
#include "loop/registry/tables/version_table.h"

/// What erasing something reaches, and why it may not be.
namespace cairn::registry {

struct Scope {
  tracking::Doomed doomed;
  std::vector<StoredVersion> versions;
  std::optional<StoredModel> model;
  Deletion::Plan plan;  ///< Subjects, folders, URIs elsewhere and refusals; figures are not filled in.
};

/// NotFound for what is not there. `address` as Artifacts::Address.
Result<Scope> ScopeOf(sql::Connection& connection, const Guard& guard, const std::string& address,
                      const Deletion::Wish& wish);

}  // namespace cairn::registry
