#pragma once

#include "ground/vocabulary/json.h"
#include "server/mlflow/graphql/document.h"
#include "server/mlflow/graphql/schema.h"

namespace cairn::mlflow::graphql {

/// The operation's variables, given or by default, as one object. InvalidArgument when a required one is
/// missing.
Result<Json> VariablesOf(const Operation& operation, const Json& given);

/// The one argument that a field takes, checked: the message of a call (an empty one when it is left out),
/// the text of an echo, null for a field without arguments.
Result<Json> ArgumentOf(const Selection& selection, const Field& field, const Json& variables);

}  // namespace cairn::mlflow::graphql
