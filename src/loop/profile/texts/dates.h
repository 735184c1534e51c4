#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "ground/vocabulary/time.h"

namespace cairn::profile {

/// Ways of writing a date, with or without a time of day behind it (an ISO date with one is a form of its
/// own).
inline constexpr std::array<std::string_view, 9> kDateForms = {
    "YYYY-MM-DD", "YYYY-MM-DD hh:mm", "DD.MM.YYYY", "DD/MM/YYYY",  "MM/DD/YYYY",
    "YYYY/MM/DD", "YYYYMMDD",         "DD-MM-YYYY", "D Month YYYY"};

/// What a text says as a date: bit i is set when it fits kDateForms[i], and times[i] is then the moment in
/// UTC. Days that do not exist fit nothing; years are 1900 to 2199.
struct DateReading {
  std::uint32_t forms = 0;
  std::array<TimeMs, kDateForms.size()> times{};
};
DateReading ReadDate(std::string_view text);

}  // namespace cairn::profile
