#include "loop/serving/output_counts.h"

#include <algorithm>
#include <numeric>

#include "loop/comparison/count_distances.h"

namespace cairn::serving {
namespace {

std::vector<double> DecilesOf(std::vector<double> scores) {
  std::sort(scores.begin(), scores.end());
  std::vector<double> edges;
  for (std::size_t tenth = 1; tenth < 10; ++tenth) {
    const double edge = scores[scores.size() * tenth / 10];
    if (edges.empty() || edge > edges.back()) edges.push_back(edge);
  }
  return edges;
}

std::int64_t Total(const std::vector<std::int64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

Result<std::vector<double>> NumbersIn(const Json& list) {
  std::vector<double> numbers;
  for (const Json& item : list.items()) {
    if (!item.IsNumber()) return Error{Reason::InvalidArgument, "the counts of outputs hold no number"};
    numbers.push_back(item.AsDouble());
  }
  return numbers;
}

Result<std::vector<std::int64_t>> CountsIn(const Json& list) {
  std::vector<std::int64_t> counts;
  for (const Json& item : list.items()) {
    if (!item.IsInt() || item.AsInt() < 0)
      return Error{Reason::InvalidArgument, "the counts of outputs hold what is no count"};
    counts.push_back(item.AsInt());
  }
  return counts;
}

template <class T>
Json ListOf(const std::vector<T>& values) {
  Json list = Json::Array();
  for (const T value : values) list.Push(value);
  return list;
}

}  // namespace

void OutputCounts::Add(bool is_canary, std::span<const double> scores) {
  for (const double score : scores) {
    if (edges.empty()) {
      if (is_canary) continue;
      first.push_back(score);
      if (first.size() < kFirst) continue;
      edges = DecilesOf(std::move(first));
      first.clear();
      canary.assign(edges.size() + 1, 0);
      production.assign(edges.size() + 1, 0);
      continue;
    }
    const auto bin = std::upper_bound(edges.begin(), edges.end(), score) - edges.begin();
    ++(is_canary ? canary : production)[static_cast<std::size_t>(bin)];
  }
}

std::optional<double> OutputCounts::Psi() const {
  if (Total(canary) < kEnough || Total(production) < kEnough) return std::nullopt;
  comparison::PairedCounts counts;
  counts.reference.assign(production.begin(), production.end());
  counts.current.assign(canary.begin(), canary.end());
  const auto psi = comparison::PsiEvidently(counts);
  return psi ? std::optional(*psi) : std::nullopt;
}

Json ToJson(const OutputCounts& counts) {
  const auto psi = counts.Psi();
  return Json{{"psi", psi ? Json(*psi) : Json()},
              {"first", ListOf(counts.first)},
              {"edges", ListOf(counts.edges)},
              {"canary", ListOf(counts.canary)},
              {"production", ListOf(counts.production)}};
}

Result<OutputCounts> OutputCountsIn(const Json& json) {
  OutputCounts counts;
  counts.first = CAIRN_TRY(NumbersIn(json.At("first")));
  counts.edges = CAIRN_TRY(NumbersIn(json.At("edges")));
  counts.canary = CAIRN_TRY(CountsIn(json.At("canary")));
  counts.production = CAIRN_TRY(CountsIn(json.At("production")));
  const std::size_t bins = counts.edges.empty() ? 0 : counts.edges.size() + 1;
  if (counts.canary.size() == bins && counts.production.size() == bins) return counts;
  return Error{Reason::InvalidArgument, "the counts of outputs do not go with their edges"};
}

}  // namespace cairn::serving
