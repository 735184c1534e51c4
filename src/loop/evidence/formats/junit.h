#pragma once

#include <string>

#include "loop/evidence/dossier.h"

namespace cairn::evidence {

/// The gates of a version's decision and the 28 tests of the ML Test Score as JUnit XML. A test that nothing
/// on record shows is skipped, with what would earn its points.
std::string JUnit(const Dossier& dossier);

}  // namespace cairn::evidence
