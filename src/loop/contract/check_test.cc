#include "loop/contract/check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/text.h"

namespace cairn::contract {
namespace {

constexpr TimeMs kNow = 1'356'998'400'000;  // 2013-01-01T00:00:00Z

class ContractCheck : public testing::Test {
 protected:
  Verdict Check(const std::string& text, const Contract& contract, const std::string& name = "data.csv") {
    const std::string path = folder_ / name;
    EXPECT_TRUE(os::WriteFileAtomically(path, text));
    Conditions conditions;
    conditions.now = kNow;
    conditions.folder = folder_.path();
    auto verdict = contract::Check(*engine_, {path}, contract, conditions);
    EXPECT_TRUE(verdict) << verdict.error().message;
    return verdict ? *std::move(verdict) : Verdict();
  }

  static Contract Of(std::vector<ColumnRule> rules) {
    Contract contract;
    contract.columns = std::move(rules);
    return contract;
  }
  static ColumnRule Rule(std::string name, ColumnType type) {
    ColumnRule rule;
    rule.name = std::move(name);
    rule.type = type;
    return rule;
  }
  /// The verdict on a CSV text by an ODCS table's properties and quality, in YAML's flow form.
  Verdict CheckOdcs(const std::string& text, const std::string& table, const std::string& name = "data.csv") {
    const auto contract = ReadContract(
        "{apiVersion: v3.1.0, kind: DataContract, id: c, version: 1.0.0, status: active, schema: [{name: "
        "t, " +
            table + "}]}",
        "c.yaml");
    EXPECT_TRUE(contract) << contract.error().message;
    return contract ? Check(text, *contract, name) : Verdict();
  }

