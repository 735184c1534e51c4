#include "loop/sweep/copy.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/definition.h"
#include "loop/pipeline/dvc_folder.h"
#include "loop/pipeline/parameters.h"
#include "loop/pipeline/source.h"
#include "loop/repository/configuration.h"
#include "loop/repository/objects.h"
#include "loop/repository/outside.h"
#include "loop/sweep/git.h"
#include "loop/sweep/share.h"

namespace cairn::sweep {
namespace {

constexpr std::string_view kManifest = "base.json";
constexpr std::string_view kReady = "ready";
constexpr std::uint64_t kLongestParams = 64 << 20, kLongestTable = std::uint64_t{2} << 30;

std::string Below(const std::string& root, const std::string& path) {
  if (path == root) return "";
  return path.substr(root.size() + (root == "/" ? 0 : 1));
}

/// Of two parts of a path either may be "".
std::string Joined(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : name.empty() ? folder : os::JoinPath(folder, name);
}

bool LiesIn(std::string_view path, std::string_view folder) {
  return path == folder || (path.starts_with(folder) && path.substr(folder.size()).starts_with('/'));
}

bool LiesInAny(std::string_view path, const std::set<std::string>& folders) {
  return std::any_of(folders.begin(), folders.end(),
                     [&](const std::string& folder) { return LiesIn(path, folder); });
}

/// A file, or a link as a link.
Result<> CopyOne(const std::string& from, const std::string& to) {
  const auto status = os::Stat(from, os::Symlinks::Report);
  if (!status) return status.error().reason == Reason::NotFound ? Result<>() : status.error();
  if (status->kind == os::FileKind::Folder || status->kind == os::FileKind::Other) return Done{};
  CAIRN_TRY(os::MakeFolders(os::ParentOf(to)));
  if (os::Stat(to, os::Symlinks::Report)) CAIRN_TRY(os::Remove(to));
  if (status->kind == os::FileKind::Symlink) return os::Symlink(CAIRN_TRY(os::ReadLink(from)), to);
  return os::CopyFile(from, to, status->mode | 0200);
}

Result<> CopyAll(const std::string& from, const std::string& to) {
  if (!os::IsFolder(from)) return CopyOne(from, to);
  CAIRN_TRY(os::MakeFolders(to));
  for (const auto& entry : CAIRN_TRY(os::ListTree(from)))
    CAIRN_TRY(CopyOne(os::JoinPath(from, entry.path), os::JoinPath(to, entry.path)));
  return Done{};
}

/// Below the root: what git knows or would take, or every file where there is no git.
Result<std::vector<std::string>> FilesOf(const Base& base, bool git) {
  std::vector<std::string> files;
  if (git) {
    const std::string listed =
        CAIRN_TRY(Git(base.root, {"ls-files", "-z", "--cached", "--others", "--exclude-standard"}));
    for (const auto path : Split(listed, '\0')) {
      if (!path.empty()) files.emplace_back(path);
    }
  } else {
    for (const auto& entry : CAIRN_TRY(os::ListTree(base.root))) {
      if (entry.kind != os::FileKind::Folder) files.push_back(entry.path);
    }
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

/// Fills `data` with what the cache holds of the stages' deps and outs; gives those paths that git does not
/// bring and the cache does not hold.
Result<std::vector<std::string>> TakeData(Base& base, const std::string& data_dir, bool git,
                                          const std::vector<std::string>& files,
                                          const pipeline::Definition& definition) {
  const std::set<std::string> listed(files.begin(), files.end());
  const repository::Objects objects(base.cache);
  auto index = repository::StatIndex::Open(os::JoinPath(data_dir, "digests"));
  std::set<std::string> seen;
  std::vector<std::string> loose;
  const auto take = [&](const std::string& at, bool made) -> Result<> {
    if (!seen.insert(at).second || (git && listed.contains(at))) return Done{};
    const auto snapshot = repository::TakeSnapshot(os::JoinPath(base.root, at), index);
    if (!snapshot) return snapshot.error().reason == Reason::NotFound ? Result<>() : snapshot.error();
    if (objects.HasAll(*snapshot)) {
      base.data.emplace_back(at, snapshot->md5);
    } else if (!made) {
      loose.push_back(at);
    }
    return Done{};
  };
  for (const auto& stage : definition.stages) {
    for (const auto& out : stage.outs) CAIRN_TRY(take(Joined(base.below, out.path), !out.persist));
  }
  for (const auto& stage : definition.stages) {
    for (const auto& dep : stage.deps) {
      // What another stage makes, the cache holds or it is made again; a folder of files that git knows is
      // there already.
      const std::string at = Joined(base.below, dep);
      const bool made = std::any_of(base.data.begin(), base.data.end(),
                                    [&](const auto& one) { return LiesIn(at, one.first); });
      if (!made) CAIRN_TRY(take(at, false));
    }
    for (const auto& dep : stage.outside) {
      if (dep.starts_with('/') || repository::IsAddress(dep)) continue;
      const std::string at =
          std::filesystem::path(Joined(Joined(base.below, stage.wdir), dep)).lexically_normal();
      if (at == ".." || at.starts_with("../")) {
        return Error{Reason::Unsupported, "stage '" + stage.name + "' reads '" + dep +
                                              "', which a trial, in its own copy of '" + base.root +
                                              "', would not find: write its whole path in dvc.yaml"};
      }
      CAIRN_TRY(take(at, false));
    }
  }
  CAIRN_TRY(index.Save());
  return loose;
}

Result<> WriteManifest(const Base& base) {
  Json data = Json::Array(), files = Json::Array();
  for (const auto& [path, md5] : base.data) data.Push(Json{{"path", path}, {"md5", md5}});
  for (const auto& file : base.files) files.Push(file);
  return os::WriteFileAtomically(os::JoinPath(base.folder, kManifest), Json{{"project", base.project},
                                                                            {"root", base.root},
                                                                            {"below", base.below},
                                                                            {"dvc", base.dvc},
                                                                            {"cache", base.cache},
                                                                            {"commit", base.source.commit},
                                                                            {"dirty", base.source.dirty},
                                                                            {"data", std::move(data)},
                                                                            {"files", std::move(files)}}
                                                                           .Dump());
}

Result<> Set(const std::string& project, const Setting& setting) {
  const std::string path = os::JoinPath(project, setting.file);
  const std::string text = CAIRN_TRY(ReadSettable(project, setting));
  const std::string changed = CAIRN_TRY(WithSetting(text, setting));
  return changed == text ? Result<>() : os::WriteFileAtomically(path, changed);
}

/// What the caller has set for this machine alone, such as the keys of remotes, and where all copies have
/// their objects.
Result<> WriteOwnSettings(const Base& base, const std::string& tree) {
  const std::string root = Joined(tree, base.dvc);
  std::vector<repository::Change> changes;
  for (auto& setting :
       CAIRN_TRY(repository::SettingsAt(Joined(base.root, base.dvc), repository::Level::Local)))
    changes.push_back({std::move(setting.section), std::move(setting.key), std::move(setting.value)});
  changes.push_back({"cache", "dir", base.cache});
  const std::string file = repository::ConfigurationFile(root, repository::Level::Local);
  CAIRN_TRY(os::WriteFileAtomically(file, ""));
  CAIRN_TRY(os::SetMode(file, 0600));
  return repository::ChangeSettings(root, repository::Level::Local, changes);
}

bool SameBytes(const std::string& a, const std::string& b) {
  const auto left = os::Stat(a), right = os::Stat(b);
  if (!left || !right || left->stamp.size != right->stamp.size) return false;
  const auto text = os::ReadFile(a), other = os::ReadFile(b);
  return text && other && *text == *other;
}

void Flatten(const Json& value, const std::string& prefix, std::vector<std::pair<std::string, Json>>& into) {
  if (!value.IsObject()) {
    into.emplace_back(prefix, value);
    return;
  }
  for (const auto& [name, member] : value.members())
    Flatten(member, prefix.empty() ? name : prefix + "." + name, into);
}

}  // namespace

Result<std::string> ReadSettable(const std::string& project, const Setting& setting) {
  const bool rows = setting.key == kShareKey;
  auto text = os::ReadFile(os::JoinPath(project, setting.file), rows ? kLongestTable : kLongestParams);
  if (text || text.error().reason != Reason::NotFound) return text;
  if (rows)
    return Error{Reason::NotFound,
                 "'" + setting.file + "' is not there to take a share of: run the pipeline first"};
  return Error{Reason::NotFound,
               "there is no parameter file '" + setting.file + "' to set '" + setting.key + "' in"};
}

Result<Base> TakeBase(const std::string& project, const std::string& data_dir, const std::string& into) {
  Base base;
  base.folder = into;
  base.project = CAIRN_TRY(os::RealPath(project));
  const auto definition = CAIRN_TRY(pipeline::ReadDefinition(base.project));
  const std::string dvc = pipeline::DvcRootOf(base.project);
  CAIRN_TRY(pipeline::MakeDvcFolder(dvc));
  const auto top = Git(base.project, {"rev-parse", "--show-toplevel"});
  const bool git = top && LiesIn(dvc, std::string(Trim(*top)));
  base.root = git ? std::string(Trim(*top)) : dvc;
  base.below = Below(base.root, base.project);
  base.dvc = Below(base.root, dvc);
  base.cache = pipeline::CacheOf(dvc);
  if (git) base.source = pipeline::SourceOf(base.project, definition);
  const auto listed = CAIRN_TRY(FilesOf(base, git));
  auto loose = CAIRN_TRY(TakeData(base, data_dir, git, listed, definition));
  std::set<std::string> left{Joined(base.dvc, ".dvc/tmp"), Joined(base.dvc, ".dvc/config.local"), ".git"};
  for (const std::string& folder : {CAIRN_TRY(os::RealPath(data_dir)), base.cache}) {
    if (LiesIn(folder, base.root)) left.insert(Below(base.root, folder));
  }
  for (const auto& [path, md5] : base.data) left.insert(path);
  const std::string tree = os::JoinPath(into, "tree");
  CAIRN_TRY(os::MakeFolders(tree));
  for (const auto& file : listed) {
    if (LiesInAny(file, left)) continue;
    base.files.push_back(file);
    CAIRN_TRY(CopyOne(os::JoinPath(base.root, file), os::JoinPath(tree, file)));
  }
  for (const auto& path : loose) CAIRN_TRY(CopyAll(os::JoinPath(base.root, path), os::JoinPath(tree, path)));
  CAIRN_TRY(WriteManifest(base));
  return base;
}

Result<Base> OpenBase(const std::string& folder) {
  const auto text = os::ReadFile(os::JoinPath(folder, kManifest));
  if (!text)
    return Error{text.error().reason, "what the sweep began from is gone: " + text.error().message +
                                          "; ask for it anew with `cairn exp run`"};
  const Json json = CAIRN_TRY(Json::Parse(*text));
  Base base;
  base.folder = folder;
  base.project = json.Text("project");
  base.root = json.Text("root");
  base.below = json.Text("below");
  base.dvc = json.Text("dvc");
  base.cache = json.Text("cache");
  base.source = {json.Text("commit"), json.Bool("dirty")};
  for (const Json& file : json.At("files").items()) base.files.push_back(file.AsString());
  for (const Json& one : json.At("data").items()) base.data.emplace_back(one.Text("path"), one.Text("md5"));
  return base;
}

Result<std::string> LayOut(const Base& base, const std::vector<Setting>& settings, const std::string& tree) {
  const std::string project = Joined(tree, base.below);
  const std::string ready = os::JoinPath(os::ParentOf(tree), kReady);
  if (os::Exists(ready) && os::IsFolder(project)) return os::RealPath(project);
  CAIRN_TRY(os::RemoveTree(tree));
  CAIRN_TRY(os::MakeFolders(os::JoinPath(tree, Joined(base.dvc, ".dvc"))));
  CAIRN_TRY(CopyAll(os::JoinPath(base.folder, "tree"), tree));
  CAIRN_TRY(WriteOwnSettings(base, tree));
  const repository::Objects objects(base.cache);
  for (const auto& [path, md5] : base.data) {
    const std::string at = os::JoinPath(tree, path);
    CAIRN_TRY(os::MakeFolders(os::ParentOf(at)));
    CAIRN_TRY(objects.Checkout(md5, at));
  }
  CAIRN_TRY(os::MakeFolders(project));
  for (const Setting& setting : settings) CAIRN_TRY(Set(project, setting));
  CAIRN_TRY(os::WriteFileAtomically(ready, ""));
  return os::RealPath(project);
}

Result<std::vector<std::string>> Keep(const Base& base, const std::string& tree, const std::string& kept) {
  const std::string project = Joined(tree, base.below);
  std::set<std::string> candidates(base.files.begin(), base.files.end());
  const auto add = [&](const std::string& path) { candidates.insert(Joined(base.below, path)); };
  for (const char* lock : {"dvc.lock", "cairn.lock"}) add(lock);
  const auto definition = CAIRN_TRY(pipeline::ReadDefinition(project));
  for (const auto& stage : definition.stages) {
    for (const auto& out : stage.outs) {
      if (!out.cache) add(out.path);
      const std::string folder = os::ParentOf(out.path);
      add(Joined(folder == "." ? "" : folder, ".gitignore"));
    }
  }
  std::vector<std::string> changed;
  for (const auto& path : candidates) {
    const std::string at = os::JoinPath(tree, path);
    if (!os::Exists(at) || SameBytes(at, os::JoinPath(os::JoinPath(base.folder, "tree"), path))) continue;
    CAIRN_TRY(CopyAll(at, os::JoinPath(kept, path)));
    changed.push_back(path);
  }
  return changed;
}

Json ParamsOf(const pipeline::Definition& definition,
              const std::function<Result<Json>(const std::string& file)>& read) {
  Json all = Json::Object();
  for (const auto& stage : definition.stages) {
    for (const auto& params : stage.params) {
      const auto values = read(params.file);
      if (!values) continue;
      std::vector<std::pair<std::string, Json>> found;
      if (params.keys.empty()) Flatten(*values, "", found);
      for (const auto& key : params.keys) {
        if (const Json* value = pipeline::FindDotted(*values, key)) Flatten(*value, key, found);
      }
      for (auto& [key, value] : found)
        all.Set(params.file == "params.yaml" ? key : params.file + ":" + key, std::move(value));
    }
  }
  return all;
}

Result<Json> ParamsIn(const std::string& project) {
  return ParamsOf(CAIRN_TRY(pipeline::ReadDefinition(project)),
                  [&](const std::string& file) { return pipeline::ReadParams(project, file); });
}

Json FiguresOf(const Json& metrics) {
  std::map<std::string, int> files;
  std::vector<std::pair<std::string, std::vector<std::pair<std::string, Json>>>> all;
  for (const auto& [file, values] : metrics.members()) {
    std::vector<std::pair<std::string, Json>> found;
    Flatten(values, "", found);
    std::erase_if(found, [](const auto& one) { return !one.second.IsNumber(); });
    if (values.IsNumber()) found.front().first = file;  // It holds one number, without a name.
    for (const auto& [name, value] : found) ++files[name];
    all.emplace_back(file, std::move(found));
  }
  Json figures = Json::Object();
  for (auto& [file, found] : all) {
    for (auto& [name, value] : found) {
      std::string known = files[name] > 1 ? file + ":" + name : name;
      figures.Set(std::move(known), std::move(value));
    }
  }
  return figures;
}

}  // namespace cairn::sweep
