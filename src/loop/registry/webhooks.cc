#include "loop/registry/webhooks.h"

#include <algorithm>
#include <array>

#include "ground/os/identity.h"
#include "ground/os/pool.h"
#include "ledger/metadata/event.h"
#include "loop/registry/tables/webhook_table.h"
#include "loop/registry/webhooks/announcement.h"
#include "loop/registry/webhooks/target.h"

namespace cairn::registry {
namespace {

constexpr std::int64_t kRetries = 3;
constexpr std::int64_t kFirstPauseMs = 1000, kLongestPauseMs = 60'000;
/// One for each sender, so that the lease is short: what a killed server was sending waits for its end.
constexpr std::int64_t kAtOnce = 4;
/// Of one webhook: one that is slow to answer leaves senders to the others.
constexpr std::int64_t kAtOnceToOne = 2;
/// As long as a try can take, and a little more: what is not noted by then was lost with its sender.
constexpr TimeMs kLeaseMs = kLongestAttemptMs + 15'000;

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

Result<> CheckName(const std::string& name) {
  const bool sound = !name.empty() && name.size() <= 63 && IsLetterOrDigit(name.front()) &&
                     IsLetterOrDigit(name.back()) && std::all_of(name.begin(), name.end(), [](char c) {
                       return IsLetterOrDigit(c) || c == '.' || c == '_' || c == '-';
                     });
  if (sound) return {};
  return Error{
      Reason::InvalidArgument,
      "Webhook name '" + name +
          "' is invalid. It must start and end with a letter or digit, have at most 63 characters, and "
          "contain only letters, digits, dots, underscores and hyphens."};
}

Result<> CheckOccasions(const std::vector<Occasion>& occasions) {
  if (occasions.empty())
    return Error{Reason::InvalidArgument, "Webhook events must be a non-empty list of events."};
  for (const auto& one : occasions) {
    const auto all = Occasions();
    if (std::find(all.begin(), all.end(), one) != all.end()) continue;
    return Error{Reason::InvalidArgument, "Invalid action '" + one.action + "' for entity '" + one.entity +
                                              "': there is no such event."};
  }
  return {};
}

/// A webhook's deeds are those of whoever may call the registry; its address stays out of the log.
Result<> Trace(sql::Connection& connection, TimeMs now, const std::string& step, std::string_view id) {
  CAIRN_TRY(metadata::Append(
      connection, now,
      {"registry.webhook_" + step, "webhook:" + std::string(id), "client", "", Json::Object()}));
  return {};
}

TimeMs PauseAfter(std::int64_t attempts, std::int64_t asked_ms) {
  const auto doubled = kFirstPauseMs << std::min<std::int64_t>(attempts - 1, 16);
  return std::max(std::min(doubled, kLongestPauseMs), asked_ms);
}

}  // namespace

std::span<const Occasion> Occasions() {
  static const std::array<Occasion, 15> all = {{{"registered_model", "created"},
                                                {"model_version", "created"},
                                                {"model_version_tag", "set"},
                                                {"model_version_tag", "deleted"},
                                                {"model_version_alias", "created"},
                                                {"model_version_alias", "deleted"},
                                                {"prompt", "created"},
                                                {"prompt_version", "created"},
                                                {"prompt_tag", "set"},
                                                {"prompt_tag", "deleted"},
                                                {"prompt_version_tag", "set"},
                                                {"prompt_version_tag", "deleted"},
                                                {"prompt_alias", "created"},
                                                {"prompt_alias", "deleted"},
                                                {"budget_policy", "exceeded"}}};
  return all;
}

Webhooks::Webhooks(sql::Database& database, const os::Clock& clock, Hosts hosts)
    : database_(database), clock_(clock), hosts_(hosts) {}

Result<Webhook> Webhooks::Create(const New& wanted) {
  CAIRN_TRY(CheckName(wanted.name));
  CAIRN_TRY(CheckOccasions(wanted.occasions));
  CAIRN_TRY(CheckUrl(wanted.url, hosts_));
  const auto now = clock_.Now();
  const Webhook webhook{os::NewUuid(now),
                        wanted.name,
                        wanted.description,
                        wanted.url,
                        wanted.occasions,
                        wanted.active,
                        now,
                        now};
  return database_.Transact([&](sql::Connection& connection) -> Result<Webhook> {
    CAIRN_TRY(InsertWebhook(connection, webhook, wanted.secret));
    CAIRN_TRY(Trace(connection, now, "created", webhook.id));
    return webhook;
  });
}

Result<Webhook> Webhooks::Find(std::string_view id) const {
  return database_.Read([&](sql::Connection& connection) { return ReadWebhook(connection, id); });
}

Result<std::vector<Webhook>> Webhooks::List(std::int64_t limit, std::int64_t offset) const {
  return database_.Read([&](sql::Connection& connection) { return ReadWebhooks(connection, limit, offset); });
}

Result<Webhook> Webhooks::Update(std::string_view id, const Change& change) {
  if (change.name) CAIRN_TRY(CheckName(*change.name));
  if (change.occasions) CAIRN_TRY(CheckOccasions(*change.occasions));
  if (change.url) CAIRN_TRY(CheckUrl(*change.url, hosts_));
  const auto now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<Webhook> {
    auto webhook = CAIRN_TRY(ReadWebhook(connection, id));
    webhook.name = change.name.value_or(webhook.name);
    webhook.url = change.url.value_or(webhook.url);
    webhook.description = change.description.value_or(webhook.description);
    webhook.occasions = change.occasions.value_or(webhook.occasions);
    webhook.active = change.active.value_or(webhook.active);
    webhook.updated_ms = now;
    CAIRN_TRY(UpdateWebhook(connection, webhook, change.secret));
    CAIRN_TRY(Trace(connection, now, "changed", id));
    return webhook;
  });
}

