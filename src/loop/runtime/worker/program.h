#pragma once

#include <string_view>

namespace cairn::runtime::worker {

/// The text of worker.py.
extern const std::string_view kProgram;
/// The texts of convert.py and of the files in conversion/ that it imports.
extern const std::string_view kConvert, kGraph, kTrees, kScikitLearn, kRows;

}  // namespace cairn::runtime::worker
