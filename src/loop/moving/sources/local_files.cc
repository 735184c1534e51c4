#include "loop/moving/sources/local_files.h"

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/tracking/artifact_path.h"

namespace cairn::moving {
namespace {

constexpr std::string_view kFile = "file:";
constexpr std::string_view kProxied = "mlflow-artifacts:";

/// The real path; of what is not there, that of the nearest folder above it that is, and the rest.
std::optional<std::string> Resolved(std::string path) {
  std::string rest;
  for (;;) {
    const auto real = os::RealPath(path);
    if (real) return rest.empty() ? *real : os::JoinPath(*real, rest);
    const auto name = os::BaseName(path);
    if (real.error().reason != Reason::NotFound || name == ".." || name == path) return std::nullopt;
    rest = rest.empty() ? name : os::JoinPath(name, rest);
    path = os::ParentOf(path);
  }
}

bool LiesIn(const std::string& place, const std::string& folder) {
  const auto real = folder.empty() ? std::nullopt : Resolved(folder);
  return real && (place == *real || place.starts_with(real->ends_with('/') ? *real : *real + "/"));
}

}  // namespace

bool IsPath(const std::string& uri) {
  if (uri.empty()) return false;
  if (uri.starts_with(kFile)) return true;
  const auto colon = uri.find(':');
  return colon == std::string::npos || uri.find('/') < colon;
}

std::optional<std::string> LocalFiles::FolderOf(const std::string& uri) const {
  const auto named = Named(uri);
  const auto place = named ? Resolved(*named) : std::nullopt;
  if (!place || !(LiesIn(*place, own_) || LiesIn(*place, artifact_root_))) return std::nullopt;
  return place;
}

std::optional<std::string> LocalFiles::Named(const std::string& uri) const {
  if (uri.starts_with(kProxied)) {
    const auto path = tracking::ProxiedPath(uri);
    if (artifact_root_.empty() || !path) return std::nullopt;
    return os::JoinPath(artifact_root_, *path);
  }
  if (!IsPath(uri)) return std::nullopt;
  if (!uri.starts_with(kFile)) return os::JoinPath(working_folder_, uri);
  std::string_view rest = std::string_view(uri).substr(kFile.size());
  if (rest.starts_with("//")) rest = rest.substr(std::min(rest.find('/', 2), rest.size()));
  const auto path = PercentDecode(rest, UrlPart::Path);
  if (!path || path->empty()) return std::nullopt;
  return os::JoinPath(working_folder_, *path);
}

Result<std::vector<FoundFile>> LocalFiles::Files(const Owner& owner) const {
  std::vector<FoundFile> files;
  const auto folder = FolderOf(owner.uri);
  if (!folder || !os::IsFolder(*folder)) return files;
  for (const auto& entry : CAIRN_TRY(os::ListTree(*folder))) {
    if (entry.kind == os::FileKind::File) files.push_back({entry.path, entry.stamp.size});
  }
  return files;
}

Result<> LocalFiles::Fetch(const Owner& owner, const std::string& path, const std::string& to) const {
  const auto folder = FolderOf(owner.uri);
  const auto file = folder ? Resolved(os::JoinPath(*folder, path)) : std::nullopt;
  if (!file || !LiesIn(*file, *folder)) {
    return Error{Reason::NotFound, "Artifacts at '" + owner.uri +
                                       "' are not in the source's own folder; name the one that holds them "
                                       "with --artifact-root."};
  }
  return os::CopyFile(*file, to);
}

}  // namespace cairn::moving
