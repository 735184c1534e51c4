#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/scorecard/history.h"
#include "loop/scorecard/readiness.h"
#include "loop/scorecard/risks.h"

namespace cairn::scorecard {

/// How much governance the work needs: whether it is strictly regulated, and whether there are many models.
enum class Regime {
  FewLight,    ///< All of it is optional, and advised.
  ManyLight,   ///< A part of looking after the models; releases need somebody's word.
  FewStrict,   ///< All of it; what only pays off with many models may stay away.
  ManyStrict,  ///< All of it, in every step.
};
std::string_view NameOf(Regime regime);
std::string_view SentenceOf(Regime regime);

/// One part of governance, and whether it is there.
struct Component {
  std::string_view name, asks;
  bool mandatory = false;        ///< The regime, or how ready the organisation is, demands it.
  std::string_view demanded_by;  ///< "regime", "readiness" or "".
  bool in_place = false;
  std::string why;  ///< One sentence: what shows it, or what is missing.
  const Moment* evidence = nullptr;
  /// Whether a version is kept out without it: it is mandatory by the regime, can be there before anything is
  /// live, and the configuration has a section `governance`.
  bool binding = false;
};

struct Profile {
  Regime regime = Regime::FewLight;
  std::vector<std::string> strict_because;  ///< Empty: regulation is light.
  std::vector<std::string> models;          ///< Registered, by name; each with a version.
  std::unique_ptr<const Oversight> oversight;
  std::vector<RiskStanding> risks;  ///< Into `oversight`.
  Readiness readiness;
  std::vector<Component> components;

  bool IsStrict() const { return regime == Regime::FewStrict || regime == Regime::ManyStrict; }
  bool HasMany() const { return regime == Regime::ManyLight || regime == Regime::ManyStrict; }
  /// A sentence about each mandatory component that is not in place.
  std::vector<std::string> Missing() const;
  /// The same of those without which a version is kept out.
  std::vector<std::string> Binding() const;
  /// A sentence about each that is in place, asks for people's work, and that nothing demands.
  std::vector<std::string> Beyond() const;
  /// The shape of GET /api/v1/governance.
  Json ToJson() const;
};

/// What the records and the accepted configuration (null for none) amount to. `history` must outlive it. The
/// error of ParseOversight or ParseScorecard.
Result<Profile> ProfileOf(const History& history, const Node* configuration, TimeMs now);

}  // namespace cairn::scorecard
