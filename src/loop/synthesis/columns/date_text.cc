#include "loop/synthesis/columns/date_text.h"

#include <chrono>
#include <cstdio>

namespace cairn::synthesis {

std::string DateText(TimeMs moment, std::string_view form) {
  static constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                                 "May",       "June",     "July",     "August",
                                                 "September", "October",  "November", "December"};
  using namespace std::chrono;
  const sys_time<milliseconds> at{milliseconds(moment)};
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const auto minutes = duration_cast<std::chrono::minutes>(at - day).count();
  std::string text;
  const auto add = [&](const char* pattern, long long number) {
    char digits[24];
    std::snprintf(digits, sizeof digits, pattern, number);
    text += digits;
  };
  while (!form.empty()) {
    const auto takes = [&](std::string_view word) {
      if (!form.starts_with(word)) return false;
      form.remove_prefix(word.size());
      return true;
    };
    if (takes("YYYY")) {
      add("%04lld", static_cast<int>(date.year()));
    } else if (takes("Month")) {
      text += kMonths[static_cast<unsigned>(date.month()) - 1];
    } else if (takes("MM")) {
      add("%02lld", static_cast<unsigned>(date.month()));
    } else if (takes("DD")) {
      add("%02lld", static_cast<unsigned>(date.day()));
    } else if (takes("D")) {
      add("%lld", static_cast<unsigned>(date.day()));
    } else if (takes("hh:mm")) {
      add("%02lld", minutes / 60);
      add(":%02lld", minutes % 60);
    } else {
      text += form.front();
      form.remove_prefix(1);
    }
  }
  return text;
}

}  // namespace cairn::synthesis
