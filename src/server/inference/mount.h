#pragma once

#include <string_view>

#include "ground/http/router.h"
#include "loop/serving/service.h"

/// The doors through which programs ask for predictions: the Open Inference Protocol (version 2, REST, with
/// binary tensors, the model repository, configuration and statistics extensions) under /v2, and MLflow's
/// scoring calls POST /invocations and GET /ping, also as MLflow's client for deployments asks them (POST
/// /endpoints/{model}/invocations, GET /api/2.0/endpoints[/{model}]). What a model takes and gives is
/// described by an OpenAPI document at /v2/models/{model}[/versions/{version}]/openapi.json; GET /metrics has
/// figures for Prometheus. Every answer to a request for predictions names itself in headers (and to infer,
/// in the parameters prediction_id and arm):
/// - X-Cairn-Prediction-Id: row i of the request is "<id>.<i>", the name under which its label is posted
/// later
/// - X-Cairn-Model-Version: 0 when no version answered, but the heuristic or a default
/// - X-Cairn-Arm: production, canary, fallback or named
/// - X-Cairn-Fallback: previous, heuristic or default, when a fallback answered (to infer, the parameter
/// fallback)
/// A request to /v2/models/{model}/versions/{version} is answered by that version and no canary. Naming the
/// version in production makes no other difference. Any other one must have been let by a decision (a
/// candidate that is approved, a version that was in production before; 403 otherwise); its answers are
/// logged under the arm "named", counted, and passed over by the monitors.
///
/// Where the protocol's usual server answers malformed JSON with 500, this one answers 400; a row that breaks
/// the contract gets 422.
namespace cairn::inference {

/// `version` is the program's, for whoever asks for the server's metadata. The service must outlive the
/// router. Requests to the version in production run on the I/O thread; those that name a version, which may
/// have to be loaded, on the inference lane.
void MountInference(http::Router& router, serving::Service& service, std::string_view version);

/// GET /health and GET /version as MLflow's scoring server has them, for a server that has no others (those
/// of the tracking server). `mlflow_version`: the release whose scoring calls these are.
void MountHealth(http::Router& router, serving::Service& service, std::string_view mlflow_version);

}  // namespace cairn::inference
