#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/pipeline/record.h"

namespace cairn::pipeline {

/// Lays out in the empty folder `into` what `run` began from: the files of its git revision, the changes to
/// them that its record keeps, and what its stages read that is in neither, out of the project's cache. Gives
/// the project's folder there. Unsupported for a run outside of git; NotFound naming what is gone since.
Result<std::string> LayOutAgain(const RunRecord& run, const std::string& into);

/// A file that two runs of one stage do not have alike.
struct Difference {
  std::string stage;
  enum class Of { Input, Output } of = Of::Output;
  std::string path;
  std::string was, is;  ///< MD5, "" where a run does not have it.
};

/// Of the stages that both runs finished, in the order of the first.
std::vector<Difference> DifferencesOf(const RunRecord& run, const RunRecord& again);

}  // namespace cairn::pipeline
