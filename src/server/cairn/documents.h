#pragma once

#include "ground/http/router.h"
#include "loop/evidence/dossier.h"

namespace cairn::api {

/// GET /api/v1/documents/{document}?name=&version=&shape=: a document as the records have it now; POST
/// /api/v1/documents/verify {text}: one that was written, held against them.
void MountDocuments(http::Router& router, evidence::Rooms rooms);

}  // namespace cairn::api
