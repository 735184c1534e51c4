#pragma once

#include <string_view>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/serving/service.h"

namespace cairn::inference {

/// Whether rows came as a table (which instances and inputs with the names of columns are too) or as tensors:
/// MLflow answers the first with records where it can.
enum class Form { Table, Tensors };

struct ScoringBody {
  serving::Question question;
  Form form = Form::Table;
};

/// One of dataframe_split, dataframe_records, instances, inputs; `params` may stand beside it and changes
/// nothing. InvalidArgument otherwise.
Result<ScoringBody> ReadScoringJson(const Json& json, const serving::Offer& offer);
/// Comma-separated values with a row of names. A field is a number when it can be read as one and neither the
/// contract nor the model wants text there; what pandas reads as no value (an empty field, NA, NaN, null, …)
/// is none, in quotes too. Empty lines are passed over.
Result<ScoringBody> ReadScoringCsv(std::string_view text, const serving::Offer& offer,
                                   const contract::Contract& contract);

}  // namespace cairn::inference
