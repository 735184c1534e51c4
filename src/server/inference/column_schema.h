#pragma once

#include <string>

#include "ground/vocabulary/json.h"
#include "loop/serving/service.h"

/// JSON Schemas (2020-12) of what a model reads and gives.
namespace cairn::inference {

/// One element of a tensor of that type.
Json ElementSchema(runtime::DataType type);
/// One value of a column of requests: by the contract where it has the column and is asserted, else by the
/// model's input.
Json ColumnSchema(const std::string& column, const serving::Offer& offer, const serving::Settings& settings);
/// A row as an object: what the model reads must be there; where a contract is asserted nothing may be there
/// but its columns for serving and what the model reads.
Json RowSchema(const serving::Offer& offer, const serving::Settings& settings);

}  // namespace cairn::inference
