#include "loop/moving/sources/local_files.h"

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/tracking/artifact_path.h"

namespace cairn::moving {
namespace {

constexpr std::string_view kFile = "file:";
constexpr std::string_view kProxied = "mlflow-artifacts:";

}  // namespace

bool IsPath(const std::string& uri) {
  if (uri.empty()) return false;
  if (uri.starts_with(kFile)) return true;
  const auto colon = uri.find(':');
  return colon == std::string::npos || uri.find('/') < colon;
}

std::optional<std::string> LocalFiles::FolderOf(const std::string& uri) const {
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
  if (!folder) return Error{Reason::NotFound, "Artifacts at '" + owner.uri + "' are not on this machine."};
  return os::CopyFile(os::JoinPath(*folder, path), to);
}

}  // namespace cairn::moving