  static const RuleVerdict& Named(const Verdict& verdict, std::string_view name) {
    static const RuleVerdict none;
    const auto found = std::find_if(verdict.rules.begin(), verdict.rules.end(),
                                    [&](const auto& rule) { return rule.rule == name; });
    EXPECT_NE(found, verdict.rules.end()) << name;
    return found == verdict.rules.end() ? none : *found;
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  std::unique_ptr<tables::Engine> engine_ = *tables::Engine::Open();
};

TEST_F(ContractCheck, AWideParquetFileGivesTheVerdictOfTheSameRowsInCsv) {
  const auto contract = ReadContract(
      "{apiVersion: v3.1.0, kind: DataContract, id: c, version: 1.0.0, status: active, schema: [{name: t, "
      "properties: [{name: a, logicalType: integer, logicalTypeOptions: {minimum: 10}}, {name: b, "
      "logicalType: integer}, {name: c, logicalType: integer, required: true}, {name: d, logicalType: "
      "string, "
      "logicalTypeOptions: {pattern: '^x[01]$'}}, {name: e, logicalType: string, unique: true}, {name: f, "
      "logicalType: boolean}, {name: g, logicalType: number, logicalTypeOptions: {maximum: 1000}}, {name: h, "
      "logicalType: integer, required: true}, {name: k, logicalType: string, logicalTypeOptions: {maxLength: "
      "0}}], quality: [{type: custom, engine: cairn, implementation: {compareColumns: {left: a, op: '<', "
      "right: b}}}, {type: custom, engine: cairn, implementation: {unique: [c, d]}}, {type: library, metric: "
      "rowCount, mustBe: 5000}]}]}",
      "c.yaml");
  ASSERT_TRUE(contract) << contract.error().message;
  const auto verdict_on = [&](const std::string& name, tables::Format format) {
    const std::string path = folder_ / name;
    EXPECT_TRUE(
        engine_->Write("SELECT i AS a, i * 2 AS b, i % 7 AS c, 'x' || i % 3 AS d, 'k' || i // 2 AS e, "
                       "i % 2 = 0 AS f, i / 4.0 + 0.125 AS g, NULLIF(i % 11, 0) AS h, 'z' AS k "
                       "FROM range(5000) AS t(i)",
                       path, format));
    Conditions conditions;
    conditions.now = kNow;
    auto verdict = contract::Check(*engine_, {path}, *contract, conditions);
    EXPECT_TRUE(verdict) << verdict.error().message;
    return verdict ? *std::move(verdict) : Verdict();
  };
  const auto csv = verdict_on("rows.csv", tables::Format::Csv);
  const auto parquet = verdict_on("rows.parquet", tables::Format::Parquet);
  EXPECT_EQ(parquet.rows, 5000);
  EXPECT_EQ(std::count_if(parquet.rules.begin(), parquet.rules.end(),
                          [](const RuleVerdict& rule) { return rule.unexpected > 0; }),
            8);
  EXPECT_EQ(parquet.ToJson().Dump(), csv.ToJson().Dump());
}

TEST_F(ContractCheck, EveryBrokenRuleIsToldWithItsCountAndExamples) {
  ColumnRule carrier = Rule("carrier", ColumnType::String), distance = Rule("distance", ColumnType::Number);
  carrier.nullable = false;
  carrier.allowed = {"AA", "UA"};
  distance.min = 10;
  distance.max = 6000;
  Contract contract = Of({carrier, distance, Rule("gate", ColumnType::Integer)});
  contract.min_rows = 10;
  const auto verdict = Check("carrier,distance\nAA,100\nZZ,5\n,7000\nUA,far\nZZ,9000\n", contract);
  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(verdict.rows, 5);
  EXPECT_EQ(Named(verdict, "carrier: not null").unexpected, 1);
  EXPECT_EQ(Named(verdict, "carrier: allowed").unexpected, 2);
  EXPECT_EQ(Named(verdict, "carrier: allowed").examples, std::vector<std::string>{"ZZ"});
  EXPECT_EQ(Named(verdict, "distance: type").examples, std::vector<std::string>{"far"});
  EXPECT_EQ(Named(verdict, "distance: min").unexpected, 1);
  EXPECT_EQ(Named(verdict, "distance: max").examples, (std::vector<std::string>{"7000", "9000"}));
  EXPECT_FALSE(Named(verdict, "gate: present").passed());
  EXPECT_FALSE(Named(verdict, "rows: min").passed());
  for (const char* part :
       {"carrier: not null (1 of 5 rows", "such as 7000, 9000", "gate: present", "there are 5"}) {
    EXPECT_NE(verdict.Failures().find(part), std::string::npos) << verdict.Failures();
  }
}

TEST_F(ContractCheck, TextsStayTextsAndNumbersAreWhole) {
  ColumnRule code = Rule("code", ColumnType::String), count = Rule("count", ColumnType::Integer);
  code.allowed = {"007", "010"};
  const auto verdict = Check("code,count\n007,1\n010,2.0\n007,1e3\n", Of({code, count}));
  EXPECT_TRUE(verdict.passed) << verdict.Failures();
  const auto broken =
      Check("code,count\n7,1.5\n007,9223372036854775808\n010,1_000\n010,0x10\n", Of({code, count}));
  EXPECT_EQ(Named(broken, "code: allowed").unexpected, 1);
  EXPECT_EQ(Named(broken, "count: type").unexpected, 4) << broken.ToJson().Dump();
}

TEST_F(ContractCheck, NaNIsMissingAndInfinityIsOutOfRange) {
  ColumnRule x = Rule("x", ColumnType::Number);
  x.min = 0;
  x.max = 10;
  EXPECT_TRUE(Check("x\n1\nNaN\n-nan\nNA\n", Of({x})).passed);
  const auto infinite = Check("x\n1\ninf\n-inf\n", Of({x}));
  EXPECT_EQ(Named(infinite, "x: max").unexpected, 1);
  EXPECT_EQ(Named(infinite, "x: min").unexpected, 1);
  x.nullable = false;
  EXPECT_EQ(Named(Check("x\n1\nNaN\n-nan\nNA\n", Of({x})), "x: not null").unexpected, 3);
}

TEST_F(ContractCheck, APatternThatIsNoRegularExpressionFailsAndTheOthersAreStillJudged) {
  ColumnRule a = Rule("a", ColumnType::String), b = Rule("b", ColumnType::String);
  a.pattern = "(";
  b.pattern = "^[a-z]+$";
  const auto verdict = Check("a,b\nx,abc\ny,A1\n", Of({a, b}));
  EXPECT_FALSE(Named(verdict, "a: pattern").passed());
  EXPECT_NE(Named(verdict, "a: pattern").sentence.find("cannot be evaluated"), std::string::npos);
  EXPECT_EQ(Named(verdict, "b: pattern").unexpected, 1);
  EXPECT_EQ(Named(verdict, "b: pattern").examples, std::vector<std::string>{"A1"});
}

TEST_F(ContractCheck, UniqueColumnsAndUniqueRows) {
  ColumnRule id = Rule("id", ColumnType::Integer);
  id.unique = true;
  Contract contract = Of({id, Rule("day", ColumnType::String)});
  contract.unique = {"day", "id"};
  const auto verdict = Check("id,day\n1,a\n1,b\n2,a\n2,a\n3,\n", contract);
  EXPECT_EQ(Named(verdict, "id: unique").unexpected, 4);
  EXPECT_EQ(Named(verdict, "unique: day, id").unexpected, 2);
  EXPECT_EQ(Named(verdict, "unique: day, id").examples, std::vector<std::string>{"a | 2"});
}

TEST_F(ContractCheck, FreshnessLooksAtTheNewestTime) {
  Contract contract = Of({Rule("at", ColumnType::Timestamp)});
  contract.freshness_column = "at";
  contract.freshness_ms = 86'400'000;
  EXPECT_TRUE(Check("at\n2012-12-31T00:00:00Z\n2011-01-01\n", contract).passed);
  const auto old = Check("at\n2012-12-30T23:59:59Z\n", contract);
  EXPECT_FALSE(old.passed);
  EXPECT_NE(Named(old, "freshness: at").sentence.find("it is from 2012-12-30T23:59:59.000Z"),
            std::string::npos)
      << Named(old, "freshness: at").sentence;
  const auto none = Check("at\nnever\n", contract);
  EXPECT_FALSE(Named(none, "freshness: at").passed());
  EXPECT_EQ(Named(none, "at: type").unexpected, 1);
}

TEST_F(ContractCheck, NastyNamesAndTextsAreJustText) {
  ColumnRule nasty = Rule("a\"; DROP TABLE x; --", ColumnType::String);
  nasty.allowed = {"it's", "a,b", "two\nlines"};
  const auto verdict =
      Check("\"a\"\"; DROP TABLE x; --\"\nit's\n\"a,b\"\n\"two\nlines\"\n\"'); --\"\n", Of({nasty}));
  EXPECT_EQ(verdict.rows, 4);
  EXPECT_EQ(Named(verdict, "a\"; DROP TABLE x; --: allowed").examples, std::vector<std::string>{"'); --"});
}

TEST_F(ContractCheck, AContractWithoutColumnsCountsRows) {
  Contract contract;
  contract.min_rows = 2;
  EXPECT_TRUE(Check("a\n1\n2\n", contract).passed);
  contract.unique = {"a"};
  EXPECT_FALSE(Check("a\n1\n1\n", contract).passed);
}

TEST_F(ContractCheck, InJsonLinesANumberIsNoText) {
  const auto verdict =
      Check("{\"a\": 1, \"b\": \"x\"}\n{\"a\": 2, \"b\": null}\n",
            Of({Rule("a", ColumnType::String), Rule("b", ColumnType::String)}), "data.jsonl");
  EXPECT_EQ(Named(verdict, "a: type").unexpected, 2);
  EXPECT_TRUE(Named(verdict, "b: type").passed());
}

TEST_F(ContractCheck, ExamplesAreDifferentValuesInTheFilesOrderWithTheirRows) {
  ColumnRule n = Rule("n", ColumnType::Integer);
  n.max = 5;
  std::string csv = "n\n";
  for (int i = 0; i < 6000; ++i) csv += std::to_string(i % 3000 == 17 ? 40 : i == 5000 ? 7 : i % 2) + "\n";
  const auto verdict = Check(csv, Of({n}));
  const auto& rule = Named(verdict, "n: max");
  EXPECT_EQ(rule.unexpected, 3);
  EXPECT_EQ(rule.considered, 6000);
  EXPECT_EQ(rule.examples, (std::vector<std::string>{"40", "7"}));
  EXPECT_EQ(rule.example_rows, (std::vector<std::int64_t>{18, 5001}));
  EXPECT_DOUBLE_EQ(rule.Share(), 3.0 / 6000);
  n.max = -1;
  EXPECT_EQ(Named(Check(csv, Of({n})), "n: max").examples.size(), 4U) << "0, 1, 40 and 7";
}

TEST_F(ContractCheck, ValuesOfAClassifiedColumnAreNotShown) {
  const auto verdict =
      CheckOdcs("mail,n\nx,1\nsecret@example.org,2\n",
                "properties: [{name: mail, logicalType: string, classification: restricted, "
                "logicalTypeOptions: {format: email}}, "
                "{name: n, logicalType: integer, classification: public, logicalTypeOptions: {maximum: 1}}], "
                "quality: [{type: "
                "custom, engine: cairn, name: rows, implementation: {sql: SELECT * FROM t}}]");
  const auto& mail = Named(verdict, "mail: format");
  EXPECT_EQ(mail.unexpected, 1);
  EXPECT_TRUE(mail.masked);
  EXPECT_EQ(mail.examples, std::vector<std::string>{"***"});
  EXPECT_EQ(mail.example_rows, std::vector<std::int64_t>{1});
  EXPECT_EQ(Named(verdict, "n: max").examples, std::vector<std::string>{"2"});
  EXPECT_TRUE(Named(verdict, "rows").masked) << "where a query's values come from is not known";
  EXPECT_EQ(verdict.ToJson().Dump().find("secret"), std::string::npos);
  EXPECT_EQ(verdict.ToJUnit("t").find("secret"), std::string::npos);
}

TEST_F(ContractCheck, LibraryMetricsAreJudgedByTheirOperators) {
  const std::string csv = "id,code,n\n1,A,1\n1,B,2\n2,,\n3,x,x\n3,A,5\n";
  const auto verdict = CheckOdcs(
      csv,
      "properties: [{name: id, logicalType: integer, quality: [{metric: duplicateValues, mustBe: 2, name: "
      "two}, "
      "{metric: duplicateValues, mustBeLessThan: 2, name: less}]}, {name: code, logicalType: string, "
      "quality: ["
      "{metric: nullValues, mustBeLessOrEqualTo: 20, unit: percent, name: fifth}, "
      "{metric: nullValues, mustBeLessThan: 20, unit: percent, name: below}, "
      "{metric: missingValues, arguments: {missingValues: [x]}, mustBe: 2, name: missing}, "
      "{metric: invalidValues, arguments: {validValues: [A, B]}, mustBe: 0, severity: warning, name: valid}, "
      "{metric: invalidValues, arguments: {pattern: '^[A-Z]$'}, mustBeBetween: [1, 3], name: pattern}]}, "
      "{name: n, "
      "logicalType: number}], quality: [{metric: rowCount, mustBeBetween: [1, 5], name: rows}, {metric: "
      "rowCount, "
      "mustNotBeBetween: [4, 6], name: notrows}, {metric: duplicateValues, arguments: {properties: [id, "
      "code]}, mustBe: "
      "0, name: pair}, {rule: duplicateCount, arguments: {properties: [code]}, mustBe: 1, name: old}]");
  for (const char* name : {"id: two", "code: fifth", "code: missing", "code: pattern", "rows", "pair", "old"})
    EXPECT_EQ(Named(verdict, name).status, Status::Passed) << name << Named(verdict, name).sentence;
  for (const char* name : {"id: less", "code: below", "notrows"})
    EXPECT_EQ(Named(verdict, name).status, Status::Failed) << name;
  EXPECT_EQ(Named(verdict, "code: valid").status, Status::Warned);
  EXPECT_EQ(Named(verdict, "id: less").unexpected, 4) << "rows, while the metric counts values";
  EXPECT_EQ(Named(verdict, "id: less").figure, 2);
  EXPECT_EQ(Named(verdict, "n: type").unexpected, 1);
}

TEST_F(ContractCheck, AWarningNeverFailsACheckAndAnErrorIsNoPass) {
  const std::string properties =
      "properties: [{name: a, logicalType: integer, quality: [{metric: invalidValues, arguments: "
      "{validValues: [1]}, "
      "mustBe: 0, severity: info}]}]";
  EXPECT_TRUE(CheckOdcs("a\n2\n", properties).passed);
  const auto verdict =
      CheckOdcs("a\n2\n", properties +
                              ", quality: [{type: text, description: be good}, {type: custom, "
                              "engine: soda, implementation: 'checks'}, {type: sql, query: "
                              "'SELECT count(*) FROM {object} WHERE nope > 1', mustBe: 0}]");
  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(Named(verdict, "sql").status, Status::Error);
  EXPECT_NE(Named(verdict, "sql").sentence.find("nope"), std::string::npos);
  EXPECT_EQ(Named(verdict, "text").status, Status::Remarked);
  EXPECT_EQ(Named(verdict, "soda").status, Status::Remarked);
  const auto junit = verdict.ToJUnit("c");
  EXPECT_NE(junit.find("failures=\"0\" errors=\"1\" skipped=\"2\""), std::string::npos) << junit;
}

TEST_F(ContractCheck, ARuleOnAMissingColumnCannotBeEvaluated) {
  const auto verdict =
      CheckOdcs("colour\nred\n", "properties: [{name: color, logicalType: string, required: true}]");
  EXPECT_EQ(Named(verdict, "color: present").status, Status::Failed);
  EXPECT_EQ(Named(verdict, "color: not null").status, Status::Error);
  EXPECT_NE(Named(verdict, "color: not null").sentence.find("Did you mean 'colour'?"), std::string::npos);
}

TEST_F(ContractCheck, OwnRulesMeasureColumnsAndTables) {
  const std::string csv =
      "id,x,day,a,b,c\n1,1,2013-01-01,1,2,3\n2,2,2013-01-02,2,2,4\n3,3,2013-01-02,3,1,4\n4,10,2013-01-01,,5,"
      "5\n";
  const auto own = [](const std::string& rule) {
    return "{type: custom, engine: cairn, implementation: {" + rule + "}}";
  };
  const auto column = [&](const std::string& name, const std::string& type, const std::string& rule) {
    return CheckOdcs(csv, "properties: [{name: " + name + ", logicalType: " + type + ", quality: [" +
                              own(rule) + "]}]")
        .rules.back();
  };
  const auto table = [&](const std::string& rule) {
    return CheckOdcs(csv,
                     "properties: [{name: id, logicalType: integer}, {name: x, logicalType: number}, {name: "
                     "day, logicalType: "
                     "date}, {name: a, logicalType: integer}, {name: b, logicalType: integer}, {name: c, "
                     "logicalType: "
                     "integer}], quality: [" +
                         own(rule) + "]")
        .rules.back();
  };
  const auto kept = [](const RuleVerdict& rule) {
    EXPECT_EQ(rule.status, Status::Passed) << rule.sentence;
    return rule;
  };
  const auto broken = [](const RuleVerdict& rule, std::int64_t unexpected) {
    EXPECT_EQ(rule.status, Status::Failed) << rule.sentence;
    EXPECT_EQ(rule.unexpected, unexpected) << rule.sentence;
    return rule;
  };
  kept(column("x", "number", "between: [1, 10]"));
  broken(column("x", "number", "between: {min: 1, strictMin: true}"), 1);
  kept(column("x", "number", "between: [1, 3], mostly: 0.75"));
  broken(column("x", "number", "between: [1, 3], mostly: 0.76"), 1);
  kept(column("x", "number", "mean: [4, 4]"));
  kept(column("x", "number", "median: [2.5, 2.5]"));
  kept(column("x", "number", "stdev: [4.08248, 4.08249]"));
  kept(column("x", "number", "quantile: {level: 0.5, min: 3, max: 3}"));
  kept(column("x", "number", "sum: 16"));
  broken(column("x", "number", "max: {max: 9}"), 0);
  kept(column("day", "date", "max: {max: 2013-01-02}"));
  kept(column("day", "date", "distinct: 2"));
  kept(column("day", "date", "distinctShare: {max: 0.5}"));
  broken(column("day", "date", "monotonic: increasing"), 1);
  kept(column("id", "integer", "monotonic: {direction: increasing, strictly: true}"));
  broken(column("day", "date", "unique: true"), 4);
  broken(column("a", "integer", "notNull: true"), 1);
  kept(column("a", "integer", "missing: 1"));
  kept(column("b", "integer", "mostFrequent: [2, 3]"));
  broken(column("b", "integer", "values: {exactly: [1, 2, 3]}"), 2);
  kept(column("b", "integer", "values: {including: [1, 5]}"));
  broken(column("b", "integer", "values: {among: [1, 2]}"), 1);
  kept(table("compareColumns: {left: a, op: <=, right: c}"));
  EXPECT_EQ(table("compareColumns: {left: a, op: <, right: b}").considered, 3) << "a is missing once";
  broken(table("compareColumns: {left: a, op: <, right: b}"), 2);
  kept(table("compareColumns: {left: a, op: <=, right: b, offset: -2}"));
  broken(table("sumOfColumns: {columns: [b, c], min: 5, max: 6}"), 1);
  kept(table("unique: [day, b]"));
  broken(table("unique: [day]"), 4);
  kept(table("rows: [4, 4]"));
  broken(table("rows: {min: 5}"), 0);
  kept(table("columns: ordered"));
  EXPECT_EQ(column("id", "integer", "foreignKey: {file: other.csv, references: [key]}").status, Status::Error)
      << "there is no such file";
}

TEST_F(ContractCheck, OtherTablesAreAskedForKeys) {
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "other.csv", "key,part\n1,a\n2.0,b\n9,c\n"));
  const auto rule = [&](const std::string& text) {
    return CheckOdcs("id,part\n1,a\n2,x\n5,a\n,b\n",
                     "properties: [{name: id, logicalType: integer}, {name: part, logicalType: string}], "
                     "quality: [{type: "
                     "custom, engine: cairn, implementation: {" +
                         text + "}}]")
        .rules.back();
  };
  const auto foreign = rule("foreignKey: {columns: [id], file: other.csv, references: [key]}");
  EXPECT_EQ(foreign.status, Status::Failed) << foreign.sentence;
  EXPECT_EQ(foreign.unexpected, 1);
  EXPECT_EQ(foreign.considered, 3) << "a missing key is no key";
  EXPECT_EQ(foreign.examples, std::vector<std::string>{"id=5"});
  EXPECT_EQ(rule("foreignKey: {columns: [id, part], file: other.csv, references: [key, part]}").unexpected,
            2);
  EXPECT_EQ(rule("leakage: {columns: [id], file: other.csv, references: [key]}").unexpected, 2);
  EXPECT_EQ(rule("foreignKey: {columns: [id], file: other.csv, references: [key]}, mostly: 0.6").status,
            Status::Passed);
  for (const char* outside : {"../other.csv", "/etc/passwd"}) {
    const auto denied = rule("foreignKey: {columns: [id], file: " + std::string(outside) + "}");
    EXPECT_EQ(denied.status, Status::Error) << outside;
  }
}

TEST_F(ContractCheck, RelationshipsFindTheOtherTableWhereTheServerSaysItLies) {
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "customers.csv", "id\n1\n2\n"));
  const std::string document =
      "{apiVersion: v3.1.0, kind: DataContract, id: c, version: 1.0.0, status: active, servers: [{server: l, "
      "type: "
      "local, path: '{model}.csv', format: csv}], schema: [{name: orders, properties: [{name: customer, "
      "physicalName: "
      "customer_id, logicalType: integer, relationships: [{to: customers.id}]}]}, {name: customers, "
      "properties: [{name: "
      "id, logicalType: integer}]}]}";
  const auto contract = ReadContract(document, "c.yaml", "orders");
  ASSERT_TRUE(contract) << contract.error().message;
  const auto verdict = Check("customer_id\n1\n3\n\n", *contract, "orders.csv");
  const auto& rule = Named(verdict, "customer_id: reference");
  EXPECT_EQ(rule.status, Status::Failed) << rule.sentence;
  EXPECT_EQ(rule.examples, std::vector<std::string>{"customer_id=3"});
  EXPECT_EQ(ReadContract(document, "c.yaml").error().reason, Reason::NotFound) << "there are two tables";
}

