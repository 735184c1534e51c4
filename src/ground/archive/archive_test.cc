#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "ground/archive/codec.h"
#include "ground/archive/tar.h"
#include "ground/archive/written_zip.h"
#include "ground/archive/zip.h"
#include "ground/archive/zip_writer.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"

namespace cairn::archive {
namespace {

std::string Hex(std::string_view hex) { return *BytesOfHex(hex); }

/// "hello hello hello hello\n", as Python's modules pack it.
const std::string kPlain = "hello hello hello hello\n";
const std::string kZlib = Hex("789ccb48cdc9c957c84027b90070be08bb");
const std::string kGzip = Hex("1f8b0800000000000203cb48cdc9c957c84027b9000088590b18000000");
const std::string kBzip2 =
    Hex("425a68393141592653596f4f10f3000005d100001040000244a00030c002a834710dad870f1772453850906f4f10f3");
const std::string kXz =
    Hex("fd377a585a000004e6d6b4460200210116000000742fe5a3e00017000c5d00341949ee8de9560ac121b000006c14ed1b"
        "3b68bb9100012818d783b76e1fb6f37d010000000004595a");

/// A zip of one stored entry "a" with content "hi".
std::string Zip(std::string_view name = "a", std::string_view content = "hi",
                std::string_view crc = "ac2a93d8") {
  const auto number = [](std::size_t value, std::size_t width) {
    std::string bytes;
    for (std::size_t i = 0; i < width; ++i) bytes += i < 8 ? static_cast<char>(value >> (8 * i) & 255) : '\0';
    return bytes;
  };
  const std::string sum = Hex(crc), sizes = number(content.size(), 4) + number(content.size(), 4);
  const std::string local = "PK\3\4" + number(20, 2) + number(0, 8) + sum + sizes + number(name.size(), 2) +
                            number(0, 2) + std::string(name) + std::string(content);
  const std::string entry = "PK\1\2" + number(20, 4) + number(0, 8) + sum + sizes + number(name.size(), 2) +
                            number(0, 12) + number(0, 4) + std::string(name);
  return local + entry + "PK\5\6" + number(0, 4) + number(1, 2) + number(1, 2) + number(entry.size(), 4) +
         number(local.size(), 4) + number(0, 2);
}

std::string Unpacked(std::string_view bytes, std::uint64_t most = 1000) {
  const auto codec = CodecOf(bytes);
  if (!codec) return "not recognised";
  const auto unpacked = Unpack(bytes, *codec, most);
  return unpacked ? unpacked->bytes : unpacked.error().message;
}

TEST(CodecTest, StreamsAreRecognisedAndUnpacked) {
  EXPECT_EQ(Unpacked(kZlib), kPlain);
  EXPECT_EQ(Unpacked(kGzip), kPlain);
  EXPECT_EQ(Unpacked(kBzip2), kPlain);
  EXPECT_EQ(Unpacked(kXz), kPlain);
}

TEST(CodecTest, StreamsThatFollowEachOtherAreOne) {
  EXPECT_EQ(Unpacked(kGzip + kGzip), kPlain + kPlain);
  EXPECT_EQ(Unpacked(kXz + kXz), kPlain + kPlain);
}

TEST(CodecTest, WhatComesBeforeAFaultIsGiven) {
  for (const auto& whole : {kZlib, kGzip}) {
    const auto unpacked = Unpack(whole.substr(0, whole.size() - 4), *CodecOf(whole), 1000);
    ASSERT_TRUE(unpacked);
    EXPECT_EQ(unpacked->end, Unpacked::End::Damaged);
    EXPECT_EQ(unpacked->bytes, kPlain);
  }
}

TEST(CodecTest, NoMoreIsUnpackedThanAskedFor) {
  for (const auto& whole : {kZlib, kGzip, kBzip2, kXz}) {
    const auto unpacked = Unpack(whole, *CodecOf(whole), 5);
    ASSERT_TRUE(unpacked);
    EXPECT_EQ(unpacked->end, Unpacked::End::OverLimit);
    EXPECT_EQ(unpacked->bytes, "hello");
  }
}

TEST(CodecTest, FilesAreUnpackedInPieces) {
  const auto folder = *os::TempFolder::Create();
  const auto unpacked = [&](std::string_view bytes, std::size_t most, Unpacked::End end) {
    const std::string path = folder / "file";
    EXPECT_TRUE(os::WriteFileAtomically(path, bytes));
    std::string all;
    const auto ended = UnpackFile(path, *CodecOf(bytes), [&](std::string_view piece) {
      all += piece;
      return all.size() <= most;
    });
    EXPECT_TRUE(ended && *ended == end);
    return all;
  };
  for (const std::string& whole : {kGzip, kBzip2, kXz})
    EXPECT_EQ(unpacked(whole, 1000, Unpacked::End::Whole), kPlain);
  EXPECT_EQ(unpacked(kGzip + kGzip, 1000, Unpacked::End::Whole), kPlain + kPlain);
  for (const std::string& whole : {kGzip, kXz}) unpacked(whole, 5, Unpacked::End::OverLimit);
  unpacked(kGzip.substr(0, kGzip.size() - 4), 1000, Unpacked::End::Damaged);
  const auto none = UnpackFile(folder / "none", Codec::Gzip, [](std::string_view) { return true; });
  EXPECT_TRUE(none && *none == Unpacked::End::Damaged);
}

TEST(CodecTest, OrdinaryBytesAreNoStream) {
  for (const std::string_view bytes : {"", "x", "hello world", "{\"a\": 1}", "PK\3\4aaaaaaaa"})
    EXPECT_FALSE(CodecOf(bytes)) << bytes;
}

TEST(ZipTest, AnEntryIsReadByTheFolderAtTheEnd) {
  const std::string zip = Zip();
  const auto folder = ReadZip(zip);
  ASSERT_TRUE(folder && *folder);
  ASSERT_EQ((*folder)->entries.size(), 1u);
  EXPECT_TRUE((*folder)->oddities.empty());
  EXPECT_EQ((*folder)->entries[0].name, "a");
  const auto content = UnpackEntry((*folder)->entries[0], 1000);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->bytes, "hi");
  EXPECT_EQ(content->end, Unpacked::End::Whole);
}

TEST(ZipTest, AWrongSumIsDamageAndTheContentIsGiven) {
  const std::string zip = Zip("a", "hi", "00000000");
  const auto folder = ReadZip(zip);
  ASSERT_TRUE(folder && *folder);
  const auto content = UnpackEntry((*folder)->entries[0], 1000);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->bytes, "hi");
  EXPECT_EQ(content->end, Unpacked::End::Damaged);
}

