#pragma once

#include <cstdint>
#include <optional>

#include "loop/formats/pickle/value.h"
#include "loop/formats/pickle/walk.h"

namespace cairn::formats::pickle {

/// The array that joblib reads where its wrapper was just built.
struct RawArray {
  bool objects = false;     ///< A pickle of its own follows instead of raw bytes.
  bool aligned = false;     ///< A byte that counts the padding behind it comes first.
  std::uint64_t bytes = 0;  ///< Without the padding.
};

/// Nothing when the wrapper's state does not say it, or says it in two ways.
std::optional<RawArray> RawArrayOf(const Value& wrapper, Nodes& nodes, const std::vector<Import>& imports);

}  // namespace cairn::formats::pickle
