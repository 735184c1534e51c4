#include "ground/crypto/hash.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/digest.h"

namespace cairn::crypto {
namespace {

// FIPS 180-4's examples and RFC 1321's test suite.
TEST(Hash, KnownTexts) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Sha256Hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(Md5Hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(Md5Hex("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
}

// RFC 4231, cases 1, 2 and 6.
TEST(Hash, KnownKeyedDigests) {
  EXPECT_EQ(HexOf(HmacSha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(HexOf(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      HexOf(HmacSha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hash, PiecesGiveTheDigestOfTheWhole) {
  const std::string bytes(300'001, 'p');
  Hasher hasher(Kinds::Md5AndSha256);
  for (std::size_t at = 0, step = 1; at < bytes.size(); at += step, step = step * 3 % 7919 + 1) {
    hasher.Add(std::string_view(bytes).substr(at, step));
  }
  EXPECT_EQ(hasher.Finish(), (Digests{Md5Hex(bytes), Sha256Hex(bytes), bytes.size()}));
}

TEST(Hash, OneReadOfAFileGivesBothDigests) {
  const auto folder = *os::TempFolder::Create();
  const std::string bytes((3 << 20) + 17, 'f');
  ASSERT_TRUE(os::WriteFileAtomically(folder / "a", bytes));
  EXPECT_EQ(*HashFile(folder / "a"), (Digests{Md5Hex(bytes), Sha256Hex(bytes), bytes.size()}));
  EXPECT_EQ(HashFile(folder / "a", Kinds::Sha256)->md5, "");
  EXPECT_EQ(HashFile(folder / "none").error().reason, Reason::NotFound);
  EXPECT_EQ(HashFile(folder.path()).error().reason, Reason::InvalidArgument);
}

TEST(Hash, ACopyIsHashedWhileItIsMadeAndNeverReplacesAFile) {
  const auto folder = *os::TempFolder::Create();
  const std::string bytes((2 << 20) + 5, 'c');
  ASSERT_TRUE(os::WriteFileAtomically(folder / "a", bytes));
  std::uint64_t passed = 0;
  const auto copied =
      CopyAndHash(folder / "a", folder / "b", 0444, Kinds::Md5, [&](std::uint64_t some) { passed += some; });
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_EQ(*copied, (Digests{Md5Hex(bytes), "", bytes.size()}));
  EXPECT_EQ(passed, bytes.size());
  EXPECT_EQ(*os::ReadFile(folder / "b"), bytes);
  EXPECT_EQ(os::Stat(folder / "b")->mode, 0444U);
  EXPECT_EQ(CopyAndHash(folder / "a", folder / "b").error().reason, Reason::AlreadyExists);
  EXPECT_EQ(CopyAndHash(folder / "none", folder / "c").error().reason, Reason::NotFound);
  EXPECT_FALSE(os::Exists(folder / "c"));
}

TEST(Hash, ThreadsDoNotDisturbEachOther) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 200; ++i) EXPECT_EQ(Md5Hex("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Hash, SecretsAreComparedWhole) {
  EXPECT_TRUE(EqualSecrets("abc", "abc"));
  EXPECT_FALSE(EqualSecrets("abc", "abd"));
  EXPECT_FALSE(EqualSecrets("abc", "abcd"));
}

}  // namespace
}  // namespace cairn::crypto