TEST(ZipTest, BytesBeforeTheZipAreSkippedAndNamed) {
  const std::string zip = "12345" + Zip();
  const auto folder = ReadZip(zip);
  ASSERT_TRUE(folder && *folder);
  ASSERT_EQ((*folder)->entries.size(), 1u);
  EXPECT_EQ((*folder)->entries[0].packed, "hi");
  ASSERT_EQ((*folder)->oddities.size(), 1u);
  EXPECT_EQ((*folder)->oddities[0], "5 bytes precede the zip");
}

TEST(ZipTest, ANameSaidInTwoWaysIsNamed) {
  std::string zip = Zip("ab");
  zip[30] = 'x';
  const auto folder = ReadZip(zip);
  ASSERT_TRUE(folder && *folder);
  ASSERT_EQ((*folder)->oddities.size(), 1u);
  EXPECT_EQ((*folder)->oddities[0], "'ab' has another name where its content lies");
}

TEST(ZipTest, EveryCutAndEveryChangedByteIsSurvived) {
  const std::string zip = Zip("name", "some content");
  for (std::size_t i = 0; i < zip.size(); ++i) {
    const std::string part = zip.substr(0, i);
    const auto cut = ReadZip(part);
    EXPECT_TRUE(!cut || !*cut || (*cut)->entries.size() <= 1);
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string changed = zip;
      changed[i] = value;
      const auto read = ReadZip(changed);
      if (!read || !*read) continue;
      for (const auto& entry : (*read)->entries) EXPECT_LE(entry.packed.size(), changed.size());
    }
  }
}

TEST(ZipTest, MoreEntriesThanAllowedAreRefused) {
  const auto folder = ReadZip(Zip(), 0);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().reason, Reason::TooLarge);
}

