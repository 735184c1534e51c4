#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/runtime/model.h"
#include "loop/runtime/workers.h"

namespace cairn::runtime {

/// A column that a model was trained on, as an MLflow signature names it.
struct SignatureColumn {
  std::string name;
  std::string type;  ///< MLflow's: "double", "long", "string", …
};

/// What a folder that MLflow wrote says about its model.
struct ModelFolder {
  std::string data;                   ///< Path of the ONNX file; "" when there is no ONNX flavour.
  std::vector<std::string> flavours;  ///< "onnx", "python_function", "sklearn", …
  /// Of the signature's inputs, in order; where those are arrays, or nothing, of the data frame that was
  /// logged as its example, without types. Empty without both.
  std::vector<SignatureColumn> columns;
};

/// Reads the file MLmodel in `folder`. NotFound without one; Corrupt when it is not what MLflow writes;
/// Denied when it names a file outside the folder.
Result<ModelFolder> ReadModelFolder(const std::string& folder);

struct LoadedFolder {
  ModelFolder about;
  std::shared_ptr<const Model> model;
  std::string runs = {};  ///< How it runs here, as the beginning of a sentence: "the ONNX model loads here".
};
/// Reads and loads it: its ONNX file in the process, or else its python_function, or its PMML, in workers.
/// Unsupported with neither, saying how to log one; otherwise the errors of Model::Load and StartWorkers.
Result<LoadedFolder> LoadModelFolder(const std::string& folder, const WorkerSettings& settings = {});

}  // namespace cairn::runtime
