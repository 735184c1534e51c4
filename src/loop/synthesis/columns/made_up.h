#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "loop/profile/outline.h"

namespace cairn::synthesis {

/// Texts that nobody has: each number gives one, and the same one always. None is among those that the
/// outline knows of, as far as eight attempts go.
class MadeUp {
 public:
  virtual ~MadeUp() = default;
  std::string Text(std::uint64_t number) const;

 protected:
  MadeUp(std::uint64_t seed, std::vector<std::uint64_t> known) : seed_(seed), known_(std::move(known)) {}
  std::uint64_t seed() const { return seed_; }

 private:
  virtual std::string Make(std::uint64_t number, std::uint64_t attempt) const = 0;

  std::uint64_t seed_;
  std::vector<std::uint64_t> known_;
};

/// What stands in a column in the place of its own texts; `count` is how many numbers will be asked for, all
/// from 0 on. E-mail addresses lie below .example, which no network has (RFC 2606); phone numbers below +999,
/// which is no country; account numbers have right check digits and a bank that does not exist; card numbers
/// end with Luhn's digit. Those four, and words of a form, differ for different numbers.
std::unique_ptr<MadeUp> MakeUp(const profile::ColumnOutline& outline, std::uint64_t count,
                               std::uint64_t seed);

/// The same for whole numbers: "phone" or "card".
std::int64_t MadeUpNumber(std::string_view personal, double mean, std::uint64_t number, std::uint64_t seed);

/// A word that can be spoken, of so many letters.
std::string SpokenWord(std::uint64_t bits, std::size_t letters);
/// ISO 13616: `country` with right check digits before `account` (digits only).
std::string IbanOf(std::string_view country, std::string_view account);
/// `digits` with the check digit of ISO/IEC 7812-1 behind them.
std::string WithLuhn(std::string digits);

}  // namespace cairn::synthesis
