#pragma once

#include <memory>
#include <vector>

#include "loop/contract/scan/gauge.h"
#include "loop/contract/scan/key_bag.h"

namespace cairn::contract {

/// Finds rows whose values in some columns stand in another row too. Every row is known by its key's 64 bits;
/// what has the key of another is looked at again, so that the number is exact.
class UniqueGauge final : public Gauge {
 public:
  /// Beyond so many rows they are looked at in several rounds, each about a share of the keys.
  static constexpr std::int64_t kMostKeys = std::int64_t{1} << 25;

  UniqueGauge(std::vector<std::size_t> columns, bool count_values, KeyBag::Share share = {})
      : columns_(std::move(columns)), count_values_(count_values), share_(share), bag_(share) {}

  void Take(CellTable& cells) override;
  void Merge(Gauge& other) override;
  Finding Tell(std::int64_t rows) override;
  std::vector<std::size_t> Shown() const override { return columns_; }
  bool Breaks(CellTable& cells, std::size_t row) override;
  bool MustBeSure() const override { return sure_; }
  void Correct(Finding& finding) const override;

  /// Whether there were more rows than are looked at in one round; then this has no answer, and these have:
  /// each takes all rows, and they are added up in the first.
  bool TooMany() const { return too_many_; }
  std::vector<std::unique_ptr<UniqueGauge>> Rounds() const;
  void AddRound(UniqueGauge& round);

 private:
  struct Row {
    std::uint64_t key = 0;
    bool whole = true;  ///< Whether no value is missing.
  };
  /// Nothing for a row in which a value is missing.
  std::optional<std::uint64_t> KeyIn(CellTable& cells, std::size_t row) const;
  std::string TextIn(CellTable& cells, std::size_t row) const;
  void FindRepeats();

  std::vector<std::size_t> columns_;
  bool count_values_;
  KeyBag::Share share_;
  KeyBag bag_;
  std::vector<Row> rows_;  ///< Of one chunk.
  std::int64_t considered_ = 0;
  bool too_many_ = false, found_ = false, sure_ = true;
  KeyBag::Repeats repeats_;
  /// How often each text under a repeated key stands, in the second look.
  std::unordered_map<std::string, std::int64_t> seen_;
};

Result<std::unique_ptr<Gauge>> MakeUniqueGauge(const Unique& test, std::vector<std::size_t> columns);

}  // namespace cairn::contract
