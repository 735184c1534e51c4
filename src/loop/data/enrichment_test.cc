#include "loop/data/enrichment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ground/crypto/hash.h"
#include "loop/data/synthetic.h"
#include "loop/data/testing/test_catalogue.h"

namespace cairn::data {
namespace {

using ::testing::HasSubstr;
using testing::Must;
using testing::TestCatalogue;

class EnrichmentTest : public ::testing::TestWithParam<std::string> {
 protected:
  std::string Write(const std::string& name, std::string_view text) {
    const std::string path = room_.folder() / name;
    EXPECT_TRUE(os::WriteFileAtomically(path, text));
    return path;
  }
  Result<DatasetVersion> Join(const std::vector<NamedTable>& tables, const std::string& query) {
    const auto made = Enrich(room_.catalogue, tables, query, "joined.csv");
    if (!made) return made.error();
    Addition addition;
    addition.name = made->name();
    addition.provenance = made->provenance();
    addition.parents = made->parents();
    addition.origin = Addition::Origin::Retrieved;
    return room_.Add(made->path(), addition);
  }
  /// What the last version's event says that it came from.
  std::string From() {
    const auto events = room_.Events("data.version_added");
    return events.empty() ? "" : events.back().event.body.At("lineage").At("from").Dump();
  }

  TestCatalogue room_{GetParam()};
};

TEST_P(EnrichmentTest, ARowOfTwoTablesKnowsBoth) {
  const std::string first = "id,late\n1,0\n2,1\n3,1\n";
  const std::string left = Write("f.csv", first), right = Write("w.csv", "id;code\n1;1,5\n2;2,5\n");
  const auto version = Join({{"f", left, "", ""}, {"w", right, "", ""}},
                            "SELECT f.id, f.late, w.code FROM f LEFT JOIN w USING (id) ORDER BY f.id");
  ASSERT_TRUE(version) << version.error().message;
  EXPECT_EQ(version->rows, 3);
  EXPECT_EQ(version->provenance.kind, "query");
  EXPECT_EQ(version->provenance.source, "f = sha256:" + crypto::Sha256Hex(first) +
                                            ", w = sha256:" + crypto::Sha256Hex(Must(os::ReadFile(right))));
  EXPECT_THAT(From(), HasSubstr("sha256:" + crypto::Sha256Hex(first)));
  EXPECT_EQ(Must(os::ReadFile(room_.catalogue.objects().PathOf(version->files.front().md5))),
            "id,late,code\n1,0,1.5\n2,1,2.5\n3,1,\n");
}

TEST_P(EnrichmentTest, AQueryReadsItsTablesAndWritesNothing) {
  const std::string file = Write("f.csv", "id,late,code\n1,0,1\n"), other = Write("other.csv", "a\n1\n");
  const auto reason = [&](const std::string& query) {
    const auto joined = Join({{"f", file, "", ""}}, query);
    return joined ? Reason::Internal : joined.error().reason;
  };
  EXPECT_EQ(reason("SELECT * FROM read_csv('" + other + "')"), Reason::Denied);
  EXPECT_EQ(reason("CREATE TABLE t (a INT)"), Reason::Denied);
  EXPECT_EQ(reason("SELECT nothing FROM f"), Reason::InvalidArgument);
  EXPECT_EQ(reason("SELECT 1) TO '" + other + "' --"), Reason::InvalidArgument);
  EXPECT_EQ(Join({{"f", file, "", ""}, {"F", file, "", ""}}, "SELECT 1").error().reason,
            Reason::InvalidArgument);
  EXPECT_EQ(Join({{"f", "", "nothing", ""}}, "SELECT 1").error().reason, Reason::NotFound);
  EXPECT_EQ(Must(os::ReadFile(other)), "a\n1\n");
  EXPECT_EQ(room_.EventCount(), 0U);
}

TEST_P(EnrichmentTest, WhatWasMadeUpIsRecordedAsThatWhateverIsSaid) {
  const std::string text = "id,late,code\n1,0,1\n2,1,0\n", file = Write("made.csv", text);
  const SyntheticNote note{crypto::Sha256Hex(text), std::string(64, 'a'), "dataset:flights@7", 5, 2};
  ASSERT_TRUE(KeepSyntheticNote(file, note));
  Addition addition;
  addition.provenance.source = "the field";
  const auto version = room_.Add(file, addition);
  ASSERT_TRUE(version) << version.error().message;
  EXPECT_EQ(version->provenance.kind, "synthetic");
  EXPECT_EQ(version->provenance.source, note.Sentence());
  EXPECT_EQ(version->files.front().origin, note.Sentence());
  EXPECT_THAT(From(), HasSubstr("dataset:flights@7"));
  EXPECT_THAT(From(), HasSubstr("sha256:" + note.profile));

  // Other bytes under the same note are nothing that anybody has said anything of.
  Write("made.csv", text + "3,0,0\n");
  addition.name = "more.csv";
  EXPECT_EQ(room_.Add(file, addition).error().reason, Reason::Unprocessable);
}

INSTANTIATE_TEST_SUITE_P(Engines, EnrichmentTest, ::testing::ValuesIn(sql::testing::Engines()));

}  // namespace
}  // namespace cairn::data
