#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ground/vocabulary/text.h"

namespace cairn::serving {

/// Which row of a request counts when its label comes: one, chosen by the request's id, since its rows went
/// the same way together. Equal seeds choose equally, also after a restart. A plain value.
class ChosenRows {
 public:
  explicit ChosenRows(std::uint64_t seed) : seed_(seed) {}

  /// Stands for a request's id.
  std::uint64_t KeyOf(std::string_view id) const;
  /// Of so many rows, at least one.
  static std::uint32_t RowOf(std::uint64_t key, std::size_t rows);
  /// True with that chance, independently of which row was chosen.
  static bool Draws(std::uint64_t key, double chance);

  static constexpr std::size_t kMostRows = (std::size_t{1} << 31) - 1;

 private:
  std::uint64_t seed_;
};

/// Reads "<request id>.<row>", or a request's id for its first row; an id may itself end as a row does. Gives
/// what take(request id, row) gives, of the first reading for which that is something.
template <class Take>
auto ReadRowId(std::string_view id, const Take& take) -> decltype(take(id, std::uint64_t{0})) {
  if (const auto dot = id.rfind('.'); dot != id.npos) {
    const auto row = ParseInt(id.substr(dot + 1));
    if (row && *row >= 0)
      if (auto taken = take(id.substr(0, dot), static_cast<std::uint64_t>(*row))) return taken;
  }
  return take(id, std::uint64_t{0});
}

}  // namespace cairn::serving
