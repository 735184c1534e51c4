#include "loop/contract/scan/pass.h"

#include <algorithm>
#include <functional>
#include <set>

#include "ground/os/pool.h"
#include "ground/vocabulary/text.h"
#include "loop/contract/scan/repeats.h"

namespace cairn::contract {
namespace {

/// After so many rows that break a rule, further different values are not worth the time.
constexpr std::size_t kEnoughBroken = 20'000;

constexpr std::size_t kLeastColumns = 4;
/// What a column of texts costs beside one of numbers, roughly.
constexpr std::size_t kTextWork = 4;

}  // namespace

/// What one thread has seen.
class Pass::Tally final : public tables::Visitor {
 public:
  Tally(const Layout& layout, const std::vector<std::size_t>& selected, Gauges gauges)
      : table_(layout, selected), gauges_(std::move(gauges)) {}

  Result<> Take(const tables::Chunk& chunk) override {
    table_.Begin(chunk, static_cast<std::size_t>(rows_));
    for (auto& [number, gauge] : gauges_) gauge->Take(table_);
    rows_ += static_cast<std::int64_t>(chunk.rows());
    return Done{};
  }
  std::int64_t rows() const { return rows_; }
  Gauges& gauges() { return gauges_; }

 private:
  CellTable table_;
  Gauges gauges_;
  std::int64_t rows_ = 0;
};

Result<bool> Pass::Add(std::size_t number, const Rule& rule) {
  auto gauge = CAIRN_TRY(MakeGauge(rule, contract_, layout_, now_));
  if (!gauge) return false;
  rules_[number] = &rule;
  gauges_[number] = std::move(gauge);
  return true;
}

std::vector<std::size_t> Pass::ColumnsIn(const Rule& rule) const {
  std::vector<std::size_t> columns;
  for (const auto& name : ColumnsOf(rule)) {
    if (const auto column = layout_.Find(name)) columns.push_back(*column);
  }
  return columns;
}

std::vector<Pass::Share> Pass::Shares() const {
  std::vector<Share> parts;
  for (const auto& [number, rule] : rules_) {
    const auto columns = ColumnsIn(*rule);
    Share part{{columns.begin(), columns.end()}, {number}};
    std::erase_if(parts, [&](Share& other) {
      const bool shared =
          std::any_of(columns.begin(), columns.end(), [&](auto one) { return other.columns.count(one) > 0; });
      if (shared) part.Take(other);
      return shared;
    });
    parts.push_back(std::move(part));
  }
  // Only a form that keeps columns apart can be read in part. A share of few columns is not worth its thread.
  const std::size_t most =
      layout_.format() == tables::Format::Parquet ? layout_.columns().size() / kLeastColumns : 1;
  std::vector<Share> shares(std::clamp<std::size_t>(std::min(most, parts.size()), 1, os::Processors()));
  const auto work = [&](const Share& share) {
    std::size_t sum = share.rules.size();
    for (const std::size_t column : share.columns)
      sum += layout_.columns()[column].storage == Layout::Storage::Text ? kTextWork : 1;
    return sum;
  };
  std::ranges::stable_sort(parts, std::greater(), work);
  for (Share& part : parts) std::ranges::min_element(shares, {}, work)->Take(part);
  return shares;
}

Result<std::int64_t> Pass::VisitShare(tables::Engine& engine, const Share& share,
                                      const tables::Limits& limits) {
  const std::vector<std::size_t> columns(share.columns.begin(), share.columns.end());
  const auto make = [&]() -> std::unique_ptr<tables::Visitor> {
    Gauges gauges;
    for (const std::size_t number : share.rules) {
      // What was made once is made again without trouble.
      if (auto gauge = MakeGauge(*rules_.at(number), contract_, layout_, now_))
        gauges[number] = *std::move(gauge);
    }
    return std::make_unique<Tally>(layout_, columns, std::move(gauges));
  };
  std::int64_t rows = 0;
  for (const auto& visitor : CAIRN_TRY(engine.Visit(layout_.Select(columns), make, limits))) {
    auto& tally = dynamic_cast<Tally&>(*visitor);
    rows += tally.rows();
    for (auto& [number, gauge] : tally.gauges()) gauges_.at(number)->Merge(*gauge);
  }
  return rows;
}

Result<> Pass::VisitAll(tables::Engine& engine, const tables::Limits& limits) {
  const auto shares = Shares();
  std::vector<Result<std::int64_t>> rows(shares.size(), std::int64_t{0});
  os::ForEachIndex(shares.size(), static_cast<unsigned>(shares.size()),
                   [&](std::size_t i) { rows[i] = VisitShare(engine, shares[i], limits); });
  for (const auto& seen : rows) rows_ = CAIRN_TRY(Result<std::int64_t>(seen));
  return Done{};
}

Result<> Pass::ScanAll(tables::Engine& engine, const tables::Limits& limits) {
  Tally tally(layout_, layout_.All(), std::move(gauges_));
  const auto scanned = engine.Scan(
      layout_.Select(layout_.All()), [&](const tables::Chunk& chunk) { return tally.Take(chunk); }, {},
      limits);
  gauges_ = std::move(tally.gauges());
  rows_ = tally.rows();
  return scanned;
}

Result<> Pass::RunRounds(tables::Engine& engine, const tables::Limits& limits) {
  for (auto& [number, gauge] : gauges_) {
    auto* unique = dynamic_cast<UniqueGauge*>(gauge.get());
    if (!unique || !unique->TooMany()) continue;
    const auto columns = unique->Shown();
    for (auto& round : unique->Rounds()) {
      CellTable table(layout_, columns);
      CAIRN_TRY(engine.Scan(
          layout_.Select(columns),
          [&](const tables::Chunk& chunk) -> Result<> {
            table.Begin(chunk, 0);
            round->Take(table);
            return Done{};
          },
          {}, limits));
      unique->AddRound(*round);
    }
  }
  return Done{};
}

Result<> Pass::Run(tables::Engine& engine, const std::stop_token& stop) {
  tables::Limits limits;
  limits.stop = stop;
  const bool ordered =
      std::any_of(gauges_.begin(), gauges_.end(), [](const auto& one) { return one.second->NeedsOrder(); });
  CAIRN_TRY(ordered ? ScanAll(engine, limits) : VisitAll(engine, limits));
  CAIRN_TRY(RunRounds(engine, limits));
  TellAll();
  return Done{};
}

void Pass::TellAll() {
  std::vector<std::pair<std::size_t, Gauge*>> telling;
  for (auto& [number, gauge] : gauges_) telling.emplace_back(number, gauge.get());
  std::vector<Finding> findings(telling.size());
  // To look for repeats and ranks among all values takes its time.
  os::ForEachIndex(telling.size(), os::Processors(),
                   [&](std::size_t i) { findings[i] = telling[i].second->Tell(rows_); });
  for (std::size_t i = 0; i < telling.size(); ++i) {
    auto& examples = examples_[telling[i].first];
    for (auto& text : findings[i].examples) {
      if (examples.size() < 20) examples.push_back({std::move(text), 0});
    }
    findings_[telling[i].first] = std::move(findings[i]);
  }
}

const Finding* Pass::FindingOf(std::size_t number) const {
  const auto found = findings_.find(number);
  return found == findings_.end() ? nullptr : &found->second;
}

/// The second look for one rule.
class Pass::Search {
 public:
  Search(Gauge& gauge, const Layout& layout, std::size_t most)
      : gauge_(gauge), layout_(layout), shown_(gauge.Shown()), most_(most) {}

