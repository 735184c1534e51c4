#include "loop/contract/values/row_predicate.h"

#include <algorithm>
#include <compare>

namespace cairn::contract {
namespace {

/// How left + offset stands to right; unordered when they are not of one kind.
std::partial_ordering Stand(const Cell& left, const Cell& right, double offset) {
  using Kind = Cell::Kind;
  if (left.kind == Kind::Text && right.kind == Kind::Text) return left.text <=> right.text;
  if (left.IsNumber() != right.IsNumber() || (left.kind == Kind::Time) != (right.kind == Kind::Time) ||
      left.kind == Kind::Text || right.kind == Kind::Text || left.kind == Kind::Nested ||
      right.kind == Kind::Nested)
    return std::partial_ordering::unordered;
  if (offset == 0 && left.kind != Kind::Double && right.kind != Kind::Double)
    return left.whole <=> right.whole;
  return left.Measure() + offset <=> right.Measure();
}

bool Holds(const Compared& test, std::partial_ordering standing) {
  switch (test.comparison) {
    case Comparison::Less:
      return standing < 0;
    case Comparison::LessOrEqual:
      return standing <= 0;
    case Comparison::Equal:
      return standing == 0;
    case Comparison::NotEqual:
      return standing < 0 || standing > 0;
    case Comparison::GreaterOrEqual:
      return standing >= 0;
    case Comparison::Greater:
      return standing > 0;
  }
  return false;
}

}  // namespace

std::optional<RowPredicate> RowPredicate::Of(const Test& test) {
  if (const auto* compared = std::get_if<Compared>(&test))
    return RowPredicate(test, {compared->left, compared->right});
  if (const auto* sum = std::get_if<SumWithin>(&test)) return RowPredicate(test, sum->columns);
  return std::nullopt;
}

RowPredicate::Outcome RowPredicate::Judge(std::span<const Cell> cells) const {
  if (!std::all_of(cells.begin(), cells.end(), [](const Cell& cell) { return cell.IsProper(); }))
    return Outcome::NotConsidered;
  bool holds = false;
  if (const auto* compared = std::get_if<Compared>(&test_)) {
    holds = Holds(*compared, Stand(cells[0], cells[1], compared->offset));
  } else if (const auto* within = std::get_if<SumWithin>(&test_)) {
    double sum = 0;
    bool numbers = true;
    for (const Cell& cell : cells) {
      numbers = numbers && cell.IsNumber();
      sum += numbers ? cell.Measure() : 0;
    }
    holds = numbers && within->range.Holds(sum);
  }
  return holds ? Outcome::Fits : Outcome::Breaks;
}

}  // namespace cairn::contract
