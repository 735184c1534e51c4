#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ground/sql/connection.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/time.h"
#include "loop/registry/webhooks.h"

/// Deeds of the registry as deliveries to the webhooks that listen, written in the deed's own transaction
/// after what it changed. A model that is a prompt speaks as one.
namespace cairn::registry {

Result<> AnnounceModel(sql::Connection& connection, TimeMs now, const std::string& model);
Result<> AnnounceVersion(sql::Connection& connection, TimeMs now, const std::string& model,
                         std::int64_t version);
/// `value` is none for a tag that was taken away.
Result<> AnnounceModelTag(sql::Connection& connection, TimeMs now, std::string_view model,
                          std::string_view key, const std::optional<std::string>& value);
Result<> AnnounceVersionTag(sql::Connection& connection, TimeMs now, std::string_view model,
                            std::int64_t version, std::string_view key,
                            const std::optional<std::string>& value);
/// `version` 0: the alias was taken away.
Result<> AnnounceAlias(sql::Connection& connection, TimeMs now, std::string_view model,
                       std::string_view alias, std::int64_t version);

/// The body of a delivery.
std::string BodyOf(const Occasion& occasion, TimeMs now, Json data);
/// What a trial tells.
Json ExampleOf(const Occasion& occasion);

}  // namespace cairn::registry
