#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ledger/governance/configuration.h"
#include "loop/data/catalogue.h"
#include "loop/registry/registry.h"
#include "loop/tracking/artifact_places.h"
#include "loop/tracking/tracking.h"

/// A version that only Python can run becomes one that runs in the process: another version, of ONNX, that
/// was proven to answer the same.
namespace cairn::conversion {

/// All must outlive the call.
struct Rooms {
  sql::Database& database;
  const os::Clock& clock;
  governance::Configurations& configurations;
  data::Catalogue& catalogue;
  tracking::Tracking& tracking;
  tracking::ArtifactPlaces& places;
  registry::Registry& registry;
};

/// Which refusals become an event; what nothing could be said about is told to the caller alone otherwise.
enum class OnRecord { AnswersThatDiffer, EveryRefusal };

struct Wanted {
  std::string model;
  std::int64_t version = 0;
  std::string actor;
  /// Rows to prove it on: a file (or a pattern) on this machine, or else a data set's training part, or else
  /// that of the data set which the accepted configuration binds the model to. The input example and rows at
  /// the thresholds of trees come on top; up to 10,000 rows of a file or a data set are drawn.
  std::string file;
  std::string dataset, dataset_version;
  OnRecord on_record = OnRecord::AnswersThatDiffer;
};

/// Writes the version as ONNX by its own Python in a confined process, asks the original and the conversion
/// for the same rows, and registers the conversion as the next version of the model, with its proof in the
/// file conversion.json and in the event conversion.proven about the logged model that the version comes
/// from. The version itself stays as it is.
///
/// Gives what ProofOf gives: {"model", "version", "from": {"version", "manifest"}, "to": "onnx", "how",
/// "onnx":
/// {"sha256", "bytes"}, "parity": [{"what", "rows", "largest_difference", "largest_relative_difference"}],
/// "rows", "tolerance": {"absolute", "relative"}, "written_by", "run_by"}.
///
/// NotFound without the version, the data set or the file; Corrupt when its files are not what was
/// registered; Conflict for one that is ONNX already; Denied when its code may not run (record 57);
/// Unsupported for a model that cannot be written as ONNX; Unprocessable, naming the first row and its
/// values, when the answers differ (event conversion.refused), and when there is no row to prove it
/// on; Unavailable when its Python lacks what writes ONNX. Nothing is registered then.
Result<Json> Convert(const Rooms& rooms, const Wanted& wanted);

/// The version to go live in place of this one: with `serving: {convert: auto}` accepted, and for a version
/// of the bound model that is no ONNX, the conversion of exactly its files that was proven, made now where
/// there is none. Itself otherwise, and where it cannot be converted or answers otherwise: why is on record
/// then (conversion.refused). May take as long as Convert.
Result<std::int64_t> StandIn(const Rooms& rooms, const std::string& model, std::int64_t version,
                             const std::string& actor);

/// The proof on record of a version that is a conversion, with "event", "at_ms" and "actor". NotFound for any
/// other.
Result<Json> ProofOf(const Rooms& rooms, std::string_view model, std::int64_t version);

}  // namespace cairn::conversion
