#include <gtest/gtest.h>

#include <map>
#include <random>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "loop/contract/check.h"
#include "loop/contract/row_rules.h"

/// The promise that a file and a request are judged alike: for random contracts and random rows, what each
/// rule counts in a file is how often rows break it one by one.
namespace cairn::contract {
namespace {

class Agreement : public testing::Test {
 protected:
  template <class Item>
  const Item& Any(const std::vector<Item>& items) {
    return items[random_() % items.size()];
  }
  bool Chance(unsigned percent) { return random_() % 100 < percent; }

  /// Values that a CSV file can tell from all others.
  Json AnyValue(ColumnType type) {
    if (Chance(10)) return Json();
    static const std::vector<Json> texts = {"AA",
                                            "UA",
                                            "x y",
                                            "é",
                                            "O'H",
                                            "\"q\"",
                                            "a@b.co",
                                            "a,b\nc",
                                            "2013-02-01",
                                            "true",
                                            "1_000",
                                            "0x1F",
                                            "12 km",
                                            "2013-02-30",
                                            "17:30",
                                            "-",
                                            "2013-02-01T04:05:06Z"};
    static const std::vector<Json> numbers = {0,    1,    2,     3,         -1,       7,    9007199254740993,
                                              0.5,  -0.0, 1e300, 1e-7,      2.5,      3.75, -12.125,
                                              1e15, 4.0,  100,   INT64_MAX, INT64_MIN};
    switch (type) {
      case ColumnType::String:
        return Any(texts);
      case ColumnType::Boolean:
        return Any(std::vector<Json>{true, false, 0, 1, 2, "x"});
      case ColumnType::Timestamp:
        return Any(std::vector<Json>{"2013-02-01", "2013-02-01 04:05:06", "2013-02-01T04:05:06.5+02:00",
                                     1359676800000, "x", "2013-13-01"});
      case ColumnType::Date:
        return Any(std::vector<Json>{"2013-02-01", "2012-02-29", "2013-02-29", "2013-02-01 04:05", "x"});
      case ColumnType::Time:
        return Any(std::vector<Json>{"17:30", "17:30:59.25", "25:00", "5:00", "00:00:00"});
      default:
        return Chance(15) ? Any(texts) : Any(numbers);
    }
  }

  ColumnRule AnyColumn(const std::string& name) {
    ColumnRule column;
    column.name = name;
    column.type =
        Any(std::vector{ColumnType::String, ColumnType::Integer, ColumnType::Number, ColumnType::Boolean,
                        ColumnType::Timestamp, ColumnType::Date, ColumnType::Time});
    column.nullable = Chance(50);
    const bool number = column.type == ColumnType::Integer || column.type == ColumnType::Number;
    if (number && Chance(50)) column.min = Any(std::vector{-3.5, 0.0, 1.0});
    if (number && Chance(50)) column.max = Any(std::vector{2.0, 2.5, 100.0});
    column.open_min = Chance(50);
    column.open_max = Chance(50);
    if (number && Chance(30)) column.multiple_of = Any(std::vector{0.5, 1.0, 0.1, 3.0});
    if (number && Chance(30)) column.allowed = {0, 1, 3, 2.5, 1e300};
    if (column.type == ColumnType::Boolean && Chance(50)) column.allowed = {true};
    if (column.type == ColumnType::String) {
      if (Chance(40)) column.allowed = {"AA", "é", "O'H", "true", "a,b\nc"};
      if (Chance(40))
        column.pattern = Any(std::vector<std::string>{"^A", "^.$", "[[:alpha:]]{2}", "\\d+", "(?i)o'h|é"});
      if (Chance(40)) column.min_length = 2;
      if (Chance(40)) column.max_length = 5;
      if (Chance(30)) column.format = Any(std::vector<std::string>{"email", "uuid", "uri", "ipv4"});
    }
    if (column.type == ColumnType::Integer && Chance(30))
      column.format = Any(std::vector<std::string>{"i8", "u16"});
    if (column.type == ColumnType::Timestamp && Chance(40)) column.min = 1359676800000;
    if (column.type == ColumnType::Date && Chance(40)) column.max = 1356998400000;
    if (column.type == ColumnType::Time && Chance(40)) column.min = 60'000;
    return column;
  }

  Contract AnyContract() {
    Contract contract;
    for (const char* name : {"a", "b b", "c\"c"}) contract.columns.push_back(AnyColumn(name));
    Rule rule;
    rule.name = "compared";
    rule.test = Compared{"a", "b b",
                         Any(std::vector{Comparison::Less, Comparison::NotEqual, Comparison::GreaterOrEqual}),
                         Any(std::vector{0.0, 1.5})};
    contract.rules.push_back(rule);
    rule.name = "sum";
    rule.test = SumWithin{{"a", "c\"c"}, Range{-5, 10}};
    contract.rules.push_back(rule);
    return contract;
  }

  using Row = std::vector<Json>;
  std::vector<Row> AnyRows(const Contract& contract) {
    std::vector<Row> rows(50);
    for (Row& row : rows)
      for (const ColumnRule& column : contract.columns) row.push_back(AnyValue(column.type));
    return rows;
  }

