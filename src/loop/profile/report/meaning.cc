#include "loop/profile/report/meaning.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "ground/vocabulary/text.h"

namespace cairn::profile {
namespace {

constexpr double kNearlyAll = 0.95;
constexpr std::int64_t kEnoughRows = 30;
constexpr std::int64_t kFewValues = 20;

std::string Of(std::int64_t part, std::int64_t all) {
  return WithThousands(part) + " of " + WithThousands(all);
}

struct Seen {
  Column& column;
  std::int64_t present, distinct;

  bool Mostly(std::int64_t rows) const {
    return static_cast<double>(rows) >= kNearlyAll * static_cast<double>(present);
  }
  /// Hardly any value comes twice.
  bool NearlyUnique() const { return present >= kEnoughRows && Mostly(distinct); }
  std::string DifferentValues() const {
    return WithThousands(distinct) + " different values in " + WithThousands(present) + " rows";
  }
};

Meaning OfNumber(const Seen& seen) {
  Numbers& numbers = *seen.column.numbers();
  if (seen.distinct == 2 && numbers.least() == 0 && numbers.greatest() == 1)
    return {"boolean", "its only values are 0 and 1"};
  if (seen.column.whole() && seen.NearlyUnique()) {
    const bool gapless = numbers.greatest() - numbers.least() + 1 == static_cast<double>(seen.distinct);
    return {"identifier", seen.DifferentValues() + (gapless ? ", without a gap: it numbers the rows" : "")};
  }
  if (seen.column.whole() && seen.distinct <= kFewValues && seen.present >= 10 * seen.distinct)
    return {"categorical", "it is whole and has " + WithThousands(seen.distinct) + " different values only"};
  return {"measure", "it holds numbers with " + seen.DifferentValues()};
}

Meaning OfUniqueText(const Seen& seen, Texts& texts) {
  const Lengths& lengths = texts.lengths();
  if (seen.Mostly(texts.RowsMarked(kUuidMark)))
    return {"identifier", Of(texts.RowsMarked(kUuidMark), seen.present) + " values are UUIDs"};
  const bool one_word = lengths.words <= lengths.rows && lengths.greatest <= 64;
  if (one_word) return {"identifier", seen.DifferentValues() + ", each one word"};
  return {"nearly_unique", seen.DifferentValues()};
}

/// Texts that are not numbers, dates or truth values.
Meaning OfProse(const Seen& seen, Texts& texts) {
  const Lengths& lengths = texts.lengths();
  const double words =
      static_cast<double>(lengths.words) / static_cast<double>(std::max<std::int64_t>(lengths.rows, 1));
  const bool varied = 2 * seen.distinct > seen.present;
  if (seen.Mostly(texts.RowsMarked(kUrlMark)))
    return {"link", Of(texts.RowsMarked(kUrlMark), seen.present) + " values are web addresses"};
  if (varied && words >= 4) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", words);
    return {"free_text", "its values have " + std::string(text) + " words on average and hardly repeat"};
  }
  if (seen.NearlyUnique()) return OfUniqueText(seen, texts);
  if (varied) return {"text", seen.DifferentValues()};
  return {"categorical", WithThousands(seen.distinct) + " different values, each in " +
                             WithThousands(seen.present / std::max<std::int64_t>(seen.distinct, 1)) +
                             " rows on average"};
}

Meaning OfText(const Seen& seen) {
  Texts& texts = *seen.column.texts();
  const std::int64_t truths = texts.RowsMarked(kTruthMark),
                     numbers = texts.RowsMarkedAny(kNumberMark | kDressedMark);
  const std::int64_t codes = texts.RowsMarked(kZeroLedMark);
  if (seen.column.type() == "boolean" || (seen.distinct == 2 && truths == seen.present))
    return {"boolean", "its only values are truth values"};
  if (const std::size_t form = DateFormOf(seen.column, texts); form < kDateForms.size()) {
    const std::int64_t rows = texts.RowsMarked(1U << (kDateShift + form));
    return {"date_text",
            Of(rows, seen.present) + " values are dates written as " + std::string(kDateForms[form])};
  }
  // 007 is no 7, and as many digits as a card has are no amount.
  const bool name_like = codes > 0 || texts.RowsMarked(kCardLongMark) * 2 > seen.present;
  if (numbers == seen.present && !name_like)
    return {"number_text", "all " + WithThousands(seen.present) + " values are numbers stored as text"};
  if (2 * numbers >= seen.present && numbers < seen.present && !name_like)
    return {"mixed", Of(numbers, seen.present) + " values are numbers, the others are not"};
  return OfProse(seen, texts);
}

}  // namespace

std::size_t DateFormOf(const Column& column, Texts& texts) {
  std::size_t best = kDateForms.size();
  std::int64_t most = 0;
  for (std::size_t form = 0; form < kDateForms.size(); ++form) {
    const std::int64_t rows = texts.RowsMarked(1U << (kDateShift + form));
    if (rows > most) most = rows, best = form;
  }
  return static_cast<double>(most) >= kNearlyAll * static_cast<double>(column.present()) ? best
                                                                                         : kDateForms.size();
}

Meaning MeaningOf(Column& column, const DistinctCount& distinct) {
  const Seen seen{column, column.present(), distinct.count};
  if (seen.present == 0) return {"empty", "it has no value at all"};
  if (seen.distinct == 1)
    return {"constant",
            "it has the same value in all " + WithThousands(seen.present) + " rows that have one"};
  if (column.kind() == ColumnKind::Time) return {"time", "it is stored as a point in time"};
  if (column.kind() == ColumnKind::Number) return OfNumber(seen);
  return OfText(seen);
}

}  // namespace cairn::profile