std::string TarHeader(const std::string& name, std::size_t size) {
  std::string head(512, '\0');
  head.replace(0, name.size(), name);
  head.replace(100, 7, "0000644");
  char text[16];
  std::snprintf(text, sizeof text, "%011zo", size);
  head.replace(124, 11, text);
  head.replace(136, 11, "00000000000");
  head[156] = '0';
  head.replace(257, 8, std::string("ustar\00000", 8));
  head.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : head) sum += static_cast<unsigned char>(c);
  std::snprintf(text, sizeof text, "%06o", sum);
  head.replace(148, 7, std::string(text, 7));
  return head;
}

TEST(TarTest, FilesAreGivenInOrderWithinTheLimit) {
  const std::string padding(510, '\0'),
      tar = TarHeader("a", 2) + "hi" + padding + TarHeader("b", 2) + "ho" + padding + std::string(1024, '\0');
  ASSERT_TRUE(IsTar(tar));
  std::string seen;
  const auto take = [&](const std::string& name, const std::string& content) {
    seen += name + "=" + content + ";";
    return true;
  };
  auto end = EachTarFile(tar, 100, take);
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, Unpacked::End::Whole);
  EXPECT_EQ(seen, "a=hi;b=ho;");
  seen.clear();
  end = EachTarFile(tar, 3, take);
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, Unpacked::End::OverLimit);
  EXPECT_EQ(seen, "a=hi;b=h;");
}

TEST(ZipWriterTest, WhatIsWrittenIsReadBackAndDependsOnNothingElse) {
  const auto written = [] {
    ZipWriter zip;
    EXPECT_TRUE(zip.Add("ü/a", kPlain));
    EXPECT_TRUE(zip.Add("empty", ""));
    EXPECT_EQ(zip.Add(std::string(70'000, 'n'), "").error().reason, Reason::TooLarge);
    return std::move(zip).Finish();
  };
  const std::string zip = written();
  EXPECT_EQ(zip, written());
  const auto folder = *ReadZip(zip);
  ASSERT_TRUE(folder);
  EXPECT_TRUE(folder->oddities.empty());
  ASSERT_EQ(folder->entries.size(), 2u);
  EXPECT_EQ(folder->entries[0].name, "ü/a");
  EXPECT_EQ(UnpackEntry(folder->entries[0], 1000)->bytes, kPlain);
  EXPECT_TRUE(*Matches(folder->entries[1], ""));
}

TEST(WrittenZip, AnyChangedByteIsFoundAndTheEntryNamed) {
  ZipWriter writer;
  const std::vector<std::string> names{"a/one", "b", "end"};
  for (const auto& name : names) ASSERT_TRUE(writer.Add(name, "content of " + name));
  const std::string zip = std::move(writer).Finish();
  const auto read = ReadWrittenZip(zip);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 3u);
  EXPECT_EQ((*read)[1].bytes, "content of b");
  for (std::size_t at = 0; at < zip.size(); ++at) {
    std::string changed = zip;
    changed[at] = static_cast<char>(changed[at] ^ (at % 2 ? 0x20 : 0x80));
    const auto refused = ReadWrittenZip(changed);
    ASSERT_FALSE(refused) << at;
    EXPECT_TRUE(IsUtf8(refused.error().message)) << at;
    EXPECT_EQ(refused.error().reason, Reason::Corrupt);
    const std::string& message = refused.error().message;
    EXPECT_TRUE(
        std::any_of(names.begin(), names.end(),
                    [&](const auto& name) { return message.find("'" + name + "'") != std::string::npos; }) ||
        message.find("end of the zip") != std::string::npos)
        << at << ": " << message;
  }
  for (std::size_t length = 0; length < zip.size(); ++length)
    EXPECT_FALSE(ReadWrittenZip(zip.substr(0, length)));
  EXPECT_FALSE(ReadWrittenZip(zip + "x"));
  ZipWriter other;
  ASSERT_TRUE(other.Add("\xff", "x"));
  EXPECT_FALSE(ReadWrittenZip(std::move(other).Finish()));
}

TEST(TarTest, WhatHasNoRightSumIsNoTar) {
  std::string tar = TarHeader("a", 0);
  tar[0] = 'b';
  EXPECT_FALSE(IsTar(tar));
  EXPECT_FALSE(IsTar(std::string(512, '\0')));
  EXPECT_FALSE(IsTar("short"));
}

}  // namespace
}  // namespace cairn::archive
