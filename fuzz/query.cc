#include "ground/query/query.h"

#include "fuzz/property.h"

using cairn::fuzz::Hold;
using cairn::query::Comparator;
using cairn::query::Condition;

namespace {

void Check(const Condition& condition, std::size_t length, int depth) {
  Hold(depth < 1000, "a filter is not deep");
  for (const Condition& part : condition.parts) Check(part, length, depth + 1);
  if (condition.kind != Condition::Kind::Comparison) return;
  const auto& comparison = condition.comparison;
  Hold(comparison.name.position >= 1 && comparison.name.position <= length, "a name stands in the text");
  const bool unary =
      comparison.comparator == Comparator::IsNull || comparison.comparator == Comparator::IsNotNull;
  const bool list = comparison.comparator == Comparator::In || comparison.comparator == Comparator::NotIn;
  Hold(unary ? comparison.values.empty() : list || comparison.values.size() == 1,
       "a comparison has the values it needs");
  Hold(!list || !comparison.values.empty(), "a list has values");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = cairn::fuzz::Bytes(data, size);
  if (const auto filter = cairn::query::ParseFilter(bytes)) Check(*filter, size, 0);
  if (const auto order = cairn::query::ParseOrder(bytes))
    Hold(order->name.position >= 1 && order->name.position <= size, "a name stands in the text");
  return 0;
}
