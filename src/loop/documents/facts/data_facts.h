#pragma once

#include <optional>

#include "loop/charter/feasibility.h"
#include "loop/data/catalogue.h"
#include "loop/documents/fact.h"
#include "loop/evidence/dossier.h"

namespace cairn::documents {

/// What the records say of a version of a data set.
struct DataDossier {
  data::DatasetVersion version;
  std::optional<Json> profile;
  std::size_t versions = 0;          ///< Of the data set, all.
  std::size_t openings = 0;          ///< Of the rows held back.
  std::vector<std::string> used_by;  ///< "model:churn/3"
  std::vector<metadata::LoggedEvent> events;
  std::vector<metadata::ProvenEvent> proven;
  std::optional<charter::Verdict> feasibility;  ///< The newest on this very version.
};
Result<DataDossier> GatherData(const evidence::Rooms& rooms, const std::string& dataset,
                               std::int64_t version);

Facts DatasetFacts(const DataDossier& dossier);
/// What a first report adds: gaps by column, what the columns say of the target, whether there is a signal.
Facts QualityFacts(const DataDossier& dossier);

}  // namespace cairn::documents
