#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/json.h"

namespace cairn::cli {

inline constexpr std::string_view kSweeps = "/api/v1/sweeps";
inline constexpr std::string_view kTrials = "/api/v1/trials";

/// A value as a person reads it: numbers with four digits, texts without quotes.
std::string ValueShown(const Json& value);
/// "lr=0.001, train.depth=4", what a trial sets.
std::string SettingsShown(const Json& trial);
/// "acc 0.93, loss 0.2".
std::string FiguresShown(const Json& trial);

}  // namespace cairn::cli
