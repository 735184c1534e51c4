#include "loop/pipeline/seal.h"

#include <algorithm>
#include <set>

#include "ground/os/files.h"
#include "ground/os/pool.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/dvc_folder.h"
#include "loop/repository/stat_index.h"

namespace cairn::pipeline {
namespace {

using repository::Fingerprint;

constexpr std::string_view kMagic = "cairn seal 1\n";
constexpr std::size_t kDigits = 16;
constexpr std::uint64_t kLongest = 1 << 30;

std::string FileOf(const std::string& folder, const std::string& data_dir) {
  const Fingerprint print = Fingerprint::Of(folder);
  return os::JoinPath(data_dir, "seals/" + std::to_string(print.high) + std::to_string(print.low));
}

/// Of a path that is not there, the same always.
Fingerprint StateOf(const std::string& folder, std::string_view path) {
  const auto status = os::Stat(os::JoinPath(folder, path));
  return status ? Fingerprint::Of(status->stamp) : Fingerprint();
}

/// Of all paths in their order, by several threads.
Fingerprint StateOf(const std::string& folder, const std::vector<std::string_view>& paths) {
  constexpr std::size_t kPiece = 512;
  const std::size_t pieces = (paths.size() + kPiece - 1) / kPiece;
  std::vector<Fingerprint> states(pieces);
  os::ForEachIndex(pieces, os::Processors(), [&](std::size_t piece) {
    for (std::size_t i = piece * kPiece; i < std::min(paths.size(), (piece + 1) * kPiece); ++i)
      states[piece] = states[piece].Then(StateOf(folder, paths[i]));
  });
  Fingerprint whole;
  for (const auto& state : states) whole = whole.Then(state);
  return whole;
}

std::string TextOf(const Fingerprint& print) {
  return std::string(reinterpret_cast<const char*>(&print), sizeof print);
}

/// What a project is seen from.
class Paths {
 public:
  explicit Paths(const Project& project) : project_(project) {
    for (const char* file : {"dvc.yaml", "dvc.lock", "cairn.yaml", "cairn.lock", "params.yaml"}) Add(file);
    for (const auto& file : project.definition().sources) Add(file);
    for (const char* file : {".dvc/config", ".dvc/config.local"}) Add(os::JoinPath(project.root(), file));
    Add(project.JournalPath());
    AddCache();
    for (const Stage& stage : project.definition().stages) {
      for (const auto& dep : stage.deps) AddTree(dep);
      for (const auto& params : stage.params) Add(params.file);
      for (const auto& file : stage.environment) Add(file);
      for (const Out& out : stage.outs) AddTree(out.path);
    }
  }

  /// Whether none of them changed since the project was opened, or so shortly before that another change
  /// would not show.
  bool AllSettled() const {
    return std::all_of(paths_.begin(), paths_.end(), [&](const std::string& path) {
      const auto status = os::Stat(os::JoinPath(project_.folder(), path));
      return !status || repository::IsSettled(status->stamp, project_.opened_ns());
    });
  }

  std::vector<std::string_view> views() const { return {paths_.begin(), paths_.end()}; }

 private:
  void Add(std::string path) { paths_.insert(std::move(path)); }

  /// Folders change when something is added to them or removed.
  void AddTree(const std::string& path) {
    Add(path);
    const std::string at = os::JoinPath(project_.folder(), path);
    if (!os::IsFolder(at)) return;
    const auto below = os::ListTree(at, os::Symlinks::Follow);
    if (!below) return;
    for (const auto& entry : *below) Add(os::JoinPath(path, entry.path));
  }

  void AddCache() {
    static constexpr std::string_view kHex = "0123456789abcdef";
    const std::string objects = os::JoinPath(CacheOf(project_.root()), "files/md5");
    Add(objects);
    for (std::size_t i = 0; i < kDigits * kDigits; ++i)
      Add(objects + "/" + kHex[i / kDigits] + kHex[i % kDigits]);
  }

  const Project& project_;
  std::set<std::string> paths_;
};

bool CanBeSealed(const Definition& definition) {
  return std::none_of(definition.stages.begin(), definition.stages.end(), [](const Stage& stage) {
    // Of very many items a look by the index costs less; what lies outside, nothing here tells of.
    return stage.has_vars || stage.always_changed || stage.map || !stage.outside.empty() ||
           (stage.deps.empty() && stage.params.empty() && stage.outs.empty());
  });
}

}  // namespace

bool SealHolds(const std::string& folder, const std::string& data_dir) {
  const auto project = os::RealPath(folder);
  if (!project) return false;
  const auto text = os::ReadFile(FileOf(*project, data_dir), kLongest);
  constexpr std::size_t kHead = kMagic.size() + sizeof(Fingerprint);
  if (!text || text->size() < kHead || !text->starts_with(kMagic)) return false;
  auto paths = Split(std::string_view(*text).substr(kHead), '\0');
  // The first is the project's own: another one may have the same name of a file.
  if (paths.front() != *project) return false;
  paths.erase(paths.begin());
  return TextOf(StateOf(*project, paths)) == text->substr(kMagic.size(), sizeof(Fingerprint));
}

Result<> Seal(const Project& project, const std::string& data_dir) {
  if (!CanBeSealed(project.definition())) return Done{};
  const Paths paths(project);
  const auto views = paths.views();
  const Fingerprint state = StateOf(project.folder(), views);
  if (!paths.AllSettled()) return Done{};
  std::string text = std::string(kMagic) + TextOf(state) + project.folder();
  for (const std::string_view path : views) text.append(1, '\0').append(path);
  const std::string file = FileOf(project.folder(), data_dir);
  if (const auto before = os::ReadFile(file, kLongest); before && *before == text) return Done{};
  CAIRN_TRY(os::MakeFolders(os::ParentOf(file)));
  return os::WriteFileAtomically(file, text);
}

}  // namespace cairn::pipeline
