#pragma once

#include <string>
#include <vector>

#include "loop/evidence/dossier.h"

namespace cairn::evidence {

/// A version's way as OpenLineage events (core 2-0-2), by time: of the run of the pipeline that made it and
/// of its stages, of its training where MLflow's client tracked it, of its registering, and of its
/// examination with the gates as tests. A model is a data set of the type MODEL, its manifest the version.
std::vector<Json> VersionEvents(const Dossier& dossier);

}  // namespace cairn::evidence
