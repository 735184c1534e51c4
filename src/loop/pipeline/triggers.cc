#include "loop/pipeline/triggers.h"

#include <algorithm>
#include <set>

#include "ground/blob/place.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "loop/charter/charter.h"
#include "loop/pipeline/path_pattern.h"

namespace cairn::pipeline {
namespace {

constexpr std::string_view kKinds[] = {"alert",         "schedule",         "message", "data",
                                       "training_code", "application_code", "demand"};
constexpr std::string_view kConcurrencies[] = {"queue", "replace", "skip"};
constexpr std::string_view kCatchUps[] = {"none", "last", "all"};
constexpr std::int64_t kSettleMs = 1'000;
/// How often a bucket or database is looked at.
constexpr std::int64_t kEveryMs = 30'000, kLeastEveryMs = 1'000, kMostEveryMs = 86'400'000;

bool IsCode(std::string_view on) { return on == "training_code" || on == "application_code"; }

Error Wrong(const Node& item, const TriggerRule& rule, const std::string& what) {
  return WrongAt(item, "trigger '" + rule.name + "' " + what);
}

Result<> CheckMonitor(const Node& configuration, const Node& item, const std::string& monitor) {
  const Node* monitors = configuration.Find("monitors");
  std::vector<std::string> names;
  if (monitors) {
    for (const Node& one : monitors->items()) names.push_back(CAIRN_TRY(TextAt(one, "name")));
  }
  if (std::find(names.begin(), names.end(), monitor) != names.end()) return Done{};
  const std::vector<std::string_view> views(names.begin(), names.end());
  return WrongAt(item,
                 "there is no monitor '" + monitor + "' under 'monitors'." + Suggestion(monitor, views));
}

Result<> CheckDataset(const Node& configuration, const Node& item, const std::string& dataset) {
  const Node* data = configuration.Find("data");
  std::vector<std::string_view> names;
  if (data) {
    for (const auto& entry : data->entries()) names.push_back(entry.key);
  }
  if (std::find(names.begin(), names.end(), dataset) != names.end()) return Done{};
  return WrongAt(item, "there is no data set '" + dataset + "' under 'data'." + Suggestion(dataset, names));
}

bool IsInProject(std::string_view path) {
  const auto parts = Split(path, '/');
  return !path.empty() && path.front() != '/' && std::find(parts.begin(), parts.end(), "..") == parts.end();
}

Result<> ReadSchedule(const Node& item, TriggerRule& rule) {
  const std::string cron = CAIRN_TRY(TextAt(item, "cron"));
  std::string zone = CAIRN_TRY(TextAt(item, "zone"));
  if (cron.empty()) return Wrong(item, rule, "has no times: add 'cron: \"30 2 * * *\"'");
  auto known = calendar::Zone::Named(zone.empty() ? "UTC" : zone);
  if (!known) return WrongAt(item, known.error().message);
  auto schedule = calendar::Schedule::Parse(cron, *std::move(known));
  if (!schedule) return WrongAt(item, schedule.error().message);
  rule.schedule = *std::move(schedule);
  const std::string catch_up = CAIRN_TRY(ChoiceAt(item, "catch_up", kCatchUps));
  if (catch_up == "none") rule.catch_up = CatchUp::None;
  if (catch_up == "all") rule.catch_up = CatchUp::All;
  return Done{};
}

Result<> ReadMessage(const Node& item, TriggerRule& rule) {
  const Node* secret = item.Find("secret");
  if (!secret)
    return Wrong(item, rule,
                 "has no secret that messages must be signed with: add 'secret: {env: VARIABLE}'");
  rule.secret.push_back(CAIRN_TRY(ReadSecret("secret", *secret)));
  return Done{};
}

Result<std::int64_t> DurationAt(const Node& item, std::string_view key, std::int64_t otherwise) {
  const std::string text = CAIRN_TRY(TextAt(item, key));
  if (text.empty()) return otherwise;
  const auto duration = charter::ParseDuration(text);
  if (!duration) return WrongAt(item, duration.error().message);
  return *duration;
}

/// Of an address of PostgreSQL that names one before its host, also one with a '/' in it, or as a parameter.
bool HasPassword(std::string_view address) {
  const std::string_view rest = address.substr(address.find("://") + 3);
  const std::string_view who = rest.substr(0, rest.substr(0, rest.find('?')).rfind('@') + 1);
  return who.find(':') != std::string_view::npos || rest.find("password=") != std::string_view::npos;
}

Result<> ReadDatabase(const Node& item, TriggerRule& rule) {
  const Node& database = *item.Find("database");
  if (database.IsMap()) {
    rule.remote.secret.push_back(CAIRN_TRY(ReadSecret("database", database)));
  } else {
    rule.remote.database = CAIRN_TRY(TextAt(item, "database"));
    const std::string& address = rule.remote.database;
    const bool postgres = address.starts_with("postgresql://") || address.starts_with("postgres://");
    if (!postgres && !address.starts_with("sqlite:///"))
      return Wrong(database, rule, "must name its database as sqlite:///PATH or postgresql://USER@HOST/NAME");
    if (postgres && HasPassword(address))
      return Wrong(database, rule,
                   "must not say a password: put the address into a variable and write 'database: {env: "
                   "VARIABLE}'");
  }
  rule.remote.table = CAIRN_TRY(TextAt(item, "table"));
  rule.remote.query = CAIRN_TRY(TextAt(item, "query"));
  if (rule.remote.table.empty() == rule.remote.query.empty())
    return Wrong(item, rule, "needs one of 'table' and 'query', which say what it looks at in the database");
  return Done{};
}

Result<> ReadPath(const Node& item, TriggerRule& rule) {
  if (blob::IsBucketUrl(rule.path)) {
    const auto place = blob::PlaceAt(rule.path);
    if (!place) return WrongAt(item, place.error().message);
    rule.remote.bucket = place->Shown();
    rule.path.clear();
    return Done{};
  }
  while (rule.path.size() > 1 && rule.path.back() == '/') rule.path.pop_back();
  if (IsInProject(rule.path) && rule.path.find("://") == std::string::npos) return Done{};
  return Wrong(item, rule,
               "must look at a path in the project or at s3://bucket/prefix, not at '" + rule.path + "'");
}

Result<> ReadEvery(const Node& item, TriggerRule& rule) {
  if (!rule.remote.IsSet() && item.Find("every"))
    return Wrong(
        item, rule,
        "takes no 'every': that says how often a bucket or a database is looked at, and what is here "
        "is seen at once");
  if (!rule.remote.IsSet()) return Done{};
  rule.every_ms = CAIRN_TRY(DurationAt(item, "every", kEveryMs));
  if (rule.every_ms < kLeastEveryMs || rule.every_ms > kMostEveryMs)
    return Wrong(item, rule, "says how often it looks with 'every: 30s', from 1s to 1d");
  return Done{};
}

/// What is to be looked at, of which there is one; `path` may be a bucket's.
Result<> ReadData(const Node& configuration, const Node& item, TriggerRule& rule) {
  rule.dataset = CAIRN_TRY(TextAt(item, "dataset"));
  rule.path = CAIRN_TRY(TextAt(item, "path"));
  const bool database = item.Find("database");
  if (!rule.dataset.empty() + !rule.path.empty() + database != 1)
    return Wrong(item, rule, "needs one of 'dataset', 'path' and 'database'");
  if (!database && (item.Find("table") || item.Find("query")))
    return Wrong(item, rule, "has a 'table' or 'query' without a 'database'");
  if (database) CAIRN_TRY(ReadDatabase(item, rule));
  if (!rule.path.empty()) CAIRN_TRY(ReadPath(item, rule));
  CAIRN_TRY(ReadEvery(item, rule));
  if (!rule.dataset.empty()) return CheckDataset(configuration, item, rule.dataset);
  // A database shows whole transactions: there is nothing half written to wait for.
  rule.settle_ms = CAIRN_TRY(DurationAt(item, "settle", database ? 0 : kSettleMs));
  return Done{};
}

Result<> ReadCode(const Node& item, TriggerRule& rule) {
  rule.ref = CAIRN_TRY(TextAt(item, "ref"));
  if (rule.ref.empty()) rule.ref = "HEAD";
  rule.paths = CAIRN_TRY(WordsAt(item, "paths"));
  for (const auto& path : rule.paths) {
    if (!IsInProject(path)) return Wrong(item, rule, "must name paths in the project, not '" + path + "'");
  }
  return Done{};
}

/// What belongs to its kind alone.
Result<> ReadKind(const Node& configuration, const Node& item, TriggerRule& rule) {
  static constexpr std::pair<std::string_view, std::string_view> kOwn[] = {
      {"monitor", "alert"},  {"cron", "schedule"}, {"zone", "schedule"}, {"catch_up", "schedule"},
      {"secret", "message"}, {"dataset", "data"},  {"path", "data"},     {"settle", "data"},
      {"database", "data"},  {"table", "data"},    {"query", "data"},    {"every", "data"},
      {"ref", "code"},       {"paths", "code"}};
  for (const auto& [key, kind] : kOwn) {
    if (item.Find(key) && kind != (IsCode(rule.on) ? "code" : std::string_view(rule.on)))
      return Wrong(item, rule, "fires on '" + rule.on + "', which takes no '" + std::string(key) + "'");
  }
  rule.monitor = CAIRN_TRY(TextAt(item, "monitor"));
  if (!rule.monitor.empty()) CAIRN_TRY(CheckMonitor(configuration, item, rule.monitor));
  if (rule.on == "schedule") return ReadSchedule(item, rule);
  if (rule.on == "message") return ReadMessage(item, rule);
  if (rule.on == "data") return ReadData(configuration, item, rule);
  return IsCode(rule.on) ? ReadCode(item, rule) : Result<>();
}

Result<TriggerRule> ReadRule(const Node& configuration, const Node& item) {
  TriggerRule rule{CAIRN_TRY(TextAt(item, "on")), CAIRN_TRY(TextAt(item, "name")), {}};
  if (rule.name.empty()) return WrongAt(item, "this trigger has no name");
  if (std::find(std::begin(kKinds), std::end(kKinds), rule.on) == std::end(kKinds)) {
    return Wrong(item, rule,
                 "fires on '" + rule.on +
                     "'; what is known is alert, schedule, message, data, training_code, application_code "
                     "and demand." +
                     Suggestion(rule.on, kKinds));
  }
  CAIRN_TRY(ReadKind(configuration, item, rule));
  const std::string run = CAIRN_TRY(TextAt(item, "run"));
  if (run.empty()) return Wrong(item, rule, "runs nothing: add 'run: pipeline' or 'run: <stage>'");
  if (run != "pipeline") rule.stages.push_back(run);
  rule.force = CAIRN_TRY(TruthAt(item, "force", false));
  const std::string concurrency = CAIRN_TRY(ChoiceAt(item, "concurrency", kConcurrencies));
  if (!concurrency.empty()) rule.concurrency = ConcurrencyNamed(concurrency);
  return rule;
}

}  // namespace

std::string TriggerRule::Subject() const {
  if (schedule) return "schedule " + schedule->expression() + " " + schedule->zone().name();
  if (!dataset.empty()) return "dataset " + dataset;
  if (!path.empty()) return "path " + path;
  if (remote.IsSet()) return "remote " + remote.Shown();
  if (!ref.empty()) return "ref " + ref + " " + Join(paths, " ");
  return on;
}

Request TriggerRule::Asks(const std::string& project, const std::string& cause) const {
  Request request;
  request.project = project;
  request.selection.only = stages;
  request.selection.force = force;
  request.trigger = {.on = on, .name = name, .cause = cause};
  request.actor = "system";
  request.concurrency = concurrency;
  return request;
}

Request TriggerRule::AsksAt(const std::string& project, std::int64_t due) const {
  Request request = Asks(project, name + "@" + FormatUtc(due * 1000).substr(0, 19) + "Z");
  request.detail = Json{{"due", FormatUtc(due * 1000)}};
  if (const auto before = schedule->Last(due - 1)) request.detail.Set("before", FormatUtc(*before * 1000));
  return request;
}

Result<std::vector<TriggerRule>> ParseTriggers(const Node& configuration) {
  std::vector<TriggerRule> rules;
  const Node* section = configuration.Find("triggers");
  if (!section || section->IsNull()) return rules;
  if (!section->IsList()) return WrongAt(*section, "'triggers' must be a list");
  std::set<std::string> names;
  for (const Node& item : section->items()) {
    if (!item.IsMap())
      return WrongAt(item, "a trigger is a map such as {name: …, on: alert, monitor: …, run: pipeline}");
    CAIRN_TRY(item.OnlyKeys({"name", "on", "monitor", "run", "cron", "zone", "catch_up", "secret", "dataset",
                             "path", "settle", "database", "table", "query", "every", "ref", "paths", "force",
                             "concurrency"}));
    rules.push_back(CAIRN_TRY(ReadRule(configuration, item)));
    if (!names.insert(rules.back().name).second)
      return WrongAt(item, "there are two triggers '" + rules.back().name + "'");
  }
  return rules;
}

std::vector<Request> PulledBy(const std::vector<TriggerRule>& rules, const std::string& monitor,
                              const std::string& alert, const std::string& project) {
  std::vector<Request> requests;
  for (const auto& rule : rules) {
    if (rule.on == "alert" && (rule.monitor.empty() || rule.monitor == monitor))
      requests.push_back(rule.Asks(project, alert));
  }
  return requests;
}

}  // namespace cairn::pipeline
