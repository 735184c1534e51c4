#pragma once

#include <string>

#include "loop/evidence/dossier.h"

namespace cairn::evidence {

/// A version's card for a model repository on Hugging Face: YAML front matter with a model-index, and a page.
std::string HuggingFaceCard(const Dossier& dossier);

}  // namespace cairn::evidence
