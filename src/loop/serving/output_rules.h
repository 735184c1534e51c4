#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::serving {

/// What every value of one output must be, as `serving.outputs` of cairn.yaml says it by the output's name.
struct OutputRule {
  std::string output;
  std::optional<double> min, max;  ///< Both included.
  std::vector<Json> allowed;       ///< Whole numbers or texts; empty: anything.
  bool finite = true;              ///< Neither NaN nor infinite.
  friend bool operator==(const OutputRule&, const OutputRule&) = default;
};

/// All that serving holds the outputs of a version to.
struct OutputRules {
  std::vector<OutputRule> written;  ///< serving.outputs
  /// What the contract allows the target to be. An output that is a class is held to it where nothing is
  /// written for that output and the classes are of its type (versions/output_check.h).
  std::vector<Json> classes;
  friend bool operator==(const OutputRules&, const OutputRules&) = default;
};

/// `outputs: {price: {min: 0, max: 500}, label: {allowed: [0, 1]}, distance: {finite: false}}`.
/// InvalidArgument with the place for an unknown key, bounds that no value meets, or allowed values that are
/// neither whole numbers nor texts.
Result<std::vector<OutputRule>> ParseOutputs(const Node& section);

}  // namespace cairn::serving
