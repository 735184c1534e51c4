#pragma once

#include <cstdint>
#include <string>

#include "loop/runtime/model.h"

namespace cairn::runtime {

/// Whether the answer to a row depends on the rows that are run with it.
enum class Merging {
  Identical,  ///< Every bit of every answer was the same.
  Close,      ///< Numbers differed by no more than kClose: the sums were rounded in another order.
  Different,  ///< Answers differed by more, a run of several failed, or there was no row for each.
};
/// Of the larger of 1 and the number itself.
inline constexpr double kClose = 1e-5;

/// What was found by running a model on rows of its own making: normal numbers, small whole numbers, short
/// texts. No proof: rows that were not tried may round otherwise.
struct Trial {
  std::int64_t row_ns = 0;  ///< That one row takes by itself; the shortest of some runs.
  double speedup = 1;       ///< Of eight rows together: 8 times row_ns, by what they took.
  Merging merging = Merging::Different;
  std::string why;  ///< Of one that is not Identical: what differed. "" otherwise.
};

/// How long one row takes, and nothing else of a Trial; 0 when the model fails on such a row.
std::int64_t TimeOfOneRow(const Model& model);
/// Runs the model on sixteen rows, one by one, and then on 2, 3, 5, 8 and 16 of them together: some fifty
/// times the time of one row. The same rows whenever it is asked.
Trial TryMerging(const Model& model);

}  // namespace cairn::runtime
