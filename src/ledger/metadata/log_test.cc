#include "ledger/metadata/log.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <thread>

#include "ground/os/files.h"
#include "ledger/metadata/derived.h"
#include "ledger/metadata/merkle.h"
#include "ledger/metadata/proven.h"
#include "ledger/metadata/testing/test_ledger.h"

namespace cairn::metadata {
namespace {

using testing::Must;
using testing::TestLedger;

class LogTest : public ::testing::TestWithParam<std::string> {
 protected:
  std::vector<LoggedEvent> Read(const EventFilter& filter) { return Must(log_.Read(filter)); }
  std::vector<std::string> Subjects(const EventFilter& filter) {
    std::vector<std::string> subjects;
    for (const auto& logged : Read(filter)) subjects.push_back(logged.event.subject);
    return subjects;
  }
  void Move(const std::string& model, const std::string& alias, const std::string& version,
            const std::string& decision = "") {
    ledger_.Append({"registry.alias_moved", "model:" + model, "ada", "",
                    Json{{"model", model},
                         {"alias", alias},
                         {"version", version},
                         {"previous", ""},
                         {"decision", decision}}});
  }

  TestLedger ledger_{GetParam()};
  Log log_{ledger_.database()};
};

TEST_P(LogTest, AnEventIsReadBackAsItWasWritten) {
  const Event written{"run.ended", "run:4f", "ada", "trigger-1",
                      Json{{"b", 1}, {"a", Json::Array({Json("ü"), Json(0.5)})}}};
  const std::string id = ledger_.Append(written);
  const auto found = log_.Find(id);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->event.kind, "run.ended");
  EXPECT_EQ(found->event.subject, "run:4f");
  EXPECT_EQ(found->event.actor, "ada");
  EXPECT_EQ(found->event.cause, "trigger-1");
  EXPECT_EQ(found->event.body, written.body);
  EXPECT_EQ(found->at, ledger_.clock().Now());
  EXPECT_FALSE(found->position);
  EXPECT_EQ(log_.Find("nothing").error().reason, Reason::NotFound);
}

TEST_P(LogTest, AnEventOfADeedThatFailsIsNotWritten) {
  const auto outcome = ledger_.database().Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(Append(connection, 1, {"run.ended", "run:1", "ada", "", Json::Object()}));
    return Error{Reason::Denied, "no"};
  });
  EXPECT_FALSE(outcome);
  EXPECT_EQ(Must(log_.Count()), 0);
}

TEST_P(LogTest, TextThatIsNotUtf8IsRefused) {
  const auto outcome = ledger_.database().Transact([&](sql::Connection& connection) {
    return Append(connection, 1, {"run.ended", "run:\xff", "ada", "", Json::Object()});
  });
  EXPECT_EQ(outcome.error().reason, Reason::InvalidArgument);
}

TEST_P(LogTest, PositionsFollowTheOrderOfCommitsEvenWhenTheClockGoesBack) {
  for (int i = 0; i < 20; ++i) {
    ledger_.Append({"run.ended", std::to_string(i), "ada", "", Json::Object()});
    ledger_.clock().Advance(-1000);
  }
  EXPECT_EQ(ledger_.Seal().events, 20);
  const auto events = Read({.scope = EventFilter::Scope::Sealed});
  ASSERT_EQ(events.size(), 20u);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(events[static_cast<std::size_t>(i)].event.subject, std::to_string(i));
    EXPECT_EQ(events[static_cast<std::size_t>(i)].position, i);
  }
}

