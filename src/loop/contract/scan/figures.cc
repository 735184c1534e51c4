#include "loop/contract/scan/figures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <span>

#include "ground/vocabulary/text.h"
#include "loop/contract/scan/key_bag.h"
#include "loop/contract/values/predicate.h"

namespace cairn::contract {
namespace {

/// How many rows there are, or how many of a column are missing.
class CountGauge final : public Gauge {
 public:
  explicit CountGauge(std::optional<std::size_t> missing_of) : missing_of_(missing_of) {}
  void Take(CellTable& table) override {
    if (missing_of_) missing_ += table.CountsOf(*missing_of_).missing;
  }
  void Merge(Gauge& other) override { missing_ += dynamic_cast<CountGauge&>(other).missing_; }
  Finding Tell(std::int64_t rows) override {
    return {rows, 0, static_cast<double>(missing_of_ ? missing_ : rows), {}, {}, ""};
  }

 private:
  std::optional<std::size_t> missing_of_;
  std::int64_t missing_ = 0;
};

/// Hands over the measures of a column's proper values.
template <class Take>
void TakeMeasures(CellTable& table, std::size_t column, std::vector<double>& buffer, const Take& take) {
  if (const auto measures = table.MeasuresOf(column)) return take(*measures);
  buffer.clear();
  for (const Cell& cell : table.CellsOf(column)) {
    if (cell.IsProper() && cell.kind != Cell::Kind::Text && cell.kind != Cell::Kind::Nested)
      buffer.push_back(cell.Measure());
  }
  take(std::span<const double>(buffer));
}

/// Mean, deviation, sum and the ends: what is wanted of them, chunk by chunk, put together by Chan's formula.
class MomentGauge final : public Gauge {
 public:
  MomentGauge(std::size_t column, Statistic statistic) : column_(column), statistic_(statistic) {}

  void Take(CellTable& table) override {
    TakeMeasures(table, column_, buffer_, [this](std::span<const double> values) { Add(Of(values)); });
  }
  void Merge(Gauge& other) override { Add(dynamic_cast<MomentGauge&>(other).all_); }
  Finding Tell(std::int64_t) override {
    return {static_cast<std::int64_t>(all_.count), 0, Figure(), {}, {}, ""};
  }

 private:
  struct Moments {
    double count = 0, mean = 0, squares = 0, sum = 0;
    double least = std::numeric_limits<double>::infinity(),
           greatest = -std::numeric_limits<double>::infinity();
  };
  Moments Of(std::span<const double> values) const {
    Moments part;
    if (values.empty()) return part;
    part.count = static_cast<double>(values.size());
    if (statistic_ == Statistic::Least) {
      part.least = *std::min_element(values.begin(), values.end());
    } else if (statistic_ == Statistic::Greatest) {
      part.greatest = *std::max_element(values.begin(), values.end());
    } else {
      for (const double value : values) part.sum += value;
      part.mean = part.sum / part.count;
    }
    if (statistic_ == Statistic::Deviation) {
      for (const double value : values) part.squares += (value - part.mean) * (value - part.mean);
    }
    return part;
  }
  void Add(const Moments& part) {
    if (part.count == 0) return;
    const double both = all_.count + part.count, apart = part.mean - all_.mean;
    all_.squares += part.squares + apart * apart * all_.count * part.count / both;
    all_.mean += apart * part.count / both;
    all_.count = both;
    all_.sum += part.sum;
    all_.least = std::min(all_.least, part.least);
    all_.greatest = std::max(all_.greatest, part.greatest);
  }
  std::optional<double> Figure() const {
    if (all_.count == 0 || (statistic_ == Statistic::Deviation && all_.count < 2)) return std::nullopt;
    switch (statistic_) {
      case Statistic::Mean:
        return all_.mean;
      case Statistic::Deviation:
        return std::sqrt(all_.squares / (all_.count - 1));
      case Statistic::Sum:
        return all_.sum;
      case Statistic::Least:
        return all_.least;
      default:
        return all_.greatest;
    }
  }

