#include "loop/profile/report/personal_data.h"

#include <algorithm>

#include "ground/vocabulary/text.h"

namespace cairn::profile {
namespace {

/// Of digits as long as a card's, one in ten has a fitting check digit by chance: fewer than half are
/// references.
constexpr double kCards = 0.5;
constexpr double kPhones = 0.5;
constexpr double kHintedPhones = 0.2;
constexpr double kNames = 0.3;
constexpr double kHintedNames = 0.1;
constexpr std::int64_t kLeastNames = 5;

bool Hints(const std::string& name, std::initializer_list<std::string_view> words) {
  const std::string lower = LowerAscii(name);
  return std::any_of(words.begin(), words.end(),
                     [&](auto word) { return lower.find(word) != std::string::npos; });
}

bool AtLeast(std::int64_t rows, double share, std::int64_t all) {
  return rows > 0 && static_cast<double>(rows) >= share * static_cast<double>(all);
}

void FindInTexts(Column& column, std::vector<PersonalData>& found) {
  Texts& texts = *column.texts();
  const std::int64_t present = column.present();
  const auto add = [&](PersonalData::Kind kind, std::int64_t rows, bool inside) {
    found.push_back({kind, rows, inside});
  };
  const std::int64_t emails = texts.RowsMarked(kHoldsEmailMark), whole = texts.RowsMarked(kEmailMark);
  if (emails > 0) add(PersonalData::Kind::Email, emails, 2 * whole < emails);
  // A number is a phone number where most of its column are.
  const bool phone_hint = Hints(column.name(), {"phone", "mobile", "telefon", "fax", "tel_", "_tel"});
  const std::int64_t phones = texts.RowsMarked(kPhoneMark);
  if (AtLeast(phones, phone_hint ? kHintedPhones : kPhones, present))
    add(PersonalData::Kind::Phone, phones, false);
  const std::int64_t ibans = texts.RowsMarked(kIbanMark);
  if (ibans > 0) add(PersonalData::Kind::Iban, ibans, AtLeast(ibans, 0.5, present) ? false : true);
  const std::int64_t cards = texts.RowsMarked(kCardMark), long_ones = texts.RowsMarked(kCardLongMark);
  if (AtLeast(cards, kCards, long_ones)) add(PersonalData::Kind::Card, cards, 2 * long_ones < present);
  const bool name_hint = Hints(column.name(), {"name", "customer", "person", "author", "employee"}) &&
                         !Hints(column.name(), {"filename", "file_name", "username", "hostname"});
  const std::int64_t names = texts.RowsMarked(kNameMark);
  if (AtLeast(names, name_hint ? kHintedNames : kNames, present) && column.Distinct().count >= kLeastNames)
    add(PersonalData::Kind::Name, names, false);
}

void FindInNumbers(Column& column, std::vector<PersonalData>& found) {
  const Numbers& numbers = *column.numbers();
  if (AtLeast(numbers.cards(), kCards, numbers.card_long()))
    found.push_back({PersonalData::Kind::Card, numbers.cards(), false});
  const bool long_enough = numbers.least() >= 1e6 && numbers.greatest() < 1e15;
  if (column.whole() && long_enough && Hints(column.name(), {"phone", "mobile", "telefon"}))
    found.push_back({PersonalData::Kind::Phone, column.present(), false});
}

}  // namespace

std::string_view NameOf(PersonalData::Kind kind) {
  switch (kind) {
    case PersonalData::Kind::Email:
      return "email";
    case PersonalData::Kind::Phone:
      return "phone";
    case PersonalData::Kind::Iban:
      return "iban";
    case PersonalData::Kind::Card:
      return "card";
    case PersonalData::Kind::Name:
      return "name";
  }
  return "name";
}

std::string_view PluralOf(PersonalData::Kind kind) {
  switch (kind) {
    case PersonalData::Kind::Email:
      return "e-mail addresses";
    case PersonalData::Kind::Phone:
      return "phone numbers";
    case PersonalData::Kind::Iban:
      return "bank account numbers (IBAN)";
    case PersonalData::Kind::Card:
      return "payment card numbers";
    case PersonalData::Kind::Name:
      return "names of persons";
  }
  return "names of persons";
}

Json PersonalData::ToJson(std::int64_t present) const {
  return Json{{"kind", NameOf(kind)},
              {"rows", rows},
              {"share", static_cast<double>(rows) / static_cast<double>(std::max<std::int64_t>(present, 1))},
              {"where", inside ? "inside" : "whole"},
              {"basis", "all rows"}};
}

std::vector<PersonalData> PersonalDataIn(Column& column) {
  std::vector<PersonalData> found;
  if (column.present() == 0) return found;
  if (column.texts()) FindInTexts(column, found);
  if (column.kind() == ColumnKind::Number) FindInNumbers(column, found);
  return found;
}

}  // namespace cairn::profile
