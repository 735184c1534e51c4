#pragma once

#include <string>

#include "ground/vocabulary/json.h"
#include "loop/evidence/dossier.h"

/// CycloneDX 1.6.
namespace cairn::evidence {

/// The machine-learning bill of materials: the version with its model card, its files, data sets and packages
/// with digests and licences.
Json MachineLearningBom(const Dossier& dossier);

/// The ML Test Score as attestations: each test of the rubric a requirement, what was scored a claim, with
/// the events that it cites as evidence (log/events.jsonl holds them).
Json Attestations(const Dossier& dossier);

/// What both documents share: format, a serial number made of `content` and the head, who made it, and the
/// version as their subject.
Json BomHead(const Dossier& dossier, const std::string& content, Json subject);
/// The version as a component, without its model card.
Json VersionComponent(const Dossier& dossier);

}  // namespace cairn::evidence