  std::size_t column_;
  Statistic statistic_;
  Moments all_;
  std::vector<double> buffer_;
};

/// Median and quantiles: all values are kept, 8 bytes each.
class RankGauge final : public Gauge {
 public:
  RankGauge(std::size_t column, std::optional<double> level) : column_(column), level_(level) {}

  void Take(CellTable& table) override {
    TakeMeasures(table, column_, buffer_, [this](std::span<const double> values) {
      values_.insert(values_.end(), values.begin(), values.end());
    });
  }
  void Merge(Gauge& other) override {
    auto& same = dynamic_cast<RankGauge&>(other);
    values_.insert(values_.end(), same.values_.begin(), same.values_.end());
    same.values_ = {};
  }
  Finding Tell(std::int64_t) override {
    Finding finding{static_cast<std::int64_t>(values_.size()), 0, {}, {}, {}, ""};
    if (!values_.empty()) finding.figure = level_ ? Nearest() : Median();
    return finding;
  }

 private:
  double At(std::size_t rank) {
    const auto place = values_.begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(values_.begin(), place, values_.end());
    return *place;
  }
  double Nearest() {
    // Halves go to the even rank, as numpy rounds.
    return At(static_cast<std::size_t>(std::nearbyint(*level_ * static_cast<double>(values_.size() - 1))));
  }
  double Median() {
    const std::size_t half = values_.size() / 2;
    const double upper = At(half);
    if (values_.size() % 2 == 1) return upper;
    return (upper + *std::max_element(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(half))) /
           2;
  }

  std::size_t column_;
  std::optional<double> level_;
  std::vector<double> values_, buffer_;
};

/// How many different values there are.
class DistinctGauge final : public Gauge {
 public:
  DistinctGauge(std::size_t column, bool share) : column_(column), share_(share) {}

  void Take(CellTable& table) override {
    const auto& cells = table.CellsOf(column_);
    const auto& keys = table.KeysOf(column_);
    for (std::size_t row = 0; row < cells.size(); ++row) {
      if (cells[row].kind == Cell::Kind::Missing) continue;
      ++considered_;
      bag_.Add(keys[row]);
    }
    // What repeats itself is let go before it takes much room.
    if (bag_.size() > kept_) Compact();
  }
  void Merge(Gauge& other) override {
    auto& same = dynamic_cast<DistinctGauge&>(other);
    considered_ += same.considered_;
    bag_.Take(same.bag_);
  }
  Finding Tell(std::int64_t) override {
    const auto distinct = static_cast<double>(bag_.Find().distinct);
    Finding finding{considered_, 0, distinct, {}, {}, ""};
    if (share_)
      finding.figure =
          considered_ == 0 ? std::nullopt : std::optional(distinct / static_cast<double>(considered_));
    return finding;
  }

 private:
  void Compact() {
    bag_.Compact();
    kept_ = std::max<std::int64_t>(kRoom, 2 * bag_.size());
  }

  static constexpr std::int64_t kRoom = 1 << 20;
  std::size_t column_;
  bool share_;
  KeyBag bag_;
  std::int64_t considered_ = 0, kept_ = kRoom;
};

/// Which values stand in a column, and how often.
class ValuesGauge final : public Gauge {
 public:
  ValuesGauge(std::size_t column, const ValuesAre& test, const ValueReader& reader)
      : column_(column), which_(test.which) {
    for (const Json& value : test.values) listed_.insert(PlainText(reader.Read(value)));
  }

