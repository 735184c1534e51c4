#include "loop/data/splits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "ground/tables/source.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/lineage.h"
#include "loop/comparison/testing/golden.h"
#include "loop/data/testing/test_catalogue.h"

namespace cairn::data {
namespace {

using testing::Must;
using testing::TestCatalogue;

SplitWish Wish(SplitMethod method, const std::string& parts = "train=80,validation=10,test=10") {
  SplitWish wish;
  wish.method = method;
  wish.parts = Must(ParseParts(parts));
  wish.key = {"id"};
  return wish;
}

class SplitFileTest : public ::testing::Test {
 protected:
  std::string File(const std::string& text, const std::string& name = "x.csv") {
    Must(os::WriteFileAtomically(folder_ / name, text));
    return folder_ / name;
  }
  /// Splits into a new folder, and gives each part's lines, without the first.
  std::map<std::string, std::vector<std::string>> Parts(const std::string& file, const SplitWish& wish,
                                                        const std::string& target = "") {
    const std::string to = folder_ / ("to" + std::to_string(++count_));
    report_ = Must(SplitFile(*engine_, file, to, wish, target));
    std::map<std::string, std::vector<std::string>> parts;
    for (const Json& part : report_.At("parts").items()) {
      const std::string text = Must(os::ReadFile(part.Text("file")));
      auto& lines = parts[part.Text("name")];
      for (const auto line : Split(Trim(text), '\n')) lines.emplace_back(line);
      lines.erase(lines.begin());
      EXPECT_EQ(part.Int("rows"), static_cast<std::int64_t>(lines.size()));
    }
    return parts;
  }
  static std::set<std::string> Ids(const std::vector<std::string>& lines) {
    std::set<std::string> ids;
    for (const auto& line : lines) ids.insert(line.substr(0, line.find(',')));
    return ids;
  }
  const Json& Check(const std::string& name) {
    for (const Json& check : report_.At("leaks").At("checks").items()) {
      if (check.Text("check") == name) return check;
    }
    return report_.At("none");
  }

