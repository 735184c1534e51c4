#pragma once

#include "loop/evidence/dossier.h"

namespace cairn::evidence {

/// Fills in the score as of the dossier's head, and the events behind the version: those about itself, its
/// decision, run, data and configuration, and those that the score cites.
Result<> TellStory(const Rooms& rooms, Dossier& dossier);

}  // namespace cairn::evidence
