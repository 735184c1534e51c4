#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/json.h"

namespace cairn::cli {

/// "flights@7" or "flights@training-2013", as people name a version; without "@…" the newest.
struct DatasetName {
  std::string dataset;
  std::string version;  ///< "" for the newest.

  static DatasetName Of(std::string_view text);
  /// {"dataset", "version"}, the start of a request's body.
  Json Body() const;
  /// "/api/v1/data/datasets/flights" and what follows.
  std::string Path(std::string_view rest) const;
};

}  // namespace cairn::cli