TEST_P(LogTest, FiltersAndPagesGiveExactlyTheEventsAskedFor) {
  ledger_.Fill(40);
  const TimeMs start = Read({.limit = 1}).front().at;
  EXPECT_EQ(Read({.kind = "registry."}).size(), 10u);
  EXPECT_EQ(Read({.kind = "registry.alias_moved", .actor = "system"}).size(), 0u);
  EXPECT_EQ(Read({.kind = "reg."}).size(), 0u);
  EXPECT_EQ(Subjects({.subject = "thing:7"}), std::vector<std::string>{"thing:7"});
  EXPECT_EQ(Read({.cause = "cause-2"}).size(), 4u);
  EXPECT_EQ(Read({.from = start + 10'000, .until = start + 12'000}).size(), 3u);
  EXPECT_EQ(Subjects({.after_position = 37}), (std::vector<std::string>{"thing:38", "thing:39"}));
  EXPECT_EQ(Subjects({.before_position = 20, .order = EventFilter::Order::NewestFirst, .limit = 2}),
            (std::vector<std::string>{"thing:19", "thing:18"}));
}

TEST_P(LogTest, EventsNotYetSealedStandWhereTheNewestBelong) {
  ledger_.Fill(3);
  ledger_.Append({"run.ended", "a", "ada", "", Json::Object()});
  ledger_.Append({"run.ended", "b", "ada", "", Json::Object()});
  const auto newest = EventFilter::Order::NewestFirst;
  EXPECT_EQ(Subjects({}), (std::vector<std::string>{"thing:0", "thing:1", "thing:2", "a", "b"}));
  EXPECT_EQ(Subjects({.order = newest, .limit = 3}), (std::vector<std::string>{"b", "a", "thing:2"}));
  EXPECT_EQ(Subjects({.before_position = 2, .order = newest}),
            (std::vector<std::string>{"thing:1", "thing:0"}));
  EXPECT_EQ(Read({.scope = EventFilter::Scope::Sealed}).size(), 3u);
}

TEST_P(LogTest, WhatWasInProductionAtEveryInstantEqualsAnOracle) {
  std::mt19937 random(11);
  std::map<TimeMs, std::map<std::string, std::string>> oracle;
  std::map<std::string, std::string> standing;
  for (int i = 0; i < 120; ++i) {
    const std::string model = "m" + std::to_string(random() % 4),
                      alias = random() % 3 == 0 ? "staging" : "production";
    const std::string version = random() % 5 == 0 ? "" : std::to_string(random() % 9 + 1);
    Move(model, alias, version);
    if (alias == "production") {
      if (version.empty())
        standing.erase(model);
      else
        standing[model] = version;
    }
    oracle[ledger_.clock().Now()] = standing;
    if (random() % 2 == 0) ledger_.clock().Advance(500);
    if (i % 50 == 49) ledger_.Seal();
  }
  for (const auto& [at, expected] : oracle) {
    for (const TimeMs instant : {at, at + 499}) {
      std::map<std::string, std::string> found;
      for (const auto& move : Must(log_.ProductionAt(instant, "production")))
        found[move.model] = move.version;
      ASSERT_EQ(found, expected) << instant;
    }
  }
  EXPECT_TRUE(Must(log_.ProductionAt(oracle.begin()->first - 1, "production")).empty());
}

TEST_P(LogTest, WhatStoodAtAMomentIsToldOfEveryAliasAndSaysWhoDecided) {
  ledger_.Append({"governance.decision_approved", "decision:d1", "grace", "", Json{{"principal", "grace"}}});
  Move("delay", "production", "2");
  Move("delay", "production", "3", "d1");
  Move("delay", "shadow", "4");
  Move("another", "production", "1");
  Move("delay", "gone", "1");
  Move("delay", "gone", "");
  std::vector<std::string> standing;
  for (const auto& move : Must(log_.ProductionAt(ledger_.clock().Now(), "")))
    standing.push_back(move.model + "@" + move.alias + " " + move.version +
                       (move.approvers.empty() ? "" : " by " + move.approvers.front()));
  EXPECT_EQ(standing, (std::vector<std::string>{"another@production 1", "delay@production 3 by grace",
                                                "delay@shadow 4"}));
}

TEST_P(LogTest, TheHistoryOfAnAliasSaysWhoDecided) {
  ledger_.Append({"governance.decision_approved", "decision:d1", "grace", "", Json{{"principal", "grace"}}});
  Move("delay", "production", "3", "d1");
  Move("other", "production", "1");
  const auto history = Must(log_.AliasHistory("delay", "production"));
  ASSERT_EQ(history.size(), 1u);
  EXPECT_EQ(history[0].version, "3");
  EXPECT_EQ(history[0].actor, "ada");
  EXPECT_EQ(history[0].approvers, std::vector<std::string>{"grace"});
}