TEST_F(ContractCheck, SqlOfAContractReadsItsTableAndNothingElse) {
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "secret.csv", "s\nhidden\n"));
  const auto sql = [&](const std::string& query, const std::string& op = "mustBe: 0") {
    const auto verdict =
        CheckOdcs("id,amount\n1,10\n2,-5\nx,3\n",
                  "properties: [{name: id, logicalType: integer}, {name: amount, logicalType: number, "
                  "quality: [{type: sql, query: \"" +
                      query + "\", " + op + "}]}]");
    return verdict.rules.back();
  };
  EXPECT_EQ(sql("SELECT count(*) FROM {object} WHERE {property} < 0", "mustBe: 1").status, Status::Passed);
  EXPECT_EQ(sql("SELECT sum(${column}) FROM ${table};", "mustBeBetween: [7, 9]").status, Status::Passed);
  EXPECT_EQ(sql("SELECT count(id) FROM t", "mustBe: 2").status, Status::Passed)
      << "what is no number is null";
  EXPECT_EQ(sql("SELECT 'good'", "mustBe: good").status, Status::Passed);
  EXPECT_EQ(sql("SELECT 'bad'", "mustBe: good").status, Status::Failed);
  for (const std::string& query :
       {"SELECT count(*) FROM read_csv('" + (folder_ / "secret.csv") + "')", std::string("DROP VIEW t"),
        "COPY (SELECT 1) TO '" + (folder_ / "out.csv") + "'",
        "COPY (SELECT 1) TO '" + (folder_ / "data.csv") + "'", std::string("SELECT 1; SELECT 2"),
        std::string("ATTACH ':memory:' AS m"), std::string("SET threads = 1"),
        std::string("SELECT id, amount FROM t"), std::string("SELECT amount FROM t"),
        std::string("SELECT id FROM t WHERE false"), std::string("SELEC 1"),
        std::string("SELECT getenv('HOME')"), std::string("SELECT content FROM read_text('/etc/passwd')")}) {
    const auto rule = sql(query);
    EXPECT_EQ(rule.status, Status::Error) << query;
    EXPECT_NE(rule.sentence.find("it cannot be evaluated: "), std::string::npos) << rule.sentence;
  }
  EXPECT_NE(sql("DROP VIEW t").sentence.find("Only a SELECT may run here"), std::string::npos);
  EXPECT_FALSE(os::Exists(folder_ / "out.csv"));
  EXPECT_EQ(*os::ReadFile(folder_ / "data.csv", 100), "id,amount\n1,10\n2,-5\nx,3\n")
      << "nothing was written over it";
}

