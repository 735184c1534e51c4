#include "loop/registry/webhooks.h"

#include <algorithm>
#include <array>

#include "ground/vocabulary/text.h"
#include "loop/tracking/page.h"
#include "server/mlflow/endpoint.h"
#include "server/mlflow/mount.h"

namespace cairn::mlflow {
namespace {

using registry::Occasion;
using registry::Webhook;
using registry::Webhooks;

constexpr Fields::Choice kStatuses[] = {{"ACTIVE", 1}, {"DISABLED", 2}};
constexpr std::int64_t kMostResults = 1000, kUsualResults = 100;

/// The dialect writes in capitals what the bodies of deliveries write small.
std::string UpperAscii(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

Json ToJson(const Webhook& webhook) {
  Json events = Json::Array();
  for (const auto& one : webhook.occasions)
    events.Push(Json{{"entity", UpperAscii(one.entity)}, {"action", UpperAscii(one.action)}});
  Json message{{"webhook_id", webhook.id},
               {"name", webhook.name},
               {"url", webhook.url},
               {"events", std::move(events)},
               {"status", webhook.active ? "ACTIVE" : "DISABLED"},
               {"creation_timestamp", webhook.created_ms},
               {"last_updated_timestamp", webhook.updated_ms}};
  if (!webhook.description.empty()) message.Set("description", webhook.description);
  return message;
}

Json AnswerOf(const Webhook& webhook) { return Json{{"webhook", ToJson(webhook)}}; }

Result<std::string> IdOf(const Fields& fields) { return fields.RequiredText("webhook_id"); }

Result<Occasion> OccasionOf(const Fields& fields) {
  return Occasion{LowerAscii(CAIRN_TRY(fields.RequiredText("entity"))),
                  LowerAscii(CAIRN_TRY(fields.RequiredText("action")))};
}

Result<std::vector<Occasion>> OccasionsOf(const Fields& fields) {
  std::vector<Occasion> occasions;
  for (const auto& event : CAIRN_TRY(fields.Messages("events"))) {
    auto occasion = CAIRN_TRY(OccasionOf(event));
    const bool known = std::find(occasions.begin(), occasions.end(), occasion) != occasions.end();
    if (!known) occasions.push_back(std::move(occasion));
  }
  return occasions;
}

Result<std::optional<bool>> ActiveIn(const Fields& fields) {
  const auto status = CAIRN_TRY(fields.Enum("status", kStatuses));
  return status ? std::optional(*status == 1) : std::nullopt;
}

Result<Json> Create(Webhooks& webhooks, const Fields& fields) {
  Webhooks::New wanted;
  wanted.name = CAIRN_TRY(fields.RequiredText("name"));
  wanted.url = CAIRN_TRY(fields.RequiredText("url"));
  wanted.occasions = CAIRN_TRY(OccasionsOf(fields));
  wanted.description = CAIRN_TRY(fields.TextOrEmpty("description"));
  wanted.secret = CAIRN_TRY(fields.TextOrEmpty("secret"));
  wanted.active = CAIRN_TRY(ActiveIn(fields)).value_or(true);
  return AnswerOf(CAIRN_TRY(webhooks.Create(wanted)));
}

Result<Json> List(Webhooks& webhooks, const Fields& fields) {
  const auto limit = CAIRN_TRY(fields.IntWithin("max_results", 1, kMostResults, kUsualResults));
  const auto offset = CAIRN_TRY(tracking::OffsetOf(CAIRN_TRY(fields.TextOrEmpty("page_token"))));
  auto found = CAIRN_TRY(webhooks.List(limit + 1, offset));
  const auto next = tracking::CutToPage(found, offset, limit);
  Json list = Json::Array(), answer = Json::Object();
  for (const auto& webhook : found) list.Push(ToJson(webhook));
  if (!found.empty()) answer.Set("webhooks", std::move(list));
  if (!next.empty()) answer.Set("next_page_token", next);
  return answer;
}

Result<Json> Get(Webhooks& webhooks, const Fields& fields) {
  return AnswerOf(CAIRN_TRY(webhooks.Find(CAIRN_TRY(IdOf(fields)))));
}

/// An empty name or URL, and no events, leave what is there.
Result<Json> Update(Webhooks& webhooks, const Fields& fields) {
  Webhooks::Change change;
  const auto unless_empty = [](std::optional<std::string> text) {
    return text && text->empty() ? std::nullopt : text;
  };
  change.name = unless_empty(CAIRN_TRY(fields.Text("name")));
  change.url = unless_empty(CAIRN_TRY(fields.Text("url")));
  change.description = CAIRN_TRY(fields.Text("description"));
  change.secret = CAIRN_TRY(fields.Text("secret"));
  if (auto occasions = CAIRN_TRY(OccasionsOf(fields)); !occasions.empty())
    change.occasions = std::move(occasions);
  change.active = CAIRN_TRY(ActiveIn(fields));
  return AnswerOf(CAIRN_TRY(webhooks.Update(CAIRN_TRY(IdOf(fields)), change)));
}

Result<Json> Delete(Webhooks& webhooks, const Fields& fields) {
  return Empty(webhooks.Delete(CAIRN_TRY(IdOf(fields))));
}

Result<Json> Test(Webhooks& webhooks, const Fields& fields) {
  std::optional<Occasion> occasion;
  if (const auto event = CAIRN_TRY(fields.Message("event"))) occasion = CAIRN_TRY(OccasionOf(*event));
  const auto trial = CAIRN_TRY(webhooks.Try(CAIRN_TRY(IdOf(fields)), occasion));
  Json result{{"success", trial.success}};
  if (trial.status != 0) result.Set("response_status", trial.status).Set("response_body", trial.body);
  if (trial.status == 0) result.Set("error_message", trial.problem);
  return Json{{"result", std::move(result)}};
}

}  // namespace

void MountWebhooks(http::Router& router, registry::Webhooks& webhooks) {
  const auto to = [&webhooks](auto operation) -> Operation {
    return [&webhooks, operation](const Fields& fields) { return operation(webhooks, fields); };
  };
  constexpr auto kWrite = http::Lane::Write;
  MountEndpoints(router, {{"POST", "webhooks", to(Create), kWrite},
                          {"GET", "webhooks", to(List)},
                          {"GET", "webhooks/{webhook_id}", to(Get)},
                          {"PATCH", "webhooks/{webhook_id}", to(Update), kWrite},
                          {"DELETE", "webhooks/{webhook_id}", to(Delete), kWrite},
                          {"POST", "webhooks/{webhook_id}/test", to(Test), http::Lane::Bytes}});
}

}  // namespace cairn::mlflow
