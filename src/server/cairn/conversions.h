#pragma once

#include "ground/http/router.h"
#include "loop/conversion/conversion.h"
#include "server/cairn/mount.h"

namespace cairn::api {

/// /api/v1/models/{name}/documents: registers a file of PMML as its next version;
/// /api/v1/models/{name}/versions/{version}/convert: makes it a version of ONNX; …/conversion: how a version
/// of ONNX was proven to answer as the one it was made of; …/consider: as Rollouts::Consider, of the version
/// that stands in for it (conversion::StandIn).
void MountConversions(http::Router& router, conversion::Rooms rooms, RolloutRooms rollouts);

}  // namespace cairn::api
