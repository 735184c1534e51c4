#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loop/contract/contract.h"
#include "loop/contract/scan/cell_table.h"
#include "loop/contract/scan/layout.h"

namespace cairn::contract {

/// What was found out about one rule.
struct Finding {
  std::int64_t considered = 0;
  std::int64_t unexpected = 0;        ///< Rows (of a list of values: values).
  std::optional<double> figure;       ///< What the allowance is about, where it is not the unexpected rows.
  std::optional<bool> holds;          ///< Where it was decided here, and not by the allowance.
  std::vector<std::string> examples;  ///< Where the gauge has them at hand.
  std::string remark;                 ///< To stand behind the rule's sentence: "it is from 2012-12-30".
};

/// Measures one rule over the rows that pass by. Several of a kind may each see a part of the rows, when
/// their order does not matter, and be put together. For one thread at a time.
class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void Take(CellTable& cells) = 0;
  /// Adds what `other`, made of the same rule, has seen.
  virtual void Merge(Gauge& other) = 0;
  /// `rows`: all that went by. Called once, at the end.
  virtual Finding Tell(std::int64_t rows) = 0;

  /// Whether it must see the rows in the order of the file.
  virtual bool NeedsOrder() const { return false; }
  /// The columns (of the layout) whose values stand in examples; none when rows are no examples of it.
  virtual std::vector<std::size_t> Shown() const { return {}; }
  /// After Tell, in a second look at the rows: whether this row breaks the rule.
  virtual bool Breaks(CellTable&, std::size_t) { return false; }
  /// Whether the second look must go on to the end, to be sure of the number.
  virtual bool MustBeSure() const { return false; }
  /// The number that is sure, after the second look.
  virtual void Correct(Finding&) const {}
};

/// How a rule is measured over rows. Its columns are in the layout. None for a rule that needs more than rows
/// (a query, another table) or nothing of them; InvalidArgument for one that makes no sense.
Result<std::unique_ptr<Gauge>> MakeGauge(const Rule& rule, const Contract& contract, const Layout& layout,
                                         TimeMs now);

/// The columns that a rule looks at, and that must be there for it.
std::vector<std::string> ColumnsOf(const Rule& rule);

}  // namespace cairn::contract
