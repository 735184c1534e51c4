#include "loop/repository/outside.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "ground/crypto/hash.h"
#include "ground/fetch/testing/scripted_peer.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::repository {
namespace {

using fetch::testing::Answering;
using fetch::testing::ScriptedPeer;
using testing::HasSubstr;
using testing::StartsWith;

class OutsideTest : public testing::Test {
 protected:
  Result<Sighting> LookAt(const std::string& place, const std::string& settings = "") {
    return Look(*Configuration::ReadText(settings, folder_ / "project/.dvc"), place, index_);
  }
  static std::string At(const ScriptedPeer& peer, const std::string& path) {
    return "http://127.0.0.1:" + std::to_string(peer.port()) + path;
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  StatIndex index_ = StatIndex::Open(folder_ / "digests");
};

TEST_F(OutsideTest, AFileOfThisMachineIsToldByItsMd5AndAFolderByItsListing) {
  ASSERT_TRUE(os::MakeFolders(folder_ / "shared/parts"));
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "shared/parts/a", "one"));
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "shared/parts/b", "two!"));
  const auto file = LookAt(folder_ / "shared/parts/a");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->told_by, "md5");
  EXPECT_EQ(file->digest, crypto::Md5Hex("one"));
  EXPECT_EQ(file->bytes, 3u);
  EXPECT_FALSE(file->files);
  // A remote's address is a path from the folder of its settings.
  const auto folder = LookAt("remote://near/parts", "['remote \"near\"']\n    url = ../../shared\n");
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_EQ(folder->digest,
            crypto::Md5Hex("[{\"md5\": \"" + crypto::Md5Hex("one") + "\", \"relpath\": \"a\"}, {\"md5\": \"" +
                           crypto::Md5Hex("two!") + "\", \"relpath\": \"b\"}]") +
                ".dir");
  EXPECT_EQ(folder->files, 2);
  EXPECT_EQ(folder->bytes, 7u);
  EXPECT_EQ(LookAt(folder_ / "shared/none").error().reason, Reason::NotFound);
}

TEST_F(OutsideTest, AFileOfTheWebIsToldByWhatTheServerSaysOfIt) {
  struct Case {
    std::string fields, digest;
  };
  for (const auto& [fields, digest] :
       {Case{"ETag: \"abc\"\r\n", "\"abc\""}, Case{"ETag: W/\"abc\"\r\n", "W/\"abc\""},
        Case{"Content-MD5: Q2hlY2s=\r\n", "Q2hlY2s="},
        Case{"Content-MD5: Q2hlY2s=\r\nETag: \"abc\"\r\n", "\"abc\""}}) {
    const ScriptedPeer peer({"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n" + fields + "\r\n"});
    const auto seen = LookAt(At(peer, "/a.csv?of=day"));
    ASSERT_TRUE(seen) << seen.error().message;
    EXPECT_EQ(seen->told_by, "checksum");
    EXPECT_EQ(seen->digest, digest);
    EXPECT_EQ(seen->bytes, 12u);
    EXPECT_THAT(peer.requests().front(), StartsWith("HEAD /a.csv?of=day HTTP/1.1"));
  }
}

TEST_F(OutsideTest, AServerThatRefusesToBeAskedIsReadAByteOf) {
  const ScriptedPeer peer({"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
                           "HTTP/1.1 206 Partial Content\r\nContent-Length: 1\r\nContent-Range: bytes "
                           "0-0/1234\r\nETag: \"abc\"\r\n\r\nx"});
  const auto seen = LookAt(At(peer, "/a"));
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_EQ(seen->digest, "\"abc\"");
  EXPECT_EQ(seen->bytes, 1234u);
}

TEST_F(OutsideTest, ARemoteOfTheWebIsAskedAsItsSettingsSay) {
  const ScriptedPeer peer({"HTTP/1.1 200 OK\r\nETag: \"abc\"\r\n\r\n"});
  const auto seen =
      LookAt("remote://shop/day/a.csv", "['remote \"shop\"']\n    url = " + At(peer, "/data/") +
                                            "\n    auth = custom\n    custom_auth_header = X-Key\n"
                                            "    password = open sesame\n");
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_FALSE(seen->bytes);
  EXPECT_THAT(peer.requests().front(), StartsWith("HEAD /data/day/a.csv HTTP/1.1"));
  EXPECT_THAT(peer.requests().front(), HasSubstr("X-Key: open sesame"));
}

TEST_F(OutsideTest, WhatCannotBeLookedAtSaysWhyAndWhatToDo) {
  const ScriptedPeer silent({Answering(200, "")}), gone({Answering(404, "")}), closed({Answering(401, "")});
  const auto told = LookAt(At(silent, "/a"));
  EXPECT_EQ(told.error().reason, Reason::Unprocessable);
  EXPECT_THAT(told.error().message, HasSubstr("neither ETag nor Content-MD5"));
  EXPECT_EQ(LookAt(At(gone, "/a")).error().reason, Reason::NotFound);
  EXPECT_EQ(LookAt(At(closed, "/a")).error().reason, Reason::Denied);
  EXPECT_EQ(LookAt("remote://none/a").error().reason, Reason::NotFound);
  EXPECT_EQ(LookAt("gs://bucket/a").error().reason, Reason::Unsupported);
  EXPECT_EQ(LookAt("remote://one/a", "['remote \"one\"']\n    url = remote://two/b\n").error().reason,
            Reason::Unsupported);
  EXPECT_TRUE(CheckAddress("s3://bucket/a"));
  EXPECT_THAT(CheckAddress("ssh://host/a").error().message, HasSubstr("always_changed"));
}

}  // namespace
}  // namespace cairn::repository
