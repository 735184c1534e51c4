#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::registry {

/// What a webhook may be told of, in MLflow's words: "model_version" and "created".
struct Occasion {
  std::string entity, action;
  friend bool operator==(const Occasion&, const Occasion&) = default;
};
/// All there are.
std::span<const Occasion> Occasions();

/// An address that is told what happens in the registry. The secret that signs is kept, never given back.
struct Webhook {
  std::string id, name, description, url;
  std::vector<Occasion> occasions;
  bool active = true;
  TimeMs created_ms = 0;
  TimeMs updated_ms = 0;
};

/// What is to be sent to a webhook.
struct Delivery {
  std::string id, webhook, body;
  std::int64_t attempts = 0;
};

/// Webhooks and what is still to be sent to them. A delivery is written in the transaction of the deed that
/// it tells of; DeliverDue sends it as MLflow does: a POST of {"entity", "action", "timestamp", "data"} with
/// the headers X-MLflow-Delivery-Id, X-MLflow-Timestamp (seconds) and, with a secret, X-MLflow-Signature:
/// "v1," + base64(HMAC-SHA256(secret, id.timestamp.body)). 429, 500, 502 to 504 and broken connections are
/// tried again three times, after 1 s and twice as long each time, at most 60 s (or what Retry-After says).
/// It arrives at least once: a program that dies between sending and noting sends again, with the same id. An
/// address is connected to only when every address of its host is public, by the very address that was looked
/// at; redirects are not followed. Safe from any thread.
class Webhooks {
 public:
  enum class Hosts { PublicOnly, Any };

  /// All must outlive it.
  Webhooks(sql::Database& database, const os::Clock& clock, Hosts hosts);

  struct New {
    std::string name, url, description, secret;
    std::vector<Occasion> occasions;
    bool active = true;
  };
  /// InvalidArgument for a name, address or occasion outside the rules.
  Result<Webhook> Create(const New& wanted);
  /// NotFound when there is none; the same below.
  Result<Webhook> Find(std::string_view id) const;
  /// The oldest first, at most `limit` from `offset` on.
  Result<std::vector<Webhook>> List(std::int64_t limit, std::int64_t offset) const;
  struct Change {
    std::optional<std::string> name, url, description, secret;
    std::optional<std::vector<Occasion>> occasions;
    std::optional<bool> active;
  };
  Result<Webhook> Update(std::string_view id, const Change& change);
  /// What waits for it is not sent any more.
  Result<> Delete(std::string_view id);

  struct Trial {
    bool success = false;
    int status = 0;  ///< 0 when no answer came.
    std::string body;
    std::string problem;
  };
  /// Sends an example of the occasion (its first one unless given) at once, and once.
  Result<Trial> Try(std::string_view id, const std::optional<Occasion>& occasion) const;

  struct Failure {
    std::string webhook;  ///< Its name.
    std::string problem;
  };
  /// Sends what is due, some at a time and few to each webhook, and gives what was given up. Others may call
  /// it for the same store meanwhile.
  Result<std::vector<Failure>> DeliverDue(std::stop_token stop);

 private:
  Result<std::vector<Failure>> DeliverSome(TimeMs now, const std::stop_token& stop);
  Result<std::optional<Failure>> Deliver(Delivery due, std::stop_token stop);
  Result<> Postpone(const Delivery& due, TimeMs until);

  sql::Database& database_;
  const os::Clock& clock_;
  const Hosts hosts_;
};

}  // namespace cairn::registry