TEST_P(LogTest, AReturnAllowedInAdvanceNamesThePromotionAndWhoSignedIt) {
  ledger_.Append({"governance.decision_approved", "decision:d2", "grace", "", Json{{"principal", "grace"}}});
  ledger_.Append({"governance.decision_approved", "decision:r2", "policy", "",
                  Json{{"principal", "policy"}, {"promotion", "d2"}}});
  Move("delay", "production", "4", "d2");
  Move("delay", "production", "3", "r2");
  const auto history = Must(log_.AliasHistory("delay", "production"));
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[0].promotion, "");
  EXPECT_EQ(history[1].promotion, "d2");
  EXPECT_EQ(history[1].approvers, std::vector<std::string>{"grace"});
  EXPECT_EQ(ToJson(history[1]).Text("preauthorised_by"), "d2");
}

TEST_P(LogTest, EverySealedEventIsProvenToBeInTheTree) {
  ledger_.Fill(23);
  const auto head = ledger_.Run("SELECT root FROM tree_head WHERE size = 23").front().Text(0);
  for (const auto& logged : Read({})) {
    const auto proof = Must(log_.InclusionOf(logged.id));
    std::vector<Digest> path;
    for (const auto& digest : proof.path) path.push_back(Must(DigestOf(digest)));
    EXPECT_EQ(proof.root, head);
    EXPECT_TRUE(ProvesInclusion(Must(DigestOf(proof.leaf)), static_cast<std::uint64_t>(*logged.position), 23,
                                path, Must(DigestOf(head))));
  }
  const std::string waiting = ledger_.Append({"run.ended", "x", "ada", "", Json::Object()});
  EXPECT_EQ(log_.InclusionOf(waiting).error().reason, Reason::Conflict);
}