  os::TempFolder folder_ = Must(os::TempFolder::Create());
  std::unique_ptr<tables::Engine> engine_ = Must(tables::Engine::Open());
  Json report_;
  int count_ = 0;
};

TEST_F(SplitFileTest, RowsGoWhereTheHashOfTheirKeySaysAsAnyoneCanCompute) {
  SplitWish wish = Wish(SplitMethod::Random, "train=50,validation=30,test=20");
  wish.key = {"name", "carrier"};
  wish.seed = "7";
  const auto parts = Parts("src/loop/data/testdata/key_hash.csv", wish);
  const Json golden = comparison::ReadGolden("src/loop/data/testdata/key_hash.json").At("validation");
  std::vector<std::string> found, expected;
  for (const auto& line : parts.at("validation")) found.push_back(line.substr(line.rfind(',') + 1));
  for (const Json& n : golden.items()) expected.push_back(n.AsString());
  EXPECT_EQ(found, expected);
  EXPECT_TRUE(report_.At("leaks").Bool("sound"));
}

TEST_F(SplitFileTest, PermutedRowsGiveTheSamePartsByEveryMethod) {
  std::vector<std::string> lines;
  std::mt19937 chance(3);
  for (int i = 0; i < 2000; ++i) {
    lines.push_back(std::to_string(i / 2) + "," + std::to_string(i / 2 % 5 == 0 ? 1 : 0) + ",g" +
                    std::to_string(chance() % 40) + ",2013-01-" + (i % 28 < 9 ? "0" : "") +
                    std::to_string(i % 28 + 1));
  }
  const auto text = [&] {
    std::string all = "id,late,place,day\n";
    for (const auto& line : lines) all += line + "\n";
    return all;
  };
  const std::string file = File(text());
  std::shuffle(lines.begin(), lines.end(), chance);
  const std::string shuffled = File(text(), "y.csv");
  for (const auto method :
       {SplitMethod::Random, SplitMethod::Stratified, SplitMethod::Group, SplitMethod::Time}) {
    SplitWish wish = Wish(method);
    wish.group = {"place"};
    wish.stratum = "late";
    wish.time = "day";
    auto one = Parts(file, wish), two = Parts(shuffled, wish);
    std::size_t rows = 0;
    for (auto& [name, part] : one) {
      std::sort(part.begin(), part.end());
      std::sort(two[name].begin(), two[name].end());
      EXPECT_EQ(part, two[name]) << NameOf(method) << " " << name;
      rows += part.size();
    }
    EXPECT_EQ(rows, 2000U) << "each row is in exactly one part";
  }
}

TEST_F(SplitFileTest, NoKeyLiesInTwoPartsWhateverTheData) {
  for (int round = 0; round < 5; ++round) {
    std::mt19937 chance(static_cast<unsigned>(round));
    std::string text = "id,late\n";
    for (int i = 0; i < 500; ++i) {
      const auto id = chance() % 120;
      text += std::to_string(id) + "," + std::to_string(id % 3) + "\n";
    }
    for (const auto method : {SplitMethod::Random, SplitMethod::Stratified}) {
      SplitWish wish = Wish(method);
      wish.stratum = "late";
      wish.seed = std::to_string(round);
      const auto parts = Parts(File(text), wish);
      const auto train = Ids(parts.at("train")), validation = Ids(parts.at("validation")),
                 test = Ids(parts.at("test"));
      std::set<std::string> all = train;
      all.insert(validation.begin(), validation.end());
      all.insert(test.begin(), test.end());
      EXPECT_EQ(all.size(), train.size() + validation.size() + test.size());
      EXPECT_EQ(Check("key").Int("count", -1), 0);
    }
  }
}

TEST_F(SplitFileTest, EachPartHasItsShareOfEachClassWithinOne) {
  std::string text = "id,late\n";
  for (int i = 0; i < 1003; ++i)
    text += std::to_string(i) + "," + (i % 10 == 0 ? "yes" : i % 7 == 0 ? "" : "no") + "\n";
  SplitWish wish = Wish(SplitMethod::Stratified, "train=0.7,validation=0.2,test=0.1");
  wish.stratum = "late";
  const auto parts = Parts(File(text), wish, "late");
  std::map<std::string, double> sizes;
  std::map<std::string, std::map<std::string, double>> counts;
  for (const auto& [name, lines] : parts) {
    for (const auto& line : lines) {
      const std::string label = line.substr(line.find(',') + 1);
      ++sizes[label];
      ++counts[name][label];
    }
  }
  for (const auto& [label, size] : sizes) {
    EXPECT_NEAR(counts["train"][label], 0.7 * size, 1) << label;
    EXPECT_NEAR(counts["validation"][label], 0.2 * size, 1) << label;
    EXPECT_NEAR(counts["test"][label], 0.1 * size, 1) << label;
  }
  const auto& classes = report_.At("balance").At("classes").items();
  ASSERT_EQ(classes.size(), 2U) << "a missing class is none";
  const double yes = counts["train"]["yes"], no = counts["train"]["no"];
  EXPECT_EQ(classes[0].Text("class"), "no");
  EXPECT_DOUBLE_EQ(classes[0].Double("weight"), (yes + no) / (2 * no));
  EXPECT_DOUBLE_EQ(classes[1].Double("weight"), (yes + no) / (2 * yes));
  EXPECT_DOUBLE_EQ(classes[1].At("parts").At("train").Double("share"), yes / (yes + no));
}

TEST_F(SplitFileTest, KeysOfSeveralClassesCannotBeStratified) {
  SplitWish wish = Wish(SplitMethod::Stratified);
  wish.stratum = "late";
  const std::string file = File("id,late\n1,0\n1,1\n2,0\n");
  const auto refused = SplitFile(*engine_, file, folder_ / "to", wish, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Unprocessable);
  EXPECT_NE(refused.error().message.find("1 keys have rows of several classes of 'late'"), std::string::npos);
  EXPECT_TRUE(os::ListFolder(folder_ / "to")->empty());
}

TEST_F(SplitFileTest, GroupsStayTogether) {
  std::string text = "id,place\n";
  for (int i = 0; i < 900; ++i) text += std::to_string(i) + ",g" + std::to_string(i % 30) + "\n";
  SplitWish wish = Wish(SplitMethod::Group, "train=60,test=40");
  wish.group = {"place"};
  const auto parts = Parts(File(text), wish);
  for (const auto& [name, lines] : parts) EXPECT_EQ(lines.size() % 30, 0U) << name;
  EXPECT_EQ(Check("group").Int("count", -1), 0);
  EXPECT_FALSE(parts.at("test").empty());
}

TEST_F(SplitFileTest, TimesFollowEachOtherAndAMomentIsNeverCut) {
  std::string text = "id,day\n";
  for (int i = 0; i < 100; ++i)
    text +=
        std::to_string(99 - i) + ",2013-01-" + (i / 4 + 1 < 10 ? "0" : "") + std::to_string(i / 4 + 1) + "\n";
  SplitWish wish = Wish(SplitMethod::Time, "train=50,validation=25,test=25");
  wish.time = "day";
  auto parts = Parts(File(text), wish);
  EXPECT_EQ(parts.at("train").size(), 48U) << "the row at the half belongs to a day that begins before it";
  EXPECT_EQ(parts.at("validation").size(), 24U);
  EXPECT_EQ(parts.at("test").size(), 28U);
  EXPECT_FALSE(Check("time").Bool("leaks", true));
  wish.cuts = {"2013-01-03", "2013-01-20T00:00:00Z"};
  parts = Parts(File(text), wish);
  EXPECT_EQ(parts.at("train").size(), 8U);
  EXPECT_EQ(parts.at("test").size(), 24U);
  wish.cuts = {"2013-01-03"};
  EXPECT_EQ(SplitFile(*engine_, File(text), folder_ / "n", wish, "").error().reason, Reason::InvalidArgument);
  wish.cuts.clear();
  const auto timeless =
      SplitFile(*engine_, File("id,day\n1,2013-01-01\n2,\n3,soon\n"), folder_ / "n", wish, "");
  EXPECT_NE(timeless.error().message.find("missing in 1 rows and no time in 1"), std::string::npos)
      << timeless.error().message;
  parts = Parts(File("id,day\n1,3\n2,1\n3,2\n4,10\n"), wish);
  EXPECT_EQ(parts.at("test"), std::vector<std::string>{"4,10"}) << "numbers order as numbers";
}

TEST_F(SplitFileTest, ParquetAndJsonLinesSplitAlike) {
  std::string text = "id,late\n";
  for (int i = 0; i < 300; ++i) text += std::to_string(i) + "," + std::to_string(i % 2) + "\n";
  const std::string csv = File(text);
  Parts(csv, Wish(SplitMethod::Random));
  const std::string select = "SELECT * FROM " + Must(tables::Source::Open(csv)).Relation();
  std::vector<std::int64_t> rows;
  for (const Json& part : report_.At("parts").items()) rows.push_back(part.Int("rows"));
  for (const auto& [name, format] :
       {std::pair{"x.parquet", tables::Format::Parquet}, std::pair{"x.jsonl", tables::Format::JsonLines}}) {
    Must(engine_->Write(select, folder_ / name, format));
    const Json report = Must(SplitFile(*engine_, folder_ / name, folder_ / ("of " + std::string(name)),
                                       Wish(SplitMethod::Random), ""));
    for (std::size_t i = 0; i < rows.size(); ++i)
      EXPECT_EQ(report.At("parts").items()[i].Int("rows"), rows[i]) << name;
  }
}

TEST_F(SplitFileTest, WhatIsInTheWayOrWrongIsTold) {
  const std::string file = File(TestCatalogue::Rows(1, 10));
  Parts(file, Wish(SplitMethod::Random));
  EXPECT_EQ(SplitFile(*engine_, file, folder_ / "to1", Wish(SplitMethod::Random), "").error().reason,
            Reason::AlreadyExists);
  SplitWish wish = Wish(SplitMethod::Random);
  wish.key = {"idd"};
  EXPECT_NE(SplitFile(*engine_, file, folder_ / "n", wish, "").error().message.find("Did you mean 'id'?"),
            std::string::npos);
  EXPECT_EQ(SplitFile(*engine_, file, folder_ / "n", Wish(SplitMethod::Group), "").error().reason,
            Reason::InvalidArgument);
  for (const char* parts : {"train=80", "train=80,test=30", "train=80,train=20", "train,test",
                            "tr/ain=80,test=20", "train=-5,test=105", ""})
    EXPECT_EQ(ParseParts(parts).error().reason, Reason::InvalidArgument) << parts;
  EXPECT_EQ(ParseParts("a=0.25,b=75%").error().reason, Reason::InvalidArgument) << "units are not mixed";
  EXPECT_DOUBLE_EQ(Must(ParseParts("a=25%, b=75%")).back().share, 0.75);
}

class LeakTest : public SplitFileTest {
 protected:
  Json Checked(const std::string& train, const std::string& test, const PartColumns& columns) {
    return Must(CheckParts(*engine_, {{"train", File(train, "train.csv")}, {"test", File(test, "test.csv")}},
                           columns));
  }
};

TEST_F(LeakTest, EachPlantedLeakIsFoundWithItsCount) {
  const std::string train =
      "id,place,x,day\n1,a,5,2013-01-01\n2,b,6,2013-01-02\n3,c,7,2013-01-09\n4,d,8,2013-01-04\n";
  const std::string test =
      "id,place,x,day\n3,e,9,2013-01-05\n5,b,1,2013-01-06\n1,a,5,2013-01-01\n7,d,8,2013-01-04\n";
  report_ = Json{{"leaks", Checked(train, test, {{"id"}, {"place"}, "day", "", true})}};
  EXPECT_EQ(Check("key").Int("count"), 2);
  EXPECT_EQ(Check("key").At("examples").items().size(), 2U);
  EXPECT_EQ(Check("group").Int("count"), 3);
  EXPECT_EQ(Check("duplicates").Int("count"), 1);
  EXPECT_EQ(Check("duplicates").At("examples").items().front().AsString(), "1, a, 5, 2013-01-01");
  EXPECT_EQ(Check("features").Int("count"), 2) << "the same row under another id";
  EXPECT_FALSE(Check("features").Bool("leaks", true));
  EXPECT_EQ(Check("time").Int("count"), 4);
  EXPECT_TRUE(Check("time").Bool("leaks"));
  EXPECT_FALSE(report_.At("leaks").Bool("sound", true));
}

TEST_F(LeakTest, TheCleanTwinHasNone) {
  report_ = Json{{"leaks", Checked("id,place,x,day\n1,a,5,2013-01-01\n", "id,place,x,day\n2,b,6,2013-01-02\n",
                                   {{"id"}, {"place"}, "day", "", true})}};
  EXPECT_TRUE(report_.At("leaks").Bool("sound"));
  for (const Json& check : report_.At("leaks").At("checks").items()) EXPECT_EQ(check.Int("count", -1), 0);
  EXPECT_EQ(CheckParts(*engine_, {{"a", File("id\n1\n", "a.csv")}, {"b", File("key\n1\n", "b.csv")}},
                       {{"id"}, {}, "", "", false})
                .error()
                .reason,
            Reason::Unprocessable);
}

class VersionSplitTest : public ::testing::TestWithParam<std::string> {
 protected:
  TestCatalogue room_{GetParam()};
};

TEST_P(VersionSplitTest, AVersionsTrainingPartIsSplitKeptAndRecorded) {
  Must(room_.Add(room_.Write("a.csv", TestCatalogue::Rows(1, 200))));
  const auto version = Must(room_.Add(room_.Write("b.csv", TestCatalogue::Rows(201, 300))));
  VersionSplit split;
  split.wish.method = SplitMethod::Stratified;
  split.wish.parts = Must(ParseParts("train=80,validation=20"));
  split.actor = "ada";
  const Json report = Must(SplitVersion(room_.catalogue, room_.flights, version, split));
  EXPECT_EQ(room_.FilesBelow("data/flights-split"),
            (std::vector<std::string>{"train.csv", "validation.csv"}));
  const auto& parts = report.At("parts").items();
  EXPECT_EQ(parts[0].Int("rows") + parts[1].Int("rows") + version.sealed_rows, 300);
  EXPECT_EQ(parts[0].Text("file"), "data/flights-split/train.csv");
  EXPECT_EQ(report.Text("stratum"), "late") << "the specification's target";
  EXPECT_TRUE(report.At("leaks").Bool("sound"));
  EXPECT_TRUE(room_.catalogue.objects().Has(parts[0].Text("md5")));
  EXPECT_TRUE(room_.Events("data.seal_opened").empty()) << "sealed rows are not touched";
  const auto made = room_.Events("data.split_made");
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made.front().event.body.Text("digest"), report.Text("digest"));
  const auto walk = Must(metadata::WalkLineage(room_.catalogue.database(), {"md5:" + parts[0].Text("md5")},
                                               metadata::Direction::Upstream));
  EXPECT_EQ(walk.steps.front().thing, "dataset:flights@2");

