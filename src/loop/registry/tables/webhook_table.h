#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/registry/webhooks.h"

/// Every SQL sentence about webhooks and what is to be sent to them.
namespace cairn::registry {

Result<> InsertWebhook(sql::Connection& connection, const Webhook& webhook, const std::string& secret);
/// NotFound when there is none.
Result<Webhook> ReadWebhook(sql::Connection& connection, std::string_view id);
Result<std::string> ReadSecret(sql::Connection& connection, std::string_view id);
Result<std::vector<Webhook>> ReadWebhooks(sql::Connection& connection, std::int64_t limit,
                                          std::int64_t offset);
Result<> UpdateWebhook(sql::Connection& connection, const Webhook& webhook,
                       const std::optional<std::string>& secret);
Result<> EraseWebhook(sql::Connection& connection, std::string_view id);

/// The ids of active webhooks that are told of the occasion.
Result<std::vector<std::string>> ListenersTo(sql::Connection& connection, const Occasion& occasion);
Result<bool> AnyActiveWebhook(sql::Connection& connection);

Result<> InsertDelivery(sql::Connection& connection, const Delivery& delivery, TimeMs due);
Result<bool> AnyDue(sql::Connection& connection, TimeMs now);
struct Limits {
  std::int64_t in_all = 0;
  std::int64_t of_one = 0;  ///< To each webhook.
};
/// Some of what is due, which is then due again only at `until`.
Result<std::vector<Delivery>> TakeDue(sql::Connection& connection, TimeMs now, TimeMs until, Limits limits);
Result<> PostponeDelivery(sql::Connection& connection, const Delivery& delivery, TimeMs due);
Result<> EraseDelivery(sql::Connection& connection, const std::string& id);

}  // namespace cairn::registry