  bool Ended() const {
    return !gauge_.MustBeSure() && (examples_.size() >= most_ || broken_ >= kEnoughBroken);
  }
  void Look(CellTable& table, std::size_t row) {
    if (!gauge_.Breaks(table, row)) return;
    ++broken_;
    if (examples_.size() >= most_) return;
    std::vector<std::string> parts;
    for (const std::size_t column : shown_) {
      const Cell& cell = table.CellsOf(column)[row];
      parts.push_back(ShownCell(cell, layout_.columns()[column].reader.type()));
    }
    std::string text = Join(parts, " | ");
    if (seen_.insert(text).second)
      examples_.push_back({std::move(text), static_cast<std::int64_t>(table.first_row() + row) + 1});
  }
  const std::vector<std::size_t>& shown() const { return shown_; }
  Gauge& gauge() { return gauge_; }
  std::vector<Example>& examples() { return examples_; }

 private:
  Gauge& gauge_;
  const Layout& layout_;
  std::vector<std::size_t> shown_;
  std::size_t most_;
  std::size_t broken_ = 0;
  std::set<std::string> seen_;
  std::vector<Example> examples_;
};

Result<> Pass::Look(tables::Engine& engine, const std::vector<std::size_t>& numbers, std::size_t most,
                    const std::stop_token& stop) {
  std::map<std::size_t, Search> searches;
  std::set<std::size_t> needed;
  for (const std::size_t number : numbers) {
    Search search(*gauges_.at(number), layout_, most);
    if (search.shown().empty()) continue;
    needed.insert(search.shown().begin(), search.shown().end());
    searches.emplace(number, std::move(search));
  }
  if (searches.empty()) return Done{};
  const std::vector<std::size_t> columns(needed.begin(), needed.end());
  CellTable table(layout_, columns);
  std::size_t rows = 0;
  bool enough = false;
  tables::Limits limits;
  limits.stop = stop;
  const auto looked = engine.Scan(
      layout_.Select(columns),
      [&](const tables::Chunk& chunk) -> Result<> {
        table.Begin(chunk, rows);
        enough = true;
        for (auto& [number, search] : searches) {
          for (std::size_t row = 0; row < chunk.rows() && !search.Ended(); ++row) search.Look(table, row);
          enough = enough && search.Ended();
        }
        rows += chunk.rows();
        if (enough) return Error{Reason::Conflict, "enough was seen"};
        return Done{};
      },
      {}, limits);
  if (!looked && !enough) return looked.error();
  for (auto& [number, search] : searches) {
    search.gauge().Correct(findings_[number]);
    examples_[number] = std::move(search.examples());
  }
  return Done{};
}

std::vector<Example> Pass::TakeExamples(std::size_t number) { return std::move(examples_[number]); }

}  // namespace cairn::contract
