#include "ground/sql/script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ground/sql/ilike.h"

namespace cairn::sql {
namespace {

using ::testing::ElementsAre;

TEST(ScriptTest, SplitsAtSemicolonsOutsideQuotesAndComments) {
  const auto statements = StatementsOf(
      "-- first; comment\nSELECT 'a;''b' ; /* ; */ SELECT \"c;d\" --end;\n;; \n", Engine::Sqlite);
  ASSERT_TRUE(statements);
  EXPECT_THAT(*statements, ElementsAre("SELECT 'a;''b'", "SELECT \"c;d\""));
}

TEST(ScriptTest, OnlySqliteKeepsClusteredTablesWithoutRowid) {
  const std::string text = "CREATE TABLE a (b BIGINT PRIMARY KEY) /*CLUSTERED*/;";
  EXPECT_THAT(*StatementsOf(text, Engine::Sqlite),
              ElementsAre("CREATE TABLE a (b BIGINT PRIMARY KEY) WITHOUT ROWID"));
  EXPECT_THAT(*StatementsOf(text, Engine::Postgres), ElementsAre("CREATE TABLE a (b BIGINT PRIMARY KEY)"));
}

TEST(ScriptTest, TextColumnsSortByBytesOnPostgres) {
  const std::string text =
      "CREATE TABLE a (text TEXT, b TEXT COLLATE \"x\", c TEXT DEFAULT 'TEXT', d BIGINT CHECK (CAST(c AS "
      "TEXT) > ''));"
      "ALTER TABLE a ADD COLUMN e TEXT; UPDATE a SET b = CAST(d AS TEXT)";
  EXPECT_THAT(
      *StatementsOf(text, Engine::Postgres),
      ElementsAre(
          "CREATE TABLE a (text TEXT COLLATE \"C\", b TEXT COLLATE \"x\", c TEXT COLLATE \"C\" DEFAULT "
          "'TEXT', d BIGINT CHECK (CAST(c AS TEXT) > ''))",
          "ALTER TABLE a ADD COLUMN e TEXT COLLATE \"C\"", "UPDATE a SET b = CAST(d AS TEXT)"));
}

TEST(ScriptTest, OpenQuotesAndCommentsAreErrors) {
  for (const char* text : {"SELECT 'a", "SELECT \"a", "SELECT 1 /* a"}) {
    const auto statements = StatementsOf(text, Engine::Sqlite);
    ASSERT_FALSE(statements) << text;
    EXPECT_EQ(statements.error().reason, Reason::Internal);
  }
  EXPECT_THAT(*StatementsOf("SELECT 1 -- a", Engine::Sqlite), ElementsAre("SELECT 1"));
}

TEST(FoldedPatternTest, WildcardsGiveWayToWhatFollows) {
  EXPECT_TRUE(FoldedPattern("%ab%AB").Matches("xabyabab"));
  EXPECT_TRUE(FoldedPattern("").Matches(""));
  EXPECT_TRUE(FoldedPattern("%%").Matches(""));
  EXPECT_TRUE(FoldedPattern("_").Matches("€"));
  EXPECT_TRUE(FoldedPattern("É%").Matches("était"));
  EXPECT_FALSE(FoldedPattern("_").Matches(""));
  EXPECT_FALSE(FoldedPattern("a%b").Matches("abc"));
  EXPECT_FALSE(FoldedPattern("%" + std::string(200, 'a') + "%b").Matches(std::string(20'000, 'a')));
}

}  // namespace
}  // namespace cairn::sql
