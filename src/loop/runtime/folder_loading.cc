#include <algorithm>

#include "ground/os/files.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "loop/runtime/conversion.h"
#include "loop/runtime/format.h"

namespace cairn::runtime {
namespace {

constexpr std::string_view kPython = "python_function", kPmml = "pmml";

bool Has(const ModelFolder& folder, std::string_view flavour) {
  return std::find(folder.flavours.begin(), folder.flavours.end(), flavour) != folder.flavours.end();
}

/// The output that a conversion answers alone, as its original does; "" for any other model.
Result<std::string> BareOf(const std::string& folder) {
  constexpr std::uint64_t kMostModelText = 16 << 20;
  const std::string path = os::JoinPath(folder, "MLmodel");
  const Node root = CAIRN_TRY(ParseYaml(CAIRN_TRY(os::ReadFile(path, kMostModelText)), path));
  const Node* bare = root.FindPath("flavors.onnx.bare");
  return bare && bare->IsScalar() ? bare->text() : std::string();
}

Result<LoadedFolder> LoadByPython(const std::string& folder, ModelFolder about,
                                  const WorkerSettings& settings) {
  auto [model, code] = CAIRN_TRY(StartWorkers(folder, settings));
  std::string runs = "the model (" + Join(about.flavours, ", ") + ") loads in a confined worker of " +
                     settings.python + "; ";
  runs += code.runs ? code.what + ", and the accepted configuration permits that (serving.worker.code)"
                    : "loading it runs no code of its own (" + code.what + ")";
  return LoadedFolder{std::move(about), std::move(model), std::move(runs)};
}

}  // namespace

Result<LoadedFolder> LoadModelFolder(const std::string& folder, const WorkerSettings& settings) {
  auto about = CAIRN_TRY(ReadModelFolder(folder));
  if (about.data.empty() && (Has(about, kPython) || Has(about, kPmml)))
    return LoadByPython(folder, std::move(about), settings);
  if (about.data.empty())
    return Error{
        Reason::Unsupported,
        "The model in '" + folder + "' has only the flavors " + Join(about.flavours, ", ") +
            "; convert it to ONNX (skl2onnx) and log it with mlflow.onnx.log_model, or log it with a "
            "flavor that has python_function beside it."};
  const auto bare = CAIRN_TRY(BareOf(folder));
  auto loaded = CAIRN_TRY(Model::Load(about.data));
  auto model = WithBare(std::move(loaded), bare);
  return LoadedFolder{std::move(about), std::move(model), "the ONNX model loads here"};
}

}  // namespace cairn::runtime
