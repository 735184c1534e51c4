#include "fuzz/folder.h"
#include "loop/pipeline/definition.h"
#include "loop/pipeline/parameters.h"

using cairn::fuzz::Hold;

namespace {

void StaysInside(const std::string& path) {
  Hold(!path.empty() && path.front() != '/', "a path is inside the project");
  for (const auto part : cairn::Split(path, '/')) Hold(part != "..", "a path never leads up");
}

void Check(const cairn::pipeline::Definition& definition, const cairn::Json& params) {
  Hold(definition.Ordered().size() == definition.stages.size(), "every stage has its turn");
  for (const auto& stage : definition.stages) {
    StaysInside(stage.wdir);
    for (const auto& dep : stage.deps) StaysInside(dep);
    for (const auto& out : stage.outs) StaysInside(out.path);
    for (const auto& file : stage.params) {
      StaysInside(file.file);
      for (const auto& key : file.keys) (void)cairn::pipeline::FindDotted(params, key);
    }
    (void)stage.Commands();
  }
}

}  // namespace

/// dvc.yaml NUL params.yaml
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = cairn::fuzz::Bytes(data, size);
  auto& project = cairn::fuzz::Folder::Mine();
  project.Write("dvc.yaml", cairn::fuzz::TakePart(rest, '\0'));
  project.Write("params.yaml", rest);
  project.Write("params.json", rest);
  const auto params = cairn::pipeline::ReadParams(project.path(), "params.yaml");
  (void)cairn::pipeline::ReadParams(project.path(), "params.json");
  const auto definition = cairn::pipeline::ReadDefinition(project.path());
  if (definition && params) Check(*definition, *params);
  return 0;
}
