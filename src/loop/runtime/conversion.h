#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/runtime/model.h"
#include "loop/runtime/parity.h"
#include "loop/runtime/workers.h"

/// Models that only Python can run, written as ONNX by their own Python.
namespace cairn::runtime {

/// Rows of a model's inputs, and what they are: "the input example".
struct NamedRows {
  std::string what;
  Batch rows;
};

/// What came of writing a model as ONNX. Nothing of it is believed yet.
struct Conversion {
  struct Candidate {
    std::string how;  ///< "skl2onnx 1.20.0 in double precision".
    std::string onnx;
  };
  Signature signature;                ///< What the original takes and gives, and so does each candidate.
  std::vector<Candidate> candidates;  ///< The closest to the original first; at least one.
  /// The input example, and rows at the thresholds of trees; may be none.
  std::vector<NamedRows> rows;
  std::string environment;  ///< What wrote it, as Model::environment.
};

/// Loads the model of an MLflow folder in a confined process, as StartWorkers does, and writes it as ONNX
/// there: scikit-learn by skl2onnx, boosted trees of XGBoost, LightGBM and scikit-learn's histogram boosting
/// one for one; so PMML documents, which are read there and never by a library. Within five times
/// `start_timeout_s`.
///
/// The errors of StartWorkers; Unavailable when its Python lacks what writes ONNX, saying what to install;
/// Unsupported, saying why, for a model that cannot be written so.
Result<Conversion> WriteAsOnnx(const std::string& folder, const WorkerSettings& settings);

/// The model with Signature::bare, if it has such an output; else the model itself.
std::shared_ptr<const Model> WithBare(std::shared_ptr<const Model> model, const std::string& bare);

/// The rows of a proof, by what they are.
struct ProvenOn {
  std::string what;
  Parity parity;
};
/// A candidate that gives what the original gives on every row.
struct Proof {
  std::size_t candidate = 0;
  std::vector<ProvenOn> on;
};
/// Puts all rows to `original` and to the candidates, in this process, and takes the first candidate that
/// agrees everywhere. Unprocessable when none does, with the first row, and values, of the best; also when
/// there is no row at all. The original's errors.
Result<Proof> Prove(const Model& original, const Conversion& conversion, const std::vector<NamedRows>& rows,
                    const Tolerance& tolerance);

}  // namespace cairn::runtime
