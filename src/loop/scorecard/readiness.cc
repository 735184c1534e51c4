#include "loop/scorecard/readiness.h"

#include <algorithm>
#include <array>

namespace cairn::scorecard {
namespace {

constexpr std::array<std::string_view, 3> kPhases = {"tactical", "strategic", "transformational"};

Theme Declared(std::string_view name, const std::string& word) {
  Theme theme{name, Phase::Tactical, true, "Nobody has said (governance.readiness in cairn.yaml).", nullptr};
  const auto found = std::find(kPhases.begin(), kPhases.end(), word);
  if (found == kPhases.end()) return theme;
  theme.phase = static_cast<Phase>(found - kPhases.begin());
  theme.why = "So cairn.yaml says; no record can show it.";
  return theme;
}

Theme Access(const History& history) {
  const Moment* checked = history.Last("data.contract_checked");
  if (checked == nullptr)
    return {"access", Phase::Tactical, false, "No data was held against a contract yet.", nullptr};
  return {
      "access", Phase::Strategic, false,
      "Data comes under contract. The next phase takes features that models share, and there is no feature "
      "store yet.",
      checked};
}

Theme Scale(const History& history, const ReadinessGround& ground) {
  const Moment* promoted = history.Last("rollout.promoted");
  if (promoted == nullptr) return {"scale", Phase::Tactical, false, "No version has gone live yet.", nullptr};
  const std::string count =
      std::to_string(ground.models_live) + (ground.models_live == 1 ? " model is" : " models are") + " live";
  if (ground.models_live >= ground.many_models)
    return {"scale", Phase::Transformational, false, count + ".", promoted};
  return {"scale", Phase::Strategic, false,
          count + ". The next phase begins with " + std::to_string(ground.many_models) + ".", promoted};
}

Theme Automate(const Maturity& maturity) {
  Theme theme{"automate", static_cast<Phase>(maturity.level), false, "", nullptr};
  theme.why = "Level " + std::to_string(maturity.level) + ": " + std::string(maturity.Name()) + ".";
  const auto missing = maturity.MissingForNext();
  if (!missing.empty()) theme.why += " " + std::string(missing.front());
  for (const Need& need : maturity.needs) {
    if (need.level == maturity.level && need.met) theme.evidence = Later(theme.evidence, need.evidence);
  }
  return theme;
}

Theme Secure(const ReadinessGround& ground) {
  if (ground.signed_roles == nullptr)
    return {"secure", Phase::Tactical, false,
            "No approver has signed who may do what: `cairn apply --sign NAME` of somebody with the role.",
            nullptr};
  if (!ground.risks_in_hand)
    return {"secure", Phase::Strategic, false,
            "An approver has signed who may do what. The next phase takes a register of risks "
            "(governance.risks) of "
            "which none is open.",
            ground.signed_roles};
  return {"secure", Phase::Transformational, false,
          "An approver has signed who may do what, and no risk of the register is open.",
          ground.signed_roles};
}

}  // namespace

std::span<const std::string_view> PhaseNames() { return kPhases; }

std::string_view NameOf(Phase phase) { return kPhases[static_cast<std::size_t>(phase)]; }

Readiness ReadinessOf(const History& history, const ReadinessGround& ground) {
  return {{Declared("learn", ground.learn), Declared("lead", ground.lead), Access(history),
           Scale(history, ground), Automate(MaturityOf(history)), Secure(ground)}};
}

Phase Readiness::Reached() const {
  Phase least = Phase::Transformational;
  for (const Theme& theme : themes) {
    if (!theme.declared) least = std::min(least, theme.phase);
  }
  return least;
}

Json Readiness::ToJson() const {
  Json items = Json::Array();
  for (const Theme& theme : themes) {
    items.Push(Json{{"theme", theme.name},
                    {"phase", NameOf(theme.phase)},
                    {"declared", theme.declared},
                    {"why", theme.why},
                    {"evidence", theme.evidence == nullptr ? Json() : Citation(*theme.evidence)}});
  }
  return Json{{"phase", NameOf(Reached())}, {"themes", std::move(items)}};
}

}  // namespace cairn::scorecard
