#include "loop/registry/webhooks/announcement.h"

#include <algorithm>

#include "ground/os/identity.h"
#include "loop/registry/tables/model_table.h"
#include "loop/registry/tables/version_table.h"
#include "loop/registry/tables/webhook_table.h"

namespace cairn::registry {
namespace {

constexpr std::string_view kPromptTag = "mlflow.prompt.is_prompt", kPromptKind = "_mlflow_prompt_type",
                           kPromptText = "mlflow.prompt.text";

std::string TagOf(const std::vector<Tag>& tags, std::string_view key) {
  const auto found = std::find_if(tags.begin(), tags.end(), [&](const Tag& tag) { return tag.first == key; });
  return found == tags.end() ? "" : found->second;
}

/// A prompt's own marks are no news.
Json TagsOf(const std::vector<Tag>& tags, bool prompt) {
  Json object = Json::Object();
  for (const auto& [key, value] : tags) {
    const bool mark = key == kPromptTag || key == kPromptKind || key == kPromptText;
    if (!prompt || !mark) object.Set(key, value);
  }
  return object;
}

Json TextOrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

/// Who listens to a deed on a model; nobody is asked anything while there is no webhook.
class Announcement {
 public:
  Announcement(sql::Connection& connection, TimeMs now) : connection_(connection), now_(now) {}

  Result<bool> IsHeard() { return AnyActiveWebhook(connection_); }

  /// With tags. Reading it is left to those who are heard.
  Result<RegisteredModel> Model(std::string_view name) {
    StoredModel stored = CAIRN_TRY(ReadModel(connection_, name));
    CAIRN_TRY(ReadModelRecords(connection_, std::span(&stored, 1)));
    prompt_ = TagOf(stored.model.tags, kPromptTag) == "true";
    return std::move(stored.model);
  }
  bool IsPrompt() const { return prompt_; }

  Result<> Tell(const Occasion& model, const Occasion& prompt, const Json& data) {
    const Occasion& occasion = prompt_ ? prompt : model;
    if (occasion.entity.empty()) return {};
    for (const auto& webhook : CAIRN_TRY(ListenersTo(connection_, occasion))) {
      const Delivery delivery{os::NewUuid(now_), webhook, BodyOf(occasion, now_, data), 0};
      CAIRN_TRY(InsertDelivery(connection_, delivery, now_));
    }
    return {};
  }

 private:
  sql::Connection& connection_;
  const TimeMs now_;
  bool prompt_ = false;
};

}  // namespace

std::string BodyOf(const Occasion& occasion, TimeMs now, Json data) {
  return Json{{"entity", occasion.entity},
              {"action", occasion.action},
              {"timestamp", FormatUtc(now)},
              {"data", std::move(data)}}
      .Dump();
}

Result<> AnnounceModel(sql::Connection& connection, TimeMs now, const std::string& name) {
  Announcement announcement(connection, now);
  if (!CAIRN_TRY(announcement.IsHeard())) return {};
  const auto model = CAIRN_TRY(announcement.Model(name));
  return announcement.Tell({"registered_model", "created"}, {"prompt", "created"},
                           Json{{"name", name},
                                {"tags", TagsOf(model.tags, announcement.IsPrompt())},
                                {"description", model.description}});
}

Result<> AnnounceVersion(sql::Connection& connection, TimeMs now, const std::string& name,
                         std::int64_t number) {
  Announcement announcement(connection, now);
  if (!CAIRN_TRY(announcement.IsHeard())) return {};
  CAIRN_TRY(announcement.Model(name));
  const auto version = CAIRN_TRY(ReadVersion(connection, name, number)).version;
  Json data{{"name", name}, {"version", std::to_string(number)}};
  if (announcement.IsPrompt()) {
    data.Set("template", TextOrNull(TagOf(version.tags, kPromptText)));
  } else {
    data.Set("source", version.source).Set("run_id", TextOrNull(version.run_id));
  }
  data.Set("tags", TagsOf(version.tags, announcement.IsPrompt()));
  data.Set("description", TextOrNull(version.description));
  return announcement.Tell({"model_version", "created"}, {"prompt_version", "created"}, data);
}

Result<> AnnounceModelTag(sql::Connection& connection, TimeMs now, std::string_view name,
                          std::string_view key, const std::optional<std::string>& value) {
  Announcement announcement(connection, now);
  if (!CAIRN_TRY(announcement.IsHeard())) return {};
  CAIRN_TRY(announcement.Model(name));
  Json data{{"name", name}, {"key", key}};
  if (value) data.Set("value", *value);
  // MLflow has no such event for models, only for prompts.
  return announcement.Tell({}, {"prompt_tag", value ? "set" : "deleted"}, data);
}

Result<> AnnounceVersionTag(sql::Connection& connection, TimeMs now, std::string_view name,
                            std::int64_t version, std::string_view key,
                            const std::optional<std::string>& value) {
  Announcement announcement(connection, now);
  if (!CAIRN_TRY(announcement.IsHeard())) return {};
  CAIRN_TRY(announcement.Model(name));
  Json data{{"name", name}, {"version", std::to_string(version)}, {"key", key}};
  if (value) data.Set("value", *value);
  const std::string action = value ? "set" : "deleted";
  return announcement.Tell({"model_version_tag", action}, {"prompt_version_tag", action}, data);
}

Result<> AnnounceAlias(sql::Connection& connection, TimeMs now, std::string_view name, std::string_view alias,
                       std::int64_t version) {
  Announcement announcement(connection, now);
  if (!CAIRN_TRY(announcement.IsHeard())) return {};
  // Under an old name there is no model any more; what it was then is not known.
  const auto model = announcement.Model(name);
  if (!model && model.error().reason != Reason::NotFound) return model.error();
  Json data{{"name", name}, {"alias", alias}};
  if (version != 0) data.Set("version", std::to_string(version));
  const std::string action = version != 0 ? "created" : "deleted";
  return announcement.Tell({"model_version_alias", action}, {"prompt_alias", action}, data);
}

Json ExampleOf(const Occasion& occasion) {
  const bool prompt = occasion.entity.starts_with("prompt");
  const std::string name = prompt ? "example_prompt" : "example_model";
  Json data{{"name", name}};
  if (occasion.entity.ends_with("alias")) {
    data.Set("alias", "example_alias");
    if (occasion.action == "created") data.Set("version", "1");
    return data;
  }
  if (occasion.entity != "prompt" && occasion.entity != "prompt_tag" && occasion.entity != "registered_model")
    data.Set("version", "1");
  if (occasion.entity.ends_with("tag")) {
    data.Set("key", "example_key");
    if (occasion.action == "set") data.Set("value", "example_value");
    return data;
  }
  if (occasion.entity == "model_version") data.Set("source", "models:/123").Set("run_id", "abcd1234abcd5678");
  if (occasion.entity == "prompt_version") data.Set("template", "Hello {{name}}!");
  data.Set("tags", Json{{"example_key", "example_value"}});
  return data.Set("description", "An example sent by the test of this webhook");
}

}  // namespace cairn::registry
