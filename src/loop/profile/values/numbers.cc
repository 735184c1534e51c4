#include "loop/profile/values/numbers.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "loop/profile/texts/personal.h"

namespace cairn::profile {
namespace {

constexpr std::int64_t kFlip = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kCardsFrom = 1'000'000'000'000;  ///< Thirteen digits.

/// The numbers of all networks begin with a digit from 2 to 6, those of today's times with a 1.
bool MayBeCard(std::int64_t value) {
  std::int64_t power = kCardsFrom;
  while (value / power >= 10) power *= 10;
  return value / power >= 2 && value / power <= 6;
}

/// One value for the sketch of distinct ones, however it is stored.
void AddDistinct(Hll& hll, Numbers::Kind kind, std::int64_t key) {
  if (kind == Numbers::Kind::Real) return hll.Add(profile::RealOf(key));
  const auto real = static_cast<double>(key);
  if (std::fabs(real) <= 9007199254740992.0) return hll.Add(real);
  hll.Add(key);
}

double ValueOf(Numbers::Kind kind, std::int64_t key) {
  return kind == Numbers::Kind::Whole ? static_cast<double>(key) : RealOf(key);
}

}  // namespace

std::int64_t KeyOf(double value) {
  const auto bits = std::bit_cast<std::int64_t>(value + 0.0);
  return bits < 0 ? bits ^ kFlip : bits;
}

double RealOf(std::int64_t key) { return std::bit_cast<double>(key < 0 ? key ^ kFlip : key); }

void Numbers::Take(std::span<const double> finite) {
  if (finite.empty()) return;
  moments_.Add(finite);
  double least = least_, greatest = greatest_;
  std::int64_t zeros = 0, negatives = 0;
  for (const double value : finite) {
    least = std::min(least, value);
    greatest = std::max(greatest, value);
    zeros += value == 0 ? 1 : 0;
    negatives += value < 0 ? 1 : 0;
  }
  least_ = least, greatest_ = greatest;
  zeros_ += zeros, negatives_ += negatives;
  if (kll_) kll_->Add(finite);
}

void Numbers::AddWhole(std::span<const std::int64_t> values) {
  if (kind_ == Kind::Real) {
    const std::vector<double> reals(values.begin(), values.end());
    return AddReal(reals);
  }
  const std::vector<double> reals(values.begin(), values.end());
  Take(reals);
  if (greatest_ >= static_cast<double>(kCardsFrom)) {
    for (const auto value : values) {
      if (value < kCardsFrom) continue;
      ++card_long_;
      cards_ += MayBeCard(value) && ReadCards(std::to_string(value)).card ? 1 : 0;
    }
  }
  if (hll_) {
    for (const auto value : values) AddDistinct(*hll_, kind_, value);
  } else {
    values_.Add(values);
    Shrink();
  }
}

void Numbers::AddReal(std::span<const double> values) {
  if (kind_ == Kind::Whole) BecomeReal();
  std::vector<double> finite(values.size());
  std::size_t finites = 0;
  for (const double value : values) {
    if (std::isfinite(value)) {
      finite[finites++] = value + 0.0;  // No minus zero.
    } else {
      ++(value > 0 ? plus_ : minus_);
    }
  }
  finite.resize(finites);
  Take(finite);
  if (hll_) {
    for (const double value : finite) hll_->Add(value);
    return;
  }
  std::vector<std::int64_t> keys(finite.size());
  std::transform(finite.begin(), finite.end(), keys.begin(), [](double value) { return KeyOf(value); });
  values_.Add(keys);
  Shrink();
}

void Numbers::Shrink() {
  if (!values_.outgrown()) return;
  ToSketches(values_.Take());
}

void Numbers::ToSketches(const Counted& counted) {
  if (!kll_) kll_.emplace();
  if (!hll_) hll_.emplace();
  std::vector<double> batch;
  constexpr std::size_t kBatch = 4096;
  for (std::size_t i = 0; i < counted.keys.size(); ++i) {
    AddDistinct(*hll_, kind_, counted.keys[i]);
    for (std::int64_t row = 0; row < counted.RowsOf(i); ++row) {
      batch.push_back(ValueOf(kind_, counted.keys[i]));
      if (batch.size() < kBatch) continue;
      kll_->Add(batch);
      batch.clear();
    }
  }
  kll_->Add(batch);
}

void Numbers::BecomeReal() {
  if (kind_ == Kind::Real) return;
  kind_ = Kind::Real;
  if (kll_) return;
  Counted counted = values_.Take(), merged;
  for (std::size_t i = 0; i < counted.keys.size(); ++i) {
    const std::int64_t key = KeyOf(static_cast<double>(counted.keys[i]));
    if (merged.keys.empty() || merged.keys.back() != key) {
      merged.keys.push_back(key);
      merged.rows.push_back(0);
    }
    merged.rows.back() += counted.RowsOf(i);
  }
  values_ = Multiset(bytes_);
  values_.Add(merged);
}

void Numbers::Merge(Numbers& other) {
  if (kind_ != other.kind_) {
    BecomeReal();
    other.BecomeReal();  // Nothing happens to the one that is.
  }
  moments_.Merge(other.moments_);
  least_ = std::min(least_, other.least_);
  greatest_ = std::max(greatest_, other.greatest_);
  plus_ += other.plus_, minus_ += other.minus_, zeros_ += other.zeros_, negatives_ += other.negatives_;
  cards_ += other.cards_, card_long_ += other.card_long_;
  if (exact() && other.exact()) {
    values_.Add(other.values_.Counts());
    return Shrink();
  }
  withheld_ = withheld_ || other.withheld_;
  if (exact()) ToSketches(values_.Take());
  if (other.exact()) return ToSketches(other.values_.Counts());
  kll_->Merge(*other.kll_);
  hll_->Merge(*other.hll_);
}

Distribution Numbers::Spread() {
  std::vector<double> values;
  if (withheld_) return {};
  if (exact()) {
    const Counted& counted = values_.Counts();
    values.reserve(counted.keys.size());
    for (const auto key : counted.keys) values.push_back(ValueOf(kind_, key));
    return {std::move(values), counted.rows, 0};
  }
  std::vector<std::int64_t> rows;
  // The ends are known: the sketch keeps them apart from its items.
  for (const auto& [value, count] : kll_->Items()) {
    values.push_back(value);
    rows.push_back(static_cast<std::int64_t>(count));
  }
  if (!values.empty()) values.front() = least_, values.back() = greatest_;
  return {std::move(values), rows, Kll::RankError()};
}

DistinctCount Numbers::Distinct() {
  const std::int64_t ends = (plus_ > 0 ? 1 : 0) + (minus_ > 0 ? 1 : 0);
  if (exact()) return {static_cast<std::int64_t>(values_.Counts().keys.size()) + ends, 0};
  return {std::llround(std::min(hll_->Estimate(), 9e15)) + ends, Hll::StandardError()};
}

const Counted* Numbers::Exact() { return exact() ? &values_.Counts() : nullptr; }

}  // namespace cairn::profile