TEST_F(ContractCheck, SqlThatNeverEndsIsStopped) {
  const std::string path = folder_ / "a.csv";
  ASSERT_TRUE(os::WriteFileAtomically(path, "a\n1\n"));
  const auto contract = ReadContract(
      "{apiVersion: v3.1.0, kind: DataContract, id: c, version: 1.0.0, status: active, schema: [{name: t, "
      "quality: "
      "[{type: sql, query: 'SELECT count(*) FROM range(1000000000000) WHERE range % 7 = 3', mustBe: 0}]}]}",
      "c.yaml");
  Conditions conditions;
  conditions.query_time = std::chrono::milliseconds(100);
  const auto verdict = contract::Check(*engine_, {path}, *contract, conditions);
  ASSERT_TRUE(verdict) << verdict.error().message;
  EXPECT_EQ(verdict->rules[0].status, Status::Error);
  EXPECT_NE(verdict->rules[0].sentence.find("took longer than 100 ms"), std::string::npos)
      << verdict->rules[0].sentence;
}

TEST_F(ContractCheck, QueriesThatMustGiveNoRowShowTheRowsTheyGive) {
  const auto verdict =
      CheckOdcs("id,a,b\n1,1,2\n2,5,3\n3,,1\n",
                "properties: [{name: id, logicalType: integer}, {name: a, logicalType: integer}, {name: b, "
                "logicalType: integer}], quality: [{type: custom, engine: cairn, name: query, "
                "implementation: {sql: 'SELECT id, a FROM t WHERE a > b'}}, {type: custom, engine: cairn, "
                "name: condition, implementation: {condition: a <= b}}]");
  EXPECT_EQ(Named(verdict, "query").examples, std::vector<std::string>{"id=2, a=5"});
  EXPECT_EQ(Named(verdict, "condition").unexpected, 1);
  EXPECT_EQ(Named(verdict, "condition").considered, 2) << "a condition that is null says nothing";
}

