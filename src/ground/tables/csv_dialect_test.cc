#include "ground/tables/csv_dialect.h"

#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/tables/source.h"

namespace cairn::tables {
namespace {

using namespace std::string_literals;

std::string Utf16(std::string_view ascii, bool little, bool mark) {
  std::string text = mark ? (little ? "\xFF\xFE"s : "\xFE\xFF"s) : ""s;
  for (const char character : ascii) {
    if (!little) text += '\0';
    text += character;
    if (little) text += '\0';
  }
  return text;
}

class DialectTest : public testing::Test {
 protected:
  std::string File(std::string_view bytes, const std::string& name = "x.csv") {
    EXPECT_TRUE(os::WriteFileAtomically(folder_ / name, bytes));
    return folder_ / name;
  }
  Dialect Found(std::string_view bytes, const Dialect& given = {}) {
    const auto found = FindDialect(File(bytes), given);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : Dialect();
  }
  /// The file as plain CSV.
  std::string Plain(std::string_view bytes, const Dialect& given = {}) {
    const auto rows = WritePlain(folder_ / "x.csv", Found(bytes, given), folder_ / "plain.csv");
    EXPECT_TRUE(rows) << rows.error().message;
    return *os::ReadFile(folder_ / "plain.csv");
  }
  Error Refused(std::string_view bytes, const Dialect& given = {}) {
    const auto found = FindDialect(File(bytes), given);
    if (!found) return found.error();
    const auto rows = WritePlain(folder_ / "x.csv", *found, folder_ / "none.csv");
    EXPECT_FALSE(rows);
    EXPECT_FALSE(os::Exists(folder_ / "none.csv")) << "nothing is left behind";
    return rows ? Error{} : rows.error();
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
};

TEST_F(DialectTest, WhatASourceReadsAnywayIsPlain) {
  for (const auto& text : {"a,b\n1,\"x,y\"\n"s, "a;b\r\n1;2\r\n"s, "a\tb\n1\t2\n"s, "a|b\n1|2\n"s,
                           "\xEF\xBB\xBF"s + "a,b\n1,2\n", "a\n1\n"s, "naïve,b\n1,2\n"s}) {
    EXPECT_TRUE(IsPlain(Found(text))) << text;
  }
}

TEST_F(DialectTest, EncodingsAreFoundOut) {
  EXPECT_EQ(Found("a,b\n1,caf\xE9\n").encoding, "windows-1252");
  EXPECT_EQ(Found(Utf16("a,b\n1,2\n", true, true)).encoding, "utf-16le");
  EXPECT_EQ(Found(Utf16("a,b\n1,2\n", false, true)).encoding, "utf-16be");
  EXPECT_EQ(Found(Utf16("a,b\n1,2\n", true, false)).encoding, "utf-16le");
  EXPECT_EQ(Found(Utf16("a,b\n1,2\n", false, false)).encoding, "utf-16be");
  EXPECT_EQ(Found("a,b\n1,x\0y\n"s).encoding, "utf-8") << "one zero byte does not make it UTF-16";
  std::string late = "a,b\n";
  for (int i = 0; i < 200'000; ++i) late += "1,é\n";
  EXPECT_EQ(Found(late).encoding, "utf-8");
  EXPECT_EQ(Found(late + "2,\xE9\n").encoding, "windows-1252") << "the whole file counts";
}

TEST_F(DialectTest, OtherEncodingsBecomeUtf8) {
  EXPECT_EQ(Plain("id,x\n1,caf\xE9 \x80\n"), "id,x\n1,café €\n");
  EXPECT_EQ(Plain(Utf16("id,x\r\n1,a\r\n", true, true)), "id,x\n1,a\n");
  EXPECT_EQ(Plain(Utf16("id,x\n1,a\n", false, false)), "id,x\n1,a\n");
  EXPECT_EQ(Plain("id,x\n1,\xA4\n", {.encoding = "iso-8859-15"}), "id,x\n1,€\n");
}

TEST_F(DialectTest, DecimalCommasBecomePointsInColumnsOfNumbersAlone) {
  EXPECT_EQ(Plain("id;price;code;when\n1;1,5;3,4;2013,1\n2;1.234,25;a,b;\n3;7;1,1;2013,2\n"),
            "id,price,code,when\n1,1.5,\"3,4\",2013.1\n2,1234.25,\"a,b\",\n3,7,\"1,1\",2013.2\n");
  EXPECT_EQ(Found("a;b\n1.5;x,y\n").decimal, '.');
  EXPECT_EQ(Plain("a,b\n\"1,5\",x\n", {.decimal = ','}), "a,b\n1.5,x\n");
  EXPECT_EQ(Plain("a;b\n1,5;x\nn/a;y\n", {.decimal = ','}), "a,b\n\"1,5\",x\nn/a,y\n")
      << "a column that holds anything else keeps its texts";
}

TEST_F(DialectTest, QuotesAndEscapesOfAllKinds) {
  EXPECT_EQ(Plain("'a';'b'\n'x;y';'it''s'\n"), "a,b\nx;y,it's\n");
  EXPECT_EQ(Plain("a,b\n\"say \\\"hi\\\"\",2\n"), "a,b\n\"say \"\"hi\"\"\",2\n");
  EXPECT_TRUE(IsPlain(Found("a,b\n\"C:\\dir\\\",2\n"))) << "a path may end in a backslash";
  EXPECT_EQ(Plain("a,b\n\"x\",2\n", {.quote = '\0'}), "a,b\n\"\"\"x\"\"\",2\n") << "no character quotes";
  EXPECT_EQ(Plain("a~b\n1~2\n", {.delimiter = '~'}), "a,b\n1,2\n");
  EXPECT_EQ(Plain("a~b\n\"l1\r\nl2\"~2\n\n", {.delimiter = '~'}), "a,b\n\"l1\r\nl2\",2\n");
  EXPECT_EQ(Plain("1~2\r3~4\r", {.delimiter = '~', .header = false}), "column0,column1\n1,2\n3,4\n");
  EXPECT_EQ(Plain("a\n''\n'1'\n", {.quote = '\''}), "a\n\"\"\n1\n") << "a missing value in a column alone";
}

TEST_F(DialectTest, WhatIsBrokenIsNamedByItsLine) {
  EXPECT_NE(Refused("a~b\n1~2\n1~2~3\n", {.delimiter = '~'})
                .message.find("x.csv, line 3: 3 fields where the header has 2."),
            std::string::npos);
  EXPECT_NE(Refused("a~b\n1\n", {.delimiter = '~'}).message.find("line 2: 1 field where"), std::string::npos);
  const auto open = Refused("a~b\n1~2\n1~\"2\n3~4\n", {.delimiter = '~'});
  EXPECT_NE(open.message.find("line 3: a quote is opened and never closed"), std::string::npos)
      << open.message;
  EXPECT_NE(
      Refused("a~b\n\"1\"2~3\n", {.delimiter = '~'}).message.find("line 2: text follows a closing quote"),
      std::string::npos);
  const auto bytes = Refused("a,b\n1,\xE9", {.encoding = "utf-16le"});
  EXPECT_EQ(bytes.reason, Reason::Unprocessable) << bytes.message;
  const auto ascii = Refused("a~b\n1~2\n1~\xE9\n", {.encoding = "ascii", .delimiter = '~'});
  EXPECT_NE(ascii.message.find("line 3: the text is not ascii"), std::string::npos) << ascii.message;
  EXPECT_EQ(FindDialect(File("a,b\n"), {.encoding = "klingon"}).error().reason, Reason::Unsupported);
  EXPECT_EQ(Refused("\x1f\x8b...", {.delimiter = '~'}).reason, Reason::Unsupported);
}

TEST_F(DialectTest, FilesThatAreNotReadSayWhatToDo) {
  EXPECT_NE(FormatOf(File("ARROW1\0\0xx"s, "x.arrow")).error().message.find("write it as Parquet"),
            std::string::npos);
  EXPECT_EQ(FormatOf(File("SQLite format 3\0x"s, "x.db")).error().reason, Reason::Unsupported);
  EXPECT_EQ(*FormatOf(File("ARROW1,b\n1,2\n")), Format::Csv) << "a column may be called that";
  std::string wide = "c";
  for (int i = 0; i < 20'000; ++i) wide += ",c";
  const auto refused = Source::Open(File(wide + "\n1\n"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::TooLarge);
}

}  // namespace
}  // namespace cairn::tables
