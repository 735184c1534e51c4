#include "loop/profile/values/order.h"

#include <hwy/contrib/sort/vqsort.h>

#include <algorithm>
#include <cstddef>
#include <tuple>

#include "ground/os/library.h"

namespace cairn::profile {
namespace {

static_assert(sizeof(Pair128) == sizeof(hwy::uint128_t) &&
              offsetof(Pair128, high) == offsetof(hwy::uint128_t, hi));

/// Highway's sorter, opened at first use: linked, it would take every start four milliseconds, in which it
/// looks at the clock. It has no C interface; the names are those of GCC and Clang (the Itanium C++ ABI).
struct Highway {
  void (*construct)(void* sorter);
  void (*destruct)(void* sorter);
  void (*keys)(const void* sorter, std::int64_t* keys, std::size_t count, hwy::SortAscending);
  void (*pairs)(const void* sorter, Pair128* pairs, std::size_t count, hwy::SortAscending);
};

Result<Highway> Load() {
  const auto library =
      CAIRN_TRY(os::Library::Open({"Highway", {"libhwy_contrib.so.1"}, "install Debian's package libhwy1"}));
  Highway loaded{};
  loaded.construct = CAIRN_TRY(library.Symbol<decltype(loaded.construct)>("_ZN3hwy6SorterC1Ev"));
  loaded.destruct = CAIRN_TRY(library.Symbol<decltype(loaded.destruct)>("_ZN3hwy6Sorter6DeleteEv"));
  loaded.keys = CAIRN_TRY(library.Symbol<decltype(loaded.keys)>("_ZNK3hwy6SorterclEPlmNS_13SortAscendingE"));
  loaded.pairs = CAIRN_TRY(
      library.Symbol<decltype(loaded.pairs)>("_ZNK3hwy6SorterclEPNS_9uint128_tEmNS_13SortAscendingE"));
  return loaded;
}

/// Null where the library is not: the order is the same, only slower.
const Highway* Found() {
  static const Result<Highway> highway = Load();
  return highway ? &*highway : nullptr;
}

template <class Item>
using Sort = void (*)(const void*, Item*, std::size_t, hwy::SortAscending);

template <class Item>
void OrderBy(const Highway& highway, Sort<Item> sort, std::span<Item> items) {
  alignas(hwy::Sorter) std::byte sorter[sizeof(hwy::Sorter)];
  highway.construct(sorter);
  sort(sorter, items.data(), items.size(), hwy::SortAscending());
  highway.destruct(sorter);
}

}  // namespace

void Order(std::span<std::int64_t> keys) {
  if (const Highway* highway = Found()) return OrderBy(*highway, highway->keys, keys);
  std::sort(keys.begin(), keys.end());
}

void Order(std::span<Pair128> pairs) {
  if (const Highway* highway = Found()) return OrderBy(*highway, highway->pairs, pairs);
  std::sort(pairs.begin(), pairs.end(), [](const Pair128& a, const Pair128& b) {
    return std::tie(a.high, a.low) < std::tie(b.high, b.low);
  });
}

}  // namespace cairn::profile
