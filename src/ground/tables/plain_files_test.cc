#include "ground/tables/plain_files.h"

#include <gtest/gtest.h>

#include "ground/os/files.h"

namespace cairn::tables {
namespace {

class PlainFilesTest : public testing::Test {
 protected:
  std::string Written(const char* name, std::string_view text) {
    const std::string path = folder_ / name;
    EXPECT_TRUE(os::WriteFileAtomically(path, text));
    return path;
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
};

TEST_F(PlainFilesTest, FilesAreLeftAloneWhereNothingIsSaid) {
  const std::string latin = Written("latin.csv", "a,b\nRen\xe9,1\n");
  const auto files = PlainFiles::Of({latin}, {});
  ASSERT_TRUE(files);
  EXPECT_EQ(files->paths(), std::vector{latin});
}

TEST_F(PlainFilesTest, AnotherEncodingIsRewrittenAndGoesWithTheObject) {
  const std::string latin = Written("latin.csv", "a,b\nRen\xe9,1\n"),
                    plain = Written("plain.csv", "a,b\nx,2\n");
  Dialect given;
  given.encoding = "latin1";
  std::string copy;
  {
    const auto files = PlainFiles::Of({latin}, given);
    ASSERT_TRUE(files) << files.error().message;
    copy = files->paths()[0];
    EXPECT_EQ(*os::ReadFile(copy), "a,b\nRen\xc3\xa9,1\n");
    const Result<int> wrong = files->Told(Result<int>(Error{Reason::Unprocessable, copy + ", line 2: no."}));
    EXPECT_EQ(wrong.error().message, latin + ", line 2: no.");
  }
  EXPECT_FALSE(os::Exists(copy));
  EXPECT_EQ(*os::ReadFile(latin), "a,b\nRen\xe9,1\n");
}

TEST_F(PlainFilesTest, LinesBeforeTheTableAreLeftOutAndStillCounted) {
  Dialect given;
  given.skip_lines = 3;
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const std::string path = Written(
        "lead.csv", "Report; \"May" + end + "by X" + end + end + "a,b" + end + "1,2" + end + "3" + end);
    const auto broken = PlainFiles::Of({path}, given);
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().message, path + ", line 6: 1 field where the header has 2.");
  }
  const auto files = PlainFiles::Of({Written("good.csv", "one\r\ntwo\r\n\r\na;b\r\n1;2\r\n")}, given);
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_EQ(*os::ReadFile(files->paths()[0]), "a,b\n1,2\n");
  const auto none = PlainFiles::Of({Written("short.csv", "a\n1\n")}, given);
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("has no table behind its first 3 lines"), std::string::npos);
}

TEST_F(PlainFilesTest, ADelimiterThatIsSaidHolds) {
  Dialect given;
  given.delimiter = ';';
  const auto files = PlainFiles::Of({Written("a.csv", "a,x;b,y\nm,n;o,p\n")}, given);
  ASSERT_TRUE(files);
  EXPECT_EQ(*os::ReadFile(files->paths()[0]), "\"a,x\",\"b,y\"\n\"m,n\",\"o,p\"\n");
}

}  // namespace
}  // namespace cairn::tables
