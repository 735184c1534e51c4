#include "loop/pipeline/triggers.h"

#include <algorithm>
#include <set>

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

Result<> ReadData(const Node& configuration, const Node& item, TriggerRule& rule) {
  rule.dataset = CAIRN_TRY(TextAt(item, "dataset"));
  rule.path = CAIRN_TRY(TextAt(item, "path"));
  if (rule.dataset.empty() == rule.path.empty())
    return Wrong(item, rule, "needs one of 'dataset' and 'path'");
  if (!rule.dataset.empty()) return CheckDataset(configuration, item, rule.dataset);
  while (rule.path.size() > 1 && rule.path.back() == '/') rule.path.pop_back();
  if (!IsInProject(rule.path))
    return Wrong(item, rule, "must look at a path in the project, not at '" + rule.path + "'");
  const std::string settle = CAIRN_TRY(TextAt(item, "settle"));
  const auto settle_ms = settle.empty() ? Result<std::int64_t>(kSettleMs) : charter::ParseDuration(settle);
  if (!settle_ms) return WrongAt(item, settle_ms.error().message);
  rule.settle_ms = *settle_ms;
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
                             "path", "settle", "ref", "paths", "force", "concurrency"}));
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
