#include "loop/data/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/os/testing/manual_clock.h"
#include "ground/sql/testing/engines.h"
#include "ground/tables/source.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/log.h"
#include "ledger/metadata/schema.h"
#include "loop/comparison/testing/golden.h"
#include "loop/data/schema.h"
#include "loop/repository/collection.h"

namespace cairn::data {
namespace {

class CatalogueTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store_.database().Migrate(std::array{&metadata::Schema(), &Schema()}));
    ASSERT_TRUE(os::MakeFolders(folder_ / "project/raw"));
    flights_.name = "flights";
    flights_.path = "data/flights";
    flights_.target = "late";
    flights_.key = {"id"};
    flights_.holdout = 0.25;
    contract::ColumnRule late;
    late.name = "late";
    late.type = contract::ColumnType::Integer;
    late.allowed = {0, 1};
    flights_.contract.columns = {late};
  }

  std::string InProject(const std::string& name) const { return folder_ / ("project/" + name); }

  /// Rows `first` … `last`; every id twice.
  static std::string Rows(int first, int last) {
    std::string text = "id,late,code\n";
    for (int i = first; i <= last; ++i) {
      const std::string id = std::to_string(i);
      text += id + "," + std::to_string(i % 2) + ",0" + id + "\n" + id + "," + std::to_string(i % 2) +
              ",\"NA\"\n";
    }
    return text;
  }

  std::string Write(const std::string& name, std::string_view text) {
    EXPECT_TRUE(os::WriteFileAtomically(InProject("raw/" + name), text));
    return InProject("raw/" + name);
  }

  Result<DatasetVersion> Add(const std::string& file, Addition::Broken broken = Addition::Broken::Refuse) {
    return catalogue_.Add(
        flights_, {.file = file, .actor = "ada", .cause = "", .note = "from the port", .broken = broken});
  }

  std::vector<std::string> Kinds() {
    std::vector<std::string> kinds;
    const auto events = metadata::Log(store_.database()).Read({});
    for (const auto& event : *events) kinds.push_back(event.event.kind);
    return kinds;
  }

  std::vector<std::string> FilesBelow(const std::string& name) {
    std::vector<std::string> files;
    if (!os::Exists(InProject(name))) return files;
    const auto tree = os::ListTree(InProject(name));
    for (const auto& entry : *tree) {
      if (entry.kind == os::FileKind::File) files.push_back(entry.path);
    }
    return files;
  }

  static std::set<std::string> Lines(const std::string& path) {
    const auto text = os::ReadFile(path);
    EXPECT_TRUE(text) << path;
    std::set<std::string> lines;
    if (!text) return lines;
    for (const auto line : Split(*text, '\n')) lines.insert(std::string(line.substr(0, line.find(','))));
    return lines;
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  sql::testing::TestStore store_{GetParam()};
  os::testing::ManualClock clock_;
  Catalogue catalogue_{store_.database(),
                       clock_,
                       {.project = InProject(""),
                        .cache = InProject(".dvc/cache"),
                        .scratch = folder_ / "scratch",
                        .index = folder_ / "index"}};
  Specification flights_;
};

TEST_P(CatalogueTest, AFileBecomesAVersionWithASealedPart) {
  const std::string text = Rows(1, 200), file = Write("2013-01.csv", text);
  const auto version = Add(file);
  ASSERT_TRUE(version) << version.error().message;
  EXPECT_EQ(version->version, 1);
  EXPECT_EQ(version->rows, 400);
  EXPECT_GT(version->sealed_rows, 50);
  EXPECT_LT(version->sealed_rows, 150);
  EXPECT_EQ(version->bytes, text.size());
  EXPECT_EQ(version->digest, crypto::Sha256Hex(crypto::Sha256Hex(text) + "  2013-01.csv\n"));
  EXPECT_EQ(version->note, "from the port");
  EXPECT_TRUE(version->contract_passed);
  EXPECT_EQ(*os::ReadFile(file), text) << "the original is never changed";

  const DatasetFile& part = version->files.front();
  EXPECT_EQ(part.training_rows + part.sealed_rows, part.rows);
  const auto training = Lines(InProject("data/flights/2013-01.csv"));
  const auto sealed = Lines(catalogue_.OpenSeal(*version, "ben", "a look")->front());
  for (const auto& id : sealed) {
    EXPECT_TRUE(id == "id" || id.empty() || !training.contains(id))
        << "both rows of a key lie in one part: " << id;
  }
  EXPECT_EQ(training.size() + sealed.size() - 2, 202U) << "all ids, each in one part";
  EXPECT_NE(os::ReadFile(InProject("data/flights/2013-01.csv"))->find(",NA\n"), std::string::npos)
      << "fields are carried over as they are";
  EXPECT_EQ(Kinds(), (std::vector<std::string>{"data.contract_checked", "data.split_sealed",
                                               "data.version_added", "data.seal_opened"}));
}

