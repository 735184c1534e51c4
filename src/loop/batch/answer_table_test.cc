#include "loop/batch/answer_table.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::batch {
namespace {

class AnswerTables : public testing::Test {
 protected:
  /// So many rows, "k0000000" and on.
  std::string Write(int rows) {
    const std::string path = folder_ / "answers";
    auto writer = AnswerTableWriter::Create(path);
    EXPECT_TRUE(writer);
    for (int i = 0; i < rows; ++i) EXPECT_TRUE(writer->Add(Key(i), "{\"row\":" + std::to_string(i) + "}"));
    EXPECT_TRUE(writer->Finish(Json{{"batch", "b"}}));
    return path;
  }
  static std::string Key(int i) {
    char text[16];
    std::snprintf(text, sizeof text, "k%07d", i);
    return text;
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
};

TEST_F(AnswerTables, FindEveryRowAndNoOther) {
  for (const int rows : {0, 1, 2, 1000, 100'000}) {
    const auto table = *AnswerTable::Open(Write(rows));
    EXPECT_EQ(table->rows(), static_cast<std::uint64_t>(rows));
    EXPECT_EQ(table->stamp().Text("batch"), "b");
    EXPECT_TRUE(table->Check());
    for (int i = 0; i < rows; ++i) {
      const auto found = *table->Find(Key(i));
      ASSERT_TRUE(found) << i;
      ASSERT_EQ(*found, "{\"row\":" + std::to_string(i) + "}");
    }
    for (const std::string key : {"", "a", "k", "k0000000x", "z"}) EXPECT_FALSE(*table->Find(key)) << key;
  }
  EXPECT_EQ(os::ListFolder(folder_.path())->size(), 1u);
}

TEST_F(AnswerTables, ThatAreDamagedAreRefused) {
  const std::string path = Write(50);
  const std::string whole = *os::ReadFile(path);
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, whole.size() / 2, whole.size() - 1}) {
    ASSERT_TRUE(os::WriteFileAtomically(path, whole.substr(0, size)));
    EXPECT_FALSE(AnswerTable::Open(path)) << size;
  }
  // Whatever byte is another: it is refused, or what is found is within the file.
  for (std::size_t at = 0; at < whole.size(); at += 5) {
    std::string other = whole;
    other[at] = static_cast<char>(other[at] ^ 0xFF);
    ASSERT_TRUE(os::WriteFileAtomically(path, other));
    const auto table = AnswerTable::Open(path);
    if (!table) continue;
    static_cast<void>(bool((*table)->Check()));
    for (int i = 0; i < 50; ++i) static_cast<void>(bool((*table)->Find(Key(i))));
  }
}

TEST_F(AnswerTables, OfKeysThatDoNotAscendFailTheCheck) {
  auto writer = AnswerTableWriter::Create(folder_ / "answers");
  ASSERT_TRUE(writer && writer->Add("b", "1") && writer->Add("a", "2") && writer->Finish(Json::Object()));
  EXPECT_EQ((*AnswerTable::Open(folder_ / "answers"))->Check().error().reason, Reason::Corrupt);
}

}  // namespace
}  // namespace cairn::batch
