#include "loop/contract/scan/gauge.h"

#include <algorithm>

#include "loop/contract/scan/figures.h"
#include "loop/contract/scan/repeats.h"
#include "loop/contract/values/predicate.h"
#include "loop/contract/values/row_predicate.h"

namespace cairn::contract {
namespace {

/// A test of one value.
class ValueGauge final : public Gauge {
 public:
  enum class By { Missing, Misfits, Each };
  ValueGauge(std::size_t column, Predicate predicate, By by)
      : column_(column), predicate_(std::move(predicate)), by_(by) {}

  void Take(CellTable& table) override {
    const auto rows = static_cast<std::int64_t>(table.rows());
    if (by_ == By::Missing) {
      considered_ += rows;
      unexpected_ += table.CountsOf(column_).missing;
    } else if (by_ == By::Misfits) {
      const auto counts = table.CountsOf(column_);
      considered_ += rows - counts.missing;
      unexpected_ += counts.misfits;
    } else if (const auto measures = predicate_.IsOfMeasures() ? table.MeasuresOf(column_) : std::nullopt) {
      considered_ += static_cast<std::int64_t>(measures->size());
      unexpected_ += predicate_.CountBreaking(*measures);
    } else {
      predicate_.Count(table.CellsOf(column_), considered_, unexpected_);
    }
  }
  void Merge(Gauge& other) override {
    auto& same = dynamic_cast<ValueGauge&>(other);
    considered_ += same.considered_;
    unexpected_ += same.unexpected_;
  }
  Finding Tell(std::int64_t) override { return {considered_, unexpected_, {}, {}, {}, ""}; }
  std::vector<std::size_t> Shown() const override { return {column_}; }
  bool Breaks(CellTable& table, std::size_t row) override {
    const Cell& cell = table.CellsOf(column_)[row];
    return predicate_.Considers(cell) && predicate_.Breaks(cell);
  }

 private:
  std::size_t column_;
  Predicate predicate_;
  By by_;
  std::int64_t considered_ = 0, unexpected_ = 0;
};

/// A test of values inside a value.
class NestedGauge final : public Gauge {
 public:
  NestedGauge(std::size_t column, std::vector<std::string> path, ValueReader reader, Predicate predicate)
      : column_(column),
        path_(std::move(path)),
        reader_(std::move(reader)),
        predicate_(std::move(predicate)) {}

  void Take(CellTable& table) override {
    const auto& cells = table.CellsOf(column_);
    for (const Cell& cell : cells) {
      bool looked = false;
      unexpected_ += BreaksIn(cell, looked) ? 1 : 0;
      considered_ += looked ? 1 : 0;
    }
  }
  void Merge(Gauge& other) override {
    auto& same = dynamic_cast<NestedGauge&>(other);
    considered_ += same.considered_;
    unexpected_ += same.unexpected_;
  }
  Finding Tell(std::int64_t) override { return {considered_, unexpected_, {}, {}, {}, ""}; }
  std::vector<std::size_t> Shown() const override { return {column_}; }
  bool Breaks(CellTable& table, std::size_t row) override {
    bool looked = false;
    return BreaksIn(table.CellsOf(column_)[row], looked);
  }

 private:
  bool BreaksIn(const Cell& cell, bool& looked) const {
    if (cell.kind != Cell::Kind::Nested) return false;
    bool breaks = false;
    for (const Json* one : ValuesAt(*cell.nested, path_)) {
      const Cell part = reader_.Read(*one);
      if (!predicate_.Considers(part)) continue;
      looked = true;
      breaks = breaks || predicate_.Breaks(part);
    }
    return breaks;
  }

  std::size_t column_;
  std::vector<std::string> path_;
  ValueReader reader_;
  Predicate predicate_;
  std::int64_t considered_ = 0, unexpected_ = 0;
};

/// A test of several values of one row.
class RowGauge final : public Gauge {
 public:
  RowGauge(std::vector<std::size_t> columns, RowPredicate predicate)
      : columns_(std::move(columns)), predicate_(std::move(predicate)), row_(columns_.size()) {}

