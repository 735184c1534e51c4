#pragma once

#include <functional>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::mlflow::graphql {

/// Makes the REST call of that name ("runs/get") with a message.
using Caller = std::function<Result<Json>(std::string_view call, const Json& message)>;

/// Answers a request {"query", "variables", "operationName"}: {"data", "errors"}, the errors as a list of
/// texts or null. A call that fails leaves its field null; a query that cannot be answered at all leaves all
/// data null.
Json Execute(const Json& request, const Caller& caller);

}  // namespace cairn::mlflow::graphql
