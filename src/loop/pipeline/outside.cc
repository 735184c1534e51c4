#include "loop/pipeline/outside.h"

#include <iterator>
#include <utility>

#include "ground/os/files.h"
#include "ground/os/pool.h"
#include "loop/pipeline/dvc_folder.h"
#include "loop/repository/configuration.h"
#include "loop/repository/outside.h"

namespace cairn::pipeline {
namespace {

constexpr unsigned kAtOnce = 16;

/// The address, or the path from the project.
std::string PlaceOf(const Stage& stage, const std::string& dep) {
  return repository::IsAddress(dep) ? dep : os::JoinPath(stage.wdir, dep);
}

Error Located(Error error, const Stage& stage, const std::string& dep) {
  if (error.reason == Reason::NotFound)
    return {Reason::NotFound, "stage '" + stage.name + "' needs '" + dep + "': " + error.message};
  error.message = "stage '" + stage.name + "' reads '" + dep +
                  "', and what is there now cannot be told: " + error.message +
                  "; 'frozen: true' in dvc.yaml takes what the stage made as it is";
  return error;
}

}  // namespace

Result<LockedPath> LookOutside(const std::string& project, const Stage& stage, const std::string& dep,
                               repository::StatIndex& index) {
  const auto look = [&]() -> Result<repository::Sighting> {
    const std::string place = PlaceOf(stage, dep);
    if (!repository::IsAddress(place))
      return repository::Look(repository::Configuration(), os::JoinPath(project, place), index);
    return repository::Look(CAIRN_TRY(repository::Configuration::Read(DvcRootOf(project))), place, index);
  };
  auto seen = look();
  if (!seen) return Located(std::move(seen).error(), stage, dep);
  return LockedPath{dep,         std::move(seen->digest), seen->bytes,
                    seen->files, seen->executable,        std::move(seen->told_by)};
}

OutsideView::OutsideView(const std::string& project, const std::vector<const Stage*>& stages,
                         repository::StatIndex& index) {
  struct Wanted {
    const Stage* stage;
    const std::string* dep;
  };
  std::map<std::string, Wanted> wanted;
  for (const Stage* stage : stages) {
    for (const auto& dep : stage->outside) wanted.emplace(PlaceOf(*stage, dep), Wanted{stage, &dep});
  }
  std::vector<std::pair<const std::string, Wanted>*> places;
  for (auto& place : wanted) places.push_back(&place);
  std::vector<Result<LockedPath>> seen(places.size(), LockedPath());
  os::ForEachIndex(places.size(), kAtOnce, [&](std::size_t i) {
    const Wanted& one = places[i]->second;
    seen[i] = LookOutside(project, *one.stage, *one.dep, index);
  });
  for (std::size_t i = 0; i < places.size(); ++i) seen_.emplace(places[i]->first, std::move(seen[i]));
}

const Result<LockedPath>& OutsideView::At(const Stage& stage, const std::string& dep) const {
  return seen_.at(PlaceOf(stage, dep));
}

}  // namespace cairn::pipeline
