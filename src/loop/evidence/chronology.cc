#include "loop/evidence/chronology.h"

#include <algorithm>
#include <limits>

namespace cairn::evidence {

void PutInOrder(std::vector<metadata::LoggedEvent>& events) {
  std::sort(events.begin(), events.end(), [](const auto& a, const auto& b) {
    const auto never = std::numeric_limits<std::int64_t>::max();
    const auto first = a.position.value_or(never), second = b.position.value_or(never);
    return first != second ? first < second : a.id < b.id;
  });
}

}  // namespace cairn::evidence
