#include "loop/synthesis/columns/recipe.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ground/vocabulary/text.h"
#include "loop/synthesis/columns/date_text.h"

namespace cairn::synthesis {
namespace {

using profile::ColumnOutline;

constexpr double kDay = 86'400'000;
/// Of a sketch, a value is only then one that many rows have when its share cannot be the sketch's own doing.
constexpr std::int64_t kSketchShare = 100;
/// A tagged number is told by no finer a range than this share of the rows.
constexpr std::int64_t kTaggedShare = 20;

std::int64_t Present(const ColumnOutline& outline) { return outline.rows - outline.missing; }

/// Whether whole numbers name the rows, as far as a profile can tell: all different, and without a gap or
/// called so.
bool NamesRows(const ColumnOutline& outline) {
  if (outline.kind != ColumnOutline::Kind::Number || outline.meaning != "identifier" ||
      outline.values.empty())
    return false;
  const double span = outline.values.back() - outline.values.front() + 1;
  if (span <= 1.05 * static_cast<double>(outline.distinct)) return true;
  const std::string name = LowerAscii(outline.name);
  for (const std::string_view word : {"id", "key", "nr", "no", "number", "code", "uuid", "index"}) {
    const auto at = name.rfind(word);
    if (at == std::string::npos) continue;
    const bool begins = at == 0 || !std::isalpha(static_cast<unsigned char>(name[at - 1])) ||
                        (word == "id" && std::isupper(static_cast<unsigned char>(outline.name[at])));
    if (begins && at + word.size() == name.size()) return true;
  }
  return false;
}

std::string PluralOf(const std::string& personal) {
  if (personal == "email") return "e-mail addresses";
  if (personal == "phone") return "phone numbers";
  if (personal == "iban") return "account numbers";
  if (personal == "card") return "card numbers";
  if (personal == "name") return "names";
  return "texts";
}

/// As a whole number, whatever a sketch may hold.
std::int64_t Whole(double value) {
  constexpr double kMost = 9.2e18;
  return std::isnan(value) ? 0 : static_cast<std::int64_t>(std::clamp(value, -kMost, kMost));
}

bool Unique(const ColumnOutline& outline) {
  return outline.meaning == "identifier" || outline.meaning == "nearly_unique" ||
         20 * outline.distinct >= 19 * Present(outline);
}

}  // namespace

Recipe::Recipe(const ColumnOutline& outline, const std::vector<std::size_t>& order, bool tagged,
               std::int64_t least_rows, std::uint64_t rows, std::uint64_t seed)
    : date_form_(outline.date_form), mean_(outline.mean), seed_(seed), chance_(seed, 7) {
  const bool personal = !outline.personal.empty();
  if (outline.kind != ColumnOutline::Kind::Category)
    OfNumbers(outline, tagged, least_rows);
  else if (!outline.date_form.empty() && !personal &&
           (outline.first < outline.last || !outline.values.empty()))
    OfSpread(outline, tagged, least_rows);
  else if (outline.boolean && tagged)
    OfCoin();
  else if (!personal && !tagged)
    OfLevels(outline, order, least_rows);
  if (outline.kind == ColumnOutline::Kind::Category && !steps_ && Present(outline) > 0)
    OfNothing(outline, rows, tagged, seed);
  if (Present(outline) == 0) manner_ = "nothing: it has no value";
}

void Recipe::OfNumbers(const ColumnOutline& outline, bool tagged, std::int64_t least_rows) {
  type_ = outline.kind == ColumnOutline::Kind::Time ? tables::Type::Time
          : outline.whole                           ? tables::Type::Int
                                                    : tables::Type::Double;
  if (outline.personal == "phone" || outline.personal == "card") {
    number_kind_ = outline.personal;
    manner_ = "made-up " + PluralOf(outline.personal);
  } else if (NamesRows(outline)) {
    // Behind all that there were.
    const double last = outline.values.back();
    next_ = last < 4e18 ? Whole(last) + 1 : Whole(outline.values.front() / 2) - (std::int64_t{1} << 40);
    manner_ = "made-up identifiers, each another";
  } else if (!outline.values.empty()) {
    OfSpread(outline, tagged, least_rows);
  }
}

void Recipe::OfSpread(const ColumnOutline& outline, bool tagged, std::int64_t least_rows) {
  std::vector<double> values = outline.values;
  std::vector<std::int64_t> rows = outline.value_rows;
  const bool dates = outline.kind == ColumnOutline::Kind::Category;
  if (values.empty()) {
    values = {static_cast<double>(outline.first), static_cast<double>(outline.last)};
    rows = {Present(outline), 0};
  } else {
    follows_ = true;
    sample_ = outline.sample;
  }
  const std::int64_t all = std::accumulate(rows.begin(), rows.end(), std::int64_t{0});
  Steps::Manner manner;
  manner.least_rows = least_rows;
  manner.atoms = !tagged && !(dates && outline.values.empty());
  if (!outline.exact && manner.atoms) {
    // Ranges first: a sketch's own items stand for many rows each without being frequent values.
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (rows[i] * kSketchShare < all) rows[i] = std::min(rows[i], least_rows - 1);
    }
  }
  if (tagged) manner.least_rows = std::max(least_rows, all / kTaggedShare);
  manner.ranges = outline.meaning != "categorical" && outline.meaning != "boolean";
  if (dates || type_ == tables::Type::Time) {
    manner.step = std::max(StepOf(values), 1.0);
    days_ = std::fmod(values.front(), kDay) == 0 && std::fmod(manner.step, kDay) == 0;
    if (dates && outline.values.empty()) manner.step = kDay;
  } else if (outline.whole) {
    manner.step = std::max(StepOf(values), 1.0);
  } else {
    manner.decimals = DecimalsOf(values);
  }
  steps_.emplace(values, rows, manner);
  manner_ = tagged                            ? "ranges of a twentieth of the rows"
            : dates && outline.values.empty() ? "the range of dates"
                                              : "quantiles";
}

