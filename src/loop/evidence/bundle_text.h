#pragma once

#include <string>

#include "loop/evidence/dossier.h"

namespace cairn::evidence {

/// How to check a bundle with public tools.
std::string ReadMe(const Dossier& dossier);
/// A program for Python 3 and OpenSSL that checks the log's proofs and every Ed25519 signature of a bundle.
std::string VerifyProgram();

}  // namespace cairn::evidence
