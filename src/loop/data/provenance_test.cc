#include <gtest/gtest.h>

#include "ground/crypto/hash.h"
#include "ledger/metadata/lineage.h"
#include "loop/data/address.h"
#include "loop/data/aliases.h"
#include "loop/data/recording.h"
#include "loop/data/seal.h"
#include "loop/data/search.h"
#include "loop/data/testing/test_catalogue.h"
#include "loop/data/verification.h"
#include "loop/data/withdrawal.h"

namespace cairn::data {
namespace {

using testing::Must;
using testing::TestCatalogue;

class ProvenanceTest : public ::testing::TestWithParam<std::string> {
 protected:
  TestCatalogue room_{GetParam()};
};

TEST_P(ProvenanceTest, AVersionTellsWhereItCameFromAndWhatItLooksLike) {
  room_.flights.owner = "Port Authority";
  room_.flights.licence = "CC0-1.0";
  room_.flights.tags = {"monthly"};
  room_.flights.contract_digest = std::string(64, 'c');
  const std::string file = room_.Write("a.csv", TestCatalogue::Rows(1, 100));
  room_.clock.Advance(5000);
  Addition addition;
  addition.provenance.jurisdiction = "US";
  addition.provenance.licence = "CC-BY-4.0";
  addition.provenance.reason = "the first month";
  const auto added = room_.Add(file, addition);
  ASSERT_TRUE(added) << added.error().message;
  const auto version = Must(room_.catalogue.Find("flights"));
  EXPECT_EQ(version.provenance.kind, "file");
  EXPECT_EQ(version.provenance.source, file);
  EXPECT_EQ(version.provenance.owner, "Port Authority") << "by the configuration";
  EXPECT_EQ(version.provenance.licence, "CC-BY-4.0") << "what the deed says comes first";
  EXPECT_EQ(version.provenance.jurisdiction, "US");
  EXPECT_EQ(version.provenance.reason, "the first month");
  EXPECT_EQ(version.provenance.tags, std::vector<std::string>{"monthly"});
  EXPECT_EQ(version.provenance.read_ms, room_.clock.Now());
  EXPECT_EQ(version.provenance.modified_ms, Must(os::Stat(file)).stamp.mtime_ns / 1'000'000);
  EXPECT_EQ(version.format, "csv");
  EXPECT_EQ(version.dialect.Text("delimiter"), ",");
  ASSERT_EQ(version.columns.size(), 3U);
  EXPECT_EQ(version.columns[0].name + " " + version.columns[0].type, "id int");
  EXPECT_EQ(version.columns[2].type, "text");
  EXPECT_EQ(version.schema_digest, crypto::Sha256Hex(ToJson(version.columns).Canonical()));

  const auto checked = room_.Events("data.contract_checked").front().event.body;
  EXPECT_EQ(checked.Text("contract"), std::string(64, 'c'));
  EXPECT_EQ(checked.Text("schema"), version.schema_digest);
  EXPECT_EQ(checked.Text("digest"), version.files.front().sha256);
  EXPECT_EQ(checked.Int("rows"), 100);
}

TEST_P(ProvenanceTest, ACsvOfAnyDialectIsKeptAsItIsAndReadAsPlain) {
  room_.flights.holdout = 0;
  const std::string german = "id;late;code\n1;0;\"1,5\"\n2;1;\"2,25\"\n3;0;\"caf\xE9\"\n";
  const auto latin = room_.Add(room_.Write("latin.csv", german));
  ASSERT_TRUE(latin) << latin.error().message;
  EXPECT_EQ(latin->dialect.Text("encoding"), "windows-1252");
  EXPECT_EQ(Must(os::ReadFile(room_.catalogue.objects().PathOf(latin->files.front().md5))), german);
  EXPECT_EQ(Must(os::ReadFile(room_.InProject("data/flights/latin.csv"))),
            "id,late,code\n1,0,\"1,5\"\n2,1,\"2,25\"\n3,0,café\n");
  Addition addition;
  addition.dialect.delimiter = '~';
  addition.dialect.decimal = ',';
  const auto odd = room_.Add(room_.Write("odd.csv", "id~late~code\n1~0~1,5\n2~1~2.000,25\n"), addition);
  ASSERT_TRUE(odd) << odd.error().message;
  EXPECT_EQ(Must(os::ReadFile(room_.InProject("data/flights/odd.csv"))),
            "id,late,code\n1,0,1.5\n2,1,2000.25\n");
  EXPECT_EQ(odd->columns[2].type, "double");
  addition.dialect = {};
  const auto torn = room_.Add(room_.Write("torn.csv", "id;late;code\n1;0;caf\xE9\n2;1\n"), addition);
  ASSERT_FALSE(torn);
  EXPECT_NE(torn.error().message.find("torn.csv, line 3"), std::string::npos) << torn.error().message;
  EXPECT_TRUE(os::ListFolder(room_.folder() / "scratch/adding")->empty());
  EXPECT_EQ(Must(room_.catalogue.Versions("flights")).size(), 2U);
}

TEST_P(ProvenanceTest, AFileMayTakeThePlaceOfAnother) {
  const std::string a = room_.Write("a.csv", TestCatalogue::Rows(1, 50));
  const auto first = Must(room_.Add(a));
  Must(room_.Add(room_.Write("b.csv", TestCatalogue::Rows(51, 60))));
  room_.Write("a.csv", TestCatalogue::Rows(1, 49));
  EXPECT_EQ(room_.Add(a).error().reason, Reason::AlreadyExists);
  Addition addition;
  addition.taken = Addition::Taken::Replace;
  addition.provenance.reason = "row 50 was a test";
  const auto third = room_.Add(a, addition);
  ASSERT_TRUE(third) << third.error().message;
  EXPECT_EQ(third->version, 3);
  EXPECT_EQ(third->rows, 59);
  EXPECT_EQ(third->files.size(), 2U);
  EXPECT_EQ(Must(room_.catalogue.Find("flights", 2)).rows, 60) << "older versions stay what they were";
  EXPECT_EQ(Must(room_.catalogue.Find("flights", 1)).digest, first.digest);
  EXPECT_EQ(Must(room_.catalogue.Find("flights")).digest, third->digest);
  EXPECT_EQ(room_.FilesBelow("data/flights"), (std::vector<std::string>{"a.csv", "b.csv"}));
  Withdrawal old{.to = room_.folder() / "old", .actor = "ada"};
  Must(Withdraw(room_.catalogue, Must(room_.catalogue.Find("flights", 1)), old));
  EXPECT_EQ(crypto::HashFile(room_.folder() / "old/a.csv")->sha256, first.files.front().training_sha256);
}

TEST_P(ProvenanceTest, AliasesNameVersionsAndTheEventsSayTheSame) {
  const auto first = Must(room_.Add(room_.Write("a.csv", TestCatalogue::Rows(1, 20))));
  const auto second = Must(room_.Add(room_.Write("b.csv", TestCatalogue::Rows(21, 40))));
  Must(SetAlias(room_.catalogue, first, "training-2013", "ada"));
  Must(SetAlias(room_.catalogue, second, "audited", "ada"));
  Must(SetAlias(room_.catalogue, second, "audited", "ada"));
  EXPECT_EQ(Must(room_.catalogue.Named("flights", "training-2013")).version, 1);
  EXPECT_EQ(Must(room_.catalogue.Named("flights", "latest")).version, 2);
  EXPECT_EQ(Must(room_.catalogue.Named("flights", "2")).aliases, std::vector<std::string>{"audited"});
  const auto unknown = room_.catalogue.Named("flights", "auditde");
  EXPECT_NE(unknown.error().message.find("Did you mean 'audited'?"), std::string::npos);
  Must(SetAlias(room_.catalogue, first, "audited", "ben"));
  EXPECT_EQ(room_.Events("data.alias_set").back().event.body.Int("previous"), 2);
  EXPECT_EQ(room_.Events("data.alias_set").size(), 3U) << "naming the same again is no deed";
  Must(RemoveAlias(room_.catalogue, "flights", "audited", "ben"));
  EXPECT_EQ(RemoveAlias(room_.catalogue, "flights", "audited", "ben").error().reason, Reason::NotFound);
  for (const char* bad : {"", "latest", "2013", "a b", "a/b", "-x"})
    EXPECT_EQ(SetAlias(room_.catalogue, first, bad, "ada").error().reason, Reason::InvalidArgument) << bad;
  const auto table = AliasTable(room_.catalogue.database());
  EXPECT_EQ(Must(table.stored()).items().size(), 1U);
  EXPECT_EQ(Must(table.stored()), Must(table.recomputed()));
}

TEST_P(ProvenanceTest, WhatWasStoredIsVerifiedToTheLastByte) {
  const std::string file = room_.Write("a.csv", TestCatalogue::Rows(1, 100));
  const auto version = Must(room_.Add(file));
  const auto before = Must(os::Stat(file)).stamp;
  const auto sound = Must(Verify(room_.catalogue, version, "ada"));
  EXPECT_TRUE(sound.sound);
  EXPECT_EQ(sound.parts.size(), 4U) << "source, original, both parts";
  EXPECT_EQ(Must(os::Stat(file)).stamp, before) << "reading changes nothing";
  EXPECT_TRUE(room_.Events("data.seal_opened").empty()) << "nobody saw a row";

  room_.Write("a.csv", "id,late,code\n");
  const std::string object = room_.catalogue.objects().PathOf(version.files.front().sealed_md5);
  std::string bytes = Must(os::ReadFile(object));
  bytes[bytes.size() / 2] ^= 1;
  Must(os::WriteFileAtomically(object, bytes));
  Must(os::Remove(room_.catalogue.objects().PathOf(version.files.front().training_md5)));
  const auto broken = Must(Verify(room_.catalogue, version, "ada"));
  EXPECT_FALSE(broken.sound);
  std::string states;
  for (const auto& part : broken.parts)
    states += std::string(NameOf(part.what)) + " " + NameOf(part.state) + ", ";
  EXPECT_EQ(states, "source changed, original intact, training part missing, sealed part damaged, ");
  EXPECT_EQ(room_.Events("data.verified").back().event.body.At("problems").items().size(), 3U);
  Must(os::Remove(file));
  EXPECT_EQ(Must(Verify(room_.catalogue, version, "ada")).parts.front().state, VerifiedPart::State::Gone);
}

TEST_P(ProvenanceTest, TakingOutGivesTheStoredBytesAndOpensSealsOnRecordAlone) {
  const std::string text = TestCatalogue::Rows(1, 100), file = room_.Write("a.csv", text);
  const auto version = Must(room_.Add(file));
  Must(os::RemoveTree(room_.InProject("raw")));
  Must(os::RemoveTree(room_.InProject("data")));
  Withdrawal wish{.to = room_.folder() / "out", .actor = "ben"};
  Must(Withdraw(room_.catalogue, version, wish));
  EXPECT_EQ(crypto::HashFile(room_.folder() / "out/a.csv")->sha256, version.files.front().training_sha256);
  EXPECT_TRUE(room_.Events("data.seal_opened").empty());
  EXPECT_TRUE(Withdraw(room_.catalogue, version, wish)) << "the same bytes are no obstacle";

  wish.part = Withdrawal::Part::Original;
  wish.purpose = "an audit";
  EXPECT_EQ(Withdraw(room_.catalogue, version, wish).error().reason, Reason::AlreadyExists);
  EXPECT_TRUE(room_.Events("data.seal_opened").empty());
  wish.to = room_.folder() / "whole";
  wish.purpose = " ";
  const auto unasked = Withdraw(room_.catalogue, version, wish);
  EXPECT_EQ(unasked.error().reason, Reason::InvalidArgument);
  EXPECT_FALSE(os::Exists(wish.to));
  wish.purpose = "an audit";
  Must(Withdraw(room_.catalogue, version, wish));
  EXPECT_EQ(Must(os::ReadFile(room_.folder() / "whole/a.csv")), text);
  wish.part = Withdrawal::Part::Sealed;
  wish.to = room_.folder() / "sealed";
  Must(Withdraw(room_.catalogue, version, wish));
  const auto openings = Must(SealOpenings(room_.catalogue, "flights"));
  ASSERT_EQ(openings.size(), 2U);
  EXPECT_EQ(openings.front().by + ": " + openings.front().purpose, "ben: an audit");
  EXPECT_EQ(openings.front().digest, version.seal_digest);
  EXPECT_TRUE(Must(SealOpenings(room_.catalogue, "flights", 2)).empty());

  const std::string object = room_.catalogue.objects().PathOf(version.files.front().md5);
  Must(os::WriteFileAtomically(object, "other"));
  wish.part = Withdrawal::Part::Original;
  wish.to = room_.folder() / "never";
  EXPECT_EQ(Withdraw(room_.catalogue, version, wish).error().reason, Reason::Corrupt);
  EXPECT_FALSE(os::Exists(wish.to));
  EXPECT_EQ(room_.Events("data.seal_opened").size(), 2U) << "nothing was seen, so nothing was opened";
}

TEST_P(ProvenanceTest, AnAccessListSaysWhoMayTakeDataOut) {
  room_.flights.access = {"ada"};
  const auto version = Must(room_.Add(room_.Write("a.csv", TestCatalogue::Rows(1, 10))));
  const auto refused = Withdraw(room_.catalogue, version, {.to = room_.folder() / "x", .actor = "ben"});
  EXPECT_EQ(refused.error().reason, Reason::Denied);
  EXPECT_TRUE(Withdraw(room_.catalogue, version, {.to = room_.folder() / "x", .actor = "ada"}));
}

TEST_P(ProvenanceTest, NoRoomIsToldWithFiguresBeforeAnythingIsReadOrWritten) {
  const std::string huge = room_.InProject("raw/huge.csv");
  {
    std::FILE* file = std::fopen(huge.c_str(), "w");
    std::fputs("id,late,code\n", file);
    // A hole: hashing it would take hours.
    ASSERT_EQ(fseeko(file, off_t{8} << 40, SEEK_SET), 0);
    std::fputc('x', file);
    std::fclose(file);
  }
  const auto refused = room_.Add(huge);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Exhausted);
  EXPECT_NE(refused.error().message.find("TiB and '"), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("free; nothing was written"), std::string::npos);
  EXPECT_FALSE(os::Exists(room_.InProject(".dvc")));
  EXPECT_EQ(room_.EventCount(), 0U);
}

TEST_P(ProvenanceTest, LineageLeadsFromTheSourceToTheFolderThatStagesRead) {
  Must(room_.Add(room_.Write("a.csv", TestCatalogue::Rows(1, 50))));
  const auto second = Must(room_.Add(room_.Write("b.csv", TestCatalogue::Rows(51, 80))));
  const auto reached = [&](const std::string& thing, metadata::Direction way) {
    std::vector<std::string> things;
    for (const auto& step : Must(metadata::WalkLineage(room_.catalogue.database(), {thing}, way)).steps)
      things.push_back(step.thing);
    return things;
  };
  repository::StatIndex index = repository::StatIndex::Open("");
  const auto tree = Must(repository::TakeSnapshot(room_.InProject("data/flights"), index));
  EXPECT_EQ("md5:" + TreeOf(second.files), "md5:" + tree.md5);
  const auto up = reached("md5:" + tree.md5, metadata::Direction::Upstream);
  for (const auto& thing : {std::string("dataset:flights@2"), std::string("dataset:flights@1"),
                            "sha256:" + second.files[0].sha256, "sha256:" + second.files[1].sha256}) {
    EXPECT_NE(std::find(up.begin(), up.end(), thing), up.end()) << thing;
  }
  const auto down = reached("sha256:" + second.files[0].sha256, metadata::Direction::Downstream);
  EXPECT_NE(std::find(down.begin(), down.end(), "md5:" + tree.md5), down.end());
  const auto digest = reached("sha256:" + second.digest, metadata::Direction::Upstream);
  EXPECT_EQ(digest.front(), "dataset:flights@2");
}

INSTANTIATE_TEST_SUITE_P(Engines, ProvenanceTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

TEST(Search, AllWordsMustBeFoundSomewhere) {
  DatasetVersion version;
  version.dataset = "flights";
  version.columns = {{"carrier", "text"}, {"dep_delay", "int"}};
  version.provenance.owner = "Port Authority";
  version.provenance.tags = {"monthly"};
  version.aliases = {"training-2013"};
  EXPECT_EQ(PlacesFound(version, "flig"), std::vector<std::string>{"name"});
  EXPECT_EQ(PlacesFound(version, "CARRIER monthly"),
            (std::vector<std::string>{"column carrier", "tag monthly"}));
  EXPECT_EQ(PlacesFound(version, "port 2013"), (std::vector<std::string>{"owner", "alias training-2013"}));
  EXPECT_TRUE(PlacesFound(version, "carrier weather").empty());
  EXPECT_TRUE(PlacesFound(version, " ").empty());
}

TEST(Address, SecretsAreNotKept) {
  EXPECT_EQ(WithoutSecrets("postgresql://ada:hunter2@db/flights?sslmode=require"),
            "postgresql://ada@db/flights?sslmode=require");
  EXPECT_EQ(WithoutSecrets("https://u:p%40ss@host:8443/x.csv?year=2013&X-Amz-Signature=abc&apikey=1#top"),
            "https://u@host:8443/x.csv?year=2013&X-Amz-Signature=***&apikey=***");
  EXPECT_EQ(WithoutSecrets("https://host/@scope/x.csv"), "https://host/@scope/x.csv");
  EXPECT_EQ(WithoutSecrets("/data/a?token=1.csv"), "/data/a?token=1.csv") << "a path is no address";
  EXPECT_EQ(WithoutSecrets("s3://bucket/a/b.csv"), "s3://bucket/a/b.csv");
  EXPECT_EQ(WithoutSecrets("postgresql:///x?password=a&user=b"), "postgresql:///x?password=***&user=b");
  EXPECT_EQ(UserOf("https://u:p%40ss@host/x"), "u:p@ss");
  EXPECT_EQ(WithoutUser("https://u:p@host/x?a=1"), "https://host/x?a=1");
}

}  // namespace
}  // namespace cairn::data
