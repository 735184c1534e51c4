#include "loop/pipeline/capture.h"

#include <set>

#include "ground/crypto/hash.h"
#include "ground/os/environment.h"
#include "ground/os/files.h"
#include "ground/os/machine.h"
#include "loop/pipeline/source.h"

namespace cairn::pipeline {
namespace {

Json MachineHere() {
  const os::Machine machine = os::ThisMachine();
  Json gpus = Json::Array();
  for (const auto& gpu : machine.gpus) gpus.Push(gpu);
  return Json{{"system", machine.system},
              {"distribution", machine.distribution},
              {"architecture", machine.architecture},
              {"processor", machine.processor},
              {"processors", static_cast<std::int64_t>(machine.processors)},
              {"memory_bytes", static_cast<std::int64_t>(machine.memory_bytes)},
              {"gpus", std::move(gpus)},
              {"gpu_driver", machine.gpu_driver},
              {"container", machine.container}};
}

/// The files that pin what is installed, with their digests.
Json LocksOf(const Project& project) {
  std::set<std::string> files = {"requirements.txt", "requirements.lock", "uv.lock",        "poetry.lock",
                                 "pdm.lock",         "Pipfile.lock",      "conda-lock.yml", "environment.yml",
                                 "pixi.lock",        "renv.lock",         "Manifest.toml",  "Cargo.lock",
                                 "go.sum",           "package-lock.json", "pnpm-lock.yaml"};
  for (const Stage& stage : project.definition().stages)
    files.insert(stage.environment.begin(), stage.environment.end());
  Json locks = Json::Object();
  for (const auto& file : files) {
    const auto digests = crypto::HashFile(os::JoinPath(project.folder(), file), crypto::Kinds::Sha256);
    if (digests) locks.Set(file, digests->sha256);
  }
  return locks;
}

}  // namespace

Json CaptureEnvironment(const Project& project, const Source& source, const std::string& folder) {
  Json environment{{"host", os::HostName()}, {"machine", MachineHere()}, {"locks", LocksOf(project)}};
  if (!source.dirty) return environment;
  const auto changes = ChangesOf(project.folder(), project.definition());
  if (!changes) return environment;
  const std::string file = os::JoinPath(folder, "changes.diff");
  const auto kept = [&]() -> Result<> {
    CAIRN_TRY(os::MakeFolders(folder));
    return os::WriteFileAtomically(file, *changes);
  }();
  environment.Set(
      "changes",
      Json{{"file", kept ? file : ""}, {"sha256", crypto::Sha256Hex(*changes)}, {"bytes", changes->size()}});
  return environment;
}

}  // namespace cairn::pipeline