  Must(os::RemoveTree(room_.InProject("data/flights-split")));
  const Json again = Must(SplitVersion(room_.catalogue, room_.flights, version, split));
  EXPECT_EQ(again.Text("digest"), report.Text("digest"));
  const auto kept = Must(SplitsOf(room_.catalogue, version));
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept.front().Text("created_by"), "ada");
}

TEST_P(VersionSplitTest, WhatWouldBeLostOrConfusedIsRefused) {
  const auto version = Must(room_.Add(room_.Write("a.csv", TestCatalogue::Rows(1, 50))));
  VersionSplit split;
  split.wish.parts = Must(ParseParts("train=80,validation=20"));
  Must(os::MakeFolders(room_.InProject("data/flights-split")));
  Must(os::WriteFileAtomically(room_.InProject("data/flights-split/train.csv"), "mine\n"));
  EXPECT_EQ(SplitVersion(room_.catalogue, room_.flights, version, split).error().reason,
            Reason::AlreadyExists);
  EXPECT_EQ(Must(os::ReadFile(room_.InProject("data/flights-split/train.csv"))), "mine\n");
  for (const char* to : {"data/flights", "data/flights/x", "/tmp/x", "../x"}) {
    split.to = to;
    EXPECT_EQ(SplitVersion(room_.catalogue, room_.flights, version, split).error().reason,
              Reason::InvalidArgument)
        << to;
  }
  EXPECT_TRUE(room_.Events("data.split_made").empty());
}

INSTANTIATE_TEST_SUITE_P(Engines, VersionSplitTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::data
