#pragma once

#include <string>
#include <string_view>

/// Whether a text is, or holds, something that points at a person. Whole values unless said; no regular
/// expressions, since every value of every text column is asked.
namespace cairn::profile {

bool IsEmail(std::string_view text);
/// Anywhere in it.
bool HoldsEmail(std::string_view text);

/// An international number ("+49 30 1234567", "0049…") or a national one with a trunk zero or an area code in
/// brackets, of 7 to 15 digits; or the North American form 555-123-4567.
bool IsPhone(std::string_view text);

/// ISO 13616: a country with its length, and the check digits by modulus 97. Spaces are overlooked.
bool IsIban(std::string_view text);
/// Anywhere in it, as a word of its own.
bool HoldsIban(std::string_view text);

/// Words of 13 to 19 digits, alone or in groups with a space or a hyphen between them: whether there is one,
/// and whether one has the first digits of a card network and Luhn's check digit (ISO/IEC 7812-1).
struct CardReading {
  bool long_enough = false;
  bool card = false;
};
CardReading ReadCards(std::string_view text);

/// One to four words, one of which is a common given name or surname, and the others begin with a capital.
bool IsName(std::string_view text);

/// The text with its letters and digits replaced by "x" and "9": "jane@mail.org" gives "xxxx@xxxx.xxx".
std::string Masked(std::string_view text);

}  // namespace cairn::profile