TEST_P(CatalogueTest, SealedRowsAndOldVersionsAreNoGarbage) {
  ASSERT_TRUE(Add(Write("jan.csv", Rows(1, 40))));
  ASSERT_TRUE(Add(Write("feb.csv", Rows(41, 80))));
  ASSERT_TRUE(os::WriteFileAtomically(InProject(".dvc/config"), ""));
  ASSERT_TRUE(os::Remove(InProject("raw/jan.csv.dvc")));
  const auto settings = repository::Configuration::Read(InProject(""));
  ASSERT_TRUE(settings) << settings.error().message;
  const repository::CollectionOrder order{.root = InProject(""),
                                          .configuration = *settings,
                                          .scope = {},
                                          .also = {},
                                          .in_remote = false,
                                          .remote = "",
                                          .younger_than_ms = std::numeric_limits<TimeMs>::max(),
                                          .jobs = 0};
  const auto plan = repository::PlanCollection(order);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_THAT(plan->freed, ::testing::IsEmpty());
  const auto stray = repository::Objects(InProject(".dvc/cache")).StoreBytes("of nobody");
  ASSERT_TRUE(stray) << stray.error().message;
  EXPECT_EQ(repository::PlanCollection(order)->freed.size(), 1u);
}

TEST_P(CatalogueTest, TheSealedPartIsNowhereInTheWorkspaceButTheCache) {
  const auto version = Add(Write("a.csv", Rows(1, 50)));
  ASSERT_TRUE(version) << version.error().message;
  EXPECT_EQ(FilesBelow("data"), std::vector<std::string>{"flights/a.csv"});
  EXPECT_EQ(*os::ListFolder(InProject("data/flights")), std::vector<std::string>{"a.csv"});
  EXPECT_EQ(FilesBelow("raw"), (std::vector<std::string>{".gitignore", "a.csv", "a.csv.dvc"}));
  EXPECT_EQ(FilesBelow(".dvc/cache/files").size(), 3U) << "the original and both parts";
  EXPECT_TRUE(os::ListFolder(folder_ / "scratch/adding")->empty());
}

TEST_P(CatalogueTest, EachOpeningOfTheSealIsOnRecord) {
  const auto version = Add(Write("a.csv", Rows(1, 50)));
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(catalogue_.OpenSeal(*version, "ben", "examination", "cause-1"));
  const auto openings = metadata::Log(store_.database()).Read({.kind = "data.seal_opened"});
  ASSERT_EQ(openings->size(), 2U);
  const auto& event = openings->front().event;
  EXPECT_EQ(event.subject, "dataset:flights@1");
  EXPECT_EQ(event.actor, "ben");
  EXPECT_EQ(event.cause, "cause-1");
  EXPECT_EQ(event.body.Text("purpose"), "examination");
  EXPECT_EQ(event.body.Text("digest"), version->seal_digest);
  flights_.name = "open";
  flights_.path = "data/open";
  flights_.holdout = 0;
  const auto open = Add(Write("b.csv", Rows(1, 5)));
  ASSERT_TRUE(open);
  EXPECT_EQ(catalogue_.OpenSeal(*open, "ben", "x").error().reason, Reason::NotFound);
}

TEST_P(CatalogueTest, TheSameFileAgainIsTheSameVersionAndRepairsTheWorkspace) {
  const std::string file = Write("a.csv", Rows(1, 50)), working = InProject("data/flights/a.csv");
  const auto first = Add(file);
  ASSERT_TRUE(first);
  const auto events = Kinds();
  const std::string training = *os::ReadFile(working);
  // As after a crash between the record and the workspace, and as after a careless edit.
  ASSERT_TRUE(os::Remove(working));
  ASSERT_TRUE(os::Remove(file + ".dvc"));
  const auto again = Add(file);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->version, 1);
  EXPECT_EQ(*os::ReadFile(working), training);
  EXPECT_TRUE(os::Exists(file + ".dvc"));
  ASSERT_TRUE(os::WriteFileAtomically(working, "id,late,code\n"));
  ASSERT_TRUE(Add(file));
  EXPECT_EQ(*os::ReadFile(working), training);
  EXPECT_EQ(Kinds(), events) << "nothing was recorded";
}

TEST_P(CatalogueTest, OtherBytesUnderATakenNameAreRefused) {
  const std::string file = Write("a.csv", Rows(1, 50));
  ASSERT_TRUE(Add(file));
  Write("a.csv", Rows(2, 50));
  const auto refused = Add(file);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::AlreadyExists);
  EXPECT_NE(refused.error().message.find("'a.csv' (version 1)"), std::string::npos)
      << refused.error().message;
  EXPECT_EQ(catalogue_.Versions("flights")->size(), 1U);
}

