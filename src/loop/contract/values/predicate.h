#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <variant>
#include <vector>

#include "loop/contract/pattern.h"
#include "loop/contract/values/cell.h"

namespace cairn::contract {

/// A list of values of one column, for quick looking up.
class ValueSet {
 public:
  ValueSet(const std::vector<Json>& values, const ValueReader& reader);
  /// Numbers are equal by value, whatever they are written as.
  bool Contains(const Cell& cell) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  bool ContainsText(std::string_view text) const;

  std::unordered_set<std::string, Hash, std::equal_to<>> texts_;
  std::vector<std::string> few_texts_;        ///< All of them, where looking at each is quicker.
  std::vector<std::int64_t> wholes_, times_;  ///< Ascending.
  std::vector<double> numbers_;               ///< Ascending; none of them whole.
  std::vector<std::string> nested_;           ///< Canonical texts.
  bool truths_[2] = {false, false};
};

/// The test of one value, compiled. Safe from any thread.
class Predicate {
 public:
  /// Nothing for a test that is not about one value. InvalidArgument for what does not compile (a pattern),
  /// or makes no sense of such a column ("the range is for numbers and times").
  static Result<std::optional<Predicate>> Of(const Test& test, const ValueReader& reader);

  /// Whether the value is looked at, and whether it breaks the rule; of a value that is not, the latter means
  /// nothing.
  bool Considers(const Cell& cell) const {
    if (about_ == About::Everything) return true;
    return about_ == About::Present ? cell.kind != Cell::Kind::Missing : cell.IsProper();
  }
  bool Breaks(const Cell& cell) const {
    return std::visit([&](const auto& check) { return check.Breaks(cell); }, check_);
  }
  /// Adds up a whole column's part: how many are considered, and how many of them break it.
  void Count(const std::vector<Cell>& cells, std::int64_t& considered, std::int64_t& unexpected) const;
  /// Whether the measure of a proper value decides, and then how many of these break it.
  bool IsOfMeasures() const { return std::holds_alternative<RangeCheck>(check_); }
  std::int64_t CountBreaking(std::span<const double> measures) const;
  /// True when a look at the numbers alone shows that none of them breaks it; they are of the column's type,
  /// and none is NaN. False says nothing.
  bool AllowsAll(std::span<const double> numbers) const;

  // What the tests are compiled to.
  struct MissingCheck {
    ValueSet also;
    bool some = false;
    bool Breaks(const Cell& cell) const {
      return cell.kind == Cell::Kind::Missing || (some && also.Contains(cell));
    }
  };
  struct TypeCheck {
    bool Breaks(const Cell& cell) const { return !cell.fits; }
  };
  struct SetCheck {
    ValueSet set;
    bool listed = true;
    bool Breaks(const Cell& cell) const { return set.Contains(cell) != listed; }
  };
  struct RangeCheck {
    double low, high;
    bool open_low, open_high, inverted;
    bool Breaks(const Cell& cell) const {
      return cell.kind == Cell::Kind::Text || cell.kind == Cell::Kind::Nested || Breaks(cell.Measure());
    }
    bool Breaks(double value) const {
      const bool inside =
          (open_low ? value > low : value >= low) && (open_high ? value < high : value <= high);
      return inside == inverted;
    }
  };
  struct MultipleCheck {
    double factor;
    bool Breaks(const Cell& cell) const;
  };
  struct PatternCheck {
    std::vector<Pattern> patterns;
    Matches::Which which;
    ColumnType type;
    bool Breaks(const Cell& cell) const;
  };
  struct LengthCheck {
    Range range;
    ColumnType type;
    bool Breaks(const Cell& cell) const;
  };
  struct JsonCheck {
    bool Breaks(const Cell& cell) const;
  };
  struct HoldingCheck {
    Holding holding;
    bool Breaks(const Cell& cell) const;
  };

 private:
  using Check = std::variant<MissingCheck, TypeCheck, SetCheck, RangeCheck, MultipleCheck, PatternCheck,
                             LengthCheck, JsonCheck, HoldingCheck>;
  enum class About { Everything, Present, Proper };
  Predicate(Check check, About about) : check_(std::move(check)), about_(about) {}
  static Result<std::optional<Predicate>> OfPatterns(const std::vector<std::string>& texts,
                                                     Matches::Which which, ColumnType type);

  Check check_;
  About about_;
};

/// The values at a place inside a value: members by name, "[]" for each item. Nothing where a step leads
/// nowhere; a member that is not there is a JSON null.
std::vector<const Json*> ValuesAt(const Json& value, const std::vector<std::string>& path);

}  // namespace cairn::contract
