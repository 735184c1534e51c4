#include "ground/blob/bucket.h"

#include <gtest/gtest.h>

#include "ground/crypto/hash.h"
#include "ground/fetch/testing/scripted_peer.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::blob {
namespace {

using fetch::testing::Answering;
using fetch::testing::ScriptedPeer;
using namespace std::chrono_literals;

/// One call after the other to a store whose answers are written down; what the real protocol does with these
/// calls is tested against a real server, from outside.
class BucketTest : public ::testing::Test {
 protected:
  static Bucket At(const ScriptedPeer& peer) {
    Place place;
    place.bucket = "models";
    place.prefix = "team";
    place.endpoint = "http://127.0.0.1:" + std::to_string(peer.port());
    place.access_key = "key";
    place.secret_key = "secret";
    place.session_token = "token";
    Tuning tuning;
    tuning.part_bytes = 1000;
    tuning.piece_bytes = 1000;
    tuning.threads = 1;
    tuning.attempts = 3;
    tuning.first_pause = tuning.longest_pause = 1ms;
    return Bucket(place, tuning);
  }
  std::string Source(std::size_t bytes) {
    EXPECT_TRUE(os::WriteFileAtomically(folder_ / "source", std::string(bytes, 'x')));
    return folder_ / "source";
  }
  static bool Asks(const std::string& request, const std::string& line, const std::string& field = "") {
    return request.starts_with(line + " HTTP/1.1\r\n") && request.find(field) != std::string::npos;
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
};

std::string Page(const std::string& contents, const std::string& next = "") {
  return Answering(200, "<ListBucketResult><IsTruncated>" + std::string(next.empty() ? "false" : "true") +
                            "</IsTruncated><NextContinuationToken>" + next + "</NextContinuationToken>" +
                            contents + "</ListBucketResult>");
}
std::string Contents(const std::string& key) {
  return "<Contents><Key>" + key +
         "</Key><Size>5</Size><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;e&quot;</ETag>"
         "</Contents>";
}

TEST_F(BucketTest, EveryRequestIsSignedAndNamesKeysInCanonicalForm) {
  ScriptedPeer peer({Answering(200, "")});
  ASSERT_TRUE(At(peer).Put("a b/ü+%.txt", Source(10)));
  const std::string sent = peer.requests().at(0);
  EXPECT_TRUE(Asks(sent, "PUT /models/team/a%20b/%C3%BC%2B%25.txt", "X-Amz-Security-Token: token")) << sent;
  EXPECT_NE(sent.find("Authorization: AWS4-HMAC-SHA256 Credential=key/"), std::string::npos) << sent;
  EXPECT_NE(sent.find("/us-east-1/s3/aws4_request"), std::string::npos);
  EXPECT_NE(sent.find("X-Amz-Content-Sha256: " + crypto::Sha256Hex(std::string(10, 'x'))), std::string::npos);
  EXPECT_TRUE(sent.ends_with("\r\n\r\n" + std::string(10, 'x')));
}

TEST_F(BucketTest, WithoutKeysNothingIsSignedAndFieldsGoWithUploadsOnly) {
  ScriptedPeer peer({Answering(200, ""), Answering(200, "")});
  Place place = At(peer).place();
  place.access_key = place.secret_key = place.session_token = "";
  place.upload_fields = {{"X-Amz-Acl", "bucket-owner-full-control"}};
  const Bucket bucket(place);
  ASSERT_TRUE(bucket.Put("a", Source(10)));
  ASSERT_TRUE(bucket.Remove("a"));
  EXPECT_EQ(peer.requests().at(0).find("Authorization"), std::string::npos);
  EXPECT_NE(peer.requests().at(0).find("X-Amz-Acl: bucket-owner-full-control"), std::string::npos);
  EXPECT_EQ(peer.requests().at(1).find("X-Amz-Acl"), std::string::npos);
}

TEST_F(BucketTest, AListingGoesOverAllItsPages) {
  ScriptedPeer peer({Page(Contents("team/a/y%2Bz"), "t/1"),
                     Page(Contents("team/a/x") + Contents("team/a/") +
                          "<CommonPrefixes><Prefix>team/a/sub/</Prefix></CommonPrefixes>")});
  const auto listing = At(peer).List("a");
  ASSERT_TRUE(listing) << listing.error().message;
  ASSERT_EQ(listing->objects.size(), 2u);
  EXPECT_EQ(listing->objects[0].key, "a/x");
  EXPECT_EQ(listing->objects[1].key, "a/y+z");
  EXPECT_EQ(listing->objects[1].etag, "e");
  EXPECT_EQ(listing->folders, std::vector<std::string>{"a/sub"});
  EXPECT_TRUE(Asks(peer.requests().at(1),
                   "GET /models/?continuation-token=t%2F1&delimiter=%2F&encoding-type=url"
                   "&list-type=2&prefix=team%2Fa%2F"))
      << peer.requests().at(1);
}

TEST_F(BucketTest, AnAnswerThatIsNotTheProtocolsIsCorrupt) {
  for (const std::string& body : {std::string("<html></html>"), std::string("{}"), std::string()}) {
    ScriptedPeer peer({Answering(200, body)});
    EXPECT_EQ(At(peer).List("").error().reason, Reason::Corrupt);
  }
  ScriptedPeer elsewhere({Page(Contents("other/a"))});
  EXPECT_EQ(At(elsewhere).List("").error().reason, Reason::Corrupt);
  ScriptedPeer endless({Page("", "same")});
  EXPECT_EQ(At(endless).List("").error().reason, Reason::Corrupt);
}

TEST_F(BucketTest, ARefusalIsToldInTheStoresWords) {
  ScriptedPeer peer(
      {Answering(403, "<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error>")});
  const auto put = At(peer).Put("a", Source(1));
  EXPECT_EQ(put.error().reason, Reason::Denied);
  EXPECT_NE(put.error().message.find("SignatureDoesNotMatch"), std::string::npos);
  EXPECT_EQ(peer.requests().size(), 1u);
  ScriptedPeer missing({Answering(404, "")});
  EXPECT_EQ(At(missing).Find("a").error().reason, Reason::NotFound);
  EXPECT_TRUE(At(missing).Remove("a"));
  ScriptedPeer down({Answering(503, "")});
  EXPECT_EQ(At(down).Remove("a").error().reason, Reason::Unavailable);
  EXPECT_EQ(down.requests().size(), 3u);
}

TEST_F(BucketTest, ALargeFileGoesInPartsWhichAreRepeatedOneByOne) {
  ScriptedPeer peer({Answering(200,
                               "<InitiateMultipartUploadResult><UploadId>u/1</UploadId>"
                               "</InitiateMultipartUploadResult>"),
                     Answering(200, "", "ETag: \"1\"\r\n"), "", Answering(200, "", "ETag: \"2\"\r\n"),
                     Answering(500, ""), Answering(200, "", "ETag: \"3\"\r\n"),
                     Answering(200, "<CompleteMultipartUploadResult/>")});
  ASSERT_TRUE(At(peer).Put("big", Source(2500)));
  const auto requests = peer.requests();
  ASSERT_EQ(requests.size(), 7u);
  EXPECT_TRUE(Asks(requests[0], "POST /models/team/big?uploads=", "X-Amz-Meta-Sha256: "));
  EXPECT_TRUE(Asks(requests[1], "PUT /models/team/big?partNumber=1&uploadId=u%2F1"));
  EXPECT_TRUE(Asks(requests[5], "PUT /models/team/big?partNumber=3&uploadId=u%2F1",
                   "\r\n\r\n" + std::string(500, 'x')));
  EXPECT_TRUE(Asks(requests[6], "POST /models/team/big?uploadId=u%2F1",
                   "<Part><PartNumber>2</PartNumber><ETag>&quot;2&quot;</ETag>"))
      << requests[6];
}

TEST_F(BucketTest, AnUploadThatFailsIsGivenUpInTheStoreToo) {
  ScriptedPeer peer({Answering(200,
                               "<InitiateMultipartUploadResult><UploadId>u</UploadId>"
                               "</InitiateMultipartUploadResult>"),
                     Answering(403, "")});
  EXPECT_EQ(At(peer).Put("big", Source(1500)).error().reason, Reason::Denied);
  EXPECT_TRUE(Asks(peer.requests().back(), "DELETE /models/team/big?uploadId=u"));
}

TEST_F(BucketTest, ACompletionWhoseAnswerWasLostIsRecognised) {
  const std::string whole = crypto::Sha256Hex(std::string(1500, 'x'));
  ScriptedPeer peer({Answering(200,
                               "<InitiateMultipartUploadResult><UploadId>u</UploadId>"
                               "</InitiateMultipartUploadResult>"),
                     Answering(200, "", "ETag: \"1\"\r\n"), Answering(200, "", "ETag: \"2\"\r\n"), "",
                     Answering(404, "<Error><Code>NoSuchUpload</Code></Error>"),
                     Answering(200, "", "X-Amz-Meta-Sha256: " + whole + "\r\n")});
  const auto put = At(peer).Put("big", Source(1500));
  EXPECT_TRUE(put) << put.error().message;
  EXPECT_EQ(peer.requests().size(), 6u);
}

TEST_F(BucketTest, OnlyUploadsThatWereBegunLongAgoAreGivenUp) {
  const auto upload = [](const std::string& key, const std::string& begun) {
    return "<Upload><Key>team/" + key + "</Key><UploadId>id-" + key + "</UploadId><Initiated>" + begun +
           "</Initiated></Upload>";
  };
  ScriptedPeer peer(
      {Answering(200, "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>" +
                          upload("old", "2026-01-01T00:00:00Z") + upload("new", "2026-01-03T00:00:00Z") +
                          "</ListMultipartUploadsResult>"),
       Answering(204, "")});
  const auto given_up = At(peer).AbandonUploadsBefore(*ParseTime("2026-01-02"));
  ASSERT_TRUE(given_up) << given_up.error().message;
  EXPECT_EQ(*given_up, 1u);
  EXPECT_TRUE(Asks(peer.requests().at(0), "GET /models/?encoding-type=url&prefix=team%2F&uploads="));
  EXPECT_TRUE(Asks(peer.requests().at(1), "DELETE /models/team/old?uploadId=id-old"));
}

TEST_F(BucketTest, ADownloadIsPutTogetherOutOfPiecesAndCompared) {
  const std::string content(1500, 'y');
  const auto digest = "X-Amz-Meta-Sha256: " + crypto::Sha256Hex(content) + "\r\n";
  ScriptedPeer peer({Answering(206, content.substr(0, 1000), digest), Answering(206, content.substr(1000))});
  const Object object{"big", content.size(), 0, "e"};
  ASSERT_TRUE(At(peer).Get(object, folder_ / "down"));
  EXPECT_EQ(*os::ReadFile(folder_ / "down"), content);
  EXPECT_TRUE(Asks(peer.requests().at(1), "GET /models/team/big", "Range: bytes=1000-1499\r\n"));
  EXPECT_NE(peer.requests().at(1).find("If-Match: \"e\""), std::string::npos);
}

TEST_F(BucketTest, BytesThatAreNotWhatWasStoredAreRefused) {
  const std::string good(100, 'y'), bad(100, 'z');
  const auto digest = "X-Amz-Meta-Sha256: " + crypto::Sha256Hex(good) + "\r\n";
  for (const auto& [answer, etag] :
       std::vector<std::pair<std::string, std::string>>{{Answering(200, bad, digest), "e"},
                                                        {Answering(200, bad), crypto::Md5Hex(good)},
                                                        {Answering(200, bad.substr(1)), "e"},
                                                        {Answering(206, good, digest), "e"}}) {
    ScriptedPeer peer({answer});
    const auto got = At(peer).Get({"a", 100, 0, etag}, folder_ / "down");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().reason, Reason::Corrupt);
    EXPECT_FALSE(os::Exists(folder_ / "down"));
  }
  ScriptedPeer changed({Answering(412, "<Error><Code>PreconditionFailed</Code></Error>")});
  EXPECT_EQ(At(changed).Get({"a", 100, 0, "e"}, folder_ / "down").error().reason, Reason::Conflict);
}

}  // namespace
}  // namespace cairn::blob
