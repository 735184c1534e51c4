#include "loop/evidence/state.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/time.h"
#include "ledger/governance/roles.h"
#include "ledger/metadata/recall.h"
#include "loop/scorecard/history.h"

namespace cairn::evidence {
namespace {

using metadata::LoggedEvent;
using scorecard::VersionIn;

constexpr std::array<std::string_view, 17> kKinds{"governance.configuration_accepted",
                                                  "registry.version_added",
                                                  "registry.version_deleted",
                                                  "registry.model_deleted",
                                                  "registry.model_renamed",
                                                  "data.version_added",
                                                  "data.alias_set",
                                                  "data.alias_removed",
                                                  "governance.hold_placed",
                                                  "governance.hold_lifted",
                                                  "governance.delegation_given",
                                                  "governance.delegation_withdrawn",
                                                  "charter.signed",
                                                  "charter.usecase_activated",
                                                  "charter.usecase_ended",
                                                  "pipeline.trigger_paused",
                                                  "pipeline.trigger_resumed"};

Fact FactOf(const LoggedEvent& event, std::string value) {
  return {std::move(value), event.at, event.id, event.event.actor};
}

class Reader {
 public:
  explicit Reader(TimeMs at) : at_(at) {}

  Result<State> Read(sql::Database& database, const governance::Configurations& configurations,
                     const std::vector<metadata::AliasMove>& standing) {
    const auto events = CAIRN_TRY(metadata::EventsUntil(database, kKinds, at_));
    const LoggedEvent* accepted = nullptr;
    for (const auto& event : events) {
      if (event.event.kind == "governance.configuration_accepted") accepted = &event;
      TakeVersion(event);
      TakeData(event);
      TakeGovernance(event);
      TakeCharter(event);
      TakeTrigger(event);
    }
    if (accepted != nullptr) CAIRN_TRY(SayPolicy(*accepted, configurations));
    for (auto& [model, versions] : models_) {
      versions.changed.value = Listed(versions.numbers);
      Say("model", model, std::move(versions.changed));
    }
    for (const auto& move : standing)
      Say("pointer", move.model + "@" + move.alias, {move.version, move.at, move.event, move.actor});
    return std::move(state_);
  }

 private:
  void Say(std::string kind, std::string name, Fact fact) {
    state_.insert_or_assign({std::move(kind), std::move(name)}, std::move(fact));
  }
  void Unsay(const std::string& kind, const std::string& name) { state_.erase({kind, name}); }

  Result<> SayPolicy(const LoggedEvent& last, const governance::Configurations& configurations) {
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

  void TakeVersion(const LoggedEvent& event) {
    const Json& body = event.event.body;
    const std::string model = body.Text("model"), &kind = event.event.kind;
    if (kind == "registry.model_deleted") models_.erase(model);
    if (kind == "registry.model_renamed") {
      models_[model].numbers = std::move(models_[body.Text("previous")].numbers);
      models_.erase(body.Text("previous"));
    } else if (kind == "registry.version_added") {
      models_[model].numbers.insert(VersionIn(body));
    } else if (kind == "registry.version_deleted") {
      models_[model].numbers.erase(VersionIn(body));
    } else {
      return;
    }
    models_[model].changed = FactOf(event, "");
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

  void TakeData(const LoggedEvent& event) {
    const Json& body = event.event.body;
    const std::string &kind = event.event.kind, name = body.Text("dataset");
    if (kind == "data.version_added")
      Say("dataset", name, FactOf(event, "version " + VersionIn(body) + ", digest " + body.Text("digest")));
    if (kind == "data.alias_set")
      Say("data alias", name + "@" + body.Text("alias"), FactOf(event, VersionIn(body)));
    if (kind == "data.alias_removed") Unsay("data alias", name + "@" + body.Text("alias"));
  }

  void TakeGovernance(const LoggedEvent& event) {
    const Json& body = event.event.body;
    const std::string &kind = event.event.kind, id = body.Text("delegation");
    if (kind == "governance.hold_placed") Say("hold", event.event.subject, FactOf(event, "held"));
    if (kind == "governance.hold_lifted") Unsay("hold", event.event.subject);
    if (kind == "governance.delegation_withdrawn") Unsay("delegation", id);
    if (kind != "governance.delegation_given" || body.Int("begins") > at_ || body.Int("ends") <= at_) return;
    Say("delegation", id,
        FactOf(event, body.Text("from") + " lends " + body.Text("role") + " to " + body.Text("to") +
                          " until " + FormatUtc(body.Int("ends"))));
  }

  void TakeCharter(const LoggedEvent& event) {
    const Json& body = event.event.body;
    const std::string& kind = event.event.kind;
    if (kind == "charter.signed")
      Say("charter signature", body.Text("principal"), FactOf(event, body.Text("charter")));
    if (kind == "charter.usecase_activated")
      Say("use case", body.Text("usecase"), FactOf(event, "worked on"));
    if (kind == "charter.usecase_ended") Unsay("use case", body.Text("usecase"));
  }

  void TakeTrigger(const LoggedEvent& event) {
    const std::string name = event.event.body.Text("trigger");
    if (event.event.kind == "pipeline.trigger_paused") Say("trigger", name, FactOf(event, "paused"));
    if (event.event.kind == "pipeline.trigger_resumed") Unsay("trigger", name);
  }

  const TimeMs at_;
  std::map<std::string, Versions> models_;
  State state_;
};

}  // namespace

Result<State> StateAt(sql::Database& database, const governance::Configurations& configurations, TimeMs at) {
  return StateAt(database, configurations, at, CAIRN_TRY(metadata::Log(database).ProductionAt(at, "")));
}

Result<State> StateAt(sql::Database& database, const governance::Configurations& configurations, TimeMs at,
                      const std::vector<metadata::AliasMove>& standing) {
  return Reader(at).Read(database, configurations, standing);
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
