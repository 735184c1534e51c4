#include "loop/pipeline/triggers.h"

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"

namespace cairn::pipeline {
namespace {

Result<> CheckMonitor(const Node& configuration, const Node& item, const std::string& monitor) {
  const Node* monitors = configuration.Find("monitors");
  std::vector<std::string> names;
  if (monitors) {
    for (const Node& one : monitors->items()) names.push_back(CAIRN_TRY(TextAt(one, "name")));
  }
  for (const auto& name : names) {
    if (name == monitor) return Done{};
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  return WrongAt(item,
                 "there is no monitor '" + monitor + "' under 'monitors'." + Suggestion(monitor, views));
}

}  // namespace

Result<std::vector<TriggerRule>> ParseTriggers(const Node& configuration) {
  std::vector<TriggerRule> rules;
  const Node* section = configuration.Find("triggers");
  if (!section || section->IsNull()) return rules;
  if (!section->IsList()) return WrongAt(*section, "'triggers' must be a list");
  for (const Node& item : section->items()) {
    if (!item.IsMap())
      return WrongAt(item, "a trigger is a map such as {name: …, on: alert, monitor: …, run: pipeline}");
    CAIRN_TRY(item.OnlyKeys({"name", "on", "monitor", "run"}));
    TriggerRule rule{CAIRN_TRY(TextAt(item, "name")),
                     CAIRN_TRY(TextAt(item, "on")),
                     CAIRN_TRY(TextAt(item, "monitor")),
                     {}};
    if (rule.name.empty()) return WrongAt(item, "this trigger has no name");
    if (rule.on != "alert")
      return WrongAt(item,
                     "trigger '" + rule.name + "' fires on '" + rule.on + "'; what is known is 'alert'");
    if (!rule.monitor.empty()) CAIRN_TRY(CheckMonitor(configuration, item, rule.monitor));
    const std::string run = CAIRN_TRY(TextAt(item, "run"));
    if (run.empty())
      return WrongAt(item, "trigger '" + rule.name + "' runs nothing: add 'run: pipeline' or 'run: <stage>'");
    if (run != "pipeline") rule.stages.push_back(run);
    rules.push_back(std::move(rule));
  }
  return rules;
}

std::vector<Request> PulledBy(const std::vector<TriggerRule>& rules, const std::string& monitor,
                              const std::string& alert, const std::string& project) {
  std::vector<Request> requests;
  for (const auto& rule : rules) {
    if (!rule.monitor.empty() && rule.monitor != monitor) continue;
    Request request;
    request.project = project;
    request.selection.only = rule.stages;
    request.trigger = {.on = rule.on, .name = rule.name, .cause = alert};
    request.actor = "system";
    requests.push_back(std::move(request));
  }
  return requests;
}

}  // namespace cairn::pipeline