  void Take(CellTable& table) override {
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const auto outcome = Judge(table, row);
      considered_ += outcome != RowPredicate::Outcome::NotConsidered ? 1 : 0;
      unexpected_ += outcome == RowPredicate::Outcome::Breaks ? 1 : 0;
    }
  }
  void Merge(Gauge& other) override {
    auto& same = dynamic_cast<RowGauge&>(other);
    considered_ += same.considered_;
    unexpected_ += same.unexpected_;
  }
  Finding Tell(std::int64_t) override { return {considered_, unexpected_, {}, {}, {}, ""}; }
  std::vector<std::size_t> Shown() const override { return columns_; }
  bool Breaks(CellTable& table, std::size_t row) override {
    return Judge(table, row) == RowPredicate::Outcome::Breaks;
  }

 private:
  RowPredicate::Outcome Judge(CellTable& table, std::size_t row) {
    for (std::size_t i = 0; i < columns_.size(); ++i) row_[i] = table.CellsOf(columns_[i])[row];
    return predicate_.Judge(row_);
  }

  std::vector<std::size_t> columns_;
  RowPredicate predicate_;
  std::vector<Cell> row_;
  std::int64_t considered_ = 0, unexpected_ = 0;
};

using Made = Result<std::unique_ptr<Gauge>>;

Made MakeValueGauge(const Rule& rule, const Contract& contract, const Layout& layout, std::size_t column) {
  const ColumnRule* about = contract.Find(rule.column);
  const auto& own = layout.columns()[column].reader;
  const ValueReader reader = about && !rule.path.empty() ? CAIRN_TRY(ReaderAt(*about, rule.path)) : own;
  auto predicate = CAIRN_TRY(Predicate::Of(rule.test, reader));
  if (!predicate) return std::unique_ptr<Gauge>();
  if (!rule.path.empty())
    return std::unique_ptr<Gauge>(
        std::make_unique<NestedGauge>(column, rule.path, reader, *std::move(predicate)));
  const auto* missing = std::get_if<NotMissing>(&rule.test);
  auto by = ValueGauge::By::Each;
  if (missing && missing->also.empty()) by = ValueGauge::By::Missing;
  if (std::get_if<OfType>(&rule.test)) by = ValueGauge::By::Misfits;
  return std::unique_ptr<Gauge>(std::make_unique<ValueGauge>(column, *std::move(predicate), by));
}

}  // namespace

std::vector<std::string> ColumnsOf(const Rule& rule) {
  if (const auto row = RowPredicate::Of(rule.test)) return row->columns();
  if (const auto* unique = std::get_if<Unique>(&rule.test)) return unique->columns;
  if (const auto* other = std::get_if<InOther>(&rule.test)) return other->columns;
  const bool elsewhere = std::get_if<QueryValue>(&rule.test) || std::get_if<QueryRows>(&rule.test) ||
                         std::get_if<Condition>(&rule.test) || std::get_if<Remark>(&rule.test);
  return elsewhere || rule.column.empty() ? std::vector<std::string>()
                                          : std::vector<std::string>{rule.column};
}

Result<std::unique_ptr<Gauge>> MakeGauge(const Rule& rule, const Contract& contract, const Layout& layout,
                                         TimeMs now) {
  std::vector<std::size_t> columns;
  if (std::get_if<InOther>(&rule.test) || std::get_if<LikeOther>(&rule.test)) return std::unique_ptr<Gauge>();
  for (const auto& name : ColumnsOf(rule)) columns.push_back(layout.Find(name).value_or(0));
  if (auto row = RowPredicate::Of(rule.test))
    return std::unique_ptr<Gauge>(std::make_unique<RowGauge>(std::move(columns), *std::move(row)));
  if (const auto* unique = std::get_if<Unique>(&rule.test))
    return MakeUniqueGauge(*unique, std::move(columns));
  auto figure = CAIRN_TRY(MakeFigureGauge(rule, layout, columns, now));
  if (figure) return figure;
  if (columns.empty()) return std::unique_ptr<Gauge>();
  return MakeValueGauge(rule, contract, layout, columns.front());
}

}  // namespace cairn::contract
