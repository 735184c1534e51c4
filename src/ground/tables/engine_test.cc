#include "ground/tables/engine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/tables/pattern.h"

namespace cairn::tables {
namespace {

class EngineTest : public testing::Test {
 protected:
  EngineTest() : folder_(*os::TempFolder::Create()), engine_(*Engine::Open()) {}

  std::string File(std::string_view name, std::string_view bytes) {
    const auto path = folder_ / name;
    EXPECT_TRUE(os::WriteFileAtomically(path, bytes));
    return path;
  }
  Result<Table> Read(const std::string& path, ReadOptions options = {}) {
    const auto source = CAIRN_TRY(Source::Open(path, std::move(options)));
    return engine_->Query("SELECT * FROM " + source.Relation());
  }
  /// Every value shown, columns by '|', rows by '/', null as '~'.
  static std::string Shown(const Result<Table>& table) {
    if (!table) return table.error().message;
    std::string all;
    for (std::size_t row = 0; row < table->rows(); ++row) {
      for (std::size_t column = 0; column < table->columns().size(); ++column) {
        const auto& values = (*table)[column];
        all += (column ? "|" : "") + (values.IsNull(row) ? "~" : values.Shown(row));
      }
      all += "/";
    }
    return all;
  }

  os::TempFolder folder_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(EngineTest, HandsEveryTypeOnExactly) {
  const auto table = engine_->Query(
      "SELECT true AS b, 9223372036854775807 AS big, -5::TINYINT AS tiny, 4294967295::UINTEGER AS u, "
      "0.1::DOUBLE AS d, "
      "0.5::FLOAT AS f, 12.34::DECIMAL(10,2) AS dec, 123456789012345678901.5::DECIMAL(30,1) AS wide, 'häß' "
      "AS t, "
      "TIMESTAMP '2013-01-02 03:04:05.678' AS ts, DATE '1969-12-31' AS day, TIMESTAMPTZ '2013-01-01 "
      "00:00:00+02' AS tz, "
      "'x'::ENUM('y','x') AS e, [1,2] AS l, {'a': 1} AS s, 5::HUGEINT AS h, -1::HUGEINT AS m, NULL AS n, "
      "INTERVAL 1 DAY AS i, "
      "TIMESTAMP '1969-12-31 23:59:59.9999' AS before");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(
      Shown(table),
      "true|9223372036854775807|-5|4294967295|0.1|0.5|12.34|123456789012345683968|häß|"
      "2013-01-02T03:04:05.678Z|1969-12-31T00:00:00.000Z|2012-12-31T22:00:00.000Z|x|[1, 2]|{'a': 1}|5|-1|~|"
      "1 day|1969-12-31T23:59:59.999Z/");
  EXPECT_EQ(table->Find("l")->type(), Type::Text);
  EXPECT_EQ(table->Find("ts")->type(), Type::Time);
  EXPECT_EQ(table->Find("dec")->Double(0), 12.34);
}

TEST_F(EngineTest, RefusesIntegersBeyond64BitsInsteadOfRoundingThem) {
  for (const char* value :
       {"9223372036854775808::HUGEINT", "18446744073709551615::UBIGINT", "-9223372036854775809::HUGEINT",
        "18446744073709551615::UHUGEINT", "340282366920938463463374607431768211455::UHUGEINT"}) {
    const auto table = engine_->Query(std::string("SELECT ") + value + " AS wide");
    ASSERT_FALSE(table) << value;
    EXPECT_EQ(table.error().reason, Reason::Unprocessable);
    EXPECT_NE(table.error().message.find("'wide'"), std::string::npos);
  }
  EXPECT_EQ(
      Shown(engine_->Query("SELECT 18446744073709551615::UBIGINT::VARCHAR, -9223372036854775808::HUGEINT")),
      "18446744073709551615|-9223372036854775808/");
}

TEST_F(EngineTest, BindsValuesWithoutReadingThemAsSql) {
  const std::string evil = "'; DROP TABLE t; --\"";
  const auto table = engine_->Query("SELECT $1 AS a, $2 AS b, $3 AS c, $4 AS d, $5 AS e",
                                    {Value(evil), Value(true), Value(std::int64_t{7}), Value(0.1), Value()});
  EXPECT_EQ(Shown(table), evil + "|true|7|0.1|~/");
  EXPECT_EQ(engine_->Query("SELECT $1", {}).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(engine_->Query("SELECT 1; SELECT 2").error().reason, Reason::InvalidArgument);
}

TEST_F(EngineTest, QuotesAnyNameAndText) {
  const std::string evil = "a\"b'c; DROP --\n,%";
  const auto table = engine_->Query("SELECT " + Literal(evil) + " AS " + Identifier(evil));
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ((*table)[0].name(), evil);
  EXPECT_EQ((*table)[0].Text(0), evil);
}

TEST_F(EngineTest, SaysWhatIsWrongWithAStatement) {
  EXPECT_EQ(engine_->Query("SELEC 1").error().reason, Reason::InvalidArgument);
  const auto unknown = engine_->Query("SELECT nope FROM (SELECT 1 AS yes)");
  EXPECT_EQ(unknown.error().reason, Reason::InvalidArgument);
  EXPECT_EQ(unknown.error().message.find('\n'), std::string::npos);
  EXPECT_EQ(engine_->Query("SELECT 'a'::INTEGER").error().reason, Reason::Unprocessable);
  EXPECT_EQ(engine_->Query(std::string_view("SELECT 1\0", 9)).error().reason, Reason::InvalidArgument);
}

TEST_F(EngineTest, ReadsQuotesLineEndsMarksAndNulls) {
  EXPECT_EQ(Shown(Read(File("quotes.csv",
                            "\xef\xbb\xbf"
                            "a,b\r\n1,\"x, \"\"y\"\"\nz\"\r\n2,w\r\n"))),
            "1|x, \"y\"\nz/2|w/");
  EXPECT_EQ(Shown(Read(File("null.csv", "a,b\n1,x\nNA,NA\n,\"\"\n4,n/a\n"))), "1|x/~|~/~|~/4|n/a/");
  EXPECT_EQ(Shown(Read(File("namibia.csv", "a,b\n1,NA\n2,\n"), {.null_strings = {""}})), "1|NA/2|~/");
  EXPECT_EQ(Shown(Read(File("semi.csv", "a;b\n1,5;x\n"))), "1,5|x/");
  EXPECT_EQ(Shown(Read(File("tab.tsv", "a\tb\n1\tx,y;z|\n"))), "1|x,y;z|/");
  EXPECT_EQ(Shown(Read(File("short.csv", "a,b\n1,2\n3\n"), {.ragged = true})), "1|2/3|~/");
  EXPECT_EQ(Shown(Read(File("one.csv", "a\n1\n2\n"))), "1/2/");
  EXPECT_EQ(Shown(Read(File("zero.csv", "a\n007\n"), {.types = {{"a", Type::Text}}})), "007/");
  EXPECT_EQ(Shown(Read(File("text.csv", "a,b\n01,true\n"), {.all_text = true})), "01|true/");
  EXPECT_EQ(Read(File("head.csv", "a,b\n"))->rows(), 0u);
}

TEST_F(EngineTest, NamesTheLineOfAMalformedCsv) {
  const auto fault = [&](std::string_view name, std::string_view bytes, ReadOptions options = {}) {
    const auto table = Read(File(name, bytes), std::move(options));
    EXPECT_FALSE(table) << Shown(table);
    if (table) return std::string();
    EXPECT_EQ(table.error().reason, Reason::Unprocessable);
    EXPECT_EQ(table.error().message.find('\n'), std::string::npos);
    return table.error().message;
  };
  EXPECT_NE(fault("long.csv", "a,b\n1,2\n3,4,5\n").find("long.csv, line 3: 3 fields where the header has 2."),
            std::string::npos);
  EXPECT_NE(fault("short.csv", "a,b\n1,2\n3\n").find("line 3: 1 field where the header has 2."),
            std::string::npos);
  EXPECT_NE(fault("open.csv", "a,b\n1,\"x\n2,y\n").find("line 2: a quote is opened and never closed."),
            std::string::npos);
  const auto conversion = fault("type.csv", "a\n1\n2\nx\n", {.types = {{"a", Type::Int}}});
  EXPECT_NE(conversion.find("type.csv, line 4: column 'a' holds \"x\", which does not read as BIGINT."),
            std::string::npos)
      << conversion;
  EXPECT_NE(fault("latin.csv", "a,b\n\xe9,1\n").find("not UTF-8"), std::string::npos);
  EXPECT_NE(fault("utf16.csv", std::string_view("\xff\xfe"
                                                "a\0",
                                                4))
                .find("UTF-16"),
            std::string::npos);
  EXPECT_NE(fault("empty.csv", "").find("is empty"), std::string::npos);
}

TEST_F(EngineTest, NamesTheMalformedFileAmongMany) {
  File("n1.csv", "a,b\n1,2\n");
  File("n2.csv", "a,b\n1,2\n3\n");
  const auto table = Read(folder_ / "n*.csv");
  ASSERT_FALSE(table);
  EXPECT_NE(table.error().message.find("n2.csv, line 3"), std::string::npos) << table.error().message;
}

TEST_F(EngineTest, FindsAnOddLineFarBelowTheSampledOnes) {
  std::string text = "a,b\n";
  for (int row = 0; row < 60000; ++row) text += std::to_string(row) + ",1\n";
  const auto table = Read(File("long.csv", text + "1,2,3\n"));
  ASSERT_FALSE(table);
  EXPECT_NE(table.error().message.find("line 60002"), std::string::npos) << table.error().message;
  EXPECT_EQ(table.error().reason, Reason::Unprocessable);
  EXPECT_EQ(Read(File("late.csv", text + "x,2\n"))->Find("a")->type(), Type::Text);
}

TEST_F(EngineTest, ReadsManyFilesInTheOrderOfTheirNamesByColumnName) {
  File("m2.csv", "b,a\n4,3\n");
  File("m1.csv", "a,b\n1,2\n");
  EXPECT_EQ(Shown(Read(folder_ / "m*.csv")), "1|2/3|4/");
  File("[odd]*.csv", "a\n1\n");
  EXPECT_EQ(Shown(Read(folder_ / "[odd]*.csv")), "1/");
  File("m3.parquet", "x");
  EXPECT_FALSE(Source::Open(folder_ / "m*"));
}

TEST(PatternTest, FitsAsShellsDo) {
  EXPECT_TRUE(FitsPattern("flights-2013-01.csv", "flights-*-0[1-3].csv"));
  EXPECT_FALSE(FitsPattern("flights-2013-04.csv", "flights-*-0[1-3].csv"));
  EXPECT_TRUE(FitsPattern("aXbXc", "a*X?"));
  EXPECT_TRUE(FitsPattern("", "**"));
  EXPECT_FALSE(FitsPattern("", "?"));
  EXPECT_FALSE(FitsPattern("ab", "a"));
  EXPECT_TRUE(FitsPattern("b", "[!a]"));
  EXPECT_FALSE(FitsPattern("a", "[!a]"));
  EXPECT_TRUE(FitsPattern("[a", "[a"));
  EXPECT_TRUE(FitsPattern("]", "[]]"));
  EXPECT_FALSE(FitsPattern(std::string(200, 'a'), "a*a*a*a*a*a*a*a*a*a*b"));
}

TEST_F(EngineTest, SaysWhichFileIsMissingOrOfAFormatItDoesNotRead) {
  EXPECT_EQ(Source::Open(folder_ / "none.csv").error().reason, Reason::NotFound);
  EXPECT_EQ(Source::Open(folder_ / "none*.csv").error().reason, Reason::NotFound);
  EXPECT_EQ(Source::Open(folder_.path()).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(Source::Open(File("x.zip", "PK\x03\x04rest")).error().reason, Reason::Unsupported);
  EXPECT_EQ(engine_->Query("SELECT * FROM read_csv('nowhere.csv')").error().reason, Reason::NotFound);
}

TEST_F(EngineTest, WritesAndReadsBackEveryFormat) {
  const std::string select =
      "SELECT i, i / 3.0::DOUBLE AS d, CASE WHEN i % 7 = 0 THEN NULL ELSE 'käse, \"' || i END AS t, i % 2 = "
      "0 AS b, "
      "TIMESTAMP '2013-01-01' + INTERVAL 1 SECOND * i AS at FROM range(5000) r(i)";
  const auto expected = Shown(engine_->Query(select));
  for (const auto& [name, format] :
       {std::pair{"out.parquet", Format::Parquet}, std::pair{"out.csv", Format::Csv},
        std::pair{"out.jsonl", Format::JsonLines}}) {
    const auto written = engine_->Write(select, folder_ / name, format);
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(*written, 5000);
    EXPECT_EQ(Source::Open(folder_ / name)->format(), format);
    EXPECT_EQ(Shown(Read(folder_ / name)), expected) << name;
    EXPECT_FALSE(os::Exists(folder_ / (std::string(name) + ".part")));
  }
}

TEST_F(EngineTest, LeavesTheOldFileWhenTheNewOneFails) {
  const auto path = File("kept.csv", "old\n1\n");
  EXPECT_FALSE(engine_->Write("SELECT 'a'::INTEGER FROM range(10)", path, Format::Csv));
  EXPECT_EQ(*os::ReadFile(path), "old\n1\n");
  EXPECT_FALSE(os::Exists(path + ".part"));
}

TEST_F(EngineTest, CallsDamagedParquetCorrupt) {
  const auto whole = folder_ / "whole.parquet";
  ASSERT_TRUE(engine_->Write("SELECT i, 'text' || i AS t FROM range(20000) r(i)", whole, Format::Parquet));
  const auto bytes = *os::ReadFile(whole);
  EXPECT_EQ(Read(File("cut.parquet", bytes.substr(0, bytes.size() / 2))).error().reason, Reason::Corrupt);
  EXPECT_EQ(Read(File("tiny.parquet", "PAR1")).error().reason, Reason::Corrupt);
  EXPECT_EQ(Read(File("other.parquet", "no parquet at all")).error().reason, Reason::Corrupt);
  auto flipped = bytes;
  for (std::size_t at = bytes.size() - 200; at < bytes.size() - 8; ++at)
    flipped[at] = static_cast<char>(~flipped[at]);
  const auto answer = Read(File("flipped.parquet", flipped));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, Reason::Corrupt) << answer.error().message;
}

TEST_F(EngineTest, CallsMalformedJsonLinesUnprocessable) {
  EXPECT_EQ(Shown(Read(File("good.jsonl", "{\"a\":1,\"b\":\"x\"}\n{\"a\":null}\n"))), "1|x/~|~/");
  const auto bad = Read(File("bad.jsonl", "{\"a\":1}\n{\"a\":\n"));
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().reason, Reason::Unprocessable) << bad.error().message;
}

TEST_F(EngineTest, SniffsNamesAndTypes) {
  const auto path = File("s.csv", "t,d,b,n,f,w\n2013-01-01 05:00:00,2013-01-02,true,1,1.5,x\n");
  const auto fields = engine_->Sniff(*Source::Open(path));
  ASSERT_TRUE(fields) << fields.error().message;
  std::string all;
  for (const auto& field : *fields) all += field.name + ":" + NameOf(field.type) + ":" + field.sql_type + " ";
  EXPECT_EQ(all, "t:time:TIMESTAMP d:time:DATE b:bool:BOOLEAN n:int:BIGINT f:double:DOUBLE w:text:VARCHAR ");
}

TEST_F(EngineTest, ScansInOrderWithoutLosingARow) {
  std::int64_t next = 0;
  std::int64_t nulls = 0;
  const auto done = engine_->Scan(
      "SELECT i, i::DOUBLE AS d, CASE WHEN i % 3 = 0 THEN NULL ELSE i::VARCHAR END AS t, i::INTEGER AS n "
      "FROM range(100000) r(i)",
      [&](const Chunk& chunk) -> Result<> {
        for (std::size_t row = 0; row < chunk.rows(); ++row, ++next) {
          if (chunk.Ints(0)[row] != next || chunk.Doubles(1)[row] != static_cast<double>(next) ||
              chunk.Doubles(3)[row] != static_cast<double>(next))
            return Error{Reason::Internal, "row " + std::to_string(next)};
          if (chunk.IsNull(2, row))
            ++nulls;
          else if (chunk.Text(2, row) != std::to_string(next))
            return Error{Reason::Internal, "text " + std::to_string(next)};
        }
        return {};
      });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(next, 100000);
  EXPECT_EQ(nulls, 33334);
}

TEST_F(EngineTest, EndsAScanWithTheCallersOwnError) {
  int chunks = 0;
  const auto done = engine_->Scan("SELECT i FROM range(1000000) r(i)", [&](const Chunk&) -> Result<> {
    ++chunks;
    return Error{Reason::Denied, "Enough."};
  });
  EXPECT_EQ(done.error().message, "Enough.");
  EXPECT_EQ(chunks, 1);
  EXPECT_EQ(Shown(engine_->Query("SELECT 1")), "1/");
}

TEST_F(EngineTest, KeepsTablesItIsGiven) {
  Column number("n", Type::Int), real("r", Type::Double), text("t", Type::Text), truth("b", Type::Bool),
      time("at", Type::Time);
  for (int row = 0; row < 5000; ++row) {
    if (row % 5 == 0) {
      for (auto* column : {&number, &real, &text, &truth, &time}) column->PushNull();
      continue;
    }
    number.Push(std::int64_t{row} << 40);
    real.Push(row / 7.0);
    text.Push("text that is not inlined " + std::to_string(row));
    truth.PushBool(row % 2 == 0);
    time.Push(TimeMs{1357000000000} + row);
  }
  const Table table({number, real, text, truth, time});
  const auto put = engine_->Put("my \"table\"", table);
  ASSERT_TRUE(put) << put.error().message;
  EXPECT_EQ(Shown(engine_->Query("SELECT * FROM " + Identifier("my \"table\""))),
            Shown(Result<Table>(table)));
  ASSERT_TRUE(engine_->Put("my \"table\"", Table({Column("n", Type::Int)})));
  EXPECT_EQ(Shown(engine_->Query("SELECT count(*) FROM " + Identifier("my \"table\""))), "0/");
}

constexpr const char* kEndless = "SELECT sum(a.i * b.i % 7) FROM range(10000000) a(i), range(10000000) b(i)";

TEST_F(EngineTest, StopsWhenAsked) {
  std::stop_source stop;
  std::thread asker([&] { stop.request_stop(); });
  const auto answer = engine_->Query(kEndless, {}, {.stop = stop.get_token(), .time = {}});
  asker.join();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, Reason::Conflict);
  EXPECT_EQ(answer.error().message, "The query was stopped.");
  EXPECT_EQ(Shown(engine_->Query("SELECT 1")), "1/");
}

TEST_F(EngineTest, StopsWhenTheTimeIsOver) {
  const auto answer = engine_->Query(kEndless, {}, {.stop = {}, .time = std::chrono::milliseconds(50)});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, Reason::Exhausted);
  EXPECT_NE(answer.error().message.find("longer than 50 ms"), std::string::npos);
}

TEST_F(EngineTest, ReadsOnlyTheFoldersAllowed) {
  const auto inside = File("in.csv", "a\n1\n");
  const auto other = *os::TempFolder::Create();
  ASSERT_TRUE(os::WriteFileAtomically(other / "out.csv", "a\n1\n"));
  auto engine = *Engine::Open({.folders = std::vector<std::string>{folder_.path()}});
  EXPECT_EQ(Shown(engine->Query("SELECT * FROM " + Source::Open(inside)->Relation())), "1/");
  EXPECT_EQ(engine->Query("SELECT * FROM " + Source::Open(other / "out.csv")->Relation()).error().reason,
            Reason::Denied);
  EXPECT_EQ(engine->Write("SELECT 1", other / "new.csv", Format::Csv).error().reason, Reason::Denied);
  EXPECT_TRUE(engine->Write("SELECT 1", folder_ / "new.csv", Format::Csv));
  EXPECT_FALSE(engine->Query("SET enable_external_access = true"));
}

TEST_F(EngineTest, ReadsTheVeryFilesAllowedAndNothingBesides) {
  const auto own = File("own.csv", "a\n1\n"), other = File("other.csv", "a\n2\n");
  Engine::Options options;
  options.folders = std::vector<std::string>{};
  options.files = {own};
  const auto engine = *Engine::Open(options);
  const auto read = [&](const std::string& path) {
    return engine->Query("SELECT * FROM " + Source::Open(path)->Relation());
  };
  EXPECT_EQ(Shown(read(own)), "1/");
  EXPECT_EQ(read(other).error().reason, Reason::Denied);
  Limits limits;
  limits.only_reads = true;
  for (const std::string& sql : {"COPY (SELECT 1) TO " + Literal(own), std::string("CREATE TABLE x (a INT)"),
                                 std::string("SET threads = 1"), std::string("SELECT 1; DROP TABLE x")})
    EXPECT_EQ(engine->Query(sql, {}, limits).error().reason, Reason::Denied) << sql;
  EXPECT_EQ(Shown(engine->Query("WITH t AS (SELECT 2 AS b) SELECT b FROM t", {}, limits)), "2/");
  EXPECT_EQ(engine->Query("SELEC 1", {}, limits).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(Shown(read(own)), "1/") << "nothing was written over it";
}

TEST_F(EngineTest, GivesEachMemberOfJsonLinesAsItsOwnText) {
  ReadOptions options;
  options.json_texts = {"a", "b", "none"};
  const auto path = File(
      "m.jsonl", "{\"a\": 1.50, \"b\": \"x\\\"y\", \"c\": 1}\n{\"a\": [1, {\"k\": null}], \"b\": null}\n");
  EXPECT_EQ(Shown(Read(path, options)), "1.5|\"x\\\"y\"|~/[1,{\"k\":null}]|~|~/");
}

/// Adds up one column.
class Sum : public Visitor {
 public:
  Result<> Take(const Chunk& chunk) override {
    for (std::size_t row = 0; row < chunk.rows(); ++row) {
      if (chunk.IsNull(0, row)) continue;
      sum += chunk.Ints(0)[row];
      texts += chunk.Text(1, row).size();
    }
    rows += chunk.rows();
    if (sum < 0) return Error{Reason::Unprocessable, "A number is negative."};
    return {};
  }
  std::int64_t sum = 0;
  std::size_t rows = 0, texts = 0;
};

TEST_F(EngineTest, VisitsEveryRowOnceWithSeveralThreads) {
  Engine::Options options;
  options.threads = 4;
  const auto engine = *Engine::Open(options);
  const auto visited =
      engine->Visit("SELECT CASE WHEN i % 5 > 0 THEN i END AS i, [i] AS list FROM range(1000000) AS r(i);",
                    [] { return std::make_unique<Sum>(); });
  ASSERT_TRUE(visited) << visited.error().message;
  Sum all;
  for (const auto& one : *visited) {
    const auto& sum = dynamic_cast<const Sum&>(*one);
    all.sum += sum.sum;
    all.rows += sum.rows;
    all.texts += sum.texts;
  }
  EXPECT_EQ(all.rows, 1'000'000U);
  EXPECT_EQ(all.sum, 400'000'000'000);
  EXPECT_GT(all.texts, 0U) << "what has no plain value comes as text";
  EXPECT_LE(visited->size(), 4U);
}

TEST_F(EngineTest, EndsAVisitWithTheVisitorsOwnErrorOrTheLimits) {
  const auto make = [] { return std::make_unique<Sum>(); };
  const auto ended = engine_->Visit("SELECT -i AS i, 'x' FROM range(10000000) AS r(i)", make);
  EXPECT_EQ(ended.error().message, "A number is negative.");
  EXPECT_EQ(engine_->Visit("SELECT 1 AS a, CAST('x' AS INT) AS b", make).error().reason,
            Reason::Unprocessable);
  EXPECT_EQ(engine_->Visit("DROP TABLE x", make).error().reason, Reason::InvalidArgument);
  Limits limits;
  limits.time = std::chrono::milliseconds(50);
  EXPECT_EQ(engine_->Visit("SELECT i, 'x' FROM range(100000000000) AS r(i)", make, limits).error().reason,
            Reason::Exhausted);
  EXPECT_EQ(engine_->Query("SELECT cairn_visit(1, 2)").error().reason, Reason::Unprocessable)
      << "a visit that is over takes nothing";
}

TEST_F(EngineTest, SpillsOrFailsCleanlyBeyondItsMemory) {
  const std::string sort =
      "SELECT count(*) FROM (SELECT i, md5(i::VARCHAR) AS h FROM range(1500000) r(i) ORDER BY h LIMIT "
      "1400000)";
  auto tight = *Engine::Open({.memory_bytes = 40u << 20, .folders = std::vector<std::string>{}});
  EXPECT_EQ(tight->Query(sort).error().reason, Reason::Exhausted);
  auto spilling = *Engine::Open(
      {.memory_bytes = 40u << 20, .spill = folder_ / "spill", .folders = std::vector<std::string>{}});
  EXPECT_EQ(Shown(spilling->Query(sort)), "1400000/");
}

TEST_F(EngineTest, ServesSeveralThreads) {
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int index = 0; index < 4; ++index)
    threads.emplace_back([&, index] {
      for (int round = 0; round < 20; ++round)
        if (Shown(engine_->Query("SELECT count(*) + $1 FROM range(1000)", {Value(std::int64_t{index})})) ==
            std::to_string(1000 + index) + "/")
          ++right;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 80);
}

TEST(SourceTest, RefusesWhatTheEngineWouldNotSurvive) {
  const auto folder = *os::TempFolder::Create();
  const auto refusal = [&](const std::string& name, const std::string& content) {
    const std::string path = os::JoinPath(folder.path(), name);
    EXPECT_TRUE(os::WriteFileAtomically(path, content));
    const auto opened = Source::Open(path);
    return opened ? std::string() : opened.error().message;
  };
  EXPECT_EQ(refusal("flat.jsonl", "{\"a\": \"" + std::string(1000, '[') + "\"}\n"), "") << "within a text";
  EXPECT_EQ(refusal("some.jsonl", "{\"a\": " + std::string(199, '[') + std::string(199, ']') + "}\n"), "");
  EXPECT_NE(refusal("deep.jsonl", "{}\n{\"a\": " + std::string(5000, '[')).find("levels in line 2"),
            std::string::npos);
  // Longer than what is read at once.
  const std::string before = "{\"a\": \"" + std::string(3 << 20, ']') + "\", \"b\": ";
  EXPECT_EQ(refusal("long.jsonl", "{}\n" + before + "[[1]]}\n{}\n"), "");
  EXPECT_NE(refusal("longer.jsonl", "{}\n" + before + std::string(5000, '[')).find("levels in line 2"),
            std::string::npos);
  EXPECT_EQ(refusal("nul.csv", std::string("a,b\n1,x\0y\n", 10)), "") << "within a value";
  EXPECT_NE(refusal("wide.csv", std::string("a\0,\0b\0\n\0", 9)).find("NUL bytes"), std::string::npos);
}

TEST_F(EngineTest, FindsWhatNestsTooDeepInCompressedFilesToo) {
  for (const auto& [name, codec] :
       {std::pair{"deep.jsonl.gz", "gzip"}, std::pair{"deep.jsonl.zst", "zstd"}}) {
    const std::string path = folder_ / name;
    const auto write = [&](const std::string& lines) {
      const auto written = engine_->Query("COPY (SELECT unnest([" + lines + "])) TO " + Literal(path) +
                                          " (FORMAT csv, HEADER false, COMPRESSION " + codec + ")");
      EXPECT_TRUE(written) << written.error().message;
    };
    write("'{}', repeat('[', 5000)");
    const auto refused = Source::Open(path);
    ASSERT_FALSE(refused) << name;
    EXPECT_NE(refused.error().message.find("levels in line 2"), std::string::npos) << refused.error().message;
    write("'{}', '{}'");
    EXPECT_TRUE(Source::Open(path));
  }
}

TEST(MissingLibraryTest, IsUnavailableWithThePlaceLookedAt) {
  const auto engine = Engine::Open({.library = "/nowhere/libduckdb.so"});
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().reason, Reason::Unavailable);
  EXPECT_NE(engine.error().message.find("/nowhere/libduckdb.so"), std::string::npos);
}

}  // namespace
}  // namespace cairn::tables
