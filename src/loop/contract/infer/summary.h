#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "loop/contract/scan/key_bag.h"
#include "loop/contract/scan/layout.h"
#include "loop/contract/values/predicate.h"

namespace cairn::contract {

/// One run of characters of one class in the values' common form: "three capitals", "two to four digits".
struct FormPart {
  enum class Class { Digits, Capitals, Smalls, Same } kind = Class::Same;
  char sign = 0;  ///< Of Same.
  std::size_t least = 0, most = 0;
};

/// What a column was seen to hold. For one thread.
class ColumnSummary {
 public:
  ColumnSummary();
  void Take(const std::vector<Cell>& cells);
  void Merge(ColumnSummary& other);

  std::int64_t rows = 0, missing = 0;
  std::int64_t wholes = 0, numbers = 0, truths = 0, times = 0, days = 0, texts = 0, arrays = 0, objects = 0;
  /// Of the texts: how many read as these.
  std::int64_t truth_texts = 0, date_texts = 0, time_texts = 0, clock_texts = 0, emails = 0, uuids = 0;
  double least = std::numeric_limits<double>::infinity(), greatest = -std::numeric_limits<double>::infinity();
  std::size_t shortest = std::numeric_limits<std::size_t>::max(), longest = 0;
  std::map<std::string, std::int64_t> values;  ///< While there are few.
  bool many_values = false;
  std::optional<std::vector<FormPart>> form;  ///< Common to all texts; none when they differ.

  std::int64_t present() const { return rows - missing; }
  /// Different values; empties what it is counted from.
  std::int64_t Distinct();

 private:
  void TakeText(std::string_view text);
  void TakeForm(std::string_view text);
  void Join(const std::vector<FormPart>& other);

  ValueReader dates_, moments_, clocks_;
  Predicate emails_, uuids_;
  KeyBag keys_;
  bool formed_ = false;
};

}  // namespace cairn::contract
