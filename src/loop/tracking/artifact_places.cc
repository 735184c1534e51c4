#include "loop/tracking/artifact_places.h"

#include "ground/blob/place.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/tracking/artifact_path.h"

namespace cairn::tracking {
namespace {

std::string_view WithoutEnd(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path;
}

/// The absolute path that a local URI names, or "s3://…" without query; Unsupported for another form.
Result<std::string> AddressOf(std::string_view uri) {
  if (uri.starts_with('/')) return std::string(WithoutEnd(uri));
  const auto plain = uri.substr(0, uri.find_first_of("?#"));
  if (blob::IsBucketUrl(plain)) return std::string(WithoutEnd(plain));
  for (const std::string_view scheme : {"file://localhost/", "file:///", "file:/"}) {
    if (!plain.starts_with(scheme)) continue;
    const auto path = PercentDecode(plain.substr(scheme.size() - 1), UrlPart::Path);
    if (path && !path->starts_with("//")) return std::string(WithoutEnd(*path));
  }
  return Error{Reason::Unsupported,
               "Artifacts at '" + std::string(uri) +
                   "' cannot be read through this server: it knows mlflow-artifacts:, file: "
                   "and s3: locations and absolute paths. Read them where they are."};
}

Error NotOpen(std::string_view address) {
  return {
      Reason::Denied,
      "Artifacts at '" + std::string(address) +
          "' are not open to callers of this server: start it with --open-artifacts and that place or one "
          "above it."};
}

/// The place in the form in which records name it; "" for what is no place.
std::string RootOf(const std::string& opened) {
  if (const auto address = AddressOf(opened)) return *address;
  if (opened.empty() || opened.find(':') != std::string::npos) return "";
  const auto working = os::WorkingFolder();
  return working ? std::string(WithoutEnd(os::JoinPath(*working, opened))) : "";
}

}  // namespace

ArtifactPlaces::ArtifactPlaces(Artifacts& own, std::span<const std::string> opened, std::string cache)
    : own_(own), cache_(std::move(cache)) {
  for (const auto& place : opened) {
    if (auto root = RootOf(place); !root.empty()) opened_.push_back({std::move(root), nullptr});
  }
}

Result<ArtifactPlaces::Found> ArtifactPlaces::At(std::string_view uri) {
  if (const auto kept = KeptPath(uri, own_.Address())) return Found{&own_, *kept, true};
  if (uri.starts_with("mlflow-artifacts:")) return Found{&own_, CAIRN_TRY(ProxiedPath(uri)), true};
  const auto address = CAIRN_TRY(AddressOf(uri));
  for (auto& place : opened_) {
    if (IsAtOrBelow(address, place.root) && !place.root.empty())
      return In(place, std::string_view(address).substr(place.root.size()));
  }
  return NotOpen(address);
}

Result<ArtifactPlaces::Found> ArtifactPlaces::In(Place& place, std::string_view below) {
  while (below.starts_with('/')) below.remove_prefix(1);
  auto path = CAIRN_TRY(CheckedArtifactPath(below));
  const std::lock_guard lock(opening_);
  if (!place.artifacts)
    place.artifacts = std::make_unique<Artifacts>(CAIRN_TRY(Artifacts::Open(place.root, cache_)));
  return Found{place.artifacts.get(), std::move(path), false};
}

}  // namespace cairn::tracking