void Recipe::OfCoin() {
  type_ = tables::Type::Bool;
  levels_ = {"false", "true"};
  choice_.emplace(std::vector<std::int64_t>{1, 1});
  manner_ = "true or false alike";
}

void Recipe::OfLevels(const ColumnOutline& outline, const std::vector<std::size_t>& order,
                      std::int64_t least_rows) {
  std::vector<std::int64_t> weights;
  std::int64_t kept = 0;
  std::vector<double> place_of(outline.levels.size(), std::nan(""));
  for (const std::size_t at : order) {
    const auto& [text, rows] = outline.levels[at];
    if (rows < least_rows) continue;
    place_of[at] = static_cast<double>(levels_.size());
    levels_.push_back(text);
    weights.push_back(rows);
    kept += rows;
  }
  const std::int64_t rest = Present(outline) - kept;
  const bool few =
      outline.meaning == "categorical" || outline.meaning == "boolean" || outline.meaning == "constant";
  if (levels_.empty()) return;
  if (rest > 0 && !(few && 2 * kept >= Present(outline))) weights.push_back(rest);
  choice_.emplace(weights);
  if (outline.boolean) type_ = tables::Type::Bool;
  manner_ = std::to_string(levels_.size()) + (levels_.size() == 1 ? " level" : " levels");
  if (rest > 0 && weights.size() == levels_.size()) manner_ += ", rare ones left out";
  follows_ = levels_.size() > 1;
  for (const double place : outline.sample)
    sample_.push_back(std::isnan(place) ? place : place_of[static_cast<std::size_t>(place)]);
}

void Recipe::OfNothing(const ColumnOutline& outline, std::uint64_t rows, bool tagged, std::uint64_t seed) {
  const bool rest = choice_ && choice_->At(1) >= levels_.size();
  if (choice_ && !rest) return;
  const bool unique = !choice_ && Unique(outline);
  if (!unique) made_up_words_ = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(outline.distinct));
  ColumnOutline like = outline;
  // What is so on record keeps no level as a pattern, unless many share it (form.h).
  if (tagged && like.personal.empty()) like.personal = "tagged";
  made_up_ = MakeUp(like, unique ? rows : made_up_words_, seed);
  const bool names = outline.meaning == "identifier" && outline.personal.empty();
  manner_ += (manner_.empty() ? "made-up " : " and made-up ") +
             (names ? "identifiers" : PluralOf(outline.personal)) + (unique ? ", each another" : "");
}

tables::Value Recipe::OfMoment(double moment) const {
  const TimeMs ms = Whole(moment);
  if (!date_form_.empty()) return DateText(ms, date_form_);
  return days_ ? DateText(ms, "YYYY-MM-DD") : FormatUtc(ms);
}

tables::Value Recipe::At(double share, std::uint64_t row) const {
  if (steps_) {
    const double value = steps_->At(share);
    if (type_ == tables::Type::Int) return Whole(value);
    if (type_ == tables::Type::Double) return value;
    return OfMoment(value);
  }
  if (next_) return *next_ + static_cast<std::int64_t>(row);
  if (!number_kind_.empty()) return MadeUpNumber(number_kind_, mean_, row, seed_);
  if (choice_) {
    const std::size_t at = choice_->At(share);
    if (at < levels_.size()) {
      if (type_ == tables::Type::Bool) return levels_[at] == "true";
      return levels_[at];
    }
  }
  if (!made_up_) return std::monostate{};
  return made_up_->Text(made_up_words_ == 0 ? row : chance_.Bits(row) % made_up_words_);
}

}  // namespace cairn::synthesis
