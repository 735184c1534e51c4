#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

/// Which values of which parameters are tried.
namespace cairn::sweep {

/// One parameter and the value that a trial gives it.
struct Setting {
  std::string file;  ///< Relative to the project.
  std::string key;   ///< Dotted.
  Json value;
};

/// One parameter and the values that it may take.
struct Axis {
  enum class Kind {
    Choice,
    Uniform,     ///< Real, from `low` to `high`.
    LogUniform,  ///< The same, evenly in its logarithm.
    Integer,     ///< Whole, `low` and `high` included.
    LogInteger,
  } kind = Kind::Choice;
  std::string file = "params.yaml";
  std::string key;
  std::vector<Json> choices;  ///< Of Choice, at least one.
  double low = 0, high = 0;   ///< Of the others, low < high.

  /// The value at `u`, which is in [0, 1).
  Json At(double u) const;
};

/// "lr=0.1", "train.depth=4,5,6", "conf/model.json:units=choice(8,16)", "depth=range(2,8,2)" (without the
/// end), "lr=uniform(0,1)", "lr=loguniform(1e-4,1e-1)", "depth=int(2,9)", "units=logint(8,512)". Values are
/// YAML; commas in brackets and quotes belong to the value. InvalidArgument for anything else.
Result<Axis> ParseAxis(std::string_view text);

enum class Search {
  Grid,    ///< Every combination; the last parameter changes fastest.
  Random,  ///< Each trial by itself, by the seed and its number alone.
  Sobol,   ///< Evenly spread (sobol.h); a seed other than 0 shifts all points (XOR of their digits).
};
const char* NameOf(Search search);
/// InvalidArgument for a word that is none.
Result<Search> SearchNamed(std::string_view name);

inline constexpr std::int64_t kMostTrials = 100'000;

struct Plan {
  std::vector<Axis> axes;
  Search search = Search::Grid;
  std::int64_t trials = 0;  ///< 0: all of the grid. Of other searches it must be said.
  std::uint64_t seed = 0;
};
/// What each trial sets, in order; the same plan gives the same. InvalidArgument: a parameter twice, a grid
/// over a range of reals or whole numbers, another search without a number of trials, more than kMostTrials.
Result<std::vector<std::vector<Setting>>> Proposals(const Plan& plan);

/// The text of a parameter file (YAML, JSON, TOML or Python) with one value changed; all else, comments too,
/// stays byte for byte. NotFound, naming the nearest, when it has no such key; Unsupported for a value that
/// holds others and is not written in one piece, and where something else would change with it. Or the rows
/// of a table that a share takes (share.h), with its errors.
Result<std::string> WithSetting(const std::string& text, const Setting& setting);

}  // namespace cairn::sweep
