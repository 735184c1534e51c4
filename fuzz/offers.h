#pragma once

#include <vector>

#include "loop/serving/service.h"

namespace cairn::fuzz {

/// The two shapes of a model: each column an input of its own, and all in one matrix.
inline std::vector<serving::Offer> Offers() {
  serving::Offer columns;
  columns.model = "m";
  columns.version = 1;
  columns.signature.inputs = {{"a", runtime::DataType::Fp32, {-1, 1}},
                              {"b", runtime::DataType::Bytes, {-1, 1}}};
  columns.columns = {"a", "b"};
  serving::Offer matrix;
  matrix.model = "m";
  matrix.version = 2;
  matrix.signature.inputs = {{"x", runtime::DataType::Fp32, {-1, 2}}};
  matrix.columns = {"a", "b"};
  matrix.matrix = true;
  return {columns, matrix, {}};
}

}  // namespace cairn::fuzz
