#include "ground/sql/store_file.h"

#include <gtest/gtest.h>

#include <limits>

#include "ground/sql/testing/engines.h"

namespace cairn::sql {
namespace {

const RoomSchema kGarden{
    "garden",
    {{1, "001_bed",
      "CREATE TABLE bed (name TEXT NOT NULL, place BIGINT NOT NULL, width DOUBLE PRECISION, note TEXT, "
      "picture BYTEA, PRIMARY KEY (name, place)) /*CLUSTERED*/;"
      "CREATE TABLE diary (bed TEXT NOT NULL, page BYTEA NOT NULL);"
      "CREATE TABLE tool (id BIGINT PRIMARY KEY, sharp INTEGER NOT NULL); INSERT INTO tool VALUES (1, 0)"}}};
const RoomSchema* const kRooms[] = {&kGarden};

class StoreFileTest : public ::testing::Test {
 protected:
  StoreFileTest() {
    if (!store_->Migrate(kRooms)) throw std::runtime_error("no tables");
  }

  static Result<Rows> Run(Database& database, std::string_view statement,
                          std::initializer_list<Value> values = {}) {
    return database.Transact([&](Connection& connection) { return connection.Run(statement, values); });
  }
  /// More rows than go at once, with everything that a column can hold.
  void Fill() {
    std::vector<Value> beds, pages;
    for (int i = 0; i < 1000; ++i) {
      const double width = i == 3 ? std::numeric_limits<double>::infinity() : i == 4 ? 5e-324 : i / 3.0;
      const Bytes picture{std::string(static_cast<std::size_t>(i % 7), static_cast<char>(i))};
      beds.insert(beds.end(), {"bed ü " + std::to_string(i % 10), i, i == 5 ? Value() : Value(width),
                               i == 6 ? Value() : Value("two\nlines\t\\x41"), picture});
      pages.insert(pages.end(), {"bed", Bytes{std::string("\0\xff", 2) + std::to_string(i / 2)}});
    }
    ASSERT_TRUE(store_->Transact([&](Connection& connection) -> Result<> {
      CAIRN_TRY(connection.InsertRows("INSERT INTO bed (name, place, width, note, picture)", 5, beds));
      CAIRN_TRY(connection.InsertRows("INSERT INTO diary (bed, page)", 2, pages));
      CAIRN_TRY(connection.Run("UPDATE tool SET sharp = 7"));
      return {};
    }));
  }
  Result<> Dump(const std::function<void()>& at_the_moment = {}) {
    CAIRN_TRY(MakeStoreFile(File(), kRooms));
    return StoreToFile(store_.database(), kRooms, File(), at_the_moment);
  }
  std::string File() const { return folder_ / "store.db"; }

  testing::TestStore store_{"postgres"};
  testing::TemporaryFolder folder_;
};

TEST_F(StoreFileTest, EveryValueComesBackInAnotherStore) {
  Fill();
  int told = 0;
  const auto written = Dump([&] { ++told; });
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(told, 1);
  testing::TestStore other("postgres");
  const auto brought = FileToStore(File(), kRooms, other.database());
  ASSERT_TRUE(brought) << brought.error().message;
  for (const char* question : {"SELECT name, place, width, note, picture FROM bed ORDER BY place",
                               "SELECT sharp FROM tool", "SELECT bed, page FROM diary ORDER BY page"}) {
    const auto here = Run(store_.database(), question), there = Run(other.database(), question);
    ASSERT_TRUE(here && there);
    ASSERT_EQ(here->size(), there->size());
    for (std::size_t row = 0; row < here->size(); ++row) {
      for (std::size_t i = 0; i < (*here)[row].size(); ++i) {
        const auto &ours = (*here)[row], &theirs = (*there)[row];
        EXPECT_EQ(ours.IsNull(i), theirs.IsNull(i));
        EXPECT_EQ(ours.Text(i), theirs.Text(i));
        EXPECT_EQ(ours.Content(i), theirs.Content(i));
        EXPECT_EQ(ours.Double(i), theirs.Double(i));
      }
    }
  }
}

TEST_F(StoreFileTest, WhatIsWrittenAfterTheMomentIsNotInTheFile) {
  Fill();
  auto other = Database::Open(store_.url());
  ASSERT_TRUE(other);
  const auto written = Dump([&] {
    EXPECT_TRUE(Run(**other, "DELETE FROM diary"));
    EXPECT_TRUE(Run(**other, "INSERT INTO bed (name, place) VALUES ('late', 1)"));
  });
  ASSERT_TRUE(written) << written.error().message;
  const auto file = Database::Open("sqlite:///" + File());
  ASSERT_TRUE(file);
  EXPECT_EQ(Run(**file, "SELECT COUNT(*) FROM diary")->front().Int(0), 1000);
  EXPECT_EQ(Run(**file, "SELECT COUNT(*) FROM bed WHERE name = 'late'")->front().Int(0), 0);
}

TEST_F(StoreFileTest, AStoreWithARowIsLeftAlone) {
  Fill();
  ASSERT_TRUE(Dump());
  testing::TestStore other("postgres");
  ASSERT_TRUE(other->Migrate(kRooms));
  ASSERT_TRUE(Run(other.database(), "DELETE FROM tool"));
  EXPECT_TRUE(CheckNoRows(File(), other.database()));
  ASSERT_TRUE(Run(other.database(), "INSERT INTO bed (name, place) VALUES ('mine', 1)"));
  EXPECT_EQ(CheckNoRows(File(), other.database()).error().reason, Reason::AlreadyExists);
  const auto brought = FileToStore(File(), kRooms, other.database());
  ASSERT_FALSE(brought);
  EXPECT_EQ(brought.error().reason, Reason::AlreadyExists);
  EXPECT_NE(brought.error().message.find("'bed'"), std::string::npos) << brought.error().message;
  EXPECT_EQ(Run(other.database(), "SELECT COUNT(*) FROM bed")->front().Int(0), 1);
}

TEST_F(StoreFileTest, AFileThatIsThereIsNotWrittenOver) {
  ASSERT_TRUE(Dump());
  EXPECT_EQ(Dump().error().reason, Reason::AlreadyExists);
}

}  // namespace
}  // namespace cairn::sql
