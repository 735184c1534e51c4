#include "loop/tracking/limits/batch.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <unordered_set>

#include "loop/tracking/keys.h"

namespace cairn::tracking {
namespace {

constexpr std::size_t kMetrics = 1000, kParams = 100, kTags = 100, kTotal = 1000;

Result<> CheckCount(std::string_view what, std::size_t count, std::size_t limit) {
  if (count <= limit) return {};
  return Error{Reason::InvalidArgument, "A batch logging request can contain at most " +
                                            std::to_string(limit) + " " + std::string(what) + ". Got " +
                                            std::to_string(count) + ". Split up " + std::string(what) +
                                            " and try again."};
}

std::string Place(std::string_view list, std::size_t index, std::string_view field) {
  return std::string(list) + "[" + std::to_string(index) + "]." + std::string(field);
}

double Finite(double value) {
  if (!std::isinf(value)) return value;
  return std::copysign(std::numeric_limits<double>::max(), value);
}

Result<> CheckDistinct(std::span<const Param> params) {
  std::unordered_set<std::string_view> keys;
  for (const auto& param : params) {
    if (keys.insert(param.key).second) continue;
    return Error{Reason::InvalidArgument, "Duplicate parameter keys have been submitted: '" + param.key +
                                              "'. A batch may hold each parameter once."};
  }
  return {};
}

Result<std::string> KeptOf(std::string_view value, std::size_t limit, std::string_view path,
                           LongValues long_values) {
  if (long_values == LongValues::Cut) return Shortened(value, limit);
  CAIRN_TRY(CheckLength(value, limit, path));
  return std::string(value);
}

}  // namespace

Result<std::string> KeptValue(std::string_view value, std::string_view path, LongValues long_values) {
  return KeptOf(value, kTagLength, path, long_values);
}

Result<Runs::Batch> CheckedBatch(Runs::Batch batch, LongValues long_values) {
  CAIRN_TRY(CheckCount("metrics", batch.metrics.size(), kMetrics));
  CAIRN_TRY(CheckCount("params", batch.params.size(), kParams));
  CAIRN_TRY(CheckCount("tags", batch.tags.size(), kTags));
  CAIRN_TRY(CheckCount("metrics, params, and tags",
                       batch.metrics.size() + batch.params.size() + batch.tags.size(), kTotal));
  const std::string* checked = nullptr;  // Neighbours mostly share their key.
  for (std::size_t i = 0; i < batch.metrics.size(); ++i) {
    auto& metric = batch.metrics[i];
    if (checked == nullptr || *checked != metric.key)
      CAIRN_TRY(CheckKey(metric.key, Place("metrics", i, "name")));
    checked = &metric.key;
    if (metric.at_ms < 0) {
      return Error{Reason::InvalidArgument, "Invalid value " + std::to_string(metric.at_ms) +
                                                " for parameter '" + Place("metrics", i, "timestamp") +
                                                "' supplied: it must be 0 or more."};
    }
    if (metric.dataset_name.empty() != metric.dataset_digest.empty()) {
      return Error{Reason::InvalidArgument,
                   "Both dataset_name and dataset_digest must be provided for the metric '" + metric.key +
                       "', or neither."};
    }
    metric.value = Finite(metric.value);
  }
  for (std::size_t i = 0; i < batch.params.size(); ++i) {
    CAIRN_TRY(CheckKey(batch.params[i].key, Place("params", i, "key")));
    auto& value = batch.params[i].value;
    value = CAIRN_TRY(KeptOf(value, kParamLength, Place("params", i, "value"), long_values));
  }
  CAIRN_TRY(CheckDistinct(batch.params));
  for (std::size_t i = 0; i < batch.tags.size(); ++i) {
    Tag& tag = batch.tags[i];
    CAIRN_TRY(CheckKey(tag.key, Place("tags", i, "key")));
    tag.value = CAIRN_TRY(KeptValue(tag.value, Place("tags", i, "key"), long_values));
  }
  return batch;
}

}  // namespace cairn::tracking