  void Take(CellTable& table) override {
    for (const Cell& cell : table.CellsOf(column_)) {
      if (!cell.IsProper()) continue;
      ++considered_;
      if (counts_.size() <= kMostValues) ++counts_[PlainText(cell)];
    }
  }
  void Merge(Gauge& other) override {
    auto& same = dynamic_cast<ValuesGauge&>(other);
    considered_ += same.considered_;
    for (const auto& [text, count] : same.counts_) counts_[text] += count;
  }
  Finding Tell(std::int64_t) override {
    Finding finding{considered_, 0, {}, {}, {}, ""};
    using Which = ValuesAre::Which;
    if (which_ == Which::MostFrequentAmong) {
      TellMostFrequent(finding);
    } else {
      for (const auto& [text, count] : counts_)
        if (which_ != Which::Including && !listed_.count(text)) finding.examples.push_back(text);
      for (const auto& text : listed_)
        if (which_ != Which::Among && !counts_.count(text)) finding.examples.push_back("without " + text);
    }
    finding.unexpected = static_cast<std::int64_t>(finding.examples.size());
    if (counts_.size() > kMostValues) finding.remark = "there are more values than can be listed";
    return finding;
  }

 private:
  void TellMostFrequent(Finding& finding) const {
    std::int64_t most = 0;
    for (const auto& [text, count] : counts_) most = std::max(most, count);
    for (const auto& [text, count] : counts_)
      if (count == most && !listed_.count(text)) finding.examples.push_back(text);
  }

  static constexpr std::size_t kMostValues = 100'000;
  std::size_t column_;
  ValuesAre::Which which_;
  std::set<std::string> listed_;
  std::map<std::string, std::int64_t> counts_;
  std::int64_t considered_ = 0;
};

/// How old the newest or oldest time is.
class AgeGauge final : public Gauge {
 public:
  AgeGauge(std::size_t column, const AgeWithin& test, ValueReader times, TimeMs now)
      : column_(column), test_(test), times_(std::move(times)), now_(now) {}

  void Take(CellTable& table) override {
    for (const Cell& given : table.CellsOf(column_)) {
      // A column of which nothing is said holds texts that are times.
      const Cell cell = given.kind == Cell::Kind::Text ? times_.Settle(Cell::Text(given.text)) : given;
      if (!cell.fits || cell.kind != Cell::Kind::Time) continue;
      ++considered_;
      if (!found_ || (test_.oldest ? cell.whole < *found_ : cell.whole > *found_)) found_ = cell.whole;
    }
  }
  void Merge(Gauge& other) override {
    const auto& same = dynamic_cast<AgeGauge&>(other);
    considered_ += same.considered_;
    if (same.found_ && (!found_ || (test_.oldest ? *same.found_ < *found_ : *same.found_ > *found_)))
      found_ = same.found_;
  }
  Finding Tell(std::int64_t) override {
    Finding finding{considered_, 0, {}, false, {}, "no time could be read"};
    if (!found_) return finding;
    finding.holds = now_ - *found_ <= test_.within_ms;
    finding.remark = "it is from " + FormatUtc(*found_);
    return finding;
  }

 private:
  std::size_t column_;
  AgeWithin test_;
  ValueReader times_;
  TimeMs now_;
  std::int64_t considered_ = 0;
  std::optional<TimeMs> found_;
};

/// Whether values only go one way, row by row.
class OrderGauge final : public Gauge {
 public:
  OrderGauge(std::size_t column, const Ascending& test) : column_(column), test_(test) {}

  bool NeedsOrder() const override { return true; }
  void Take(CellTable& table) override {
    for (const Cell& cell : table.CellsOf(column_)) unexpected_ += Next(cell, last_, considered_) ? 1 : 0;
  }
  void Merge(Gauge&) override {}
  Finding Tell(std::int64_t) override { return {considered_, unexpected_, {}, {}, {}, ""}; }
  std::vector<std::size_t> Shown() const override { return {column_}; }
  bool Breaks(CellTable& table, std::size_t row) override {
    std::int64_t ignored = 0;
    return Next(table.CellsOf(column_)[row], again_, ignored);
  }

