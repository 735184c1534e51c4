#include "loop/repository/import/source.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/git/clone.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/objects.h"
#include "loop/repository/remote/landing.h"
#include "loop/repository/remote/need.h"
#include "loop/repository/versions.h"

namespace cairn::repository {
namespace {

bool LiesBelow(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

/// Puts bytes among the objects that land; gives their name.
Result<std::string> Land(Landing& landing, std::string_view bytes, const std::string& suffix = "") {
  const ObjectId id{crypto::Md5Hex(bytes) + suffix, false};
  auto room = CAIRN_TRY(landing.Room(id));
  CAIRN_TRY(os::WriteFileAtomically(room, bytes));
  CAIRN_TRY(landing.Arrived(id, std::move(room)));
  return id.md5;
}

Error NotThere(const SourceOrder& order) {
  return {Reason::NotFound, "the repository '" + order.url + "'" +
                                (order.revision.empty() ? "" : " has at '" + order.revision + "'") +
                                (order.revision.empty() ? " has no path '" : " no path '") + order.path +
                                "', neither tracked by DVC nor kept by git"};
}

}  // namespace

Result<Source> Source::Open(const SourceOrder& order, Moment otherwise) {
  Source source;
  source.url_ = order.url;
  if (os::IsFolder(order.url)) {
    source.root_ = CAIRN_TRY(os::RealPath(order.url));
    if (order.revision.empty() && otherwise == Moment::WorkingTree) {
      CAIRN_TRY(source.ReadWorkingTree());
    } else {
      source.git_ = std::make_shared<git::Repository>(CAIRN_TRY(git::Repository::Open(source.root_)));
      const std::string tree = source.git_->work_tree();
      if (LiesBelow(source.root_, tree)) source.prefix_ = source.root_.substr(tree.size() + 1) + "/";
    }
  } else {
    source.clone_ = std::make_shared<os::TempFolder>(CAIRN_TRY(os::TempFolder::Create()));
    CAIRN_TRY(git::Clone(order.url, *source.clone_ / "clone", order.revision));
    source.git_ =
        std::make_shared<git::Repository>(CAIRN_TRY(git::Repository::Open(*source.clone_ / "clone")));
  }
  if (source.git_) CAIRN_TRY(source.ReadCommit(order.revision.empty() ? "HEAD" : order.revision));
  CAIRN_TRY(source.ReadSettings());
  return source;
}

Result<> Source::ReadWorkingTree() {
  tracked_ = CAIRN_TRY(TrackedIn(CAIRN_TRY(TextsOfWorkspace(root_))));
  return Done{};
}

Result<> Source::ReadCommit(const std::string& revision) {
  commit_ = CAIRN_TRY(git_->Resolve(revision));
  git::Trees trees(*git_, [](std::string_view) { return true; });
  Texts texts;
  for (auto& file : CAIRN_TRY(trees.Files(CAIRN_TRY(git_->Find(commit_)).tree))) {
    if (!file.path.starts_with(prefix_)) continue;
    file.path.erase(0, prefix_.size());
    if (IsTrackingFile(file.path) && !file.link) texts.files.push_back(file.path);
    files_.emplace(file.path, file);
  }
  texts.read = [this](const std::string& file) { return git_->Read(files_.at(file).blob); };
  tracked_ = CAIRN_TRY(TrackedIn(texts));
  return Done{};
}

Result<> Source::ReadSettings() {
  if (!root_.empty() && os::IsFolder(os::JoinPath(root_, ".dvc"))) {
    configuration_ = CAIRN_TRY(Configuration::Read(root_));
  } else if (const auto config = files_.find(".dvc/config"); config != files_.end()) {
    configuration_ = CAIRN_TRY(Configuration::ReadText(CAIRN_TRY(git_->Read(config->second.blob)), "/.dvc"));
  }
  return Done{};
}

Result<> Source::Bring(const SourceOrder& order, const std::vector<Chosen>& chosen,
                       const std::string& cache) const {
  std::vector<ObjectOfPath> missing;
  if (!root_.empty()) {
    // Its cache is the nearest.
    const std::string text =
        "[core]\nremote = cache\n['remote \"cache\"']\nurl = \"" + configuration_.CacheFolder(root_) + "\"\n";
    const auto near = CAIRN_TRY(Configuration::ReadText(text, root_));
    auto chosen_near = chosen;
    for (auto& one : chosen_near) one.path.remote = "";
    const auto report =
        CAIRN_TRY(Fetch({cache, near, chosen_near, "", order.jobs, false, order.expected, order.moved}));
    if (report.missing.empty() && report.failed.empty()) return Done{};
    missing = report.missing;
    if (!configuration_.Remote(order.remote)) {
      if (!report.failed.empty()) return report.failed.front().error;
      return Error{Reason::NotFound, "'" + missing.front().path + "' is not in the cache of '" + url_ +
                                         "', which has no remote"};
    }
  }
  const auto report = CAIRN_TRY(
      Fetch({cache, configuration_, chosen, order.remote, order.jobs, false, order.expected, order.moved}));
  if (!report.failed.empty()) return report.failed.front().error;
  if (report.missing.empty()) return Done{};
  return Error{Reason::NotFound, "'" + report.missing.front().path + "' (" + report.missing.front().id.md5 +
                                     ") is neither in the cache nor in the remote of '" + url_ + "'"};
}

Result<Taken> Source::Take(const SourceOrder& order, const std::string& cache) const {
  std::string path = order.path;
  while (path.starts_with("./")) path.erase(0, 2);
  while (path.ends_with('/')) path.pop_back();
  for (const auto& tracked : tracked_) {
    if (!tracked.cached) continue;
    if (tracked.path == path && !tracked.md5.empty()) {
      if (tracked.legacy)
        return Error{
            Reason::Unsupported,
            "'" + path + "' of '" + url_ + "' was added by DVC 2: `dvc commit` there brings it up to date"};
      CAIRN_TRY(Bring(order, {{tracked, {}}}, cache));
      Taken taken{tracked.md5, tracked.size, std::nullopt, tracked.executable};
      if (tracked.IsFolder())
        taken.nfiles =
            CAIRN_TRY(ReadFolder({tracked, {}}, PathInCache(cache, {tracked.md5, false}))).files.size();
      return taken;
    }
    if (tracked.IsFolder() && LiesBelow(path, tracked.path)) return TakePart(order, tracked, path, cache);
  }
  auto taken = TakeFromGit(path, cache);
  if (!taken && taken.error().reason == Reason::NotFound) return NotThere(order);
  return taken;
}

Result<Taken> Source::TakePart(const SourceOrder& order, const TrackedPath& tracked, const std::string& path,
                               const std::string& cache) const {
  const Chosen part{tracked, {path}};
  CAIRN_TRY(Bring(order, {part}, cache));
  const auto folder = CAIRN_TRY(ReadFolder(part, PathInCache(cache, {tracked.md5, tracked.legacy})));
  if (folder.files.empty()) return NotThere(order);
  Listing listed;
  Taken taken;
  for (const auto& file : folder.files) {
    const auto size = CAIRN_TRY(os::Stat(PathInCache(cache, file.id))).stamp.size;
    taken.size += size;
    if (file.path == path) {
      taken.md5 = file.id.md5;
      return taken;
    }
    listed.Add(std::string_view(file.path).substr(path.size() + 1), *Md5OfHex(file.id.md5));
  }
  listed.Arrange();
  taken.nfiles = listed.files().size();
  Landing landing(cache, Landing::Sharing::ByUmask);
  taken.md5 = CAIRN_TRY(Land(landing, listed.Object(), ".dir"));
  CAIRN_TRY(landing.Settle());
  return taken;
}

Result<std::string> Source::ReadPlain(const std::string& path) const {
  if (!git_) return os::ReadFile(os::JoinPath(root_, path));
  const auto found = files_.find(path);
  if (found != files_.end()) return git_->Read(found->second.blob);
  return Error{Reason::NotFound, "there is no '" + path + "'"};
}

Result<Taken> Source::TakeFromGit(const std::string& path, const std::string& cache) const {
  Landing landing(cache, Landing::Sharing::ByUmask);
  if (git_ ? !files_.contains(path)
           : !os::Exists(os::JoinPath(root_, path)) || os::IsFolder(os::JoinPath(root_, path))) {
    Listing listed;
    Taken taken;
    for (const auto& [name, file] : files_) {
      if (!LiesBelow(name, path)) continue;
      if (IsTrackingFile(name))
        return Error{
            Reason::Unsupported,
            "'" + path + "' of '" + url_ +
                "' holds both files of git's and data that DVC tracks: take the paths in it one by one"};
      const std::string bytes = CAIRN_TRY(git_->Read(file.blob));
      listed.Add(std::string_view(name).substr(path.size() + 1), *Md5OfHex(CAIRN_TRY(Land(landing, bytes))));
      taken.size += bytes.size();
    }
    listed.Arrange();
    if (listed.files().empty()) return Error{Reason::NotFound, "there is no '" + path + "'"};
    taken.nfiles = listed.files().size();
    taken.md5 = CAIRN_TRY(Land(landing, listed.Object(), ".dir"));
    CAIRN_TRY(landing.Settle());
    return taken;
  }
  const std::string bytes = CAIRN_TRY(ReadPlain(path));
  const bool executable =
      git_ ? files_.at(path).executable : (CAIRN_TRY(os::Stat(os::JoinPath(root_, path))).mode & 0100) != 0;
  Taken taken{CAIRN_TRY(Land(landing, bytes)), bytes.size(), std::nullopt, executable};
  CAIRN_TRY(landing.Settle());
  return taken;
}

}  // namespace cairn::repository
