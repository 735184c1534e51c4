#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/registry/registry.h"
#include "loop/tracking/records.h"

/// Reading the messages of MLflow's REST API (mlflow/protos/service.proto, model_registry.proto). What is
/// absent becomes "" or 0.
namespace cairn::moving {

/// Whole numbers come as numbers or, from some versions, as text.
std::int64_t IntIn(const Json& object, std::string_view name);

/// Tags, parameters and the like.
template <class T>
std::vector<T> PairsIn(const Json& list) {
  std::vector<T> pairs;
  for (const Json& one : list.items()) pairs.push_back({one.Text("key"), one.Text("value")});
  return pairs;
}

tracking::Metric MetricOf(const Json& json);
/// Without its experiment.
tracking::Run RunOf(const Json& json);
tracking::LoggedModel ModelOf(const Json& json);
registry::ModelVersion VersionOf(const Json& json);

}  // namespace cairn::moving
