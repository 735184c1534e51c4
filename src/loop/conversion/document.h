#pragma once

#include <string>

#include "ground/vocabulary/result.h"
#include "loop/conversion/conversion.h"

namespace cairn::conversion {

/// A model that is one file, and no logged model yet.
struct Document {
  std::string model;  ///< Made when it is not there.
  std::string file;   ///< On this machine.
  std::string actor;
};
/// Registers a PMML document as the model's next version, as a folder whose flavour `pmml` names it: the file
/// as it is, its digest among the version's. Nothing of it is read but what says that it is PMML; workers
/// answer with it, and Convert makes ONNX of it.
///
/// NotFound without the file; Unsupported when it is no PMML, saying what it is; Unprocessable when it is
/// damaged or has a document type.
Result<registry::ModelVersion> AddDocument(const Rooms& rooms, const Document& document);

}  // namespace cairn::conversion
