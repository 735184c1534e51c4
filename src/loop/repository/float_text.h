#pragma once

#include <string>

namespace cairn::repository {

/// A float as Python's repr writes it, which is how DVC puts it into commands, parameter files and dvc.lock:
/// the fewest digits that say which number it is, with an exponent below 1e-4 and from 1e16; what is not
/// finite as YAML writes it (".inf", ".nan").
std::string FloatText(double value);

}  // namespace cairn::repository
