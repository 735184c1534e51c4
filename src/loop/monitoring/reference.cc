#include "loop/monitoring/reference.h"

#include <algorithm>

#include "loop/comparison/histogram.h"

namespace cairn::monitoring {
namespace {

Result<double> FigureOf(const Result<comparison::TestResult>& test, Figure figure) {
  if (!test) return test.error();
  return figure == Figure::PValue ? test->p_value : test->statistic;
}

Result<double> CompareCounts(std::string_view statistic, Figure figure,
                             const comparison::PairedCounts& counts) {
  if (statistic == "psi") return comparison::PsiEvidently(counts);
  if (statistic == "jensen_shannon") return comparison::JsDistanceE(counts);
  if (statistic == "chi_square") return FigureOf(comparison::ChiSquareEvidently(counts), figure);
  return Error{Reason::InvalidArgument, "'" + std::string(statistic) + "' compares numbers, not categories"};
}

Result<std::vector<double>> Numbers(const Json& list, std::string_view name) {
  std::vector<double> numbers;
  for (const Json& item : list.items()) {
    if (!item.IsNumber())
      return Error{Reason::Corrupt, "the profile's '" + std::string(name) +
                                        "' hold something that is no number: profile the data set again"};
    numbers.push_back(item.AsDouble());
  }
  return numbers;
}

}  // namespace

Result<std::optional<Reference>> Reference::Of(const Json& column) {
  if (column.Int("rows") == 0) return std::optional<Reference>();
  Reference reference;
  reference.number_ = column.Text("kind") == "number";
  if (reference.number_) {
    reference.edges_ = CAIRN_TRY(Numbers(column.At("edges"), "edges"));
    reference.sample_ = CAIRN_TRY(Numbers(column.At("grid"), "grid"));
    for (const Json& count : column.At("counts").items())
      reference.counts_.push_back(count.IsInt() ? count.AsInt() : 0);
    if (reference.edges_.size() != reference.counts_.size() + 1 || reference.counts_.empty()) {
      return Error{Reason::Corrupt,
                   "the profile's edges and counts do not fit each other: profile the data set again"};
    }
    return std::optional(std::move(reference));
  }
  for (const auto& [level, rows] : column.At("levels").members())
    reference.levels_[level] = rows.IsInt() ? rows.AsInt() : 0;
  reference.others_ = column.Int("others");
  return std::optional(std::move(reference));
}

Result<Reference> Reference::OfSample(std::span<const double> values) {
  const auto histogram = CAIRN_TRY(comparison::SturgesHistogram(values, comparison::NumberKind::Real));
  Reference reference;
  reference.edges_ = histogram.edges;
  reference.counts_ = histogram.counts;
  reference.sample_.assign(values.begin(), values.end());
  return reference;
}

Reference Reference::Masked(const serving::Mask& mask, std::string_view column) const {
  Reference masked = *this;
  masked.levels_.clear();
  for (const auto& [level, rows] : levels_) masked.levels_[mask.OfLevel(column, level)] = rows;
  return masked;
}

Result<double> Reference::Compare(std::string_view statistic, Figure figure,
                                  std::span<const double> live) const {
  if (statistic == "ks") return FigureOf(comparison::KolmogorovSmirnov(sample_, live), figure);
  if (statistic == "wasserstein") return comparison::WassersteinNormed(sample_, live);
  return CompareCounts(statistic, figure,
                       {counts_, comparison::CountOver(edges_, live, comparison::Outside::ToEndBins)});
}

Result<double> Reference::Compare(std::string_view statistic, Figure figure,
                                  std::span<const Json> live) const {
  if (number_) {
    std::vector<double> numbers;
    for (const Json& value : live) {
      if (value.IsNumber()) numbers.push_back(value.AsDouble());
    }
    return Compare(statistic, figure, numbers);
  }
  std::map<std::string, std::int64_t, std::less<>> now;
  for (const Json& value : live) {
    if (!value.IsNull() && !value.IsArray() && !value.IsObject()) ++now[serving::LevelOf(value)];
  }
  std::vector<std::int64_t> counted;
  for (const auto& [level, rows] : levels_) {
    const auto found = now.find(level);
    counted.push_back(found == now.end() ? 0 : found->second);
    if (found != now.end()) now.erase(found);
  }
  std::int64_t unseen = 0;
  for (const auto& [level, rows] : now) unseen += rows;
  counted.push_back(unseen);
  return CompareCounted(statistic, figure, std::move(counted));
}

Result<double> Reference::CompareCounted(std::string_view statistic, Figure figure,
                                         std::vector<std::int64_t> live) const {
  if (live.size() != (number_ ? counts_.size() : levels_.size() + 1))
    return Error{Reason::InvalidArgument, "there are " + std::to_string(live.size()) +
                                              " counts of live values, which are not those of the bins"};
  if (number_) return CompareCounts(statistic, figure, {counts_, std::move(live)});
  comparison::PairedCounts counts{{}, std::move(live)};
  for (const auto& [level, rows] : levels_) counts.reference.push_back(rows);
  if (others_ > 0 || counts.current.back() > 0) {
    counts.reference.push_back(others_);
  } else {
    counts.current.pop_back();
  }
  return CompareCounts(statistic, figure, counts);
}

}  // namespace cairn::monitoring
