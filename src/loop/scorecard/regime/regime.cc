#include "loop/scorecard/regime.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "ground/vocabulary/section.h"
#include "loop/scorecard/regime/components.h"
#include "loop/scorecard/settings.h"

namespace cairn::scorecard {
namespace {

constexpr std::array<std::string_view, 4> kNames = {
    "few models, light regulation", "many models, light regulation", "few models, strict regulation",
    "many models, strict regulation"};
constexpr std::array<std::string_view, 4> kSentences = {
    "Governance is optional here, and advised.",
    "Governance is a part of looking after the models; a release needs somebody's word.",
    "Governance is due in full; what only pays off with many models may stay away.",
    "Governance is due in full, in every step."};

std::vector<std::string> StrictBecause(const Oversight& oversight, const Node* configuration) {
  std::vector<std::string> reasons;
  const std::string risk = configuration == nullptr ? "" : TextAtPath(*configuration, "charter.risk");
  if (risk == "high" || risk == "unacceptable") reasons.push_back("the charter's risk class is " + risk);
  if (const auto rule = RegulatedBy(oversight.domain); !rule.empty())
    reasons.push_back("the domain " + oversight.domain + " is regulated by " + std::string(rule));
  for (const auto& rule : oversight.regulated_by) reasons.push_back(rule + " applies");
  if (oversight.business_risk == "high") reasons.emplace_back("the risk to the business is high");
  return reasons;
}

/// The models with a version, by name.
std::vector<std::string> ModelsOf(const History& history) {
  std::map<std::string, std::int64_t> versions;
  for (const Moment& moment : history.moments()) {
    const std::string &kind = moment.event.kind, model = moment.event.body.Text("model");
    if (kind == "registry.version_added") ++versions[model];
    if (kind == "registry.version_deleted") --versions[model];
    if (kind == "registry.model_deleted") versions.erase(model);
    if (kind != "registry.model_renamed") continue;
    const std::string before = moment.event.body.Text("previous");
    versions[model] += versions[before];
    versions.erase(before);
  }
  std::vector<std::string> names;
  for (const auto& [name, count] : versions) {
    if (count > 0) names.push_back(name);
  }
  return names;
}

std::int64_t LiveModels(const History& history) {
  std::set<std::string> live;
  for (const Moment* promoted : history.Of("rollout.promoted"))
    live.insert(promoted->event.body.Text("model"));
  return static_cast<std::int64_t>(live.size());
}

Component ComponentOf(const Demand& demand, const Profile& profile, const GovernanceGround& ground) {
  const bool regime = (demand.many_light && profile.regime == Regime::ManyLight) ||
                      (demand.few_strict && profile.regime == Regime::FewStrict) ||
                      (demand.many_strict && profile.regime == Regime::ManyStrict);
  const bool readiness =
      demand.phase <= profile.readiness.Reached() && profile.readiness.Reached() != Phase::Tactical;
  Shown shown = demand.look(ground);
  Component component;
  component.name = demand.name;
  component.asks = demand.asks;
  component.mandatory = regime || readiness;
  component.demanded_by = regime ? "regime" : readiness ? "readiness" : "";
  component.in_place = shown.in_place;
  component.why = std::move(shown.why);
  component.evidence = shown.evidence;
  component.binding = regime && demand.before_release && profile.oversight->written;
  return component;
}

Json ArrayOf(const std::vector<std::string>& texts) {
  return Json::Array(std::vector<Json>(texts.begin(), texts.end()));
}

}  // namespace

std::string_view NameOf(Regime regime) { return kNames[static_cast<std::size_t>(regime)]; }
std::string_view SentenceOf(Regime regime) { return kSentences[static_cast<std::size_t>(regime)]; }

Result<Profile> ProfileOf(const History& history, const Node* configuration, TimeMs now) {
  Profile profile;
  Oversight oversight;
  Settings settings;
  if (configuration != nullptr) {
    oversight = CAIRN_TRY(ParseOversight(*configuration));
    settings = CAIRN_TRY(ParseScorecard(*configuration));
  }
  profile.oversight = std::make_unique<const Oversight>(std::move(oversight));
  const TestScore score = CAIRN_TRY(Judge(history, configuration, now));
  profile.risks = RisksOf(*profile.oversight, history, score, settings.cadence_ms, now);
  profile.models = ModelsOf(history);
  profile.strict_because = StrictBecause(*profile.oversight, configuration);
  const auto count = static_cast<std::int64_t>(profile.models.size()) + profile.oversight->other_models;
  const bool many = count >= profile.oversight->many_models, strict = !profile.strict_because.empty();
  profile.regime = strict ? (many ? Regime::ManyStrict : Regime::FewStrict)
                          : (many ? Regime::ManyLight : Regime::FewLight);
  const Moment* signed_roles = SignedRoles(history);
  const bool in_hand = !profile.risks.empty() &&
                       std::none_of(profile.risks.begin(), profile.risks.end(),
                                    [](const auto& risk) { return risk.state == RiskStanding::State::Open; });
  profile.readiness = ReadinessOf(history, {profile.oversight->learn, profile.oversight->lead,
                                            LiveModels(history) + profile.oversight->other_models,
                                            profile.oversight->many_models, signed_roles, in_hand});
  const GovernanceGround ground{history, configuration, profile.risks, signed_roles};
  for (const Demand& demand : Demands()) profile.components.push_back(ComponentOf(demand, profile, ground));
  return profile;
}

std::vector<std::string> Profile::Missing() const {
  std::vector<std::string> sentences;
  for (const Component& one : components) {
    if (one.mandatory && !one.in_place)
      sentences.push_back("The " + std::string(one.demanded_by) + " demands: " + std::string(one.name) +
                          ". " + one.why);
  }
  return sentences;
}

std::vector<std::string> Profile::Binding() const {
  std::vector<std::string> sentences;
  for (const Component& one : components) {
    if (one.binding && !one.in_place) sentences.push_back(std::string(one.name) + ": " + one.why);
  }
  return sentences;
}

std::vector<std::string> Profile::Beyond() const {
  std::vector<std::string> sentences;
  const auto demands = Demands();
  for (std::size_t i = 0; i < components.size(); ++i) {
    const Component& one = components[i];
    if (demands[i].by_people && one.in_place && !one.mandatory)
      sentences.push_back("Nothing demands it, and it takes people's work: " + std::string(one.name) + ".");
  }
  return sentences;
}

Json Profile::ToJson() const {
  Json items = Json::Array();
  for (const Component& one : components) {
    items.Push(Json{{"component", one.name},
                    {"asks", one.asks},
                    {"mandatory", one.mandatory},
                    {"demanded_by", one.demanded_by},
                    {"in_place", one.in_place},
                    {"binding", one.binding},
                    {"why", one.why},
                    {"evidence", one.evidence == nullptr ? Json() : Citation(*one.evidence)}});
  }
  return Json{{"regime", NameOf(regime)},
              {"sentence", SentenceOf(regime)},
              {"strict", IsStrict()},
              {"strict_because", ArrayOf(strict_because)},
              {"many", HasMany()},
              {"models", Json{{"registered", ArrayOf(models)},
                              {"elsewhere", oversight->other_models},
                              {"many_from", oversight->many_models}}},
              {"readiness", readiness.ToJson()},
              {"missing", ArrayOf(Missing())},
              {"beyond", ArrayOf(Beyond())},
              {"items", std::move(items)}};
}

}  // namespace cairn::scorecard
