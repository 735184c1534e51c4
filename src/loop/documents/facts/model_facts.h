#pragma once

#include "loop/documents/fact.h"
#include "loop/evidence/dossier.h"

namespace cairn::documents {

/// What the records say of a version: its files, run, measurements, decision and life.
Facts VersionFacts(const evidence::Dossier& dossier);
/// What the configuration that governs it says: purpose, risk, metric, monitors. Absent without one.
Facts CharterFacts(const evidence::Dossier& dossier);

void Merge(Facts& into, Facts facts);

}  // namespace cairn::documents
