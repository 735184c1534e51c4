#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ledger/governance/configuration.h"
#include "ledger/governance/decision.h"
#include "ledger/metadata/log.h"
#include "loop/charter/signatures.h"
#include "loop/data/catalogue.h"
#include "loop/monitoring/monitoring.h"
#include "loop/pipeline/runner.h"
#include "loop/registry/registry.h"
#include "loop/rollout/rollout.h"
#include "loop/tracking/tracking.h"

/// What of a project is out of date, and by which change: the charter, the gates, the data sets, the model's
/// versions and what is deployed. (Stages are the pipeline's own affair: pipeline/plan.h.)
namespace cairn::scorecard {

enum class ThingKind { Charter, Gate, Dataset, Model, Deployment };
std::string_view NameOf(ThingKind kind);  ///< "charter", …

/// Something that is made from other things, and what of them has changed since.
struct Thing {
  ThingKind kind = ThingKind::Charter;
  std::string name;  ///< "charter", a gate's name, "flights", "delay/3", "delay@production".
  struct Cause {
    std::string of;        ///< What changed: charter, gates, contract, data, alert, stage, cairn.yaml, …
    std::string sentence;  ///< For people, naming what was and what is.
  };
  std::vector<Cause> causes{};  ///< Empty: up to date.

  bool IsOutdated() const { return !causes.empty(); }
};

/// What is read; all must outlive the call.
struct OutdatedRooms {
  const governance::Configurations& configurations;
  const governance::Decisions& decisions;
  const metadata::Log& log;
  const charter::Signatures& signatures;
  const data::Catalogue& catalogue;
  const tracking::Tracking& tracking;
  pipeline::Runner& runner;
  const registry::Registry& registry;
  const monitoring::Monitoring& monitoring;
  const rollout::Rollouts& rollouts;
};

/// Everything that the accepted configuration is about, out of date or not, each after what it rests on; none
/// before one was accepted. Read from records alone, and, with the folder of a project, from its pipeline and
/// its cairn.yaml (when that is of the same project).
///
///   charter     cairn.yaml says otherwise than the one that governs; who must sign has not, or an edit made
///               the only signatures void; the contract of the model's data does not have what its heuristic
///               reads, or gave up its outcome
///   gate        since a version was judged last, the rule itself has changed, or what of the charter, of
///               `model` or of the contract it is made from; the heuristic that it holds a version against
///               cannot be read. A gate that never judged is not out of date
///   dataset     its newest version has columns that its contract gave up since, or lacks new ones; its bytes
///               were found to be others; an alert on the version in production is younger than it
///   model       the version in production, and those on their way there: trained on an older version of the
///               data, or with columns given up; what its stage is made from has changed, or the stage ran
///               again since; the gates that let it through are others now; an alert on it is open
///   deployment  the guarded alias names a version that is out of date
///
/// A change that only concerns people (a milestone, a stakeholder, the owner of a KPI) reaches no gate.
Result<std::vector<Thing>> ThingsOf(const OutdatedRooms& rooms, const std::string& project_dir = "");

/// [{"kind", "name", "outdated", "causes": [{"of", "sentence"}]}]
Json ToJson(const std::vector<Thing>& things);

}  // namespace cairn::scorecard
