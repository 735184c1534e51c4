#include "loop/data/seal.h"

#include <limits>

#include "ledger/metadata/log.h"

namespace cairn::data {

Result<std::vector<SealOpening>> SealOpenings(const Catalogue& catalogue, std::string_view dataset,
                                              std::int64_t version) {
  metadata::EventFilter filter;
  filter.kind = "data.seal_opened";
  if (version != 0) filter.subject = "dataset:" + std::string(dataset) + "@" + std::to_string(version);
  filter.limit = std::numeric_limits<std::int64_t>::max();
  std::vector<SealOpening> openings;
  for (const auto& logged : CAIRN_TRY(metadata::Log(catalogue.database()).Read(filter))) {
    const Json& body = logged.event.body;
    if (body.Text("dataset") != dataset) continue;
    openings.push_back({body.Int("version"), body.Text("digest"), logged.event.actor, body.Text("purpose"),
                        logged.event.cause, logged.at, logged.id});
  }
  return openings;
}

}  // namespace cairn::data