TEST_P(LogTest, EventsAreProvenToOutsidersAsOfAnyHead) {
  ledger_.Fill(23);
  std::vector<std::string> ids;
  for (const auto& logged : Read({})) ids.insert(ids.begin(), logged.id);
  const auto heads = ledger_.Run("SELECT size FROM tree_head ORDER BY size");
  ASSERT_GT(heads.size(), 2u);
  for (const auto& row : heads) {
    const auto head = Must(HeadOf(ledger_.database(), row.Int(0)));
    EXPECT_EQ(head.size, static_cast<std::uint64_t>(row.Int(0)));
    const auto proven = Must(Prove(ledger_.database(), ids, head));
    ASSERT_EQ(proven.size(), head.size) << "those after the head are left out";
    for (std::size_t i = 0; i < proven.size(); ++i) {
      std::vector<Digest> path;
      for (const auto& digest : proven[i].proof.path) path.push_back(Must(DigestOf(digest)));
      EXPECT_EQ(proven[i].proof.index, static_cast<std::int64_t>(i));
      EXPECT_TRUE(
          ProvesInclusion(LeafDigest(proven[i].bytes), i, head.size, path, Must(DigestOf(head.root))));
    }
  }
  EXPECT_EQ(Must(HeadOf(ledger_.database())).size, 23u);
  EXPECT_EQ(HeadOf(ledger_.database(), 1'000).error().reason, Reason::NotFound);
  EXPECT_EQ(Prove(ledger_.database(), {"none"}, Must(HeadOf(ledger_.database()))).error().reason,
            Reason::NotFound);
}

TEST_P(LogTest, EverySignedHeadIsProvenToBeginTheNext) {
  ledger_.Fill(50);
  const auto heads = ledger_.Run("SELECT size, root FROM tree_head ORDER BY size");
  ASSERT_EQ(heads.size(), 8u);
  for (std::size_t i = 0; i < heads.size(); ++i) {
    for (std::size_t k = i; k < heads.size(); ++k) {
      const auto proof = Must(log_.Consistency(heads[i].Int(0), heads[k].Int(0)));
      EXPECT_EQ(proof.root, heads[k].Text(1));
      std::vector<Digest> path;
      for (const auto& digest : proof.path) path.push_back(Must(DigestOf(digest)));
      EXPECT_TRUE(ProvesConsistency(
          static_cast<std::uint64_t>(heads[i].Int(0)), Must(DigestOf(heads[i].Text(1))),
          static_cast<std::uint64_t>(heads[k].Int(0)), Must(DigestOf(heads[k].Text(1))), path));
    }
  }
  EXPECT_EQ(log_.Consistency(0, 50).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(log_.Consistency(7, 51).error().reason, Reason::InvalidArgument);
}

TEST_P(LogTest, TheSealerSignsNothingWhenThereIsNothingNew) {
  EXPECT_FALSE(ledger_.Seal().head);
  ledger_.Fill(3);
  const auto file = Must(os::ReadFile(ledger_.heads_file()));
  EXPECT_FALSE(ledger_.Seal().head);
  EXPECT_EQ(Must(os::ReadFile(ledger_.heads_file())), file);
}

TEST_P(LogTest, TheNextSealCompletesAFileWhoseWriterDiedAtAnyByte) {
  ledger_.Fill(21);
  const std::string whole = Must(os::ReadFile(ledger_.heads_file()));
  const std::size_t second = whole.find('\n') + 1;
  for (std::size_t cut = second; cut < whole.size(); ++cut) {
    Must(os::WriteFileAtomically(ledger_.heads_file(), whole.substr(0, cut)));
    ledger_.Seal();
    const Json verdict = ledger_.Verify();
    ASSERT_TRUE(verdict.Bool("sound")) << cut << verdict.DumpPretty();
    ASSERT_EQ(verdict.At("proven").Int("outside"), 21) << cut << verdict.DumpPretty();
    ledger_.Seal();
  }
}

TEST_P(LogTest, TheSealerRefusesAStoreThatIsOlderThanItsFileOfHeads) {
  ledger_.Fill(14);
  ledger_.Run("DELETE FROM tree_head WHERE size > 7");
  ledger_.Run("DELETE FROM event WHERE position >= 7");
  ledger_.Append({"run.ended", "x", "ada", "", Json::Object()});
  EXPECT_EQ(ledger_.TrySeal().error().reason, Reason::Corrupt);
  EXPECT_EQ(ledger_.Run("SELECT COUNT(*) FROM tree_head").front().Int(0), 1);
}

TEST_P(LogTest, TheSealerDoesNotSignATreeWithADoctoredNode) {
  ledger_.Fill(14);
  ledger_.Run("UPDATE merkle_tile SET digests = $1", {sql::Bytes{std::string(14 * 32, 'a')}});
  ledger_.Append({"run.ended", "x", "ada", "", Json::Object()});
  EXPECT_EQ(ledger_.TrySeal().error().reason, Reason::Corrupt);
}

TEST_P(LogTest, TheSealerDoesNotSealPastAGap) {
  ledger_.Fill(14);
  const std::string moved = ledger_.Run("SELECT id FROM event WHERE position = 3").front().Text(0);
  ledger_.Run("UPDATE event SET position = 90 WHERE id = $1", {moved});
  EXPECT_EQ(ledger_.TrySeal().error().reason, Reason::Corrupt);
  EXPECT_EQ(ledger_.Run("SELECT position FROM event WHERE id = $1", {moved}).front().Int(0), 90);
  ledger_.Run("UPDATE event SET position = 3 WHERE id = $1", {moved});
  ledger_.Append({"run.ended", "x", "ada", "", Json::Object()});
  EXPECT_EQ(ledger_.Seal().events, 1);
  EXPECT_TRUE(ledger_.Verify().Bool("sound"));
}

TEST_P(LogTest, WhatIsNotSealedHasNoPositionYetAndIsReadLast) {
  ledger_.Fill(5);
  const std::string waiting = ledger_.Append({"run.ended", "late", "ada", "c", Json::Object()});
  EXPECT_FALSE(Must(log_.Find(waiting)).position);
  for (const EventFilter& filter : {EventFilter{}, EventFilter{.kind = "run."}, EventFilter{.cause = "c"}}) {
    const auto events = Read(filter);
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.back().id, waiting);
    EXPECT_FALSE(events.back().position);
  }
  EXPECT_EQ(Read({.scope = EventFilter::Scope::Sealed}).size(), 5u);
  EXPECT_EQ(Read({.order = EventFilter::Order::NewestFirst, .limit = 1}).front().id, waiting);
  ledger_.Seal();
  EXPECT_EQ(Must(log_.Find(waiting)).position, 5);
}

TEST_P(LogTest, ConcurrentWritersAndSealersMakeOneSoundLog) {
  constexpr int kWriters = 6, kEach = 40;
  std::vector<std::thread> threads;
  Sealer one(ledger_.database(), ledger_.clock(), ledger_.key(), ledger_.heads_file());
  Sealer two(ledger_.database(), ledger_.clock(), ledger_.key(), ledger_.heads_file() + ".second");
  for (int w = 0; w < kWriters; ++w) {
    threads.emplace_back([&, w] {
      for (int i = 0; i < kEach; ++i) {
        ledger_.Append({"run.ended", std::to_string(w) + "/" + std::to_string(i), "w", std::to_string(w),
                        Json{{"i", i}}});
        if (i % 8 == 0) Must((w % 2 == 0 ? one : two).Seal());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  Must(one.Seal());
  Must(two.Seal());
  EXPECT_EQ(Must(os::ReadFile(ledger_.heads_file())), Must(os::ReadFile(ledger_.heads_file() + ".second")));
  const Json verdict = ledger_.Verify();
  EXPECT_TRUE(verdict.Bool("sound")) << verdict.DumpPretty();
  EXPECT_EQ(verdict.Int("sealed"), kWriters * kEach);
  EXPECT_EQ(verdict.At("proven").Int("outside"), kWriters * kEach);
  for (int w = 0; w < kWriters; ++w) {
    const auto events = Read({.cause = std::to_string(w)});
    ASSERT_EQ(events.size(), static_cast<std::size_t>(kEach));
    for (int i = 0; i < kEach; ++i) EXPECT_EQ(events[static_cast<std::size_t>(i)].event.body.Int("i"), i);
  }
}

TEST_P(LogTest, TenThousandEventsAreSealedAndVerified) {
  Must(ledger_.database().Transact([&](sql::Connection& connection) -> Result<> {
    for (int i = 0; i < 10'000; ++i) {
      CAIRN_TRY(Append(connection, 1'000 + i,
                       {"run.ended", "run:" + std::to_string(i), "system", "", Json{{"i", i}}}));
    }
    return Done{};
  }));
  EXPECT_EQ(ledger_.Seal().events, 10'000);
  const Json verdict = ledger_.Verify();
  EXPECT_TRUE(verdict.Bool("sound")) << verdict.DumpPretty();
  EXPECT_EQ(verdict.At("proven").Int("outside"), 10'000);
}

TEST(Rebuild, TellsTheFirstRowInWhichATableDiffersFromItsEvents) {
  const auto give = [](Json rows) { return [rows]() -> Result<Json> { return rows; }; };
  const Json one = Json::Array({Json{{"a", 1}}, Json{{"a", 2}}}),
             other = Json::Array({Json{{"a", 1}}, Json{{"a", 3}}, Json{{"a", 4}}});
  const std::vector<DerivedTable> tables{{"alias", give(one), give(one)}, {"level", give(one), give(other)}};
  const Json compared = Must(Rebuild(tables));
  EXPECT_FALSE(compared.Bool("equal"));
  EXPECT_TRUE(compared.At("tables").items()[0].Bool("equal"));
  EXPECT_EQ(compared.At("tables").items()[1].At("first_difference").Int("row"), 1);
}

INSTANTIATE_TEST_SUITE_P(Engines, LogTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::metadata
