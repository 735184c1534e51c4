#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/profile/column/column.h"

namespace cairn::profile {

/// Something in a column that points at persons. All rows are asked.
struct PersonalData {
  enum class Kind { Email, Phone, Iban, Card, Name };
  Kind kind = Kind::Email;
  std::int64_t rows = 0;
  bool inside = false;  ///< Within longer texts rather than as the value.

  Json ToJson(std::int64_t present) const;
};
/// "email", "phone", "iban", "card", "name".
std::string_view NameOf(PersonalData::Kind kind);
/// "e-mail addresses".
std::string_view PluralOf(PersonalData::Kind kind);

std::vector<PersonalData> PersonalDataIn(Column& column);

}  // namespace cairn::profile
