#include <algorithm>
#include <array>

#include "loop/formats/formats.h"

namespace cairn::formats {
namespace {

constexpr std::string_view kOpen = "open standard", kPublished = "published", kOwn = "one program's own";
constexpr std::string_view kNo = "no", kOperators = "its own operators", kYes = "yes";
constexpr std::string_view kInProcess = "in the process";

constexpr std::array kTable = {
    FormatFacts{Format::Onnx, "onnx", "ONNX", "LF AI & Data", kOpen, "Apache-2.0", kNo, kInProcess, "", ""},
    FormatFacts{Format::Pmml, "pmml", "PMML", "Data Mining Group", kOpen, "none needed", kNo,
                "in confined workers: RegressionModel, TreeModel and MiningModel of these", "cairn",
                "cairn model convert FILE --to MODEL: RegressionModel, TreeModel and MiningModel of these"},
    FormatFacts{Format::Pfa, "pfa", "PFA", "Data Mining Group", kOpen, "none needed", kNo, kNo, "",
                "export again from what made it: its engines are abandoned"},
    FormatFacts{Format::SavedModel, "savedmodel", "TensorFlow SavedModel", "Google", kPublished, "Apache-2.0",
                kOperators, kNo, "tf2onnx",
                "python -m tf2onnx.convert --saved-model FOLDER --output model.onnx"},
    FormatFacts{Format::TensorFlowGraph, "tensorflow-graph", "TensorFlow frozen graph", "Google", kPublished,
                "Apache-2.0", kOperators, kNo, "tf2onnx",
                "python -m tf2onnx.convert --graphdef FILE --inputs X:0 --outputs Y:0 --output model.onnx"},
    FormatFacts{Format::KerasHdf5, "keras-hdf5", "Keras HDF5", "Keras team", kPublished, "Apache-2.0", kYes,
                kNo, "tf2onnx",
                "tf2onnx.convert.from_keras(keras.models.load_model(FILE), output_path='model.onnx')"},
    FormatFacts{Format::Keras, "keras", "Keras 3 (.keras)", "Keras team", kPublished, "Apache-2.0", kYes, kNo,
                "keras", "keras.models.load_model(FILE).export('model.onnx', format='onnx')"},
    FormatFacts{Format::Pickle, "pickle", "Python pickle", "Python", kPublished, "PSF-2.0", kYes, kNo,
                "skl2onnx",
                "cairn model convert MODEL@VERSION, for a logged model of scikit-learn, XGBoost or LightGBM"},
    FormatFacts{Format::Joblib, "joblib", "joblib", "joblib", kOwn, "BSD-3-Clause", kYes, kNo, "skl2onnx",
                "log it with mlflow.sklearn, then cairn model convert MODEL@VERSION"},
    FormatFacts{Format::Cloudpickle, "cloudpickle", "cloudpickle", "cloudpickle", kOwn, "BSD-3-Clause", kYes,
                kNo, "",
                "it carries Python code: convert the estimator inside it by skl2onnx, the code cannot be"},
    FormatFacts{Format::Skops, "skops", "skops", "skops", kPublished, "MIT", kYes, kNo, "skl2onnx",
                "cairn model convert MODEL@VERSION, for a logged model"},
    FormatFacts{Format::Torch, "torch", "PyTorch (.pt, .pth)", "PyTorch Foundation", kOwn, "BSD-3-Clause",
                kYes, kNo, "torch", "torch.onnx.export(model, rows, 'model.onnx', dynamo=True)"},
    FormatFacts{Format::TorchScript, "torchscript", "TorchScript", "PyTorch Foundation", kOwn, "BSD-3-Clause",
                kOperators, kNo, "torch",
                "torch.onnx.export(torch.jit.load(FILE), rows, 'model.onnx', dynamo=False)"},
    FormatFacts{Format::ExportedProgram, "exported-program", "PyTorch ExportedProgram (.pt2)",
                "PyTorch Foundation", kPublished, "BSD-3-Clause", kOperators, kNo, "torch",
                "torch.onnx.export(torch.export.load(FILE), (), 'model.onnx')"},
    FormatFacts{Format::H2oMojo, "h2o-mojo", "H2O MOJO", "H2O.ai", kPublished, "Apache-2.0", kNo, kNo,
                "onnxmltools", "onnxmltools.convert_h2o('FILE') (gradient boosting alone)"},
    FormatFacts{Format::H2oPojo, "h2o-pojo", "H2O POJO", "H2O.ai", kPublished, "Apache-2.0", kYes, kNo, "",
                "download the same model from H2O as MOJO"},
    FormatFacts{Format::Mleap, "mleap", "MLeap bundle", "Combust", kPublished, "Apache-2.0", kNo, kNo, "",
                "convert the Spark pipeline itself: onnxmltools.convert_sparkml"},
    FormatFacts{Format::SparkMl, "spark-ml", "Spark ML", "Apache", kPublished, "Apache-2.0", kNo, kNo,
                "onnxmltools", "onnxmltools.convert_sparkml(PipelineModel.load(FOLDER), 'model', types)"},
    FormatFacts{Format::CoreMl, "coreml", "Core ML (.mlmodel)", "Apple", kPublished, "BSD-3-Clause", kNo, kNo,
                "onnxmltools", "onnxmltools.convert_coreml(coremltools.utils.load_spec(FILE))"},
    FormatFacts{Format::CoreMlPackage, "coreml-package", "Core ML (.mlpackage)", "Apple", kPublished,
                "BSD-3-Clause", kNo, kNo, "",
                "export again from what made it: there is no converter from ML programs"},
    FormatFacts{Format::Safetensors, "safetensors", "safetensors", "Hugging Face", kPublished, "Apache-2.0",
                kNo, kNo, "",
                "it holds weights alone: load them into the model's code, then torch.onnx.export"},
    FormatFacts{Format::Gguf, "gguf", "GGUF", "ggml", kPublished, "MIT", kNo, kNo, "",
                "convert the model that it was quantised from"},
    FormatFacts{Format::XgboostJson, "xgboost-json", "XGBoost JSON", "DMLC", kPublished, "Apache-2.0", kNo,
                kNo, "cairn", "log it with mlflow.xgboost, then cairn model convert MODEL@VERSION"},
    FormatFacts{Format::XgboostUbj, "xgboost-ubj", "XGBoost UBJ", "DMLC", kPublished, "Apache-2.0", kNo, kNo,
                "cairn", "log it with mlflow.xgboost, then cairn model convert MODEL@VERSION"},
    FormatFacts{Format::XgboostBinary, "xgboost-binary", "XGBoost binary (before 2.1)", "DMLC", kOwn,
                "Apache-2.0", kNo, kNo, "", "load it with XGBoost before 3.1 and save it as JSON"},
    FormatFacts{Format::LightgbmText, "lightgbm", "LightGBM text", "Microsoft", kPublished, "MIT", kNo, kNo,
                "cairn", "log it with mlflow.lightgbm, then cairn model convert MODEL@VERSION"},
    FormatFacts{Format::Catboost, "catboost", "CatBoost (.cbm)", "Yandex", kOwn, "Apache-2.0", kNo, kNo,
                "catboost", "model.save_model('model.onnx', format='onnx') (numeric features alone)"},
    FormatFacts{Format::CatboostJson, "catboost-json", "CatBoost JSON", "Yandex", kPublished, "Apache-2.0",
                kNo, kNo, "catboost",
                "model.save_model('model.onnx', format='onnx') (numeric features alone)"},
    FormatFacts{
        Format::MlflowModel, "mlflow", "MLflow model folder", "LF (MLflow)", kPublished, "Apache-2.0", kYes,
        "in the process with the flavour onnx, else in confined workers with python_function", "cairn",
        "cairn model convert MODEL@VERSION: a version with the flavour onnx, proven to answer the same"},
    FormatFacts{Format::Numpy, "npy", "numpy array (.npy)", "NumFOCUS", kPublished, "BSD-3-Clause",
                "yes, of objects", kNo, "", "it is an array, not a model"},
    FormatFacts{Format::NumpyZip, "npz", "numpy arrays (.npz)", "NumFOCUS", kPublished, "BSD-3-Clause",
                "yes, of objects", kNo, "", "they are arrays, not a model"},
    FormatFacts{Format::RData, "r", "R data (.rds, .RData)", "R", kPublished, "GPL-2.0-or-later", kYes, kNo,
                "", "export the model from R as PMML or XGBoost JSON"},
    FormatFacts{Format::Archive, "archive", "archive", "", kOpen, "none needed", "as what is in it", kNo, "",
                "unpack it and look at what is in it"},
};

constexpr FormatFacts kUnknown{
    Format::Unknown, "unknown", "of no format known here", "", "", "", "cannot tell", kNo, "", ""};

constexpr bool InOrder() {
  for (std::size_t i = 0; i < kTable.size(); ++i)
    if (kTable[i].format != static_cast<Format>(i)) return false;
  return kTable.size() == static_cast<std::size_t>(Format::Unknown);
}
static_assert(InOrder());

}  // namespace

std::span<const FormatFacts> Table() { return kTable; }

const FormatFacts& FactsOf(Format format) {
  return format == Format::Unknown ? kUnknown : kTable[static_cast<std::size_t>(format)];
}

}  // namespace cairn::formats
