#include "loop/data/ingestion.h"

#include <gtest/gtest.h>

#include "ground/crypto/hash.h"
#include "ground/fetch/testing/scripted_peer.h"
#include "loop/data/testing/test_catalogue.h"

namespace cairn::data {
namespace {

using fetch::testing::Answering;
using fetch::testing::ScriptedPeer;
using testing::Must;
using testing::TestCatalogue;

class IngestionTest : public ::testing::TestWithParam<std::string> {
 protected:
  static std::string At(const ScriptedPeer& peer, const std::string& path, const std::string& user = "") {
    return "http://" + user + "127.0.0.1:" + std::to_string(peer.port()) + path;
  }
  Result<DatasetVersion> Add(const Origin& origin) {
    const auto retrieved = Retrieve(room_.catalogue, origin);
    if (!retrieved) return retrieved.error();
    Addition addition;
    addition.name = retrieved->name();
    addition.provenance = retrieved->provenance();
    addition.origin = Addition::Origin::Retrieved;
    return room_.Add(retrieved->path(), addition);
  }
  /// Nothing is in the store, and no file was left behind.
  void ExpectNothing() {
    EXPECT_EQ(room_.EventCount(), 0U);
    const std::string drafts = room_.folder() / "scratch/adding";
    EXPECT_TRUE(!os::Exists(drafts) || Must(os::ListFolder(drafts)).empty());
  }

  TestCatalogue room_{GetParam()};
};

TEST_P(IngestionTest, WhatAServerGivesIsKeptAsItCame) {
  const std::string text = TestCatalogue::Rows(1, 100);
  const ScriptedPeer peer({Answering(200, "", "Content-Length: 10\r\n"),
                           Answering(200, text, "Last-Modified: Tue, 01 Jan 2013 05:00:00 GMT\r\n")});
  const auto version = Add({At(peer, "/feed/2013%2001.csv?year=2013&token=hush", "ada:hunter2@"), "", ""});
  ASSERT_TRUE(version) << version.error().message;
  EXPECT_EQ(version->files.front().name, "2013 01.csv");
  EXPECT_EQ(version->files.front().sha256, crypto::Sha256Hex(text));
  EXPECT_EQ(version->provenance.kind, "http");
  EXPECT_EQ(version->provenance.source, At(peer, "/feed/2013%2001.csv?year=2013&token=***", "ada@"));
  EXPECT_EQ(version->files.front().origin, version->provenance.source);
  EXPECT_EQ(version->provenance.modified_ms, Must(ParseTime("2013-01-01T05:00:00Z")));
  EXPECT_EQ(Must(os::ReadFile(room_.catalogue.objects().PathOf(version->files.front().md5))), text);
  const auto asked = peer.requests();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_TRUE(asked[1].starts_with("GET /feed/2013%2001.csv?year=2013&token=hush")) << asked[1];
  EXPECT_NE(asked[1].find("Authorization: Basic YWRhOmh1bnRlcjI="), std::string::npos) << asked[1];
  for (const auto& logged : room_.Events("")) {
    EXPECT_EQ(logged.event.body.Dump().find("hush"), std::string::npos);
    EXPECT_EQ(logged.event.body.Dump().find("hunter2"), std::string::npos);
  }
  EXPECT_TRUE(Must(os::ListFolder(room_.folder() / "scratch/adding")).empty());
  EXPECT_EQ(room_.FilesBelow("raw").size(), 0U) << "no pointer file beside a file that is not the user's";
}

TEST_P(IngestionTest, WhatAServerRefusesLeavesNothing) {
  for (const auto& [status, reason] :
       {std::pair{404, Reason::NotFound}, std::pair{403, Reason::Denied}, std::pair{410, Reason::NotFound},
        std::pair{418, Reason::Unavailable}}) {
    const ScriptedPeer peer({Answering(status, "no")});
    const auto refused = Add({At(peer, "/x.csv", "u:hunter2@"), "", ""});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, reason) << refused.error().message;
    EXPECT_EQ(refused.error().message.find("hunter2"), std::string::npos);
  }
  const ScriptedPeer torn(
      {Answering(200, ""), "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nid,late\n1,0\n"});
  EXPECT_EQ(Add({At(torn, "/x.csv"), "", ""}).error().reason, Reason::Unavailable);
  const ScriptedPeer page({Answering(200, "<html><body>Log in</body></html>")});
  EXPECT_EQ(Add({At(page, "/x.parquet"), "", ""}).error().reason, Reason::Corrupt);
  ExpectNothing();
}

TEST_P(IngestionTest, NoRoomForWhatAServerAnnouncesIsToldBeforeItIsFetched) {
  const ScriptedPeer peer({"HTTP/1.1 200 OK\r\nContent-Length: 90000000000000\r\n\r\n"});
  const auto refused = Add({At(peer, "/x.csv"), "", ""});
  EXPECT_EQ(refused.error().reason, Reason::Exhausted) << refused.error().message;
  EXPECT_EQ(peer.requests().size(), 1U);
  ExpectNothing();
}

TEST_P(IngestionTest, AnAddressThatMakesNoSenseIsTold) {
  for (const Origin& origin :
       {Origin{"ftp://x/y.csv", "", ""}, Origin{"https://x/y.csv", "SELECT 1", ""},
        Origin{"sqlite:////x.db", "", ""}, Origin{"s3://bucket", "", ""},
        Origin{"sqlite:////x.db", "SELECT 1", "a/b.csv"}, Origin{"sqlite:////x.db", "SELECT 1", "x.xlsx"}}) {
    const auto refused = Add(origin);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::InvalidArgument)
        << origin.address << ": " << refused.error().message;
  }
  EXPECT_EQ(Add({"sqlite:////nowhere.db", "SELECT 1", ""}).error().reason, Reason::NotFound);
  ExpectNothing();
}

