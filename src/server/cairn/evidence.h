#pragma once

#include <string>

#include "ground/crypto/signature.h"
#include "ground/http/router.h"
#include "loop/evidence/dossier.h"

/// What leaves as evidence.
namespace cairn::api {

struct EvidenceRooms {
  evidence::Rooms rooms;
  const crypto::SigningKey& key;  ///< That seals the log.
  std::string model_key;          ///< The file of the P-256 key, made when it is first needed.
};
/// POST /api/v1/models/{name}/versions/{version}/evidence: the bundle, a zip, on record; GET
/// …/evidence/{form}: one document of it. `?at=` takes the log as of an earlier head.
void MountEvidence(http::Router& router, EvidenceRooms rooms);

}  // namespace cairn::api
