#pragma once

#include <string_view>

#include "ground/vocabulary/result.h"
#include "loop/registry/registry.h"

/// What may not happen to a bound model without a decision. Each answers Denied, saying how it can be done;
/// anything else is let pass.
namespace cairn::registry {

inline constexpr std::string_view kProductionStage = "Production";

Result<> AllowAlias(const Guard& guard, std::string_view model, std::string_view alias);
Result<> AllowVersionDeletion(const Guard& guard, const ModelVersion& version);
/// `pending`: the decision that may still bring the version into production; "" for none.
Result<> AllowMarkingDeleted(const Guard& guard, const ModelVersion& version, const std::string& pending);
Result<> AllowDeletion(const Guard& guard, std::string_view model);
/// `carries_production`: whether the model has what would count as production under the bound name, its alias
/// or stage.
Result<> AllowRenaming(const Guard& guard, std::string_view model, std::string_view new_name,
                       bool carries_production);
Result<> AllowStage(const Guard& guard, const ModelVersion& version, std::string_view stage);

}  // namespace cairn::registry
