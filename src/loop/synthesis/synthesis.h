#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ground/tables/engine.h"
#include "ground/vocabulary/result.h"
#include "loop/profile/outline.h"

/// Tables that look like another one and hold none of its rows.
namespace cairn::synthesis {

struct Order {
  std::uint64_t seed = 0;
  std::uint64_t rows = 0;  ///< How many will be drawn.
  /// Columns of which no value may come through, beside those in which the profile found personal data.
  std::vector<std::string> personal = {};
  /// A value that fewer rows have is never copied.
  std::int64_t least_rows = 5;
};

/// How one column is drawn.
struct Drawn {
  std::string column;
  tables::Type type = tables::Type::Text;
  std::string manner;  ///< "quantiles", "4 levels", "made-up e-mail addresses, each another"…
  bool tied = false;   ///< Whether its ranks correlate with those of the other tied columns.
};

/// Rows drawn from what a profile tells of a table.
///
/// Numbers and moments follow their quantiles: whole numbers stay whole, prices keep their cents, days stay
/// days, and a value is copied only when at least `least_rows` rows have it. Categories follow their levels
/// under the same rule: rare ones are left out where they are no more than half of a category's rows, and
/// made up otherwise. Identifiers, free texts (of 65,536 characters at most) and whatever points at persons
/// are made up, in the same form. Values are missing together as they were. Ranks of numbers, moments and
/// categories correlate (Spearman) as in the rows that the profile sampled, by a Gaussian copula; a
/// category's levels stand in the order that goes best with the others. What a rank correlation cannot say (a
/// relation that rises and falls, three columns at a time) is lost.
///
/// A row depends on the profile, the seed, its own number and, for identifiers, how many rows are drawn: not
/// on the machine, the threads, or the order in which it is asked for. This is no guarantee of differential
/// privacy: the profile's own figures shine through, as they are meant to. A plain value, safe from any
/// thread.
class Synthesis {
 public:
  /// Unprocessable for an outline without columns, or whose columns sample different rows; InvalidArgument
  /// for a personal column that it does not have.
  static Result<Synthesis> Of(const profile::Outline& outline, const Order& order);
  Synthesis(Synthesis&&) noexcept;
  Synthesis& operator=(Synthesis&&) noexcept;
  ~Synthesis();

  const std::vector<Drawn>& columns() const;
  /// The values of row number `row`: one a column, null where it is missing, moments as ISO texts.
  void Draw(std::uint64_t row, std::vector<tables::Value>& values) const;
  /// Writes the rows that were ordered to a file (a spool file of rows lies beside it meanwhile). The same
  /// order gives the same bytes. Errors are those of writing.
  Result<> Write(tables::Engine& engine, const std::string& path, tables::Format format,
                 unsigned threads = 0) const;

 private:
  struct State;
  explicit Synthesis(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cairn::synthesis
