#include <algorithm>

#include "fuzz/property.h"
#include "loop/profile/texts/marks.h"
#include "loop/profile/texts/personal.h"

using cairn::fuzz::Hold;
namespace profile = cairn::profile;

/// What a text looks like, whatever it is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = cairn::fuzz::Bytes(data, size);
  const auto marks = profile::MarksOf(text);
  Hold(marks.characters <= text.size() && marks.words <= text.size(),
       "no more characters and words than bytes");
  Hold(!(marks.bits & profile::kEmailMark) || (marks.bits & profile::kHoldsEmailMark),
       "what is an address holds one");
  Hold(!(marks.bits & profile::kCardMark) || (marks.bits & profile::kCardLongMark),
       "a card is as long as one");
  for (std::size_t form = 0; form < profile::kDateForms.size(); ++form) {
    if (marks.dates.forms >> form & 1U)
      Hold(marks.dates.times[form] > -2'300'000'000'000, "dates begin in 1900");
  }
  const std::string masked = profile::Masked(text);
  Hold(std::none_of(masked.begin(), masked.end(),
                    [](char c) { return (c >= '0' && c <= '8') || (c >= 'a' && c <= 'w'); }),
       "nothing shows through the mask");
  return 0;
}
