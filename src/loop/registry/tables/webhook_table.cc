#include "loop/registry/tables/webhook_table.h"

namespace cairn::registry {
namespace {

Webhook WebhookOf(const sql::Row& row) {
  Webhook webhook;
  webhook.id = row.Text(0);
  webhook.name = row.Text(1);
  webhook.description = row.Text(2);
  webhook.url = row.Text(3);
  webhook.active = row.Int(4) != 0;
  webhook.created_ms = row.Int(5);
  webhook.updated_ms = row.Int(6);
  return webhook;
}

Result<> ReadOccasions(sql::Connection& connection, Webhook& webhook) {
  for (const auto& row : CAIRN_TRY(connection.Run(
           "SELECT entity, action FROM webhook_event WHERE webhook = $1 ORDER BY entity, action",
           {webhook.id}))) {
    webhook.occasions.push_back({row.Text(0), row.Text(1)});
  }
  return {};
}

Result<> WriteOccasions(sql::Connection& connection, const Webhook& webhook) {
  CAIRN_TRY(connection.Run("DELETE FROM webhook_event WHERE webhook = $1", {webhook.id}));
  std::vector<sql::Value> rows;
  for (const auto& one : webhook.occasions) rows.insert(rows.end(), {webhook.id, one.entity, one.action});
  return connection.InsertRows("INSERT INTO webhook_event (webhook, entity, action)", 3, rows,
                               "ON CONFLICT (webhook, entity, action) DO NOTHING");
}

}  // namespace

Result<> InsertWebhook(sql::Connection& connection, const Webhook& w, const std::string& secret) {
  CAIRN_TRY(connection.Run(
      "INSERT INTO webhook (id, name, description, url, secret, active, created_ms, updated_ms) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      {w.id, w.name, w.description, w.url, secret, w.active, w.created_ms, w.updated_ms}));
  return WriteOccasions(connection, w);
}

Result<Webhook> ReadWebhook(sql::Connection& connection, std::string_view id) {
  const auto rows = CAIRN_TRY(connection.Run(
      "SELECT id, name, description, url, active, created_ms, updated_ms FROM webhook WHERE id = $1", {id}));
  if (rows.empty()) return Error{Reason::NotFound, "Webhook with ID " + std::string(id) + " not found."};
  Webhook webhook = WebhookOf(rows.front());
  CAIRN_TRY(ReadOccasions(connection, webhook));
  return webhook;
}

Result<std::string> ReadSecret(sql::Connection& connection, std::string_view id) {
  const auto rows = CAIRN_TRY(connection.Run("SELECT secret FROM webhook WHERE id = $1", {id}));
  return rows.empty() ? std::string() : rows.front().Text(0);
}

Result<std::vector<Webhook>> ReadWebhooks(sql::Connection& connection, std::int64_t limit,
                                          std::int64_t offset) {
  std::vector<Webhook> webhooks;
  for (const auto& row : CAIRN_TRY(
           connection.Run("SELECT id, name, description, url, active, created_ms, updated_ms FROM webhook "
                          "ORDER BY created_ms DESC, id DESC LIMIT $1 OFFSET $2",
                          {limit, offset}))) {
    webhooks.push_back(WebhookOf(row));
  }
  for (auto& webhook : webhooks) CAIRN_TRY(ReadOccasions(connection, webhook));
  return webhooks;
}

Result<> UpdateWebhook(sql::Connection& connection, const Webhook& w,
                       const std::optional<std::string>& secret) {
  CAIRN_TRY(
      connection.Run("UPDATE webhook SET name = $2, description = $3, url = $4, active = $5, updated_ms = $6 "
                     "WHERE id = $1",
                     {w.id, w.name, w.description, w.url, w.active, w.updated_ms}));
  if (secret) CAIRN_TRY(connection.Run("UPDATE webhook SET secret = $2 WHERE id = $1", {w.id, *secret}));
  return WriteOccasions(connection, w);
}

Result<> EraseWebhook(sql::Connection& connection, std::string_view id) {
  CAIRN_TRY(connection.Run("DELETE FROM webhook_delivery WHERE webhook = $1", {id}));
  CAIRN_TRY(connection.Run("DELETE FROM webhook_event WHERE webhook = $1", {id}));
  CAIRN_TRY(connection.Run("DELETE FROM webhook WHERE id = $1", {id}));
  return {};
}

Result<std::vector<std::string>> ListenersTo(sql::Connection& connection, const Occasion& occasion) {
  std::vector<std::string> ids;
  for (const auto& row : CAIRN_TRY(connection.Run(
           "SELECT w.id FROM webhook w JOIN webhook_event e ON e.webhook = w.id WHERE w.active = 1 "
           "AND e.entity = $1 AND e.action = $2 ORDER BY w.id",
           {occasion.entity, occasion.action}))) {
    ids.push_back(row.Text(0));
  }
  return ids;
}

Result<bool> AnyActiveWebhook(sql::Connection& connection) {
  return !CAIRN_TRY(connection.Run("SELECT 1 FROM webhook WHERE active = 1 LIMIT 1")).empty();
}

Result<> InsertDelivery(sql::Connection& connection, const Delivery& delivery, TimeMs due) {
  CAIRN_TRY(connection.Run(
      "INSERT INTO webhook_delivery (id, webhook, body, attempts, due_ms) VALUES ($1, $2, $3, $4, $5)",
      {delivery.id, delivery.webhook, delivery.body, delivery.attempts, due}));
  return {};
}

Result<bool> AnyDue(sql::Connection& connection, TimeMs now) {
  return !CAIRN_TRY(connection.Run("SELECT 1 FROM webhook_delivery WHERE due_ms <= $1 LIMIT 1", {now}))
              .empty();
}

Result<std::vector<Delivery>> TakeDue(sql::Connection& connection, TimeMs now, TimeMs until, Limits limits) {
  std::vector<Delivery> due;
  for (const auto& row : CAIRN_TRY(connection.Run(
           "SELECT id, webhook, body, attempts FROM (SELECT id, webhook, body, attempts, due_ms, "
           "ROW_NUMBER() OVER (PARTITION BY webhook ORDER BY due_ms, id) AS place FROM webhook_delivery "
           "WHERE due_ms <= $1) AS due WHERE place <= $3 ORDER BY due_ms, id LIMIT $2",
           {now, limits.in_all, limits.of_one}))) {
    due.push_back({row.Text(0), row.Text(1), row.Text(2), row.Int(3)});
  }
  for (const auto& one : due) CAIRN_TRY(PostponeDelivery(connection, one, until));
  return due;
}

Result<> PostponeDelivery(sql::Connection& connection, const Delivery& delivery, TimeMs due) {
  CAIRN_TRY(connection.Run("UPDATE webhook_delivery SET attempts = $2, due_ms = $3 WHERE id = $1",
                           {delivery.id, delivery.attempts, due}));
  return {};
}

Result<> EraseDelivery(sql::Connection& connection, const std::string& id) {
  CAIRN_TRY(connection.Run("DELETE FROM webhook_delivery WHERE id = $1", {id}));
  return {};
}

}  // namespace cairn::registry
