#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ground/tables/engine.h"
#include "loop/profile/outline.h"
#include "loop/synthesis/chance/chance.h"
#include "loop/synthesis/columns/distribution.h"
#include "loop/synthesis/columns/made_up.h"

namespace cairn::synthesis {

/// How the values of one column are drawn.
class Recipe {
 public:
  /// `order`: that of the levels; `tagged`: no value of its own may stand in it; `rows` will be drawn.
  Recipe(const profile::ColumnOutline& outline, const std::vector<std::size_t>& order, bool tagged,
         std::int64_t least_rows, std::uint64_t rows, std::uint64_t seed);

  tables::Type type() const { return type_; }
  bool days() const { return days_; }  ///< Of moments: all of them are midnights.
  /// Whether the values rise with the share, as those of the sample do (`sample` of Scale).
  bool follows() const { return follows_; }
  /// A share between 0 and 1 that has to do with other columns, or only with chance; and the row's number.
  tables::Value At(double share, std::uint64_t row) const;
  /// "quantiles", "4 levels", "made-up e-mail addresses"…
  const std::string& manner() const { return manner_; }
  /// The sampled rows in the order in which shares give values.
  const std::vector<double>& sample() const { return sample_; }

 private:
  void OfSpread(const profile::ColumnOutline& outline, bool tagged, std::int64_t least_rows);
  void OfCoin();
  void OfLevels(const profile::ColumnOutline& outline, const std::vector<std::size_t>& order,
                std::int64_t least_rows);
  void OfNothing(const profile::ColumnOutline& outline, std::uint64_t rows, bool tagged, std::uint64_t seed);
  void OfNumbers(const profile::ColumnOutline& outline, bool tagged, std::int64_t least_rows);
  tables::Value OfMoment(double moment) const;

  tables::Type type_ = tables::Type::Text;
  bool days_ = false, follows_ = false;
  std::string manner_;
  std::string date_form_;
  std::vector<double> sample_;

  std::optional<Steps> steps_;        ///< Numbers and moments.
  std::optional<std::int64_t> next_;  ///< Numbers that count on from here.
  std::string number_kind_;           ///< Personal numbers: "phone" or "card".
  double mean_ = 0;
  std::vector<std::string> levels_;
  std::optional<Choice> choice_;  ///< Of `levels_`, and behind them what is made up.
  std::unique_ptr<MadeUp> made_up_;
  std::uint64_t made_up_words_ = 0;  ///< So many different ones; 0: one for each row.
  std::uint64_t seed_;
  Chance chance_;
};

}  // namespace cairn::synthesis
