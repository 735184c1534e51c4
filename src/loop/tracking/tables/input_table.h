#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ground/sql/connection.h"
#include "loop/tracking/experiments.h"
#include "loop/tracking/records.h"

/// Every SQL sentence about what runs read and made.
namespace cairn::tracking {

/// Adds data sets and their edges; those that are there stay as they are, tags included.
Result<> InsertInputs(sql::Connection& connection, std::int64_t run, ExperimentId experiment,
                      std::span<const DatasetInput> inputs);
Result<> InsertInputModels(sql::Connection& connection, std::int64_t run,
                           std::span<const std::string> models);
Result<> InsertOutputs(sql::Connection& connection, std::int64_t run, std::span<const ModelOutput> models);
/// What a run read and made, by name alone.
struct RunLinks {
  std::vector<Dataset> inputs;  ///< With name and digest.
  std::vector<std::string> input_models, output_models;
};
Result<RunLinks> ReadLinks(sql::Connection& connection, std::int64_t run);
/// The data sets, each with each context, that runs of these experiments read; at most 1000.
Result<std::vector<Experiments::DatasetSummary>> ReadDatasets(sql::Connection& connection,
                                                              std::span<const ExperimentId> experiments);

}  // namespace cairn::tracking
