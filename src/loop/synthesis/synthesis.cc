#include "loop/synthesis/synthesis.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "ground/os/pool.h"
#include "ground/tables/row_file.h"
#include "ground/vocabulary/text.h"
#include "loop/synthesis/columns/recipe.h"
#include "loop/synthesis/ties/copula.h"
#include "loop/synthesis/ties/order.h"

namespace cairn::synthesis {
namespace {

/// Columns that are tied to each other, at most.
constexpr std::size_t kMostTied = 128;
constexpr std::uint64_t kBlock = 4096;

/// Which columns lack their value in a row.
class Gaps {
 public:
  Gaps(const profile::Outline& outline, std::uint64_t seed)
      : chance_(seed, 0x47415053), columns_(outline.columns.size()) {
    std::vector<std::int64_t> weights;
    std::vector<double> left;
    for (const auto& column : outline.columns) left.push_back(static_cast<double>(column.missing));
    std::int64_t others = outline.rows;
    for (const auto& pattern : outline.missing) {
      patterns_.push_back(pattern.columns);
      weights.push_back(pattern.rows);
      others -= pattern.rows;
      for (const auto column : pattern.columns) left[column] -= static_cast<double>(pattern.rows);
    }
    weights.push_back(std::max<std::int64_t>(others, 0));
    choice_.emplace(weights);
    for (const double missing : left)
      rates_.push_back(others > 0 ? std::clamp(missing / static_cast<double>(others), 0.0, 1.0) : 0);
  }

  void Mark(std::uint64_t row, std::vector<char>& missing) const {
    missing.assign(columns_, 0);
    if (choice_->empty()) return;
    const std::size_t pattern = choice_->At(chance_.Unit(row));
    if (pattern < patterns_.size()) {
      for (const auto column : patterns_[pattern]) missing[column] = 1;
      return;
    }
    for (std::size_t i = 0; i < columns_; ++i) missing[i] = chance_.Unit(row, 1 + i) < rates_[i] ? 1 : 0;
  }

 private:
  Chance chance_;
  std::size_t columns_;
  std::vector<std::vector<std::uint32_t>> patterns_;
  std::optional<Choice> choice_;
  std::vector<double> rates_;
};

Result<> CheckNames(const profile::Outline& outline, const std::vector<std::string>& names) {
  std::vector<std::string_view> there;
  for (const auto& column : outline.columns) there.push_back(column.name);
  for (const auto& name : names) {
    if (std::find(there.begin(), there.end(), name) != there.end()) continue;
    return Error{Reason::InvalidArgument,
                 "the profile has no column '" + name + "'." + Suggestion(name, there)};
  }
  return Done{};
}

}  // namespace

struct Synthesis::State {
  std::vector<Drawn> drawn;
  std::vector<Recipe> recipes;
  std::vector<std::size_t> tied;  ///< Columns of the copula.
  std::optional<Copula> copula;
  std::optional<Gaps> gaps;
  std::vector<Chance> chances;
  std::uint64_t rows = 0;

  void Draw(std::uint64_t row, std::vector<double>& shares, std::vector<char>& missing,
            std::vector<tables::Value>& values) const {
    values.assign(recipes.size(), std::monostate{});
    gaps->Mark(row, missing);
    copula->Draw(row, shares);
    std::size_t next = 0;
    for (std::size_t i = 0; i < recipes.size(); ++i) {
      const bool follows = next < tied.size() && tied[next] == i;
      const double share = follows ? shares[next++] : chances[i].Unit(row);
      if (!missing[i]) values[i] = recipes[i].At(share, row);
    }
  }
};

Synthesis::Synthesis(std::unique_ptr<State> state) : state_(std::move(state)) {}
Synthesis::Synthesis(Synthesis&&) noexcept = default;
Synthesis& Synthesis::operator=(Synthesis&&) noexcept = default;
Synthesis::~Synthesis() = default;

Result<Synthesis> Synthesis::Of(const profile::Outline& outline, const Order& order) {
  if (outline.columns.empty()) return Error{Reason::Unprocessable, "the profile has no column to draw"};
  CAIRN_TRY(CheckNames(outline, order.personal));
  auto state = std::make_unique<State>();
  state->rows = order.rows;
  const auto orders = OrdersOf(outline.columns);
  std::vector<std::span<const double>> samples;
  state->recipes.reserve(outline.columns.size());
  for (std::size_t i = 0; i < outline.columns.size(); ++i) {
    const auto& column = outline.columns[i];
    const bool tagged =
        std::find(order.personal.begin(), order.personal.end(), column.name) != order.personal.end();
    const Chance chance(order.seed, 1000 + i);
    state->chances.push_back(chance);
    const auto& recipe = state->recipes.emplace_back(column, orders[i], tagged, order.least_rows, order.rows,
                                                     chance.Bits(0, 1) >> 1);
    const bool tied = recipe.follows() && !recipe.sample().empty() && state->tied.size() < kMostTied;
    if (tied) state->tied.push_back(i);
    state->drawn.push_back({column.name, recipe.type(), recipe.manner(), tied});
  }
  for (const auto i : state->tied) {
    samples.emplace_back(state->recipes[i].sample());
    if (samples.back().size() != samples.front().size())
      return Error{Reason::Unprocessable, "the sampled rows of column '" + outline.columns[i].name +
                                              "' are not as many as those of the other columns"};
  }
  state->copula.emplace(samples, order.seed);
  state->gaps.emplace(outline, order.seed);
  return Synthesis(std::move(state));
}

const std::vector<Drawn>& Synthesis::columns() const { return state_->drawn; }

void Synthesis::Draw(std::uint64_t row, std::vector<tables::Value>& values) const {
  std::vector<double> shares;
  std::vector<char> missing;
  state_->Draw(row, shares, missing, values);
}

Result<> Synthesis::Write(tables::Engine& engine, const std::string& path, tables::Format format,
                          unsigned threads) const {
  std::vector<tables::RowFile::Head> heads;
  for (std::size_t i = 0; i < state_->recipes.size(); ++i) {
    // Days stay days where a format has no word for them.
    const bool as_text = state_->recipes[i].days() && format != tables::Format::Parquet;
    heads.push_back({state_->drawn[i].column, as_text ? tables::Type::Text : state_->drawn[i].type});
  }
  auto file = CAIRN_TRY(tables::RowFile::Create(path + ".rows", heads));
  const unsigned hands = threads == 0 ? os::Processors() : threads;
  std::vector<std::vector<std::vector<tables::Value>>> blocks(hands);
  for (std::uint64_t begin = 0; begin < state_->rows; begin += hands * kBlock) {
    os::ForEachIndex(hands, hands, [&](std::size_t hand) {
      const std::uint64_t first = begin + hand * kBlock, end = std::min(first + kBlock, state_->rows);
      blocks[hand].resize(end > first ? end - first : 0);
      std::vector<double> shares;
      std::vector<char> missing;
      for (std::uint64_t row = first; row < end; ++row)
        state_->Draw(row, shares, missing, blocks[hand][row - first]);
    });
    for (const auto& block : blocks) {
      for (const auto& row : block) CAIRN_TRY(file.Append(row));
    }
  }
  CAIRN_TRY(file.Finish(engine, path, format));
  return Done{};
}

}  // namespace cairn::synthesis
