#include "cli/load/capacity.h"

#include <cmath>

#include "ground/vocabulary/text.h"

namespace cairn::cli::load {

Capacity CapacityOf(const std::vector<Outcome>& outcomes, double bound_ms) {
  Capacity capacity{bound_ms, 0, 0};
  for (const Outcome& outcome : outcomes) {
    if (outcome.failed() > 0 || outcome.answered.count() == 0) continue;
    if (outcome.answered.WithinMs(0.99) > bound_ms || outcome.PerSecond() <= capacity.per_second) continue;
    capacity.per_second = outcome.PerSecond();
    capacity.connections = outcome.connections;
  }
  return capacity;
}

std::optional<std::int64_t> ReplicasFor(const Capacity& capacity, double rate) {
  if (capacity.per_second <= 0) return std::nullopt;
  return static_cast<std::int64_t>(std::ceil(rate * 100 / (capacity.per_second * kFillPercent)));
}

std::string Sentences(const Capacity& capacity, double rate) {
  const std::string bound = ShortestText(capacity.bound_ms) + " ms";
  if (capacity.per_second <= 0)
    return "No load stayed within " + bound +
           " for 99 % of the requests without a failure, so there is no plan: give a longer --bound, or look "
           "at the failures.";
  const std::string each = WithThousands(static_cast<std::int64_t>(capacity.per_second));
  std::string text = "One server answers " + each + " requests/s with 99 % of them within " + bound +
                     " (at " + std::to_string(capacity.connections) + " connections).";
  if (rate > 0)
    text += " For " + WithThousands(static_cast<std::int64_t>(rate)) + "/s take " +
            WithThousands(*ReplicasFor(capacity, rate)) + ", each filled to " + std::to_string(kFillPercent) +
            " %.";
  return text;
}

}  // namespace cairn::cli::load
