#include "loop/scorecard/regime/components.h"

#include <algorithm>
#include <array>
#include <set>

#include "ground/vocabulary/section.h"
#include "ledger/governance/roles.h"
#include "loop/charter/charter.h"

namespace cairn::scorecard {
namespace {

const Node* At(const GovernanceGround& ground, std::string_view path) {
  return ground.configuration == nullptr ? nullptr : ground.configuration->FindPath(path);
}
bool Lists(const GovernanceGround& ground, std::string_view path) {
  const Node* list = At(ground, path);
  return list != nullptr && list->IsList() && !list->items().empty();
}
const Moment* Accepted(const GovernanceGround& ground) {
  return ground.history.Last("governance.configuration_accepted");
}

Shown CharterIsWhole(const GovernanceGround& ground) {
  if (ground.configuration == nullptr) return {false, "No cairn.yaml was accepted: `cairn apply`.", nullptr};
  const auto charter = charter::Parse(*ground.configuration);
  if (!charter) return {false, charter.error().message, nullptr};
  const auto findings = charter::Check(*charter, *ground.configuration);
  if (findings.empty()) return {true, "The accepted charter is complete.", Accepted(ground)};
  return {false,
          "The accepted charter lacks " + std::to_string(findings.size()) +
              (findings.size() == 1 ? " field" : " fields") + ", the first being '" + findings.front().field +
              "': `cairn charter check` names them.",
          nullptr};
}

Shown ReleasesAreDecided(const GovernanceGround& ground) {
  if (!Lists(ground, "gates.rules"))
    return {false, "Nothing holds a version back: write rules under 'gates'.", nullptr};
  const auto authority = governance::ReadAuthority(*ground.configuration);
  if (!authority || !authority->HasApprover())
    return {false, "Nobody can allow a release: give somebody the role approver.", nullptr};
  return {true, "Gates and an approver stand before production.", Accepted(ground)};
}

Shown DutiesAreApart(const GovernanceGround& ground) {
  std::set<std::string> developers, validators, approvers;
  const auto authority = ground.configuration == nullptr
                             ? Result<governance::Authority>(governance::Authority())
                             : governance::ReadAuthority(*ground.configuration);
  if (authority) {
    for (const auto& one : authority->principals) {
      if (one.Has(governance::Role::Developer)) developers.insert(one.name);
      if (one.Has(governance::Role::Validator)) validators.insert(one.name);
      if (one.Has(governance::Role::Approver)) approvers.insert(one.name);
    }
  }
  for (const auto& [all, role] :
       {std::pair{&developers, "developer"}, {&validators, "validator"}, {&approvers, "approver"}}) {
    if (all->empty()) return {false, std::string("Nobody has the role ") + role + ".", nullptr};
  }
  for (const auto* others : {&validators, &approvers}) {
    const bool apart = std::any_of(others->begin(), others->end(),
                                   [&](const std::string& name) { return !developers.contains(name); });
    if (!apart)
      return {false, "Whoever develops also validates or approves: give the roles to others.", nullptr};
  }
  return {true, "Developers, validators and approvers are different people.", Accepted(ground)};
}

Shown PolicyIsSigned(const GovernanceGround& ground) {
  if (ground.signed_roles == nullptr)
    return {false, "What governs was taken on trust: `cairn apply --sign NAME` of an approver.", nullptr};
  return {true, ground.signed_roles->event.body.Text("signer") + " has signed what governs.",
          ground.signed_roles};
}

Shown VersionsAreFrozen(const GovernanceGround& ground) {
  const Moment* added = ground.history.Last("registry.version_added");
  if (added == nullptr || added->event.body.Text("manifest").empty())
    return {false, "No version is registered with a manifest of its files.", nullptr};
  const Moment* data = ground.history.Last("data.version_added");
  if (data == nullptr) return {false, "No data was added as a version: `cairn data add`.", nullptr};
  return {true, "The newest version and the newest data go by digests.", added};
}

Shown TrainingIsTraceable(const GovernanceGround& ground) {
  const Moment* added = ground.history.Last("registry.version_added");
  if (added == nullptr) return {false, "No version is registered yet.", nullptr};
  const std::string run = added->event.body.Text("pipeline_run");
  if (run.empty())
    return {false, "The newest version was not made by the pipeline, so nobody can make it again.", nullptr};
  if (ground.history.CommitOf(run).empty())
    return {false, "The run that made the newest version names no commit: put the project into git.",
            nullptr};
  return {true, "The newest version names its run, and that its commit.", added};
}

Shown PeopleAnswerQuestions(const GovernanceGround& ground) {
  const Node* documents = At(ground, "documents");
  const bool any = documents != nullptr && documents->IsMap() && !documents->entries().empty();
  if (!any)
    return {false, "What no record can say of the model stands nowhere: `cairn docs model-card` asks for it.",
            nullptr};
  return {true, "What no record can say stands under 'documents'.", Accepted(ground)};
}

Shown IsReproducedByAnother(const GovernanceGround& ground) {
  const auto runs = ground.history.Of("pipeline.run_started");
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    const Json& trigger = (*run)->event.body.At("trigger");
    if (trigger.Text("on") != "replay") continue;
    const Moment* first = ground.history.RunStarted(trigger.Text("name"));
    if (first != nullptr && first->event.actor != (*run)->event.actor)
      return {true, (*run)->event.actor + " replayed a run of " + first->event.actor + ".", *run};
  }
  return {false, "Nobody has replayed another's run: `cairn replay RUN`.", nullptr};
}

Shown LiveIsWatched(const GovernanceGround& ground) {
  bool quality = false, drift = false;
  if (Lists(ground, "monitors")) {
    for (const Node& monitor : At(ground, "monitors")->items()) {
      quality = quality || monitor.Find("quality") != nullptr;
      drift = drift || monitor.Find("drift") != nullptr;
    }
  }
  if (!quality || !drift)
    return {false,
            std::string("No monitor watches ") + (quality ? "the inputs" : "the quality") +
                " of live answers: write one under 'monitors'.",
            nullptr};
  return {true, "Monitors watch quality and inputs.", Accepted(ground)};
}

Shown RisksAreInHand(const GovernanceGround& ground) {
  if (ground.risks.empty())
    return {false, "There is no register of risks: write 'governance.risks'.", nullptr};
  // What only live traffic can show is no reason to keep the first version out.
  for (const RiskStanding& risk : ground.risks) {
    const RiskEntry& entry = *risk.entry;
    if (!entry.IsWeighed() || (entry.controls.empty() && entry.accepted.empty()))
      return {false, "The risk '" + entry.risk + "' is not in hand. " + risk.why, nullptr};
  }
  return {true, "Each risk has an owner, a weight, and a control or a reason to bear it.", Accepted(ground)};
}

Shown EveryKindOfRiskIsJudged(const GovernanceGround& ground) {
  std::string missing;
  for (const auto kind : UnjudgedKinds(ground.risks))
    missing += (missing.empty() ? "" : ", ") + std::string(kind);
  if (missing.empty()) return {true, "The register has risks of every kind.", Accepted(ground)};
  return {false, "The register has no risk of these kinds: " + missing + ".", nullptr};
}

Shown CostsArePlanned(const GovernanceGround& ground) {
  if (At(ground, "charter.costs") == nullptr)
    return {false,
            "No costs are planned: write 'charter.costs', which `cairn cost plan` holds against records.",
            nullptr};
  return {true, "Costs are planned, and held against what was measured.", Accepted(ground)};
}

Shown EvidenceHasLeft(const GovernanceGround& ground) {
  const Moment* bundled = ground.history.Last("evidence.bundled");
  if (bundled == nullptr)
    return {false, "No evidence was bundled for anybody: `cairn evidence bundle MODEL VERSION`.", nullptr};
  return {true, "Evidence of a version was bundled.", bundled};
}

Shown ModelsAreOffered(const GovernanceGround& ground) {
  if (Lists(ground, "governance.catalogue.models") || Lists(ground, "governance.catalogue.visible_to"))
    return {true, "It is written who is shown which model (`cairn catalogue`).", Accepted(ground)};
  return {false, "It is not written who is shown which model: governance.catalogue.", nullptr};
}

constexpr std::array<Demand, 14> kDemands{{
    {"charter", "a charter without a missing field", false, true, true, Phase::Tactical, true, false,
     CharterIsWhole},
    {"release authority", "gates, and somebody who may approve", true, true, true, Phase::Tactical, true,
     false, ReleasesAreDecided},
    {"versions", "models and data by digest", true, true, true, Phase::Tactical, true, false,
     VersionsAreFrozen},
    {"separation of duties", "developer, validator and approver are different people", false, true, true,
     Phase::Strategic, true, false, DutiesAreApart},
    {"signed policy", "an approver's signature over what governs", false, true, true, Phase::Strategic, true,
     false, PolicyIsSigned},
    {"reproducibility", "the newest version names its run and commit", true, true, true, Phase::Strategic,
     true, false, TrainingIsTraceable},
    {"documentation", "what no record can say, said by people", false, true, true, Phase::Strategic, true,
     true, PeopleAnswerQuestions},
    {"monitoring", "monitors of live quality and inputs", true, true, true, Phase::Strategic, true, false,
     LiveIsWatched},
    {"risk register", "risks with owners and controls", false, true, true, Phase::Transformational, true,
     true, RisksAreInHand},
    {"kinds of risk", "every kind of risk judged", false, true, true, Phase::Transformational, true, true,
     EveryKindOfRiskIsJudged},
    {"independent reproduction", "a run that somebody else replayed", false, true, true,
     Phase::Transformational, false, true, IsReproducedByAnother},
    {"conformity", "an evidence bundle of a version", false, true, true, Phase::Transformational, false, true,
     EvidenceHasLeft},
    {"cost transparency", "a plan of costs beside what was measured", true, false, true,
     Phase::Transformational, false, true, CostsArePlanned},
    {"service catalogue", "models found by signature and permission", true, false, true,
     Phase::Transformational, false, false, ModelsAreOffered},
}};

}  // namespace

std::span<const Demand> Demands() { return kDemands; }

const Moment* SignedRoles(const History& history) {
  const auto all = history.Of("governance.configuration_accepted");
  const auto found = std::find_if(all.rbegin(), all.rend(),
                                  [](const Moment* one) { return !one->event.body.Text("signer").empty(); });
  return found == all.rend() ? nullptr : *found;
}

}  // namespace cairn::scorecard
