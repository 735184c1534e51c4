#include "loop/profile/texts/personal.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "ground/vocabulary/text.h"
#include "loop/profile/texts/names.h"

namespace cairn::profile {
namespace {

bool Digit(char c) { return c >= '0' && c <= '9'; }
bool Letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool Upper(char c) { return c >= 'A' && c <= 'Z'; }
bool Wide(char c) { return static_cast<unsigned char>(c) >= 0x80; }
bool WordPart(char c) { return Digit(c) || Letter(c) || Wide(c); }

bool LocalPart(char c) { return WordPart(c) || std::string_view("._%+-'").find(c) != std::string_view::npos; }
bool DomainPart(char c) { return WordPart(c) || c == '-' || c == '.'; }

/// The length of the address around the @ at `at`, from `begin`; 0 when there is none.
std::pair<std::size_t, std::size_t> EmailAround(std::string_view text, std::size_t at) {
  std::size_t begin = at, end = at + 1;
  while (begin > 0 && LocalPart(text[begin - 1])) --begin;
  while (end < text.size() && DomainPart(text[end])) ++end;
  while (end > at + 1 && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  const std::string_view domain = text.substr(at + 1, end - at - 1);
  const auto dot = domain.rfind('.');
  const bool sound = begin < at && at - begin <= 64 && dot != std::string_view::npos && dot > 0 &&
                     domain.size() - dot - 1 >= 2 &&
                     std::all_of(domain.begin() + static_cast<std::ptrdiff_t>(dot) + 1, domain.end(),
                                 [](char c) { return Letter(c) || Wide(c); });
  return sound ? std::pair(begin, end) : std::pair(std::size_t{0}, std::size_t{0});
}

/// ISO 13616: letters count as two digits, A = 10.
bool Mod97(std::string_view iban) {
  unsigned rest = 0;
  for (std::size_t i = 0; i < iban.size(); ++i) {
    const char c = iban[(i + 4) % iban.size()];
    const unsigned value = Digit(c) ? static_cast<unsigned>(c - '0') : static_cast<unsigned>(c - 'A') + 10;
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest == 1;
}

/// Countries of the IBAN registry and the length of their numbers.
std::size_t IbanLength(std::string_view country) {
  static constexpr std::pair<std::string_view, std::size_t> kLengths[] = {
      {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22},
      {"BH", 22}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24}, {"DE", 22},
      {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18}, {"FO", 18}, {"FR", 27},
      {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27}, {"GT", 28}, {"HR", 21}, {"HU", 28},
      {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26}, {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20},
      {"LB", 28}, {"LI", 21}, {"LT", 20}, {"LU", 20}, {"LV", 21}, {"MC", 27}, {"MD", 24}, {"ME", 22},
      {"MK", 19}, {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NL", 18}, {"NO", 15}, {"PK", 24}, {"PL", 28},
      {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"SA", 24}, {"SE", 24}, {"SI", 19},
      {"SK", 24}, {"SM", 27}, {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20}};
  const auto found =
      std::lower_bound(std::begin(kLengths), std::end(kLengths), country,
                       [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
  return found != std::end(kLengths) && found->first == country ? found->second : 0;
}

/// The characters of an IBAN that begins at `begin`, without spaces; "" when none does.
std::string IbanAt(std::string_view text, std::size_t begin) {
  if (text.size() - begin < 15 || !Upper(text[begin]) || !Upper(text[begin + 1]) || !Digit(text[begin + 2]))
    return "";
  const std::size_t length = IbanLength(text.substr(begin, 2));
  std::string iban;
  std::size_t at = begin;
  for (; at < text.size() && iban.size() < length; ++at) {
    if (text[at] == ' ' && !iban.empty()) continue;
    if (!Digit(text[at]) && !Upper(text[at])) return "";
    iban += text[at];
  }
  const bool ends = at == text.size() || !WordPart(text[at]);
  return length > 0 && iban.size() == length && ends && Mod97(iban) ? iban : "";
}

/// Digits in groups that a single space or hyphen separates, from `begin`: the digits, and where they end.
std::pair<std::string, std::size_t> DigitGroups(std::string_view text, std::size_t begin) {
  std::string digits;
  std::size_t at = begin;
  for (; at < text.size() && digits.size() < 20; ++at) {
    if (Digit(text[at])) {
      digits += text[at];
    } else if ((text[at] != ' ' && text[at] != '-') || at + 1 == text.size() || !Digit(text[at + 1])) {
      break;
    }
  }
  return {digits, at};
}

bool CardLength(const std::string& digits) { return digits.size() >= 13 && digits.size() <= 19; }

bool Luhn(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 == 0;
}

/// Visa, Mastercard (two ranges), American Express, Discover, Diners Club, JCB, UnionPay, Maestro.
bool OfNetwork(std::string_view digits) {
  const auto begins = [&](std::size_t count) { return std::stoi(std::string(digits.substr(0, count))); };
  const int two = begins(2), three = begins(3), four = begins(4);
  const std::size_t length = digits.size();
  if (digits[0] == '4') return length == 13 || length == 16 || length == 19;
  if (two >= 51 && two <= 55) return length == 16;
  if (four >= 2221 && four <= 2720) return length == 16;
  if (two == 34 || two == 37) return length == 15;
  if (four == 6011 || two == 65 || (three >= 644 && three <= 649)) return length >= 16;
  if (two == 36 || two == 38 || (three >= 300 && three <= 305)) return length == 14;
  if (four >= 3528 && four <= 3589) return length >= 16;
  if (two == 62) return length >= 16;
  return two == 50 || (two >= 56 && two <= 58);
}

bool IsCardNumber(const std::string& digits) {
  return CardLength(digits) && OfNetwork(digits) && Luhn(digits);
}

}  // namespace

bool IsEmail(std::string_view text) {
  text = Trim(text);
  const auto at = text.find('@');
  return at != std::string_view::npos && EmailAround(text, at) == std::pair(std::size_t{0}, text.size()) &&
         at > 0;
}

bool HoldsEmail(std::string_view text) {
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (EmailAround(text, at).second > 0) return true;
  }
  return false;
}

bool IsPhone(std::string_view text) {
  text = Trim(text);
  if (text.size() < 7 || text.size() > 24) return false;
  std::size_t digits = 0, separators = 0;
  std::array<std::size_t, 3> groups{};  // Lengths of the groups of digits, as long as there are three.
  std::size_t group = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (Digit(c)) {
      ++digits;
      if (group < groups.size()) ++groups[group];
    } else if (std::string_view(" -/().").find(c) != std::string_view::npos) {
      ++separators;
      if (i > 0 && Digit(text[i - 1])) ++group;
    } else if (c != '+' || i != 0) {
      return false;
    }
  }
  const bool number = separators == 1 && text.find('.') != std::string_view::npos;
  if (digits < 7 || digits > 15 || number) return false;
  if (text[0] == '+') return true;
  if (text[0] == '(') return true;
  if (text[0] == '0') return digits >= 9 && (separators > 0 || text[1] == '0');
  return group == 2 && groups == std::array<std::size_t, 3>{3, 3, 4};
}

bool IsIban(std::string_view text) {
  text = Trim(text);
  const std::string iban = text.size() < 15 ? "" : IbanAt(text, 0);
  return !iban.empty() && std::count_if(text.begin(), text.end(), [](char c) { return c != ' '; }) ==
                              static_cast<std::ptrdiff_t>(iban.size());
}

bool HoldsIban(std::string_view text) {
  for (std::size_t i = 0; i + 15 <= text.size(); ++i) {
    if ((i == 0 || !WordPart(text[i - 1])) && !IbanAt(text, i).empty()) return true;
  }
  return false;
}

CardReading ReadCards(std::string_view text) {
  CardReading reading;
  for (std::size_t i = 0; i + 13 <= text.size();) {
    if (!Digit(text[i])) {
      ++i;
      continue;
    }
    const auto [digits, end] = DigitGroups(text, i);
    const bool alone = (i == 0 || !WordPart(text[i - 1])) && (end == text.size() || !WordPart(text[end]));
    if (alone && CardLength(digits)) {
      reading.long_enough = true;
      reading.card = reading.card || IsCardNumber(digits);
    }
    i = std::max(end, i + 1);
  }
  return reading;
}

bool IsName(std::string_view text) {
  text = Trim(text);
  if (text.size() < 2 || text.size() > 60) return false;
  std::size_t words = 0;
  bool known = false;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && (Letter(text[end]) || Wide(text[end]) || text[end] == '\'')) ++end;
    if (end == i) {
      if (std::string_view(" ,.-").find(text[i]) == std::string_view::npos) return false;
      ++i;
      continue;
    }
    const std::string_view word = text.substr(i, end - i);
    if (!Upper(word[0]) && !Wide(word[0])) return false;
    known = known || IsCommonName(word);
    ++words;
    i = end;
  }
  return known && words >= 1 && words <= 4;
}

std::string Masked(std::string_view text) {
  std::string masked;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) continue;  // The rest of a character already masked.
    masked += Digit(c) ? '9' : Letter(c) || Wide(c) ? 'x' : c;
  }
  return masked;
}

}  // namespace cairn::profile
