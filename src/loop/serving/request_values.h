#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ground/vocabulary/json.h"

namespace cairn::serving {

/// The values of one column of a request, one a row. What came as bytes of numbers stays numbers, side by
/// side, and is made JSON only where somebody looks at one. A plain value.
class Values {
 public:
  using List = std::vector<Json>;
  using Floats = std::vector<float>;    ///< NaN: no value.
  using Doubles = std::vector<double>;  ///< The same.
  using Wholes = std::vector<std::int64_t>;
  using Kept = std::variant<List, Floats, Doubles, Wholes>;

  Values() = default;
  Values(List list) : kept_(std::move(list)) {}
  Values(std::initializer_list<Json> list) : kept_(List(list)) {}
  explicit Values(Floats numbers) : kept_(std::move(numbers)) {}
  explicit Values(Doubles numbers) : kept_(std::move(numbers)) {}
  explicit Values(Wholes numbers) : kept_(std::move(numbers)) {}

  std::size_t size() const;
  /// A row's value; null for none.
  Json operator[](std::size_t row) const;
  /// The same without a copy where there is one to point to; else it lies in `made`, which must outlive it.
  const Json& At(std::size_t row, Json& made) const;
  const Kept& kept() const { return kept_; }

  /// As JSON values, to be changed; numbers become such at the first call.
  List& list();
  void push_back(Json value) { list().push_back(std::move(value)); }
  /// Every `stride`-th value from `first` on: a column of a matrix that is here row by row.
  Values Every(std::size_t stride, std::size_t first) const;

  /// Equal JSON values, however they are kept.
  friend bool operator==(const Values& a, const Values& b);

 private:
  Kept kept_;
};

/// By name, in the caller's order.
using Columns = std::vector<std::pair<std::string, Values>>;

}  // namespace cairn::serving
