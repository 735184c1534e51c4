#include "loop/evidence/state.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <set>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/time.h"
#include "ledger/governance/roles.h"
#include "loop/evidence/chronology.h"
#include "loop/scorecard/history.h"

namespace cairn::evidence {
namespace {

using metadata::LoggedEvent;
using scorecard::VersionIn;

Result<std::vector<LoggedEvent>> Until(const metadata::Log& log, std::string_view kind, TimeMs at) {
  metadata::EventFilter filter;
  filter.kind = kind;
  filter.until = at;
  filter.limit = std::numeric_limits<std::int64_t>::max();
  return log.Read(filter);
}

/// Of several kinds, in the order in which they happened.
Result<std::vector<LoggedEvent>> Until(const metadata::Log& log,
                                       std::initializer_list<std::string_view> kinds, TimeMs at) {
  std::vector<LoggedEvent> events;
  for (const auto kind : kinds) {
    auto more = CAIRN_TRY(Until(log, kind, at));
    std::move(more.begin(), more.end(), std::back_inserter(events));
  }
  PutInOrder(events);
  return events;
}

Fact FactOf(const LoggedEvent& event, std::string value) {
  return {std::move(value), event.at, event.id, event.event.actor};
}

class Reader {
 public:
  Reader(const metadata::Log& log, TimeMs at) : log_(log), at_(at) {}

  Result<State> Read(const governance::Configurations& configurations,
                     const std::vector<metadata::AliasMove>& standing) {
    CAIRN_TRY(ReadPolicy(configurations));
    CAIRN_TRY(ReadVersions());
    SayPointers(standing);
    CAIRN_TRY(ReadData());
    CAIRN_TRY(ReadGovernance());
    CAIRN_TRY(ReadCharter());
    CAIRN_TRY(ReadTriggers());
    return std::move(state_);
  }

 private:
  void Say(std::string kind, std::string name, Fact fact) {
    state_.insert_or_assign({std::move(kind), std::move(name)}, std::move(fact));
  }
  void Unsay(const std::string& kind, const std::string& name) { state_.erase({kind, name}); }

  Result<> ReadPolicy(const governance::Configurations& configurations) {
    metadata::EventFilter filter;
    filter.kind = "governance.configuration_accepted";
    filter.until = at_;
    filter.order = metadata::EventFilter::Order::NewestFirst;
    filter.limit = 1;
    const auto accepted = CAIRN_TRY(log_.Read(filter));
    if (accepted.empty()) return Done{};
    const LoggedEvent& last = accepted.front();
    const std::string digest = last.event.body.Text("digest"), signer = last.event.body.Text("signer");
    Say("policy", "cairn.yaml",
        FactOf(last, digest + (signer.empty() ? ", signed by nobody" : ", signed by " + signer)));
    const auto configuration = CAIRN_TRY(configurations.Find(digest));
    const Node root = CAIRN_TRY(ParseYaml(configuration.text, "an accepted cairn.yaml"));
    for (const auto& section : root.entries())
      Say("section", section.key, FactOf(last, crypto::Sha256Hex(section.value.ToJson().Canonical())));
    const auto authority = CAIRN_TRY(governance::ReadAuthority(root));
    Say("risk", "class", FactOf(last, governance::NameOf(authority.risk)));
    Say("approval", "by",
        FactOf(last, authority.approval == governance::Approval::Human ? "human" : "policy"));
    for (const auto& one : authority.principals) {
      std::string roles;
      for (const auto role : one.roles)
        roles += (roles.empty() ? "" : ", ") + std::string(governance::NameOf(role));
      Say("principal", one.name, FactOf(last, roles + "; key " + one.key));
    }
    if (const Node* rules = root.FindPath("gates.rules"); rules != nullptr && rules->IsList()) {
      for (const Node& rule : rules->items())
        Say("gate", TextAtPath(rule, "name"), FactOf(last, rule.ToJson().Canonical()));
    }
    return Done{};
  }

  /// The versions of a model, and the event that last changed which there are.
  struct Versions {
    std::set<std::string> numbers;
    Fact changed;
  };

  Result<> ReadVersions() {
    std::map<std::string, Versions> models;
    for (const auto& event : CAIRN_TRY(Until(log_,
                                             {"registry.version_added", "registry.version_deleted",
                                              "registry.model_deleted", "registry.model_renamed"},
                                             at_))) {
      const Json& body = event.event.body;
      const std::string model = body.Text("model"), &kind = event.event.kind;
      if (kind == "registry.model_deleted") {
        models.erase(model);
        continue;
      }
      Versions& versions = models[model];
      if (kind == "registry.model_renamed") {
        versions.numbers = std::move(models[body.Text("previous")].numbers);
        models.erase(body.Text("previous"));
      } else if (kind == "registry.version_added") {
        versions.numbers.insert(VersionIn(body));
      } else {
        versions.numbers.erase(VersionIn(body));
      }
      versions.changed = FactOf(event, "");
    }
    for (auto& [model, versions] : models) {
      versions.changed.value = Listed(versions.numbers);
      Say("model", model, std::move(versions.changed));
    }
    return Done{};
  }

