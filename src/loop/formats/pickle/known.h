#pragma once

#include <string_view>

namespace cairn::formats::pickle {

/// Whose class or function it is ("numpy", "scikit-learn", …) when fetching and calling it with any arguments
/// is known to run no code of the file's author, or "" for everything else. An import is on the list by
/// module and exact name. What evaluates text (scipy.stats' distributions), opens files, or fetches by name
/// (numpy's _ufunc_reconstruct, functools.partial, operator.attrgetter, getattr) is not on it.
std::string_view KnownAs(std::string_view module, std::string_view name);

/// Whether a module of that name may well be installed: Python's own, common packages, and every dotted name.
bool MayBeModule(std::string_view name);

/// scikit-learn's part of the list, in the form that known.cc reads: a module, then its names; lines that
/// continue are indented.
extern const std::string_view kScikitLearn;

}  // namespace cairn::formats::pickle
