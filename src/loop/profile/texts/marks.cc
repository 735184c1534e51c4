#include "loop/profile/texts/marks.h"

#include <algorithm>
#include <vector>

#include "ground/vocabulary/text.h"
#include "loop/profile/texts/personal.h"

namespace cairn::profile {
namespace {

bool Digit(char c) { return c >= '0' && c <= '9'; }
bool Space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

std::uint32_t NumberMarks(std::string_view text) {
  std::string_view digits = text;
  if (digits[0] == '-' || digits[0] == '+') digits.remove_prefix(1);
  if (digits.empty() || !(Digit(digits[0]) || digits[0] == '.')) return 0;
  const bool whole = std::all_of(digits.begin(), digits.end(), Digit);
  std::uint32_t marks = whole ? kWholeMark | kNumberMark : 0U;
  if (whole && digits.size() > 1 && digits[0] == '0') marks |= kZeroLedMark;
  const std::string_view plain = text[0] == '+' ? digits : text;
  if (!whole && ParseDouble(plain)) marks |= kNumberMark;
  return marks;
}

/// "1,234.50", "12,5", "€ 12.50", "45 %": a number once the dress is taken off.
bool IsDressed(std::string_view text) {
  static constexpr std::string_view kDress[] = {"€", "$", "£", "%", "EUR", "USD", "GBP", "CHF"};
  const bool letter = (text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z');
  if (letter && std::string_view("EUGC").find(text[0]) == std::string_view::npos)
    return false;  // Most texts.
  bool dressed = false;
  for (const auto sign : kDress) {
    if (text.starts_with(sign)) text.remove_prefix(sign.size()), dressed = true;
    if (text.ends_with(sign)) text.remove_suffix(sign.size()), dressed = true;
  }
  text = Trim(text);
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (text.empty() || text.size() > 24 || !Digit(text.front()) || !Digit(text.back())) return false;
  std::vector<std::size_t> separators;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ',' || text[i] == '.')
      separators.push_back(i);
    else if (!Digit(text[i]))
      return false;
  }
  if (separators.empty()) return dressed;
  if (separators.size() == 1) return dressed || text[separators[0]] == ',';
  // Several: groups of three between them, and another sign before the decimals if there are any.
  const std::size_t last = separators.size() - 1;
  bool grouped = separators[0] <= 3;
  for (std::size_t i = 1; i <= last; ++i) {
    grouped = grouped && separators[i] - separators[i - 1] == 4 &&
              (i == last || text[separators[i]] == text[separators[0]]);
  }
  return grouped && (text[separators[last]] != text[separators[0]] || text.size() - separators[last] == 4);
}

bool IsTruth(std::string_view text) {
  static constexpr std::string_view kWords[] = {"true", "false", "yes", "no",   "y",     "n",
                                                "t",    "f",     "on",  "off",  "ja",    "nein",
                                                "oui",  "non",   "si",  "wahr", "falsch"};
  if (text.size() > 6) return false;
  return std::find(std::begin(kWords), std::end(kWords), LowerAscii(text)) != std::end(kWords);
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex =
        Digit(text[i]) || (text[i] >= 'a' && text[i] <= 'f') || (text[i] >= 'A' && text[i] <= 'F');
    if (dash ? text[i] != '-' : !hex) return false;
  }
  return true;
}

/// C3 or C2 followed by another two-byte lead or by what Latin-1 made of a continuation byte; "â€" from
/// quotes.
bool IsMojibake(std::string_view text) {
  for (std::size_t i = 0; i + 3 < text.size(); ++i) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[i + k]); };
    const bool lead = byte(0) == 0xC3 && (byte(1) == 0x83 || byte(1) == 0x82);  // Ã or Â
    if (lead && byte(2) == 0xC2) return true;
    if (i + 4 < text.size() && byte(0) == 0xC3 && byte(1) == 0xA2 && byte(2) == 0xE2) return true;  // â€
  }
  return false;
}

std::uint32_t TroubleMarks(std::string_view text, std::string_view trimmed) {
  if (text.empty()) return kEmptyMark;
  if (trimmed.empty()) return kBlankMark;
  std::uint32_t marks = trimmed.size() != text.size() ? kPaddedMark : 0U;
  bool wide = false;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if ((code < 0x20 && !Space(c)) || code == 0x7F) marks |= kControlMark;
    wide = wide || code >= 0x80;
  }
  if (!wide) return marks;
  if (IsMojibake(text)) marks |= kMojibakeMark;
  if (text.find("\xEF\xBF\xBD") != std::string_view::npos) marks |= kLostMark;
  return marks;
}

/// White space as this file means it, which a trimmed number may wear.
std::string_view Stripped(std::string_view text) {
  while (!text.empty() && Space(text.front())) text.remove_prefix(1);
  while (!text.empty() && Space(text.back())) text.remove_suffix(1);
  return text;
}

std::uint32_t PersonalMarks(std::string_view text, bool dated) {
  std::uint32_t marks = 0;
  if (text.find('@') != std::string_view::npos) {
    if (IsEmail(text))
      marks |= kEmailMark | kHoldsEmailMark;
    else if (HoldsEmail(text))
      marks |= kHoldsEmailMark;
  }
  const auto digits = std::count_if(text.begin(), text.end(), Digit);
  if (digits >= 7 && !dated && IsPhone(text)) marks |= kPhoneMark;
  if (digits >= 12) {
    if (HoldsIban(text)) marks |= kIbanMark;
    const CardReading cards = (marks & (kIbanMark | kPhoneMark)) ? CardReading() : ReadCards(text);
    if (cards.long_enough) marks |= kCardLongMark;
    if (cards.card) marks |= kCardMark;
  }
  if (digits == 0 && IsName(text)) marks |= kNameMark;
  return marks;
}

}  // namespace

Marks MarksOf(std::string_view text) {
  Marks marks;
  const std::string_view trimmed = Stripped(text);
  marks.bits = TroubleMarks(text, trimmed);
  bool inside = false;
  for (const char c : text) {
    marks.characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
    const bool space = Space(c);
    marks.words += !space && !inside ? 1 : 0;
    inside = !space;
  }
  if (trimmed.empty()) return marks;
  marks.bits |= NumberMarks(trimmed);
  marks.dates = ReadDate(trimmed);
  marks.bits |= marks.dates.forms << kDateShift;
  if (!(marks.bits & kNumberMark) && IsDressed(trimmed)) marks.bits |= kDressedMark;
  if (IsTruth(trimmed)) marks.bits |= kTruthMark;
  if (IsUuid(trimmed)) marks.bits |= kUuidMark;
  if (trimmed.starts_with("http://") || trimmed.starts_with("https://")) marks.bits |= kUrlMark;
  marks.bits |= PersonalMarks(trimmed, marks.dates.forms != 0);
  return marks;
}

}  // namespace cairn::profile
