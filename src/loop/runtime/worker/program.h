#pragma once

#include <string_view>

namespace cairn::runtime::worker {

/// The text of worker.py.
extern const std::string_view kProgram;
/// The texts of convert.py and of the files in conversion/ that it imports.
extern const std::string_view kConvert, kGraph, kTrees, kScikitLearn, kRows, kPmml;
/// The texts of the files in pmml/, which read a PMML document; worker.py imports them for such a model.
extern const std::string_view kPmmlDocument, kPmmlFields, kPmmlArithmetic, kPmmlModels, kPmmlServed;

}  // namespace cairn::runtime::worker
