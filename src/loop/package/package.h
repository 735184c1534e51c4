#pragma once

#include <memory>
#include <string>

#include "ground/os/clock.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/package/alone.h"
#include "loop/package/files.h"
#include "loop/package/golden.h"

/// A version that can be carried away: a folder or a zip with everything that answering takes, run by
/// `cairn serve` with no server, database or project. Its files:
///
///     package.json      which model and version, and the digests of what governed it
///     model/…           the version's files as they were registered
///     signature.json    its inputs, outputs and columns
///     serving.json      the parts of the accepted cairn.yaml that serving reads: contract, assertions,
///     fallback golden.json       rows held back, and what the version answered to them when it was packaged
///     environment.lock  what ran it then, and the packages that made it
///     licence.txt
///     SHA256SUMS        the digests of all of these
namespace cairn::package {

inline constexpr int kFormat = 1;

/// A package, verified and loaded.
struct Opened {
  Json about;          ///< package.json.
  std::string digest;  ///< Names the package: of SHA256SUMS.
  serving::Settings settings;
  serving::StoredVersion version;
  Golden golden;
};

/// Reads a package (a folder or a zip), compares every file with its digest, and loads the model, by way of a
/// folder of its own below $TMPDIR that is gone afterwards. Corrupt naming the file that was changed, is
/// missing or was added; Unsupported for a package of a later format; the errors of ReadFiles and
/// runtime::LoadModelFolder.
Result<Opened> Open(const std::string& path);
/// The same from files in memory.
Result<Opened> Open(const Files& files);

/// Puts the golden vectors to the version, and gives the service that answers by it. Corrupt naming the
/// vector that differs. `clock` must outlive it.
Result<std::unique_ptr<Alone>> Start(const Opened& package, const os::Clock& clock);

}  // namespace cairn::package
