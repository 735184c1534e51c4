#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "loop/registry/registry.h"
#include "loop/tracking/records.h"
#include "server/mlflow/fields.h"

/// The registry's records as the dialect's messages, and back.
namespace cairn::mlflow {

/// Who acts, as far as this dialect tells.
inline constexpr std::string_view kActor = "client";

/// `newest` are the newest versions of each stage, of this model and perhaps others.
Json ToJson(const registry::RegisteredModel& model, const std::vector<registry::ModelVersion>& newest);
Json ToJson(const registry::ModelVersion& version);
Json ToJson(const std::vector<registry::Tag>& tags);
std::vector<registry::Tag> RegistryTags(std::vector<tracking::Tag> tags);

/// filter, order_by, max_results and page_token.
Result<registry::Registry::Search> SearchOf(const Fields& fields, std::int64_t most, std::int64_t otherwise);

}  // namespace cairn::mlflow
