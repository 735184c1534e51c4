#pragma once

#include "ground/vocabulary/json.h"
#include "server/mlflow/graphql/document.h"
#include "server/mlflow/graphql/schema.h"

namespace cairn::mlflow::graphql {

/// One member of the answer.
struct Step {
  std::string key;
  const Field* field = nullptr;  ///< Null: the name of the type.
  Json argument;                 ///< Of a call: its message. Of an echo: the text.
  std::vector<Step> steps;       ///< What is asked of the object, or of each in the list.
};

/// What an operation asks, checked against the schema, with its variables filled in.
struct Plan {
  const Type* root = nullptr;
  std::vector<Step> steps;
};

/// `operation` may be "" when the document has only one. InvalidArgument for what the schema does not have,
/// fields that clash under one name, and variables that are missing or do not fit.
Result<Plan> PlanOf(const Document& document, std::string_view operation, const Json& variables);

}  // namespace cairn::mlflow::graphql