TEST_F(ContractCheck, DistributionsAreComparedWithAFileOrWithCounts) {
  std::string same = "x,k\n", other = "x,k\n";
  for (int i = 0; i < 2000; ++i) {
    same += std::to_string(i % 100) + (i % 3 == 0 ? ",a\n" : ",b\n");
    other += std::to_string(i % 100 + 50) + (i % 3 == 0 ? ",b\n" : ",a\n");
  }
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "reference.csv", same));
  const auto rule = [&](const std::string& csv, const std::string& column, const std::string& type,
                        const std::string& text) {
    return CheckOdcs(csv, "properties: [{name: " + column + ", logicalType: " + type +
                              ", quality: [{type: custom, engine: cairn, implementation: {distribution: {" +
                              text + "}}}]}]")
        .rules.back();
  };
  const std::string file = "against: {file: reference.csv}";
  EXPECT_EQ(rule(same, "x", "number", file).status, Status::Passed);
  EXPECT_EQ(rule(other, "x", "number", file).status, Status::Failed);
  EXPECT_EQ(rule(other, "x", "number", file + ", method: wasserstein, threshold: 10").status, Status::Passed);
  EXPECT_EQ(rule(same, "k", "string", file).status, Status::Passed);
  EXPECT_EQ(rule(other, "k", "string", file).status, Status::Failed);
  EXPECT_EQ(rule(same, "x", "number", "against: {edges: [0, 50, 100], counts: [1000, 1000]}").status,
            Status::Passed);
  EXPECT_EQ(rule(other, "x", "number", "against: {edges: [0, 50, 100], counts: [1000, 1000]}").status,
            Status::Failed);
  EXPECT_EQ(rule(same, "k", "string", "against: {values: {a: 667, b: 1333}}").status, Status::Passed);
  EXPECT_EQ(rule(same, "x", "number", "against: {dataset: flights}").status, Status::Error);
  EXPECT_NE(rule(other, "x", "number", file).sentence.find("wasserstein is "), std::string::npos);
}

}  // namespace
}  // namespace cairn::contract