TEST_P(IngestionTest, TheRowsOfAQueryBecomeAFileThatSaysWhatWasAsked) {
  sql::testing::TestStore other(GetParam());
  Must(other->Transact([](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(connection.Run("CREATE TABLE trip (id BIGINT, late BIGINT, code TEXT, km DOUBLE PRECISION)"));
    for (int i = 1; i <= 200; ++i)
      CAIRN_TRY(connection.Run(
          "INSERT INTO trip VALUES ($1, $2, $3, $4)",
          {i, i % 2, i % 5 == 0 ? sql::Value() : sql::Value("x\"" + std::to_string(i)), i * 0.1}));
    return Done{};
  }));
  const Origin origin{other.url(), " SELECT id, late, code, km FROM trip WHERE id <= 100 ORDER BY id; ", ""};
  const auto version = Add(origin);
  ASSERT_TRUE(version) << version.error().message;
  EXPECT_EQ(version->rows, 100);
  EXPECT_EQ(version->format, "parquet");
  EXPECT_EQ(version->provenance.kind, GetParam() == "sqlite" ? "sqlite" : "postgresql");
  EXPECT_EQ(version->provenance.query, "SELECT id, late, code, km FROM trip WHERE id <= 100 ORDER BY id;");
  EXPECT_TRUE(version->files.front().name.starts_with("query-")) << version->files.front().name;
  ASSERT_EQ(version->columns.size(), 4U);
  EXPECT_EQ(version->columns[0].type + version->columns[2].type + version->columns[3].type, "inttextdouble");
  const auto sum = Must(Must(room_.catalogue.Engine())
                            ->Query("SELECT sum(km), count(code) FROM read_parquet('" +
                                    room_.catalogue.objects().PathOf(version->files.front().md5) + "')"));
  EXPECT_DOUBLE_EQ(sum[0].Double(0), 505.0);
  EXPECT_EQ(sum[1].Int(0), 80);

  room_.clock.Advance(60'000);
  EXPECT_EQ(Must(Add(origin)).version, 1) << "the same rows are the same bytes";
  const auto mixed = Add({other.url(), "SELECT id, late FROM trip", "all.csv"});
  ASSERT_FALSE(mixed) << "its files are read as one table";
  EXPECT_NE(mixed.error().message.find("holds parquet"), std::string::npos) << mixed.error().message;
  EXPECT_EQ(Add({other.url(), "SELECT id, id FROM trip", ""}).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(Add({other.url(), "SELECT nothing FROM trip", ""}).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(Must(room_.catalogue.Versions("flights")).size(), 1U);
}

TEST_P(IngestionTest, TheNameOfAFileSaysInWhichFormTheRowsOfAQueryAreWritten) {
  sql::testing::TestStore other(GetParam());
  Must(other->Transact([](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(connection.Run("CREATE TABLE trip (id BIGINT, late BIGINT)"));
    CAIRN_TRY(connection.Run("INSERT INTO trip VALUES (1, 0), (2, 1)"));
    return Done{};
  }));
  EXPECT_EQ(Must(Add({other.url(), "SELECT id, late FROM trip", "all.csv"})).format, "csv");
  EXPECT_EQ(Must(Add({other.url(), "SELECT id, late FROM trip WHERE id = 1", "one.csv"})).files.size(), 2U);
}

TEST_P(IngestionTest, TheRowsOfAQueryMayBecomeJsonLines) {
  sql::testing::TestStore other(GetParam());
  Must(other->Transact([](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(connection.Run("CREATE TABLE trip (id BIGINT, late BIGINT)"));
    CAIRN_TRY(connection.Run("INSERT INTO trip VALUES (1, 0), (2, 1)"));
    return Done{};
  }));
  EXPECT_EQ(Must(Add({other.url(), "SELECT id, late FROM trip", "all.jsonl"})).format, "json lines");
}

INSTANTIATE_TEST_SUITE_P(Engines, IngestionTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::data
