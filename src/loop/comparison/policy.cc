#include "loop/comparison/policy.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>

#include "ground/vocabulary/text.h"
#include "loop/comparison/chunks.h"
#include "loop/comparison/count_distances.h"
#include "loop/comparison/count_tests.h"
#include "loop/comparison/drift.h"
#include "loop/comparison/sample_distances.h"
#include "loop/comparison/sample_tests.h"

namespace cairn::comparison {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kFewValues = 20;
constexpr double kTfdvNumbers = 0.1, kTfdvCategories = 0.01;

constexpr std::array<std::pair<Policy::Kind, std::string_view>, 4> kKinds{
    {{Policy::Kind::Evidently, "evidently"},
     {Policy::Kind::Nannyml, "nannyml"},
     {Policy::Kind::Tfdv, "tfdv"},
     {Policy::Kind::Cairn, "cairn"}}};

ColumnDrift Begin(const std::string& name, std::int64_t reference, std::int64_t current,
                  MissingRows missing) {
  ColumnDrift found;
  found.column = name;
  found.reference_rows = reference;
  found.current_rows = current;
  found.missing = missing;
  found.score = kNan;
  return found;
}

/// A side without values cannot be compared. When the other has some, that is a difference in itself.
bool Emptied(ColumnDrift& found) {
  if (found.reference_rows > 0 && found.current_rows > 0) return false;
  found.drifted = found.reference_rows != found.current_rows;
  found.sentence = found.reference_rows == 0 && found.current_rows == 0
                       ? "neither side has a value"
                       : std::string(found.reference_rows == 0 ? "the reference" : "the current side") +
                             " has no usable value";
  return true;
}

void Take(ColumnDrift& found, const Result<Drift>& drift) {
  if (!drift) {
    found.judged = false;
    found.sentence = "could not be judged: " + drift.error().message;
    return;
  }
  found.method = drift->method;
  found.score = drift->score;
  found.threshold = drift->threshold;
  found.drifted = drift->drifted;
  if (IsPValue(drift->method)) found.p_value = drift->score;
}

/// The statistic that was asked for. Where it has no value (a spread of nothing), nothing was judged.
void TakeAsked(ColumnDrift& found, const Result<Drift>& drift) {
  Take(found, drift);
  if (!found.judged || !std::isnan(found.score)) return;
  found.judged = false;
  found.drifted = false;
  found.sentence = "could not be judged: " + std::string(FactsOf(found.method).shown) + " has no value here";
}

void TakeTest(ColumnDrift& found, Method method, const Policy& policy, const Result<TestResult>& test) {
  if (!test) return Take(found, test.error());
  Take(found, Drift{method, test->p_value, policy.level, false, 0, 0});
}

/// The test of ours for counts.
void TestCounts(ColumnDrift& found, const Policy& policy, const PairedCounts& counts) {
  const PairedCounts pooled = PoolRare(counts);
  const bool two = pooled.reference.size() <= 2;
  TakeTest(found, two ? Method::FisherP : Method::ChiSquareHomogeneityP, policy,
           two ? FisherExact(pooled) : ChiSquareHomogeneity(pooled));
  if (const auto moved = TotalVariation(counts)) found.share_moved = *moved;
}

/// The test of ours for numbers: as counts where there are few values.
void TestNumbers(ColumnDrift& found, const Policy& policy, const NumberColumn& column) {
  const auto shift = WassersteinNormed(column.reference, column.current);
  if (shift) found.shift = *shift;
  const bool few = column.reference.Distinct(kFewValues) <= kFewValues &&
                   column.current.Distinct(kFewValues) <= kFewValues;
  const auto counts =
      few ? CountPerValue(column.reference, column.current) : Result<PairedCounts>(PairedCounts{});
  if (few && counts && static_cast<std::int64_t>(counts->reference.size()) <= kFewValues)
    return TestCounts(found, policy, *counts);
  const auto test = KolmogorovSmirnov(column.reference, column.current);
  TakeTest(found, Method::KolmogorovSmirnovP, policy, test);
  if (test) found.share_moved = test->statistic;
}

void TestMissing(ColumnDrift& found) {
  if (found.missing.reference + found.missing.current == 0) return;
  const auto test = FisherExact(
      {{found.missing.reference, found.reference_rows}, {found.missing.current, found.current_rows}});
  if (test) found.missing_p_value = test->p_value;
}

double MissingShare(std::int64_t missing, std::int64_t rows) {
  return missing == 0 ? 0.0 : static_cast<double>(missing) / static_cast<double>(missing + rows);
}

double MissingGap(const ColumnDrift& found) {
  return std::fabs(MissingShare(found.missing.reference, found.reference_rows) -
                   MissingShare(found.missing.current, found.current_rows));
}

DriftSettings SettingsFor(const Policy& policy) { return {policy.method, policy.threshold}; }

/// The method asked for, when it fits.
bool Fits(const Policy& policy, bool MethodFacts::*kind) {
  return policy.method && FactsOf(*policy.method).*kind;
}

std::string Percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, share >= 0.0995 ? "%.0f %%" : "%.1f %%", 100 * share);
  return text;
}

