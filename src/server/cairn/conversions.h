#pragma once

#include "ground/http/router.h"
#include "loop/conversion/conversion.h"

namespace cairn::api {

/// /api/v1/models/{name}/documents: registers a file of PMML as its next version;
/// /api/v1/models/{name}/versions/{version}/convert: makes it a version of ONNX; …/conversion: how a version
/// of ONNX was proven to answer as the one it was made of.
void MountConversions(http::Router& router, conversion::Rooms rooms);

}  // namespace cairn::api
