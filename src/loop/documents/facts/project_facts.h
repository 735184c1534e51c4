#pragma once

#include <optional>
#include <vector>

#include "loop/charter/charter.h"
#include "loop/charter/costs.h"
#include "loop/charter/feasibility.h"
#include "loop/charter/signatures.h"
#include "loop/charter/usecases.h"
#include "loop/documents/fact.h"
#include "loop/evidence/dossier.h"

namespace cairn::documents {

/// What the records say of why a project is done.
struct ProjectDossier {
  governance::Configuration configuration;  ///< The one that governs.
  std::int64_t number = 0;                  ///< How many were accepted, that one included.
  Node document;
  charter::Charter charter;
  std::vector<charter::Task> tasks;
  charter::CostPlan costs;
  std::string charter_digest;  ///< charter::ContentDigest: other sections do not change it.
  charter::Standing signatures;
  std::vector<charter::Verdict> feasibility;  ///< The newest of each data set.
  std::vector<metadata::LoggedEvent> events;  ///< About charters and configurations, in order.
  std::vector<metadata::ProvenEvent> proven;
  TimeMs now = 0;
};
/// Conflict before a configuration was accepted.
Result<ProjectDossier> GatherProject(const evidence::Rooms& rooms);

Facts ProjectFacts(const ProjectDossier& dossier);

}  // namespace cairn::documents
