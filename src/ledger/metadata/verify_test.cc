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
  /// Gives the event at `position` another actor, and the leaf that fits it.
  void RewriteWithLeaf(int position) {
    const auto row =
        ledger_.Run("SELECT id, at_ms, kind, subject, cause, body FROM event WHERE position = $1", {position})
            .front();
    const std::string bytes =
        Json{{"actor", "mallory"},   {"at", row.Int(1)},      {"body", Must(Json::Parse(row.Text(5)))},
             {"cause", row.Text(4)}, {"id", row.Text(0)},     {"kind", row.Text(2)},
             {"position", position}, {"subject", row.Text(3)}}
            .Canonical();
    ledger_.Run("UPDATE event SET actor = 'mallory', leaf = $2 WHERE position = $1",
                {position, TextOf(LeafDigest(bytes))});
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
    for (const std::string column : {"id", "kind", "subject", "actor", "cause", "body", "leaf"}) {
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
    for (const std::string column : {"at_ms = at_ms + 1", "arrival = 3", "leaf = NULL"}) {
      const auto saved = ledger_.Run("SELECT at_ms, leaf FROM event WHERE id = $1", {id}).front();
      ledger_.Run("UPDATE event SET " + column + " WHERE id = $1", {id});
      const Json verdict = ledger_.Verify();
      ASSERT_EQ(First(verdict).Text("what"), "altered") << column << verdict.DumpPretty();
      ASSERT_EQ(First(verdict).Text("id"), id) << column;
      ASSERT_EQ(First(verdict).Int("position", -1), position) << column << verdict.DumpPretty();
      ledger_.Run("UPDATE event SET at_ms = $2, leaf = $3, arrival = NULL WHERE id = $1",
                  {id, saved.At(0), saved.At(1)});
    }
    for (const auto& moved : {sql::Value(position + 64), sql::Value(nullptr), sql::Value(-1)}) {
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
      "SELECT 'zz', 20, at_ms, kind, subject, actor, cause, body, leaf FROM event WHERE position = 3");
  RewriteWithLeaf(20);
  ExpectFirst("inserted", 20);
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
  ledger_.Run(
      "DELETE FROM merkle_node WHERE (place + 1) * (CASE level WHEN 1 THEN 2 WHEN 2 THEN 4 WHEN 3 THEN 8 "
      "ELSE 16 END) > 14");
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
  // The tree's node covers a pair, so the pair is named by its first.
  EXPECT_EQ(First(verdict).Int("position"), 8) << verdict.DumpPretty();
  EXPECT_NE(First(verdict).Text("message").find("one of the events 8 to 9"), std::string::npos)
      << verdict.DumpPretty();
}

TEST_P(VerifyTest, AHistoryRewrittenWithItsWholeTreeIsFoundByTheHeads) {
  ledger_.Fill(28);
  RewriteWithLeaf(9);
  MemoryTree tree;
  for (const auto& row : ledger_.Run("SELECT leaf FROM event ORDER BY position"))
    tree.Add(Must(DigestOf(row.Text(0))));
  for (int level = 1; level < tree.height(); ++level) {
    for (std::size_t i = 0; i < tree.Level(level).size(); ++i) {
      ledger_.Run("UPDATE merkle_node SET digest = $3 WHERE level = $1 AND place = $2",
                  {level, static_cast<std::int64_t>(i), TextOf(tree.Level(level)[i])});
    }
  }
  const Json verdict = ledger_.Verify();
  EXPECT_EQ(First(verdict).Text("what"), "altered") << verdict.DumpPretty();
  EXPECT_NE(First(verdict).Text("message").find("one of the events 7 to 13"), std::string::npos)
      << verdict.DumpPretty();
  EXPECT_EQ(verdict.At("proven").Int("outside"), 7);
}

TEST_P(VerifyTest, AnAlteredNodeOfTheTreeIsToldApartFromAnAlteredEvent) {
  ledger_.Fill(21);
  const auto nodes = ledger_.Run("SELECT level, place, digest FROM merkle_node");
  ASSERT_EQ(nodes.size(), 10u + 5u + 2u + 1u);
  for (const auto& node : nodes) {
    std::string wrong = node.Text(2);
    wrong[5] = wrong[5] == 'a' ? 'b' : 'a';
    ledger_.Run("UPDATE merkle_node SET digest = $3 WHERE level = $1 AND place = $2",
                {node.At(0), node.At(1), wrong});
    EXPECT_EQ(First(ledger_.Verify()).Text("what"), "altered_node");
    ledger_.Run("UPDATE merkle_node SET digest = $3 WHERE level = $1 AND place = $2",
                {node.At(0), node.At(1), node.At(2)});
  }
  ledger_.Run("INSERT INTO merkle_node (level, place, digest) VALUES (1, 900, 'x')");
  EXPECT_EQ(First(ledger_.Verify()).Text("what"), "altered_node");
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