TEST_P(CatalogueTest, ABrokenContractIsRefusedAndNothingChanges) {
  contract::ColumnRule code;
  code.name = "code";
  code.pattern = "^0";
  flights_.contract.columns.push_back(code);
  const std::string file = Write("bad.csv", "id,late,code\n1,0,01\n2,5,2\n3,maybe,03\n");
  const auto refused = Add(file);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Unprocessable);
  for (const char* part :
       {"bad.csv", "'flights'", "late: type (1 of 3 rows, such as maybe)",
        "late: allowed (1 of 2 rows, such as 5)", "code: pattern (1 of 3 rows, such as 2)"}) {
    EXPECT_NE(refused.error().message.find(part), std::string::npos) << refused.error().message;
  }
  EXPECT_TRUE(Kinds().empty());
  EXPECT_TRUE(catalogue_.Versions("flights")->empty());
  EXPECT_EQ(FilesBelow(""), std::vector<std::string>{"raw/bad.csv"});

  const auto recorded = Add(file, Addition::Broken::Record);
  ASSERT_TRUE(recorded) << recorded.error().message;
  EXPECT_FALSE(recorded->contract_passed);
  const auto checked = metadata::Log(store_.database()).Read({.kind = "data.contract_checked"});
  EXPECT_FALSE(checked->front().event.body.Bool("passed", true));
  EXPECT_EQ(checked->front().event.body.At("failed_rules").items().size(), 3U);
}

TEST_P(CatalogueTest, VersionsAccumulateAndNeverChange) {
  ASSERT_TRUE(Add(Write("1.csv", Rows(1, 50))));
  clock_.Advance(1000);
  const auto second = Add(Write("2.csv", Rows(51, 80)));
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->version, 2);
  EXPECT_EQ(second->rows, 160);
  EXPECT_EQ(second->files.size(), 2U);
  store_.Reopen();
  Catalogue later(store_.database(), clock_, catalogue_.places());
  const auto versions = later.Versions("flights");
  ASSERT_EQ(versions->size(), 2U);
  EXPECT_EQ(versions->at(0).digest, second->digest);
  EXPECT_EQ(versions->at(0).created_ms - versions->at(1).created_ms, 1000);
  EXPECT_EQ(versions->at(1).files.size(), 1U);
  EXPECT_EQ(later.Find("flights", 1)->rows, 100);
  EXPECT_EQ(later.TrainingParts(*later.Find("flights")).size(), 2U);
  EXPECT_EQ(*later.Datasets(), std::vector<std::string>{"flights"});
  EXPECT_EQ(later.Find("flights", 3).error().reason, Reason::NotFound);
  EXPECT_EQ(later.Find("flight").error().reason, Reason::NotFound);
}

TEST_P(CatalogueTest, TheSplitDoesNotDependOnTheOrderOfRows) {
  std::string text = Rows(1, 100), turned = "id,late,code\n";
  const auto lines = Split(text, '\n');
  for (std::size_t i = lines.size() - 1; i-- > 1;) turned += std::string(lines[i]) + "\n";
  const auto one = Add(Write("one.csv", text)), two = Add(Write("two.csv", turned));
  ASSERT_TRUE(two) << two.error().message;
  EXPECT_EQ(Lines(InProject("data/flights/one.csv")), Lines(InProject("data/flights/two.csv")));
}

TEST_P(CatalogueTest, JsonLinesAndParquetKeepTheirFormatAndSplitAlike) {
  const auto engine = tables::Engine::Open();
  std::string lines;
  for (int i = 1; i <= 100; ++i)
    lines +=
        "{\"id\": " + std::to_string(i) + ", \"late\": " + std::to_string(i % 2) + ", \"tags\": [\"a\"]}\n";
  const std::string json = Write("j.jsonl", lines), parquet = InProject("raw/p.parquet"),
                    csv = Write("c.csv", Rows(1, 100));
  ASSERT_TRUE((*engine)->Write("SELECT range AS id, range % 2 AS late FROM range(1, 101)", parquet,
                               tables::Format::Parquet));
  std::vector<std::string> ids;
  for (const auto& file : {json, parquet, csv}) {
    flights_.name = os::BaseName(file);  // The files of a data set are of one format.
    const auto version = Add(file);
    ASSERT_TRUE(version) << version.error().message;
    const auto part = tables::Source::Open(InProject("data/flights/" + os::BaseName(file)));
    ASSERT_TRUE(part) << part.error().message;
    const auto listed = (*engine)->Query(
        "SELECT string_agg(DISTINCT CAST(id AS VARCHAR), ',' ORDER BY CAST(id AS VARCHAR)) FROM " +
        part->Relation());
    ASSERT_TRUE(listed) << listed.error().message;
    ids.push_back((*listed)[0].Text(0));
  }
  EXPECT_EQ(ids[0], ids[1]);
  EXPECT_EQ(ids[0], ids[2]);
}

