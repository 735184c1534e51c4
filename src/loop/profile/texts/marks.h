#pragma once

#include <cstdint>
#include <string_view>

#include "loop/profile/texts/dates.h"

namespace cairn::profile {

/// What one text looks like. The bits stand in saved profiles, so none ever changes its place.
enum Mark : std::uint32_t {
  kNumberMark = 1U << 0,      ///< A plain decimal number.
  kWholeMark = 1U << 1,       ///< Of digits alone, with or without a sign.
  kZeroLedMark = 1U << 2,     ///< Digits that begin with a zero and are more than one.
  kDressedMark = 1U << 3,     ///< A number with a currency, percent, thousands or a decimal comma.
  kTruthMark = 1U << 4,       ///< true/false, yes/no and the like.
  kEmailMark = 1U << 5,       ///< Is one.
  kHoldsEmailMark = 1U << 6,  ///< Holds one (or is one).
  kPhoneMark = 1U << 7,
  kIbanMark = 1U << 8,      ///< Is or holds one.
  kCardLongMark = 1U << 9,  ///< Is or holds as many digits as a card has.
  kCardMark = 1U << 10,     ///< Is or holds one.
  kNameMark = 1U << 11,
  kUuidMark = 1U << 12,
  kUrlMark = 1U << 13,
  kEmptyMark = 1U << 14,     ///< No character at all.
  kBlankMark = 1U << 15,     ///< Nothing but white space.
  kPaddedMark = 1U << 16,    ///< White space before or behind it.
  kControlMark = 1U << 17,   ///< Holds a control character other than tab and line ends.
  kMojibakeMark = 1U << 18,  ///< UTF-8 that was read as Latin-1 and written again ("fÃ¼r").
  kLostMark = 1U << 19,      ///< Holds U+FFFD: characters were lost in a conversion.
};
inline constexpr unsigned kDateShift = 20;  ///< Bits from here on: kDateForms.

struct Marks {
  std::uint32_t bits = 0;
  std::uint32_t characters = 0;
  std::uint32_t words = 0;
  DateReading dates;
};
Marks MarksOf(std::string_view text);

}  // namespace cairn::profile
