#include <gtest/gtest.h>

#include <fstream>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/log.h"
#include "ledger/metadata/merkle.h"
#include "ledger/metadata/testing/test_ledger.h"

namespace cairn::metadata {
namespace {

using testing::Must;
using testing::TestLedger;

const Json& First(const Json& verdict) {
  static const Json none;
  return verdict.At("problems").items().empty() ? none : verdict.At("problems").items()[0];
}

class VerifyTest : public ::testing::TestWithParam<std::string> {
 protected:
  struct Place {
    std::string id;
    std::string kind;
  };
  Place At(int position) {
    const auto rows = ledger_.Run("SELECT id, kind FROM event WHERE position = $1", {position});
    return {rows.front().Text(0), rows.front().Text(1)};
  }
  void ExpectFirst(const std::string& what, int position) {
    const Json verdict = ledger_.Verify();
    EXPECT_FALSE(verdict.Bool("sound"));
    EXPECT_EQ(First(verdict).Text("what"), what) << verdict.DumpPretty();
    EXPECT_EQ(First(verdict).Int("position", -1), position) << verdict.DumpPretty();
  }
  void ExpectSound() {
    const Json verdict = ledger_.Verify();
    EXPECT_TRUE(verdict.Bool("sound")) << verdict.DumpPretty();
  }
  std::string HeadsText() { return Must(os::ReadFile(ledger_.heads_file())); }
  void WriteHeads(const std::string& text) { std::ofstream(ledger_.heads_file(), std::ios::binary) << text; }
  std::string TileOf(int level, int place) {
    return ledger_.Run("SELECT digests FROM merkle_tile WHERE level = $1 AND place = $2", {level, place})
        .front()
        .Content(0);
  }
  void PutTile(int level, int place, const std::string& digests) {
    ledger_.Run("UPDATE merkle_tile SET digests = $3 WHERE level = $1 AND place = $2",
                {level, place, sql::Bytes{digests}});
  }
  static std::string BytesOf(const Digest& digest) { return {digest.begin(), digest.end()}; }
  /// Gives the event at `position` another actor, and the tile's leaf that fits it.
  void RewriteWithLeaf(int position) {
    const auto row =
        ledger_.Run("SELECT id, at_ms, kind, subject, cause, body FROM event WHERE position = $1", {position})
            .front();
    const std::string bytes =
        Json{{"actor", "mallory"},   {"at", row.Int(1)},      {"body", Must(Json::Parse(row.Text(5)))},
             {"cause", row.Text(4)}, {"id", row.Text(0)},     {"kind", row.Text(2)},
             {"position", position}, {"subject", row.Text(3)}}
            .Canonical();
    ledger_.Run("UPDATE event SET actor = 'mallory' WHERE position = $1", {position});
    PutTile(0, 0,
            TileOf(0, 0).replace(32 * static_cast<std::size_t>(position), 32, BytesOf(LeafDigest(bytes))));
  }