 private:
  struct Last {
    bool there = false;
    double number = 0;
    std::string text;
  };
  bool Next(const Cell& cell, Last& last, std::int64_t& considered) const {
    if (!cell.IsProper() || cell.kind == Cell::Kind::Nested) return false;
    ++considered;
    const bool text = cell.kind == Cell::Kind::Text;
    int way = 0;  // 1: it went up.
    if (last.there && text) way = cell.text.compare(last.text) > 0 ? 1 : cell.text == last.text ? 0 : -1;
    if (last.there && !text) way = cell.Measure() > last.number ? 1 : cell.Measure() == last.number ? 0 : -1;
    const bool breaks = last.there && (test_.descending ? -way : way) < (test_.strictly ? 1 : 0);
    last = {true, text ? 0 : cell.Measure(), text ? std::string(cell.text) : ""};
    return breaks;
  }

  std::size_t column_;
  Ascending test_;
  Last last_, again_;
  std::int64_t considered_ = 0, unexpected_ = 0;
};

std::unique_ptr<Gauge> OfStatistic(const StatisticWithin& test, const std::vector<std::size_t>& columns) {
  switch (test.statistic) {
    case Statistic::Rows:
      return std::make_unique<CountGauge>(std::nullopt);
    case Statistic::Missing:
      return std::make_unique<CountGauge>(columns.front());
    case Statistic::Median:
      return std::make_unique<RankGauge>(columns.front(), std::nullopt);
    case Statistic::Quantile:
      return std::make_unique<RankGauge>(columns.front(), test.level);
    case Statistic::Distinct:
    case Statistic::DistinctShare:
      return std::make_unique<DistinctGauge>(columns.front(), test.statistic == Statistic::DistinctShare);
    default:
      return std::make_unique<MomentGauge>(columns.front(), test.statistic);
  }
}

bool IsMeasured(ColumnType type) {
  return type != ColumnType::String && type != ColumnType::Array && type != ColumnType::Object;
}

bool NeedsNumbers(Statistic statistic) {
  return statistic != Statistic::Rows && statistic != Statistic::Missing &&
         statistic != Statistic::Distinct && statistic != Statistic::DistinctShare;
}

}  // namespace

std::string PlainText(const Cell& cell) {
  Cell plain = cell;
  if (cell.kind != Cell::Kind::Text) plain.text = {};
  if (cell.kind == Cell::Kind::Double && cell.number == std::floor(cell.number) &&
      std::fabs(cell.number) < 0x1p63)
    plain = Cell::Int(static_cast<std::int64_t>(cell.number));
  return ShownCell(plain, ColumnType::Any);
}

Result<std::unique_ptr<Gauge>> MakeFigureGauge(const Rule& rule, const Layout& layout,
                                               const std::vector<std::size_t>& columns, TimeMs now) {
  using Made = Result<std::unique_ptr<Gauge>>;
  if (const auto* statistic = std::get_if<StatisticWithin>(&rule.test)) {
    const bool numbers = NeedsNumbers(statistic->statistic);
    if (columns.empty() && statistic->statistic != Statistic::Rows)
      return Error{Reason::InvalidArgument,
                   "'" + std::string(NameOf(statistic->statistic)) + "' is about a column"};
    if (numbers && !IsMeasured(layout.columns()[columns.front()].reader.type()))
      return Error{Reason::InvalidArgument,
                   "'" + std::string(NameOf(statistic->statistic)) + "' is for numbers and times"};
    return Made(OfStatistic(*statistic, columns));
  }
  if (columns.empty()) return Made(nullptr);
  const auto& reader = layout.columns()[columns.front()].reader;
  if (const auto* values = std::get_if<ValuesAre>(&rule.test))
    return Made(std::make_unique<ValuesGauge>(columns.front(), *values, reader));
  if (const auto* age = std::get_if<AgeWithin>(&rule.test)) {
    const bool times = reader.type() == ColumnType::Timestamp || reader.type() == ColumnType::Date;
    return Made(std::make_unique<AgeGauge>(
        columns.front(), *age, times ? reader : CAIRN_TRY(ValueReader::Of(ColumnType::Timestamp)), now));
  }
  if (const auto* order = std::get_if<Ascending>(&rule.test))
    return Made(std::make_unique<OrderGauge>(columns.front(), *order));
  return Made(nullptr);
}

}  // namespace cairn::contract
