#pragma once

#include <string>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::conversion {

/// What goes into the folder of a conversion.
struct NewFolder {
  std::string original;     ///< The original's MLflow folder.
  std::string model_id;     ///< The logged model that it becomes.
  std::string onnx;         ///< The file's bytes.
  std::string bare;         ///< As runtime::Signature::bare.
  std::string environment;  ///< Of the Python that wrote it, as runtime::Model::environment.
  std::string runtime;      ///< What ran it: "onnxruntime==1.32.0".
  Json proof;
};
/// Writes it to `folder`, which is there: MLmodel with the original's signature and the flavours onnx and
/// python_function, as mlflow.onnx.log_model would, model.onnx, conversion.json, requirements.txt,
/// python_env.yaml, and the original's input example. Nothing of the original that could run code goes along.
Result<> WriteFolder(const std::string& folder, const NewFolder& wanted);

}  // namespace cairn::conversion