  void SayPointers(const std::vector<metadata::AliasMove>& standing) {
    for (const auto& move : standing)
      Say("pointer", move.model + "@" + move.alias, {move.version, move.at, move.event, move.actor});
  }

  static std::string Listed(const std::set<std::string>& versions) {
    std::vector<std::string> sorted(versions.begin(), versions.end());
    std::sort(sorted.begin(), sorted.end(), [](const std::string& a, const std::string& b) {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    std::string list;
    for (const auto& one : sorted) list += (list.empty() ? "version " : ", ") + one;
    return list.empty() ? "no version" : list;
  }

  Result<> ReadData() {
    for (const auto& event : CAIRN_TRY(Until(log_, "data.version_added", at_))) {
      const Json& body = event.event.body;
      Say("dataset", body.Text("dataset"),
          FactOf(event, "version " + VersionIn(body) + ", digest " + body.Text("digest")));
    }
    for (const auto& event : CAIRN_TRY(Until(log_, {"data.alias_set", "data.alias_removed"}, at_))) {
      const Json& body = event.event.body;
      const std::string name = body.Text("dataset") + "@" + body.Text("alias");
      if (event.event.kind == "data.alias_removed")
        Unsay("data alias", name);
      else
        Say("data alias", name, FactOf(event, VersionIn(body)));
    }
    return Done{};
  }

  Result<> ReadGovernance() {
    for (const auto& event :
         CAIRN_TRY(Until(log_, {"governance.hold_placed", "governance.hold_lifted"}, at_))) {
      if (event.event.kind == "governance.hold_placed")
        Say("hold", event.event.subject, FactOf(event, "held"));
      else
        Unsay("hold", event.event.subject);
    }
    for (const auto& event :
         CAIRN_TRY(Until(log_, {"governance.delegation_given", "governance.delegation_withdrawn"}, at_))) {
      const Json& body = event.event.body;
      const std::string id = body.Text("delegation");
      if (event.event.kind == "governance.delegation_withdrawn") Unsay("delegation", id);
      if (event.event.kind != "governance.delegation_given" || body.Int("begins") > at_ ||
          body.Int("ends") <= at_)
        continue;
      Say("delegation", id,
          FactOf(event, body.Text("from") + " lends " + body.Text("role") + " to " + body.Text("to") +
                            " until " + FormatUtc(body.Int("ends"))));
    }
    return Done{};
  }

  Result<> ReadCharter() {
    for (const auto& event : CAIRN_TRY(Until(log_, "charter.", at_))) {
      const Json& body = event.event.body;
      if (event.event.kind == "charter.signed")
        Say("charter signature", body.Text("principal"), FactOf(event, body.Text("charter")));
      if (event.event.kind == "charter.usecase_activated")
        Say("use case", body.Text("usecase"), FactOf(event, "worked on"));
      if (event.event.kind == "charter.usecase_ended") Unsay("use case", body.Text("usecase"));
    }
    return Done{};
  }

  Result<> ReadTriggers() {
    for (const auto& event :
         CAIRN_TRY(Until(log_, {"pipeline.trigger_paused", "pipeline.trigger_resumed"}, at_))) {
      const std::string name = event.event.body.Text("trigger");
      if (event.event.kind == "pipeline.trigger_paused") Say("trigger", name, FactOf(event, "paused"));
      if (event.event.kind == "pipeline.trigger_resumed") Unsay("trigger", name);
    }
    return Done{};
  }

  const metadata::Log& log_;
  const TimeMs at_;
  State state_;
};

}  // namespace

Result<State> StateAt(const metadata::Log& log, const governance::Configurations& configurations, TimeMs at) {
  return StateAt(log, configurations, at, CAIRN_TRY(log.ProductionAt(at, "")));
}

Result<State> StateAt(const metadata::Log& log, const governance::Configurations& configurations, TimeMs at,
                      const std::vector<metadata::AliasMove>& standing) {
  return Reader(log, at).Read(configurations, standing);
}

Json ToJson(const State& state) {
  Json items = Json::Array();
  for (const auto& [about, fact] : state)
    items.Push(Json{{"kind", about.first},
                    {"name", about.second},
                    {"value", fact.value},
                    {"since_ms", fact.since},
                    {"event", fact.event},
                    {"actor", fact.actor}});
  return items;
}

Json Difference(const State& before, const State& after) {
  std::set<std::pair<std::string, std::string>> names;
  for (const auto* state : {&before, &after}) {
    for (const auto& [about, fact] : *state) names.insert(about);
  }
  Json items = Json::Array();
  for (const auto& about : names) {
    const auto was = before.find(about), is = after.find(about);
    if (was != before.end() && is != after.end() && was->second.value == is->second.value) continue;
    const Fact* made = is == after.end() ? nullptr : &is->second;
    items.Push(Json{{"kind", about.first},
                    {"name", about.second},
                    {"before", was == before.end() ? "" : was->second.value},
                    {"after", made == nullptr ? "" : made->value},
                    {"at_ms", made == nullptr ? Json() : Json(made->since)},
                    {"event", made == nullptr ? Json() : Json(made->event)},
                    {"actor", made == nullptr ? Json() : Json(made->actor)}});
  }
  return items;
}

}  // namespace cairn::evidence