Result<> Webhooks::Delete(std::string_view id) {
  const auto now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(ReadWebhook(connection, id));
    CAIRN_TRY(EraseWebhook(connection, id));
    return Trace(connection, now, "deleted", id);
  });
}

Result<Webhooks::Trial> Webhooks::Try(std::string_view id, const std::optional<Occasion>& occasion) const {
  if (occasion) CAIRN_TRY(CheckOccasions({*occasion}));
  std::string secret;
  const auto webhook = CAIRN_TRY(database_.Read([&](sql::Connection& connection) -> Result<Webhook> {
    secret = CAIRN_TRY(ReadSecret(connection, id));
    return ReadWebhook(connection, id);
  }));
  const auto told = occasion.value_or(webhook.occasions.front());
  const auto now = clock_.Now();
  return Send(webhook.url, hosts_, {os::NewUuid(now), BodyOf(told, now, ExampleOf(told)), secret}, now, {})
      .trial;
}

Result<std::vector<Webhooks::Failure>> Webhooks::DeliverDue(std::stop_token stop) {
  const auto now = clock_.Now();
  std::vector<Failure> failures;
  // Looking costs no write.
  while (CAIRN_TRY(database_.Read([&](sql::Connection& connection) { return AnyDue(connection, now); }))) {
    for (auto& failure : CAIRN_TRY(DeliverSome(now, stop))) failures.push_back(std::move(failure));
    if (stop.stop_requested()) break;
  }
  return failures;
}

Result<std::vector<Webhooks::Failure>> Webhooks::DeliverSome(TimeMs now, const std::stop_token& stop) {
  const auto until = clock_.Now() + kLeaseMs;
  const auto due = CAIRN_TRY(database_.Transact([&](sql::Connection& connection) {
    return TakeDue(connection, now, until, {kAtOnce, kAtOnceToOne});
  }));
  std::vector<Result<std::optional<Failure>>> outcomes(due.size(), std::optional<Failure>());
  os::ForEachIndex(due.size(), kAtOnce,
                   [&](std::size_t index) { outcomes[index] = Deliver(due[index], stop); });
  std::vector<Failure> failures;
  for (auto& outcome : outcomes) {
    if (auto failure = CAIRN_TRY(std::move(outcome))) failures.push_back(*std::move(failure));
  }
  return failures;
}

Result<std::optional<Webhooks::Failure>> Webhooks::Deliver(Delivery due, std::stop_token stop) {
  std::string secret;
  const auto webhook = database_.Read([&](sql::Connection& connection) -> Result<Webhook> {
    secret = CAIRN_TRY(ReadSecret(connection, due.webhook));
    return ReadWebhook(connection, due.webhook);
  });
  if (!webhook && webhook.error().reason != Reason::NotFound) return webhook.error();
  const auto done = [&]() -> Result<> {
    return database_.Transact([&](sql::Connection& connection) { return EraseDelivery(connection, due.id); });
  };
  if (!webhook || !webhook->active) {
    CAIRN_TRY(done());
    return std::optional<Failure>();
  }
  Outcome outcome;
  if (!stop.stop_requested())
    outcome = Send(webhook->url, hosts_, {due.id, due.body, secret}, clock_.Now(), stop);
  // Whoever stops us did not fail: it is due at once when somebody sends again.
  if (!outcome.trial.success && stop.stop_requested()) {
    CAIRN_TRY(Postpone(due, clock_.Now()));
    return std::optional<Failure>();
  }
  ++due.attempts;
  if (!outcome.trial.success && outcome.again && due.attempts <= kRetries) {
    CAIRN_TRY(Postpone(due, clock_.Now() + PauseAfter(due.attempts, outcome.asked_pause_ms)));
    return std::optional<Failure>();
  }
  CAIRN_TRY(done());
  if (outcome.trial.success) return std::optional<Failure>();
  return std::optional(Failure{webhook->name, outcome.trial.problem});
}

Result<> Webhooks::Postpone(const Delivery& due, TimeMs until) {
  return database_.Transact(
      [&](sql::Connection& connection) { return PostponeDelivery(connection, due, until); });
}

}  // namespace cairn::registry
