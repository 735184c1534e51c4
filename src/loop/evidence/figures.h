#pragma once

#include <optional>
#include <string>
#include <vector>

#include "loop/evidence/dossier.h"

namespace cairn::evidence {

/// One thing that was measured of the version on the sealed rows.
struct Figure {
  std::string metric;
  std::string slice;  ///< "carrier = UA"; "" for all rows.
  double value = 0;
  std::optional<double> low, high;  ///< Of the 95 % interval, where one was taken.
};

/// Everything that the examination measured of the version: the metric that counts first, then the others,
/// then the slices. What was not defined is left out; empty before an examination.
std::vector<Figure> FiguresOf(const Dossier& dossier);

/// "binary-classification" or "regression", as it was examined; "" before.
std::string TaskOf(const Dossier& dossier);

}  // namespace cairn::evidence
