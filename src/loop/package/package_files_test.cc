#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "loop/package/files.h"

namespace cairn::package {
namespace {

Files Sealed() {
  Files files{{"package.json", "{}\n"},
              {"model/MLmodel", "flavors: {}\n"},
              {"model/model.onnx", std::string(300, '\7')}};
  Seal(files);
  return files;
}

TEST(FilesTest, TheListIsWhatSha256sumWrites) {
  const Files files = Sealed();
  EXPECT_EQ(files.at("SHA256SUMS").substr(64, 16), "  model/MLmodel\n");
  EXPECT_EQ(DigestOf(files).size(), 64u);
  EXPECT_TRUE(Verify(files));
}

TEST(FilesTest, AChangedByteInAnyFileIsNamed) {
  const Files files = Sealed();
  for (const auto& [path, bytes] : files) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (const char flip : {'\1', '\x20', '\x80'}) {
        Files changed = files;
        changed[path][at] = static_cast<char>(changed[path][at] ^ flip);
        const auto verified = Verify(changed);
        ASSERT_FALSE(verified) << path << " " << at;
        EXPECT_EQ(verified.error().reason, Reason::Corrupt);
        EXPECT_NE(verified.error().message.find("'" + path + "'"), std::string::npos)
            << verified.error().message;
      }
    }
  }
}

TEST(FilesTest, AMissingFileAndAnAddedOneAreNamed) {
  Files missing = Sealed(), added = Sealed(), empty;
  missing.erase("model/MLmodel");
  EXPECT_NE(Verify(missing).error().message.find("'model/MLmodel', which 'SHA256SUMS' lists, is missing"),
            std::string::npos);
  added["model/extra"] = "x";
  EXPECT_NE(Verify(added).error().message.find("'model/extra' is not listed"), std::string::npos);
  EXPECT_NE(Verify(empty).error().message.find("no package"), std::string::npos);
}

TEST(FilesTest, TheSameFilesGiveTheSameZipAndComeBackFromIt) {
  const auto zip = ToZip(Sealed());
  ASSERT_TRUE(zip) << zip.error().message;
  EXPECT_EQ(*zip, *ToZip(Sealed()));
  const auto back = FromZip(*zip);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, Sealed());
}

TEST(FilesTest, AZipThatWasChangedIsNotTaken) {
  const std::string zip = *ToZip(Sealed());
  for (std::size_t at = 0; at < zip.size(); ++at) {
    std::string changed = zip;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto files = FromZip(changed);
    if (!files) continue;
    // What no reader looks at (dates, modes) may differ; what is read must be whole, or be found out.
    EXPECT_TRUE(*files == Sealed() || !Verify(*files)) << at;
  }
  EXPECT_FALSE(FromZip(zip.substr(0, zip.size() - 1)));
  EXPECT_FALSE(FromZip(""));
}

TEST(FilesTest, AnEntryThatLeadsOutIsRefused) {
  for (const char* path : {"../x", "a/../../x", "/x", "a//x", "./x", ""}) {
    const auto files = FromZip(*ToZip({{path, "x"}}));
    ASSERT_FALSE(files) << path;
    EXPECT_EQ(files.error().reason, Reason::Corrupt);
  }
}

TEST(FilesTest, AFolderIsWrittenAndReadBack) {
  const auto folder = *os::TempFolder::Create();
  ASSERT_TRUE(WriteFolder(Sealed(), folder / "package"));
  EXPECT_EQ(*ReadFiles(folder / "package"), Sealed());
  EXPECT_EQ(WriteFolder(Sealed(), folder / "package").error().reason, Reason::AlreadyExists);
  ASSERT_TRUE(os::WriteFileAtomically(folder / "package.zip", *ToZip(Sealed())));
  EXPECT_EQ(*ReadFiles(folder / "package.zip"), Sealed());
  EXPECT_EQ(ReadFiles(folder / "none").error().reason, Reason::NotFound);
  ASSERT_TRUE(os::Symlink("/etc/passwd", folder / "package/model/link"));
  EXPECT_EQ(ReadFiles(folder / "package").error().reason, Reason::Corrupt);
}

}  // namespace
}  // namespace cairn::package
