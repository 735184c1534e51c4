#pragma once

#include <optional>

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
};
Result<DataDossier> GatherData(const evidence::Rooms& rooms, const std::string& dataset,
                               std::int64_t version);

Facts DatasetFacts(const DataDossier& dossier);

}  // namespace cairn::documents