/// Why a column counts as drifted under Cairn; "" when it does not.
std::string Reason(const Policy& policy, const ColumnDrift& found) {
  const bool sure = found.adjusted_p_value && *found.adjusted_p_value <= policy.level;
  const bool share = found.share_moved && *found.share_moved >= policy.least_share;
  const bool shift = found.shift && *found.shift >= policy.least_shift;
  std::vector<std::string> reasons;
  if (sure && share) reasons.push_back(Percent(*found.share_moved) + " of the rows lie elsewhere");
  if (sure && shift) {
    char text[64];
    std::snprintf(text, sizeof text, "values moved by %.2f standard deviations", *found.shift);
    reasons.emplace_back(text);
  }
  const bool missing = found.missing_adjusted_p_value && *found.missing_adjusted_p_value <= policy.level &&
                       MissingGap(found) >= policy.least_share;
  if (missing) {
    reasons.push_back("missing values went from " +
                      Percent(MissingShare(found.missing.reference, found.reference_rows)) + " to " +
                      Percent(MissingShare(found.missing.current, found.current_rows)));
  }
  return Join(reasons, "; ");
}

void ConcludeOurs(const Policy& policy, std::vector<ColumnDrift>& columns) {
  std::vector<double> p_values;
  std::vector<std::optional<double>*> adjusted;
  for (ColumnDrift& found : columns) {
    // A method that was asked for is judged by its own threshold.
    if (found.p_value && found.share_moved) {
      p_values.push_back(*found.p_value);
      adjusted.push_back(&found.adjusted_p_value);
    }
    if (found.missing_p_value) {
      p_values.push_back(*found.missing_p_value);
      adjusted.push_back(&found.missing_adjusted_p_value);
    }
  }
  const auto values = AdjustForMany(p_values);
  for (std::size_t i = 0; i < values.size(); ++i) *adjusted[i] = values[i];
  for (ColumnDrift& found : columns) {
    const std::string reason = Reason(policy, found);
    if (found.share_moved) found.drifted = false;
    if (reason.empty()) continue;
    found.drifted = found.judged = true;
    found.sentence = reason;
  }
}

}  // namespace

Result<Policy> PolicyNamed(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& [kind, known] : kKinds) {
    if (known == name) return Policy{kind};
    names.push_back(known);
  }
  return Error{Reason::InvalidArgument, "there is no policy '" + std::string(name) + "'." +
                                            Suggestion(name, names) +
                                            " Choose cairn, evidently, nannyml or tfdv."};
}

std::string_view NameOf(Policy::Kind kind) {
  return std::ranges::find(kKinds, kind, &std::pair<Policy::Kind, std::string_view>::first)->second;
}

