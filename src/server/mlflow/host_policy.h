#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn::mlflow {

/// Refuses what a client wants to have recorded as a place of artifacts when MLflow's server would refuse it:
/// a URI whose scheme selects a host (ftp, sftp, hdfs, viewfs, http, https, r2, b2, abfss, and
/// "mlflow-artifacts://host"), unless MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES has the scheme or the
/// host and port are those of `artifact_root`, where this server lets clients keep artifacts. The rules are
/// those of mlflow.store.artifact.host_policy. `field`: the request's, for the sentence. InvalidArgument.
Result<> CheckHost(const std::string& uri, std::string_view field, const std::string& artifact_root);

}  // namespace cairn::mlflow