TEST_P(CatalogueTest, TheDvcFileIsAsDvcWritesIt) {
  const std::string text = Rows(1, 3), file = Write("a b.csv", text);
  ASSERT_TRUE(os::WriteFileAtomically(InProject("raw/.gitignore"), "/old"));
  ASSERT_TRUE(Add(file));
  EXPECT_EQ(*os::ReadFile(file + ".dvc"), "outs:\n- md5: " + crypto::Md5Hex(text) +
                                              "\n  size: " + std::to_string(text.size()) +
                                              "\n  hash: md5\n  path: a b.csv\n");
  EXPECT_EQ(*os::ReadFile(InProject("raw/.gitignore")), "/old\n/a b.csv\n");
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "outside.csv", Rows(4, 5)));
  ASSERT_TRUE(Add(folder_ / "outside.csv"));
  EXPECT_FALSE(os::Exists(folder_ / "outside.csv.dvc"));
}

TEST_P(CatalogueTest, WhatCannotBeAddedIsRefusedInASentence) {
  ASSERT_TRUE(os::MakeFolders(InProject("data/flights")));
  ASSERT_TRUE(os::WriteFileAtomically(InProject("data/flights/here.csv"), Rows(1, 3)));
  const auto inside = Add(InProject("data/flights/here.csv"));
  ASSERT_FALSE(inside);
  EXPECT_EQ(inside.error().reason, Reason::InvalidArgument);
  EXPECT_EQ(*os::ReadFile(InProject("data/flights/here.csv")), Rows(1, 3))
      << "an original is never overwritten";
  EXPECT_EQ(Add(InProject("raw")).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(Add(InProject("raw/none.csv")).error().reason, Reason::NotFound);
  EXPECT_EQ(Add(Write("empty.csv", "")).error().reason, Reason::Unprocessable);
  EXPECT_EQ(Add(Write("ragged.csv", "id,late\n1,0\n2,1,9,9\n")).error().reason, Reason::Unprocessable);
  const auto keyless = Add(Write("keyless.csv", "ID2,late\n1,0\n"));
  ASSERT_FALSE(keyless);
  EXPECT_NE(keyless.error().message.find("no column 'id'"), std::string::npos) << keyless.error().message;
  EXPECT_TRUE(Kinds().empty());
}

TEST_P(CatalogueTest, ADataSetMayBeOneFile) {
  flights_.path = "data/flights.csv";
  ASSERT_TRUE(Add(Write("x.csv", Rows(1, 20))));
  EXPECT_TRUE(os::Exists(InProject("data/flights.csv")));
  EXPECT_EQ(Add(Write("y.csv", Rows(21, 30))).error().reason, Reason::Conflict);
}

TEST_P(CatalogueTest, AProfileIsKeptWithItsEvent) {
  const auto version = Add(Write("a.csv", Rows(1, 20)));
  EXPECT_EQ(catalogue_.FindProfile("flights", 1).error().reason, Reason::NotFound);
  ASSERT_TRUE(catalogue_.KeepProfile(*version, Json{{"rows", 1}}, "ada"));
  ASSERT_TRUE(catalogue_.KeepProfile(*version, Json{{"rows", 2}}, "ada"));
  EXPECT_EQ(catalogue_.FindProfile("flights", 1)->Int("rows"), 2);
  EXPECT_EQ(metadata::Log(store_.database()).Read({.kind = "data.profiled"})->size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Engines, CatalogueTest, testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

TEST(Sealed, TheConditionIsWhatAnyoneCanCompute) {
  const Json golden = comparison::ReadGolden("src/loop/data/testdata/key_hash.json").At("sealed");
  tables::ReadOptions text;
  text.all_text = true;
  text.null_strings = {""};
  const auto source = tables::Source::Open("src/loop/data/testdata/key_hash.csv", text);
  const auto table = (*tables::Engine::Open())
                         ->Query("SELECT n FROM " + source->Relation() + " WHERE " +
                                 SealedCondition({"name", "carrier"}, 0.2));
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->rows(), golden.items().size());
  ASSERT_GT(table->rows(), 40U);
  for (std::size_t row = 0; row < table->rows(); ++row)
    EXPECT_EQ((*table)[0].Text(row), golden.items()[row].AsString());
}

}  // namespace
}  // namespace cairn::data