ColumnDrift Look(const Policy& policy, const NumberColumn& column) {
  ColumnDrift found = Begin(column.name, column.reference.rows(), column.current.rows(), column.missing);
  if (policy.kind == Policy::Kind::Cairn) TestMissing(found);
  if (Emptied(found)) return found;
  if (Fits(policy, &MethodFacts::numbers)) {
    TakeAsked(found, CompareNumbers(column.reference, column.current, column.kind, SettingsFor(policy)));
    return found;
  }
  switch (policy.kind) {
    case Policy::Kind::Evidently:
      Take(found, CompareNumbers(column.reference, column.current, column.kind, {{}, policy.threshold}));
      break;
    case Policy::Kind::Nannyml:
      Take(found, CompareChunks(column));
      break;
    case Policy::Kind::Tfdv: {
      const auto score = JsDivergenceTfdv(column.reference, column.current, column.missing.reference,
                                          column.missing.current);
      const double threshold = policy.threshold.value_or(kTfdvNumbers);
      if (score)
        Take(found, Drift{Method::JsDivergence2, *score, threshold, *score > threshold, 0, 0});
      else
        Take(found, score.error());
      break;
    }
    case Policy::Kind::Cairn:
      TestNumbers(found, policy, column);
      break;
  }
  return found;
}

ColumnDrift Look(const Policy& policy, const CategoryColumn& column) {
  ColumnDrift found =
      Begin(column.name, Total(column.counts.reference), Total(column.counts.current), column.missing);
  if (policy.kind == Policy::Kind::Cairn) TestMissing(found);
  if (Emptied(found)) return found;
  if (Fits(policy, &MethodFacts::categories)) {
    TakeAsked(found, CompareCounts(column.counts, SettingsFor(policy)));
    return found;
  }
  switch (policy.kind) {
    case Policy::Kind::Evidently:
      Take(found, CompareCounts(column.counts, {ChooseForCategories(column.counts), policy.threshold}));
      break;
    case Policy::Kind::Nannyml:
      Take(found, CompareChunks(column));
      break;
    case Policy::Kind::Tfdv:
      Take(found,
           CompareCounts(column.counts, {Method::LInfinity, policy.threshold.value_or(kTfdvCategories)}));
      break;
    case Policy::Kind::Cairn:
      TestCounts(found, policy, column.counts);
      break;
  }
  return found;
}

ColumnDrift Look(const Policy& policy, const TextColumn& column) {
  ColumnDrift found = Begin(column.name, column.reference.rows(), column.current.rows(), column.missing);
  if (policy.kind == Policy::Kind::Cairn) TestMissing(found);
  if (Emptied(found)) return found;
  const auto difference = CompareTexts(column.reference, column.current);
  if (!difference) {
    Take(found, difference.error());
    return found;
  }
  const double threshold = policy.threshold.value_or(DefaultThreshold(Method::TextContentP));
  Take(found,
       Drift{Method::TextContentP, difference->p_value, threshold, difference->p_value < threshold, 0, 0});
  found.words = difference->words;
  found.share_moved = std::max(difference->word_gap, difference->length_gap);
  return found;
}

TableDrift Conclude(const Policy& policy, std::vector<ColumnDrift> columns) {
  if (policy.kind == Policy::Kind::Cairn) ConcludeOurs(policy, columns);
  TableDrift table;
  table.columns = std::move(columns);
  table.drifted_columns = std::ranges::count_if(table.columns, &ColumnDrift::drifted);
  table.unjudged_columns = std::ranges::count(table.columns, false, &ColumnDrift::judged);
  const auto judged = std::ssize(table.columns) - table.unjudged_columns;
  table.drifted_share =
      judged == 0 ? 0 : static_cast<double>(table.drifted_columns) / static_cast<double>(judged);
  table.drifted = policy.kind == Policy::Kind::Evidently
                      ? judged > 0 && table.drifted_share >= policy.drift_share
                      : table.drifted_columns > 0;
  return table;
}

std::vector<double> AdjustForMany(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double least = 1.0;
  for (std::size_t i = order.size(); i-- > 0;) {
    least =
        std::min(least, p_values[order[i]] * static_cast<double>(order.size()) / static_cast<double>(i + 1));
    adjusted[order[i]] = least;
  }
  return adjusted;
}

}  // namespace cairn::comparison