  static std::string Field(const Json& value) {
    if (value.IsNull()) return "";
    std::string text = value.IsString() ? value.AsString() : value.Dump();
    for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2) text.insert(at, 1, '"');
    return "\"" + text + "\"";
  }
  std::string AsCsv(const std::vector<Row>& rows) {
    std::string text = "n,a,b b,\"c\"\"c\"\n";
    for (const Row& row : rows)
      text += std::to_string(&row - rows.data()) + "," + Field(row[0]) + "," + Field(row[1]) + "," +
              Field(row[2]) + "\n";
    return text;
  }
  std::string AsJsonLines(const std::vector<Row>& rows) {
    std::string text;
    for (const Row& row : rows) text += Json{{"a", row[0]}, {"b b", row[1]}, {"c\"c", row[2]}}.Dump() + "\n";
    return text;
  }

  std::map<std::string, std::int64_t> ByRows(const Contract& contract, const std::vector<Row>& rows) {
    const auto rules = RowRules::Of(contract);
    EXPECT_TRUE(rules) << rules.error().message;
    std::map<std::string, std::int64_t> counts;
    for (const Row& row : rows) {
      const auto broken = rules->Broken(std::vector{&row[0], &row[1], &row[2]});
      for (const auto& name : broken) ++counts[name];
      const bool told = !rules->Violation(0, row[0]).empty() || !rules->Violation(1, row[1]).empty() ||
                        !rules->Violation(2, row[2]).empty() ||
                        !rules->RowViolation(std::vector{&row[0], &row[1], &row[2]}).empty();
      EXPECT_EQ(told, !broken.empty());
    }
    return counts;
  }
  std::map<std::string, std::int64_t> ByFile(const Contract& contract, const std::string& path) {
    const auto verdict = Check(*engine_, {path}, contract, {});
    EXPECT_TRUE(verdict) << verdict.error().message;
    std::map<std::string, std::int64_t> counts;
    for (const auto& rule : verdict->rules) {
      EXPECT_NE(rule.status, Status::Error) << rule.sentence;
      EXPECT_LE(rule.unexpected, rule.considered);
      if (rule.unexpected > 0) counts[rule.rule] = rule.unexpected;
    }
    return counts;
  }
  std::string Written(const std::string& name, const std::string& text) {
    const std::string path = folder_ / name;
    EXPECT_TRUE(os::WriteFileAtomically(path, text));
    return path;
  }

  std::mt19937 random_{20130201};
  os::TempFolder folder_ = *os::TempFolder::Create();
  std::unique_ptr<tables::Engine> engine_ = *tables::Engine::Open();
};

TEST_F(Agreement, OfCsvFilesWithRows) {
  for (int round = 0; round < 60; ++round) {
    const Contract contract = AnyContract();
    const auto rows = AnyRows(contract);
    const auto path = Written("rows.csv", AsCsv(rows));
    // What a CSV field cannot carry: that a text looks like what the column holds.
    std::vector<Row> as_read = rows;
    for (Row& row : as_read) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        const ColumnType type = contract.columns[i].type;
        if (type == ColumnType::String && !row[i].IsNull() && !row[i].IsString()) row[i] = row[i].Dump();
        if (type == ColumnType::Boolean && row[i].IsString() && row[i].AsString() == "true") row[i] = true;
      }
    }
    ASSERT_EQ(ByFile(contract, path), ByRows(contract, as_read)) << AsCsv(rows);
  }
}

TEST_F(Agreement, OfJsonLinesWithRows) {
  for (int round = 0; round < 60; ++round) {
    const Contract contract = AnyContract();
    const auto rows = AnyRows(contract);
    ASSERT_EQ(ByFile(contract, Written("rows.jsonl", AsJsonLines(rows))), ByRows(contract, rows))
        << AsJsonLines(rows);
  }
}

TEST_F(Agreement, OfParquetWithRows) {
  for (int round = 0; round < 40; ++round) {
    Contract contract = AnyContract();
    // A Parquet column has one type, which need not be the contract's.
    const std::vector<tables::Type> types = {tables::Type::Int, tables::Type::Double, tables::Type::Text,
                                             tables::Type::Bool};
    std::vector<tables::Column> columns;
    std::vector<Row> rows(50, Row(3));
    for (std::size_t i = 0; i < 3; ++i) {
      const tables::Type type = Any(types);
      tables::Column column(contract.columns[i].name, type);
      for (Row& row : rows) {
        Json value =
            Chance(10) ? Json()
                       : AnyValue(type == tables::Type::Text ? contract.columns[i].type : ColumnType::Number);
        if (type == tables::Type::Text && !value.IsNull() && !value.IsString()) value = value.Dump();
        if (type != tables::Type::Text && !value.IsNumber()) value = Json();
        if (value.IsNull()) {
          column.PushNull();
        } else if (type == tables::Type::Text) {
          column.Push(value.AsString());
        } else if (type == tables::Type::Int) {
          value = value.IsInt() ? value.AsInt() : 5;
          column.Push(value.AsInt());
        } else if (type == tables::Type::Double) {
          value = value.AsDouble();
          column.Push(value.AsDouble());
        } else {
          value = value.AsDouble() > 1;
          column.PushBool(value.AsBool());
        }
        row[i] = value;
      }
      columns.push_back(std::move(column));
    }
    ASSERT_TRUE(engine_->Put("rows", tables::Table(std::move(columns))));
    const std::string path = folder_ / "rows.parquet";
    ASSERT_TRUE(engine_->Write("SELECT * FROM rows", path, tables::Format::Parquet));
    ASSERT_EQ(ByFile(contract, path), ByRows(contract, rows)) << AsJsonLines(rows);
  }
}

}  // namespace
}  // namespace cairn::contract
