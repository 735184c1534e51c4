#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "loop/charter/heuristic.h"

/// Why a model is built, for whom, what counts as success and what a wrong answer costs: the `charter`
/// section of cairn.yaml.
namespace cairn::charter {

/// A goal that can be read off live records. Every field is required (Check names what is missing): a goal
/// without a source, a comparator, a target, an owner or a date cannot be checked.
struct Kpi {
  std::string name;
  std::string kind;  ///< business, model or economic
  std::string
      source;  ///< evaluation.<metric>, quality.<metric>, serving.latency_p99_ms, serving.fallback_share
  std::string comparator;  ///< <, <=, >, >=
  std::optional<double> target;
  std::string owner;
  TimeMs due_ms = 0;

  /// Whether a measured value meets the target; nothing meets one that is not there.
  bool MetBy(double value) const;
};

/// What counts as good enough to launch: a metric against a number, or against the heuristic.
struct Success {
  std::string metric;
  std::string comparator;
  std::optional<double> target;
  std::string than;  ///< "heuristic", or "" when `target` is set
};

/// What one wrong decision costs, in `unit`. Right decisions cost nothing.
struct Cost {
  double false_positive = 1;
  double false_negative = 1;
  std::string unit;
};

enum class Risk { Minimal, Limited, High, Unacceptable };
std::string_view NameOf(Risk risk);

struct Stakeholder {
  std::string name, role, decides;
};

struct Milestone {
  std::string milestone;
  TimeMs due_ms = 0;
  TimeMs done_ms = 0;  ///< 0 while it is not.

  bool IsOverdue(TimeMs now) const { return due_ms != 0 && done_ms == 0 && due_ms < now; }
};

struct Charter {
  std::string project;
  std::string problem, persona, why, objective;
  std::vector<std::string> in_scope, out_of_scope;
  std::string entity, outcome, wait,
      action;  ///< The prediction task; `wait` is the time until the truth is known, as written ("1d").
  std::vector<Stakeholder> stakeholders;
  std::vector<Kpi> kpis;
  std::vector<Success> success;
  std::optional<Cost> cost;
  std::optional<Heuristic> heuristic;
  std::optional<Risk> risk;
  std::string risk_reason;
  std::vector<Milestone> timeline;

  const Kpi* FindKpi(std::string_view name) const;
};

/// One thing that a check found: which field, what is wrong with it, and where it stands (or the map in which
/// it should stand).
struct Finding {
  std::string field;
  std::string problem;
  std::string where;
};

/// The sections that cairn.yaml may have. InvalidArgument with place and nearest known name for any other;
/// also when it is not a map.
Result<> CheckSections(const Node& configuration);

/// Reads the `charter` section. What is absent stays empty (Check names it); InvalidArgument with place for
/// an unknown key or a value of a wrong kind.
Result<Charter> Parse(const Node& configuration);

/// Everything that is missing or could never be measured, in the order of the page; empty when the charter is
/// complete. Whether the rest of the configuration acts on what it says is for later rooms
/// (rollout/bindings.h).
std::vector<Finding> Check(const Charter& charter, const Node& configuration);

/// A duration as written in cairn.yaml, in milliseconds: 30s, 15m, 6h, 7d, 2w. InvalidArgument otherwise.
Result<std::int64_t> ParseDuration(std::string_view text);

}  // namespace cairn::charter
