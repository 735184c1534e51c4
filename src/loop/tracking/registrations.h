#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ground/sql/connection.h"
#include "ground/vocabulary/result.h"

namespace cairn::tracking {

/// A logged model's tag that lists what it was registered as: JSON [{"name", "version"}…]. The server writes
/// it when it registers, and MLflow's client appends the same entry to what it finds there.
inline constexpr std::string_view kRegistrationsTag = "mlflow.modelVersions";

/// Notes, in the caller's transaction, that a logged model became this version of a registered model. Nothing
/// for a model that is not there.
Result<> NoteRegistration(sql::Connection& connection, std::string_view model_id, std::string_view name,
                          std::int64_t version);

/// The tag's value with every registration once; a value of another form as it is.
std::string WithoutRepeats(std::string_view registrations);

}  // namespace cairn::tracking
