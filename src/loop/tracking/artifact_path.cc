#include "loop/tracking/artifact_path.h"

#include <algorithm>
#include <filesystem>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/tracking/destinations/destination.h"

namespace cairn::tracking {
namespace {

constexpr std::string_view kScheme = "mlflow-artifacts:";
constexpr std::string_view kProxy = "/mlflow-artifacts/artifacts/";
constexpr int kDecodingRounds = 10;

Error InvalidPath() { return {Reason::InvalidArgument, "Invalid path"}; }

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// "s3:" and the like at the beginning (RFC 3986, 3.1).
bool HasScheme(std::string_view uri) {
  const auto colon = uri.find(':');
  if (colon == std::string_view::npos || colon == 0 || !IsLetter(uri.front())) return false;
  return std::all_of(uri.begin(), uri.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
    return IsLetter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
}

bool LeadsOutside(std::string_view path) {
  if (path.starts_with('/') || path.find_first_of("\\#") != std::string_view::npos) return true;
  if (path.size() >= 3 && IsLetter(path[0]) && path[1] == ':' && path[2] == '/') return true;
  if (std::any_of(path.begin(), path.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; }))
    return true;
  const auto segments = Split(path, '/');
  return std::find(segments.begin(), segments.end(), "..") != segments.end();
}

}  // namespace

std::string AppendToUri(std::string_view uri, std::string_view tail) {
  const auto end = std::min(uri.find_first_of("?#"), uri.size());
  std::string joined(uri.substr(0, end));
  if (!joined.ends_with('/')) joined += '/';
  joined += tail;
  joined += uri.substr(end);
  return joined;
}

Result<std::string> AbsoluteLocation(std::string_view uri) {
  const bool file = uri.starts_with("file:");
  const auto path = file ? uri.substr(5) : uri;
  if (path.empty() || path.starts_with('/') || (!file && HasScheme(uri))) return std::string(uri);
  const auto whole = std::filesystem::path(CAIRN_TRY(os::WorkingFolder())) / path;
  auto absolute = whole.lexically_normal().string();
  if (absolute.size() > 1 && absolute.ends_with('/')) absolute.pop_back();
  return (file ? "file://" : "") + absolute;
}

Result<std::string> CheckedArtifactPath(std::string_view path) {
  std::string decoded(path);
  for (int round = 0;; ++round) {
    if (LeadsOutside(decoded) || round == kDecodingRounds) return InvalidPath();
    auto once_more = PercentDecode(decoded, UrlPart::Path);
    if (!once_more || *once_more == decoded) break;
    decoded = *std::move(once_more);
  }
  std::string clean;
  for (const auto segment : Split(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (!clean.empty()) clean += '/';
    clean += segment;
  }
  // Without a "./" before it, what follows may stand for an absolute path.
  return clean == path ? clean : CheckedArtifactPath(clean);
}

Result<std::string> CheckedFilePath(std::string_view path) {
  auto clean = CAIRN_TRY(CheckedArtifactPath(path));
  if (clean.empty())
    return Error{Reason::InvalidArgument, "The artifact path '' names a folder; add the file's name."};
  for (const auto segment : Split(clean, '/')) {
    if (segment.starts_with(kOwn)) return InvalidPath();
  }
  return clean;
}

Result<std::string> ProxiedPath(std::string_view uri) {
  if (!uri.starts_with(kScheme)) {
    return Error{Reason::Unsupported,
                 "Artifacts at '" + std::string(uri) +
                     "' are not kept by this server; read them where they are, or log to an experiment "
                     "whose location begins with 'mlflow-artifacts:'."};
  }
  auto path = uri.substr(kScheme.size());
  if (path.starts_with("//")) {
    path.remove_prefix(2);
    const auto slash = path.find('/');
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
  }
  path = path.substr(0, path.find_first_of("?#"));
  while (path.starts_with('/')) path.remove_prefix(1);
  return CheckedArtifactPath(path);
}

std::optional<std::string> KeptPath(std::string_view uri, const std::string& address) {
  if (const auto proxied = ProxiedPath(uri)) return *proxied;
  uri = uri.substr(0, uri.find_first_of("?#"));
  if (const auto at = uri.find(kProxy); at != std::string_view::npos) {
    const auto path = CheckedArtifactPath(uri.substr(at + kProxy.size()));
    return path ? std::optional(*path) : std::nullopt;
  }
  for (const std::string_view scheme : {"file://localhost/", "file:///", "file:/"}) {
    if (!uri.starts_with(scheme)) continue;
    uri.remove_prefix(scheme.size() - 1);
    break;
  }
  if (!uri.starts_with(address) || (uri.size() > address.size() && uri[address.size()] != '/'))
    return std::nullopt;
  uri.remove_prefix(address.size());
  while (uri.starts_with('/')) uri.remove_prefix(1);
  const auto path = CheckedArtifactPath(uri);
  return path ? std::optional(*path) : std::nullopt;
}

bool IsAtOrBelow(std::string_view path, std::string_view folder) {
  return folder.empty() || path == folder ||
         (path.starts_with(folder) && path.substr(folder.size()).starts_with('/'));
}

}  // namespace cairn::tracking
