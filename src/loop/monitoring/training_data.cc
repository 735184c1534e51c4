#include "loop/monitoring/training_data.h"

#include "ground/vocabulary/text.h"

namespace cairn::monitoring {
namespace {

/// "flights@4" is version 4 of "flights"; 0 for another data set, or no text.
std::int64_t NumberIn(const std::string& data, const std::string& dataset) {
  if (!data.starts_with(dataset + "@")) return 0;
  const auto number = ParseInt(std::string_view(data).substr(dataset.size() + 1));
  return number ? *number : 0;
}

}  // namespace

Result<std::optional<std::int64_t>> TrainingData::NewestAt(const std::string& dataset,
                                                           std::optional<TimeMs> at) const {
  std::optional<std::int64_t> oldest;
  for (const auto& version : CAIRN_TRY(catalogue_.Versions(dataset))) {
    if (!at || version.created_ms <= *at) return std::optional(version.version);
    oldest = version.version;
  }
  return oldest;
}

Result<std::optional<std::int64_t>> TrainingData::Of(const std::string& model, std::int64_t version,
                                                     const std::string& dataset) {
  if (version == 0) version = CAIRN_TRY(registry_.StandingOf(model)).version;
  if (version == 0) return NewestAt(dataset, std::nullopt);
  if (const auto known = known_.find(version); known != known_.end()) return std::optional(known->second);
  const auto made = registry_.Find(model, version);
  if (!made && made.error().reason == Reason::NotFound) return NewestAt(dataset, std::nullopt);
  if (!made) return made.error();
  std::optional<std::int64_t> number = NumberIn(made->data, dataset);
  if (*number == 0) number = CAIRN_TRY(NewestAt(dataset, made->created_ms));
  if (number) known_[version] = *number;
  return number;
}

}  // namespace cairn::monitoring
