#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "ground/tables/engine.h"
#include "loop/contract/scan/gauge.h"

namespace cairn::contract {

/// A value that breaks a rule.
struct Example {
  std::string text;
  std::int64_t row = 0;  ///< Where it stands first, from 1; 0 when that is not known.
};

/// One pass over the rows for many rules, on all of the engine's threads, and a second look for examples.
class Pass {
 public:
  /// Both must outlive it.
  Pass(const Layout& layout, const Contract& contract, TimeMs now)
      : layout_(layout), contract_(contract), now_(now) {}

  /// Adds a rule, which must outlive this, under a number. False when rows that pass by do not show it;
  /// InvalidArgument when it makes no sense.
  Result<bool> Add(std::size_t number, const Rule& rule);

  Result<> Run(tables::Engine& engine, const std::stop_token& stop);
  std::int64_t rows() const { return rows_; }
  /// What was found about the rule of that number; null when it is none of this pass.
  const Finding* FindingOf(std::size_t number) const;

  /// Looks at the rows again, in order, for up to `most` different examples of each of these rules; findings
  /// that were not sure are corrected.
  Result<> Look(tables::Engine& engine, const std::vector<std::size_t>& numbers, std::size_t most,
                const std::stop_token& stop);
  std::vector<Example> TakeExamples(std::size_t number);

 private:
  using Gauges = std::map<std::size_t, std::unique_ptr<Gauge>>;
  class Tally;
  class Search;

  /// Rules that share no column with those of another share, and their columns.
  struct Share {
    std::set<std::size_t> columns;
    std::vector<std::size_t> rules;
    void Take(Share& other) {
      columns.merge(other.columns);
      rules.insert(rules.end(), other.rules.begin(), other.rules.end());
    }
  };
  std::vector<std::size_t> ColumnsIn(const Rule& rule) const;
  /// About equally much work each. The engine gives what is one row group in a file to one of its threads;
  /// so several threads each look at some of its columns.
  std::vector<Share> Shares() const;
  /// Gives the rows.
  Result<std::int64_t> VisitShare(tables::Engine& engine, const Share& share, const tables::Limits& limits);
  Result<> VisitAll(tables::Engine& engine, const tables::Limits& limits);
  Result<> ScanAll(tables::Engine& engine, const tables::Limits& limits);
  /// Goes on with gauges of uniqueness that could not keep all keys at once.
  Result<> RunRounds(tables::Engine& engine, const tables::Limits& limits);
  void TellAll();

  const Layout& layout_;
  const Contract& contract_;
  TimeMs now_;
  std::map<std::size_t, const Rule*> rules_;
  Gauges gauges_;
  std::map<std::size_t, Finding> findings_;
  std::map<std::size_t, std::vector<Example>> examples_;
  std::int64_t rows_ = 0;
};

}  // namespace cairn::contract
