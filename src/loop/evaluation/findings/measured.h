#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/evaluation/statistics/resampling.h"
#include "loop/evaluation/suite.h"

namespace cairn::evaluation {

/// The sheet for these rows of the task (all of them when none are named).
Result<std::unique_ptr<Sheet>> SheetOf(const Truth& truth, const Answers& answers,
                                       const SuiteSettings& settings,
                                       std::span<const std::uint32_t> rows = {});

/// How the rows of a sheet are drawn: in blocks where time orders them, within classes where one has fewer
/// than 20 rows, else each on its own.
Drawing DrawingFor(const Sheet& sheet, const Truth& truth, std::span<const std::uint32_t> rows = {});
std::string_view NameOf(Drawing::Way way);  ///< "rows", "strata", "blocks"

ResamplingSettings ResamplingFor(const SuiteSettings& settings, std::size_t rows);

Json NumberOrNull(double value);
Json ToJson(std::span<const Figure> figures, std::span<const Estimate> estimates);

/// The figure of that name; InvalidArgument with the nearest.
Result<std::size_t> PlaceOf(std::string_view metric, std::span<const Figure> figures);

/// The parts of the report.
Json CurvesJson(Sample sample);
Json CalibrationJson(Sample sample);
Json ScoresJson(Sample sample);
Json CostJson(Sample sample, const CostMatrix& cost, const std::string& unit, double threshold);
Json ResidualsJson(const Truth& truth, const Answers& answers);
/// Ten spans of time with the figures of each; the model stays as it is.
Result<Json> WindowsJson(const Truth& truth, const Answers& answers, const SuiteSettings& settings);
/// What slices are judged against.
struct Whole {
  const Sheet& sheet;
  std::span<const Estimate> estimates;
  std::size_t metric;
};
Result<Json> SlicesJson(const Truth& truth, const Answers& answers, std::span<const SliceColumn> columns,
                        const SuiteSettings& settings, const Whole& whole);
Result<Json> FairnessJson(const Truth& truth, const Answers& answers, std::span<const SliceColumn> columns,
                          const SuiteSettings& settings);

}  // namespace cairn::evaluation