  TestLedger ledger_{GetParam()};
};

TEST_P(VerifyTest, AnUntouchedLogIsSoundInsideAndOutside) {
  ledger_.Fill(60);
  const Json verdict = ledger_.Verify();
  EXPECT_TRUE(verdict.Bool("sound")) << verdict.DumpPretty();
  EXPECT_EQ(verdict.Int("sealed"), 60);
  EXPECT_EQ(verdict.At("proven").Int("inside"), 60);
  EXPECT_EQ(verdict.At("proven").Int("outside"), 60);
  EXPECT_TRUE(verdict.At("notes").items().empty()) << verdict.DumpPretty();
}

TEST_P(VerifyTest, AnEmptyLogIsSound) { ExpectSound(); }

TEST_P(VerifyTest, AChangeOfAnyColumnOfAnyEventIsFoundAndTheEventNamed) {
  ledger_.Fill(60);
  for (int position = 0; position < 60; ++position) {
    for (const std::string column : {"id", "kind", "subject", "actor", "cause", "body"}) {
      const std::string before =
          ledger_.Run("SELECT " + column + " FROM event WHERE position = $1", {position}).front().Text(0);
      std::string after = before.empty() ? "x" : before;
      after[after.size() / 2] = after[after.size() / 2] == '3' ? '2' : '3';
      ledger_.Run("UPDATE event SET " + column + " = $2 WHERE position = $1", {position, after});
      const Json verdict = ledger_.Verify();
      ASSERT_EQ(First(verdict).Text("what"), "altered") << column << verdict.DumpPretty();
      ASSERT_EQ(First(verdict).Int("position", -1), position) << column << verdict.DumpPretty();
      ASSERT_EQ(First(verdict).Text("id"), At(position).id) << column;
      ASSERT_EQ(verdict.At("problems").items().size(), 1u) << column << verdict.DumpPretty();
      ledger_.Run("UPDATE event SET " + column + " = $2 WHERE position = $1", {position, before});
    }
    const std::string id = At(position).id;
    for (const std::string column : {"at_ms = at_ms + 1", "arrival = 3", "leaf = 'abc'"}) {
      const auto saved = ledger_.Run("SELECT at_ms FROM event WHERE id = $1", {id}).front();
      ledger_.Run("UPDATE event SET " + column + " WHERE id = $1", {id});
      const Json verdict = ledger_.Verify();
      ASSERT_EQ(First(verdict).Text("what"), "altered") << column << verdict.DumpPretty();
      ASSERT_EQ(First(verdict).Text("id"), id) << column;
      ASSERT_EQ(First(verdict).Int("position", -1), position) << column << verdict.DumpPretty();
      ledger_.Run("UPDATE event SET at_ms = $2, leaf = NULL, arrival = NULL WHERE id = $1",
                  {id, saved.At(0)});
    }
    const std::string tile = TileOf(0, 0);
    std::string flipped = tile;
    flipped[32 * static_cast<std::size_t>(position) + 7] ^= 1;
    PutTile(0, 0, flipped);
    ExpectFirst("altered", position);
    PutTile(0, 0, tile);
    for (const auto& moved :
         {sql::Value(position + 64), sql::Value(60), sql::Value(nullptr), sql::Value(-1)}) {
      ledger_.Run("UPDATE event SET position = $2 WHERE id = $1", {id, moved});
      const Json verdict = ledger_.Verify();
      ASSERT_EQ(First(verdict).Text("what"), "moved") << verdict.DumpPretty();
      ASSERT_EQ(First(verdict).Text("id"), id);
      ASSERT_EQ(First(verdict).Int("position", -1), position) << verdict.DumpPretty();
      ledger_.Run("UPDATE event SET position = $2 WHERE id = $1", {id, position});
    }
  }
  ExpectSound();
}

TEST_P(VerifyTest, AMissingEventIsNamed) {
  ledger_.Fill(20);
  for (int position : {12, 5, 0}) {
    ledger_.Run("DELETE FROM event WHERE position = $1", {position});
    ExpectFirst("missing", position);
  }
}

TEST_P(VerifyTest, EventsThatChangedPlacesAreNamed) {
  ledger_.Fill(20);
  const auto five = At(5), eight = At(8);
  ledger_.Run("UPDATE event SET position = 99 WHERE position = 5");
  ledger_.Run("UPDATE event SET position = 5 WHERE position = 8");
  ledger_.Run("UPDATE event SET position = 8 WHERE position = 99");
  const Json verdict = ledger_.Verify();
  const auto& problems = verdict.At("problems").items();
  ASSERT_EQ(problems.size(), 2u) << verdict.DumpPretty();
  EXPECT_EQ(problems[0].Text("what"), "moved");
  EXPECT_EQ(problems[0].Text("id"), five.id);
  EXPECT_EQ(problems[0].Int("position"), 5);
  EXPECT_EQ(problems[1].Text("id"), eight.id);
}

TEST_P(VerifyTest, AnEventMovedOntoADeletedOnesPlaceLeavesThatOneMissing) {
  ledger_.Fill(20);
  ledger_.Run("DELETE FROM event WHERE position = 8");
  ledger_.Run("UPDATE event SET position = 8 WHERE position = 5");
  const Json verdict = ledger_.Verify();
  const auto& problems = verdict.At("problems").items();
  ASSERT_EQ(problems.size(), 2u) << verdict.DumpPretty();
  EXPECT_EQ(problems[0].Text("what"), "moved");
  EXPECT_EQ(problems[0].Int("position"), 5);
  EXPECT_EQ(problems[1].Text("what"), "missing");
  EXPECT_EQ(problems[1].Int("position"), 8);
}

TEST_P(VerifyTest, AnEventSlippedInAfterTheLastHeadIsNamed) {
  ledger_.Fill(20);
  ledger_.Run(
      "INSERT INTO event (id, position, at_ms, kind, subject, actor, cause, body, leaf) "
      "SELECT 'zz', 20, at_ms, kind, subject, actor, cause, body, $1 FROM event WHERE position = 3",
      {std::string(64, 'a')});
  ExpectFirst("inserted", 20);
  ledger_.Run("UPDATE event SET position = 25, leaf = NULL WHERE position = 20");
  ExpectFirst("inserted", 25);
}

TEST_P(VerifyTest, ARowThatIsNeitherSealedNorWaitingIsNamed) {
  ledger_.Fill(8);
  ledger_.Run(
      "INSERT INTO event (id, at_ms, kind, subject, actor, cause, body) VALUES ('zz', 1, 'k', 's', 'a', '', "
      "'{}')");
  const Json verdict = ledger_.Verify();
  EXPECT_EQ(First(verdict).Text("id"), "zz") << verdict.DumpPretty();
}

TEST_P(VerifyTest, ACutTailIsProvenByTheFileOfHeads) {
  ledger_.Fill(21);
  ledger_.Run("DELETE FROM event WHERE position >= 14");
  ExpectFirst("cut", 14);
  ledger_.Run("DELETE FROM tree_head WHERE size > 14");
  PutTile(0, 0, TileOf(0, 0).substr(0, 14 * 32));
  ExpectFirst("cut", 14);
  const Json alone = ledger_.VerifyWithoutFile();
  EXPECT_TRUE(alone.Bool("sound")) << alone.DumpPretty();
  EXPECT_EQ(alone.At("notes").items().size(), 1u);
}

TEST_P(VerifyTest, ACutFileOfHeadsIsSaidToProveLess) {
  ledger_.Fill(21);
  const std::string whole = HeadsText();
  WriteHeads(whole.substr(0, whole.find('\n') + 1));
  const Json verdict = ledger_.Verify();
  EXPECT_TRUE(verdict.Bool("sound")) << verdict.DumpPretty();
  EXPECT_EQ(verdict.At("proven").Int("inside"), 21);
  EXPECT_EQ(verdict.At("proven").Int("outside"), 7);
  ASSERT_EQ(verdict.At("notes").items().size(), 1u) << verdict.DumpPretty();
  EXPECT_NE(verdict.At("notes").items()[0].AsString().find("lacks 2 signed heads"), std::string::npos)
      << verdict.DumpPretty();
}

TEST_P(VerifyTest, AHeadSignedByAnotherKeyIsForged) {
  ledger_.Fill(21);
  const auto row = ledger_.Run("SELECT root, at_ms FROM tree_head WHERE size = 14").front();
  TreeHead head{14, row.Text(0), row.Int(1), ""};
  head.signature = crypto::SigningKey::Generate().Sign(Statement(head));
  ledger_.Run("UPDATE tree_head SET signature = $1 WHERE size = 14", {head.signature});
  EXPECT_EQ(First(ledger_.Verify()).Text("what"), "forged_head");
}

TEST_P(VerifyTest, AnyFlippedByteOfTheFileOfHeadsIsFound) {
  ledger_.Fill(14);
  const std::string whole = HeadsText();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    WriteHeads(flipped);
    const Json verdict = ledger_.Verify();
    ASSERT_TRUE(!verdict.Bool("sound") || !verdict.At("notes").items().empty()) << i << verdict.DumpPretty();
    // Without its last end of line the file looks as if a writer had died there; everything else is a
    // contradiction.
    ASSERT_EQ(verdict.Bool("sound"), i + 1 == whole.size()) << i << verdict.DumpPretty();
  }
}

TEST_P(VerifyTest, AnEventRewrittenTogetherWithItsDigestIsFoundByTheTree) {
  ledger_.Fill(28);
  RewriteWithLeaf(9);
  const Json verdict = ledger_.Verify();
  EXPECT_EQ(First(verdict).Text("what"), "altered") << verdict.DumpPretty();
  // The first head that does not hold tells where.
  EXPECT_EQ(First(verdict).Int("position"), 7) << verdict.DumpPretty();
  EXPECT_NE(First(verdict).Text("message").find("one of the events 7 to 13"), std::string::npos)
      << verdict.DumpPretty();
  EXPECT_NE(First(verdict).Text("message").find("which cannot be told"), std::string::npos);
  EXPECT_EQ(First(verdict).Text("id"), "") << "none of them is accused";
}

TEST_P(VerifyTest, AnEventThatWasSealedAloneIsNamedThoughItsDigestWasRewrittenWithIt) {
  ledger_.Fill(14);
  ledger_.Append({"run.ended", "alone", "ada", "", Json::Object()});
  ledger_.Seal();
  RewriteWithLeaf(14);
  const Json verdict = ledger_.Verify();
  EXPECT_EQ(First(verdict).Int("position"), 14) << verdict.DumpPretty();
  EXPECT_NE(First(verdict).Text("message").find("event 14 (run.ended, "), std::string::npos)
      << verdict.DumpPretty();
}

TEST_P(VerifyTest, AHistoryRewrittenWithItsWholeTreeIsFoundByTheHeads) {
  ledger_.Fill(300);
  RewriteWithLeaf(9);
  MemoryTree tree;
  for (int place : {0, 1}) {
    const std::string tile = TileOf(0, place);
    for (std::size_t at = 0; at < tile.size(); at += 32) {
      Digest digest;
      std::copy_n(tile.begin() + static_cast<std::ptrdiff_t>(at), 32, digest.begin());
      tree.Add(digest);
    }
  }
  PutTile(8, 0, BytesOf(tree.Level(8)[0]));
  const Json verdict = ledger_.Verify();
  EXPECT_EQ(First(verdict).Text("what"), "altered") << verdict.DumpPretty();
  EXPECT_NE(First(verdict).Text("message").find("one of the events 7 to 13"), std::string::npos)
      << verdict.DumpPretty();
  EXPECT_EQ(verdict.At("proven").Int("outside"), 7);
}

TEST_P(VerifyTest, ADamagedTileIsToldApartFromAnAlteredEvent) {
  ledger_.Fill(300);
  const auto expect_node = [&] {
    EXPECT_EQ(First(ledger_.Verify()).Text("what"), "altered_node") << ledger_.Verify().DumpPretty();
  };
  const std::string whole = TileOf(8, 0);
  ASSERT_EQ(whole.size(), 32u);
  std::string wrong = whole;
  wrong[5] ^= 1;
  for (const auto& tile : {wrong, whole + whole, whole.substr(1), std::string()}) {
    PutTile(8, 0, tile);
    expect_node();
    EXPECT_EQ(ledger_.Verify().At("problems").items().size(), 1u);
  }
  PutTile(8, 0, whole);
  const std::string second = TileOf(0, 1);
  for (const auto& tile : {second + second.substr(0, 32), second.substr(0, 64), second.substr(3)}) {
    PutTile(0, 1, tile);
    expect_node();
  }
  ledger_.Run("DELETE FROM merkle_tile WHERE level = 0 AND place = 1");
  expect_node();
  ledger_.Run("INSERT INTO merkle_tile (level, place, digests) VALUES (0, 1, $1)", {sql::Bytes{second}});
  ExpectSound();
  ledger_.Run("INSERT INTO merkle_tile (level, place, digests) VALUES (0, 900, $1)", {sql::Bytes{whole}});
  expect_node();
  ledger_.Run("DELETE FROM merkle_tile WHERE place = 900");
  ledger_.Run("INSERT INTO merkle_node (level, place, digest) VALUES (1, 0, 'x')");
  expect_node();
}

TEST_P(VerifyTest, WhatWasSealedBeforeThereWereTilesIsSoundAndBroughtOverIfItIsWhatWasSigned) {
  for (const int count : {1, 7, 300}) {
    TestLedger old(GetParam());
    old.Fill(count);
    testing::MakeOld(old);
    const Json before = old.Verify();
    EXPECT_TRUE(before.Bool("sound") || count == 1) << before.DumpPretty();
    const std::string first = old.Run("SELECT id FROM event WHERE position = 0").front().Text(0);
    EXPECT_EQ(old.Seal().events, 0) << "nothing waits, and yet it is brought over";
    EXPECT_EQ(old.Run("SELECT COUNT(*) FROM merkle_node").front().Int(0), 0);
    const Json after = old.Verify();
    EXPECT_TRUE(after.Bool("sound")) << after.DumpPretty();
    EXPECT_EQ(after.At("proven").Int("outside"), count);
    EXPECT_TRUE(Log(old.database()).InclusionOf(first));
    old.Fill(20);
    EXPECT_TRUE(old.Verify().Bool("sound")) << old.Verify().DumpPretty();
    old.Run("UPDATE event SET leaf = $1 WHERE position = 0", {std::string(64, 'a')});
    EXPECT_EQ(First(old.Verify()).Text("what"), "altered");
  }
  for (const char* change :
       {"UPDATE event SET leaf = '"
        "0000000000000000000000000000000000000000000000000000000000000000"
        "' WHERE position = 3",
        "UPDATE event SET leaf = NULL WHERE position = 3", "DELETE FROM event WHERE position = 3"}) {
    TestLedger old(GetParam());
    old.Fill(20);
    testing::MakeOld(old);
    old.Run(change);
    old.Append({"run.ended", "x", "ada", "", Json::Object()});
    EXPECT_EQ(old.TrySeal().error().reason, Reason::Corrupt) << change;
    EXPECT_FALSE(old.Verify().Bool("sound")) << change;
  }
}

TEST_P(VerifyTest, EventsThatWaitForTheSealerAreNotedWithTheirAge) {
  ledger_.Fill(3);
  ledger_.Append({"run.ended", "x", "ada", "", Json::Object()});
  ledger_.clock().Advance(3'600'000);
  const Json verdict = ledger_.Verify();
  EXPECT_TRUE(verdict.Bool("sound"));
  EXPECT_EQ(verdict.Int("unsealed"), 1);
  EXPECT_NE(verdict.At("notes").items()[0].AsString().find("is the sealer running?"), std::string::npos)
      << verdict.DumpPretty();
}

TEST_P(VerifyTest, AKeyThatIsNoneIsRefused) {
  EXPECT_EQ(Log(ledger_.database()).Verify("", "abc", 0).error().reason, Reason::InvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(Engines, VerifyTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

/// The content of the event table, with the kind of every value.
std::string ContentOf(TestLedger& ledger) {
  std::string content;
  for (const auto& row : ledger.Run(
           "SELECT id || typeof(id) || quote(position) || quote(arrival) || quote(at_ms) || quote(kind) || "
           "quote(subject) || quote(actor) || quote(cause) || quote(body) || quote(leaf) || quote(id) "
           "FROM event ORDER BY id")) {
    content += row.Text(0) + "\n";
  }
  return content;
}

/// Replaces one byte of a file in place, unsynced.
void Poke(const std::string& path, std::size_t at, char byte) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

// On SQLite alone: PostgreSQL keeps its pages to itself.
TEST(VerifyFile, AnyFlippedByteOfTheEventTablesPageIsFoundOrChangesNothing) {
  TestLedger ledger("sqlite");
  ledger.Fill(8);
  const std::string path = ledger.store().url().substr(std::string("sqlite:///").size());
  const auto root = ledger.Run("SELECT rootpage FROM sqlite_schema WHERE name = 'event'").front().Int(0);
  const auto page_size = static_cast<std::size_t>(ledger.Run("PRAGMA page_size").front().Int(0));
  const std::string content = ContentOf(ledger);
  ledger.store().Close();
  const std::string whole = Must(os::ReadFile(path));
  const std::size_t begin = static_cast<std::size_t>(root - 1) * page_size;
  ASSERT_EQ(whole[begin], 10)
      << "all events fit one leaf page of an index tree, which a table without row numbers is";
  std::size_t found = 0;
  for (std::size_t at = begin; at < begin + page_size; ++at) {
    Poke(path, at, static_cast<char>(whole[at] ^ (1 << (at % 8))));
    ledger.store().Reopen();
    const auto verdict =
        Log(ledger.database()).Verify(ledger.heads_file(), ledger.key().PublicKey(), ledger.clock().Now());
    if (!verdict) {
      ASSERT_EQ(verdict.error().reason, Reason::Corrupt) << verdict.error().message;
      ++found;
    } else if (!verdict->Bool("sound")) {
      ASSERT_FALSE(First(*verdict).Text("message").empty());
      ++found;
    } else {
      // Free space, and the page's bookkeeping of it.
      ASSERT_EQ(ContentOf(ledger), content) << "byte " << at - begin << " of the page";
    }
    ledger.store().Close();
    Poke(path, at, whole[at]);
  }
  EXPECT_GT(found, content.size() / 2);
}

}  // namespace
}  // namespace cairn::metadata
