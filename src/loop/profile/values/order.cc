#include "loop/profile/values/order.h"

#include <hwy/contrib/sort/vqsort.h>

#include <cstddef>

namespace cairn::profile {

static_assert(sizeof(Pair128) == sizeof(hwy::uint128_t) &&
              offsetof(Pair128, high) == offsetof(hwy::uint128_t, hi));

void Order(std::span<std::int64_t> keys) { hwy::Sorter()(keys.data(), keys.size(), hwy::SortAscending()); }

void Order(std::span<Pair128> pairs) {
  hwy::Sorter()(reinterpret_cast<hwy::uint128_t*>(pairs.data()), pairs.size(), hwy::SortAscending());
}

}  // namespace cairn::profile
