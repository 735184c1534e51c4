#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"

namespace cairn::scorecard {

/// What keeps a risk down. What it said last is read off the records.
struct Control {
  enum class By { Gate, Monitor, Test, Stage } by = By::Gate;
  std::string name;
};
std::string_view NameOf(Control::By by);

/// One thing that may go wrong, as the register has it.
struct RiskEntry {
  std::string risk;                ///< What may go wrong, in a few words.
  std::string kind;                ///< One of RiskKinds().
  int likelihood = 0, impact = 0;  ///< 1 low, 2 medium, 3 high; 0 when nobody said.
  std::string owner;
  std::vector<Control> controls;
  std::string accepted;  ///< Why it is borne as it is; "" when it is not.

  /// Whether somebody answers for it, and it has been said how likely it is and how much it would do.
  bool IsWeighed() const { return !owner.empty() && likelihood != 0 && impact != 0; }
};
/// "low", "medium" or "high" of 1 to 3; "" of 0.
std::string_view GradeName(int grade);
/// business, financial, legal, security, privacy, reputation, ethics.
const std::vector<std::string_view>& RiskKinds();

/// How strictly the work is regulated, how many models there are, and the register of risks: the section
/// `governance` of cairn.yaml:
///   governance:
///     domain: credit                 # one that the law names makes regulation strict (RegulatedBy)
///     regulated_by: [SR 26-2]        # other rules that apply: any makes it strict
///     business_risk: low             # low, medium or high; high makes it strict
///     other_models: 12               # in use elsewhere
///     many_models: 10                # from how many on there are many
///     readiness: {learn: tactical, lead: strategic}   # what no record can show
///     risks:
///       - {risk: an applicant is refused unfairly, kind: legal, likelihood: low, impact: high, owner: ada,
///          controls: [{gate: equal chances}, {monitor: quality}, {test: T-M7}, {stage: attack}]}
///       - {risk: the name is mocked, kind: reputation, likelihood: low, impact: low, owner: ada,
///          accepted: it is an internal tool}
///     catalogue: {…}                 # who is shown which model (offering/visibility.h)
struct Oversight {
  bool written = false;  ///< Whether the section is there.
  std::string domain;
  std::vector<std::string> regulated_by;
  std::string business_risk;
  std::int64_t other_models = 0, many_models = 10;
  std::string learn, lead;
  std::vector<RiskEntry> risks;
};
/// The defaults without the section. InvalidArgument with place: an unknown key or word, a risk without a
/// name or of no kind, or twice; a control that names no gate or monitor of this configuration, or no test of
/// the rubric.
Result<Oversight> ParseOversight(const Node& configuration);

/// The rule that regulates a domain, by name; "" when none that is known here does.
std::string_view RegulatedBy(std::string_view domain);

}  // namespace cairn::scorecard
