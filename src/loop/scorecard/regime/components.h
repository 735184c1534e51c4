#pragma once

#include <span>
#include <string>
#include <string_view>

#include "loop/scorecard/regime.h"

/// The parts of governance, each with what shows it. After the model governance framework of ml-ops.org.
namespace cairn::scorecard {

/// What components are read off.
struct GovernanceGround {
  const History& history;
  const Node* configuration;  ///< The accepted one, or null.
  const std::vector<RiskStanding>& risks;
  const Moment* signed_roles;
};

/// What shows a component, or what is missing.
struct Shown {
  bool in_place = false;
  std::string why;
  const Moment* evidence = nullptr;
};

struct Demand {
  std::string_view name, asks;
  bool many_light, few_strict, many_strict;  ///< The regimes that demand it; few and light demands nothing.
  Phase phase;                               ///< From which on an organisation should have it.
  bool before_release;                       ///< Whether it can be there before anything is live.
  bool by_people;                            ///< Whether it takes somebody's work, again and again.
  Shown (*look)(const GovernanceGround&);
};
std::span<const Demand> Demands();

/// The last accepted configuration that an approver signed, or null.
const Moment* SignedRoles(const History& history);

}  // namespace cairn::scorecard
