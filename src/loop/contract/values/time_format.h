#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"

namespace cairn::contract {

/// A form of dates and times in the letters of Java's DateTimeFormatter, which ODCS uses: y u M d H h a m s S
/// E X x Z z and 'quoted text'. English names of months and days.
class TimeFormat {
 public:
  /// InvalidArgument for another letter ("has the letter 'q', which is not known here").
  static Result<TimeFormat> Parse(std::string_view pattern);

  /// UTC milliseconds (without a zone in the text: UTC); without a date, milliseconds since midnight. None
  /// when the text is not of this form, or the date does not exist.
  std::optional<TimeMs> Read(std::string_view text) const;

 private:
  struct Part {
    char letter = 0;  ///< 0 for text to stand as it is.
    std::size_t width = 0;
    std::string text;
  };
  std::vector<Part> parts_;
};

/// "17:30", "17:30:05", "17:30:05.250": milliseconds since midnight.
std::optional<TimeMs> ReadTimeOfDay(std::string_view text);

}  // namespace cairn::contract
