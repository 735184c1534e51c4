#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loop/tracking/artifacts.h"

namespace cairn::tracking {

/// Every place whose artifacts this server shows: its own, and those that its user opened because clients
/// write there by themselves (experiments with a location of their own). Whoever reaches the server may name
/// any location for an experiment, so a location alone opens nothing. Safe from any thread.
class ArtifactPlaces {
 public:
  /// `own` must outlive it. `opened`: folders or "s3://bucket/prefix", with the meaning and the `cache` of
  /// Artifacts::Open. Another form of place opens nothing.
  ArtifactPlaces(Artifacts& own, std::span<const std::string> opened, std::string cache);

  struct Found {
    Artifacts* artifacts = nullptr;  ///< Never null; lives as long as this.
    std::string path;                ///< Below its root, checked.
    bool own = false;
  };
  /// Where a record's URI leads: "mlflow-artifacts:", "file:", a plain absolute path or "s3:". Denied, with
  /// what opens it, for a place that is not open; Unsupported for any other form of URI; InvalidArgument
  /// "Invalid path" for one that leads upwards.
  Result<Found> At(std::string_view uri);

 private:
  struct Place {
    std::string root;  ///< An absolute path without '/' at its end, or "s3://bucket/prefix".
    std::unique_ptr<Artifacts> artifacts;  ///< Null until something was asked of it.
  };
  Result<Found> In(Place& place, std::string_view below);

  Artifacts& own_;
  const std::string cache_;
  std::mutex opening_;
  std::deque<Place> opened_;
};

}  // namespace cairn::tracking
