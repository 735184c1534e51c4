#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/vocabulary/result.h"

/// Pictures of the plots that dvc.yaml names.
namespace cairn::ci {

/// One curve of a file with rows.
struct Plot {
  std::string title;
  std::string file;  ///< From the project: CSV, TSV or JSON with a list of maps.
  std::string x;     ///< A column; "" for the number of the row.
  std::string y;     ///< A column; "" for the last.
};

/// The plots of the stages of `<project>/dvc.yaml` and of its own, without templates; those of files that are
/// pictures already are left out. Empty where there is no dvc.yaml.
Result<std::vector<Plot>> PlotsOf(const std::string& project);

using Curve = std::vector<std::pair<double, double>>;
/// The points of a plot in the text of its file; rows without numbers are left out. NotFound without such a
/// column, InvalidArgument for a text that is none of the forms.
Result<Curve> CurveIn(const Plot& plot, const std::string& text);

/// An SVG of the curve here and, dashed, of the one on the target branch (may be empty).
std::string PictureOf(const Plot& plot, const Curve& was, const Curve& is);

}  // namespace cairn::ci
