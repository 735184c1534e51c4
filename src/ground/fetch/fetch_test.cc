#include "ground/fetch/fetch.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "ground/fetch/testing/scripted_peer.h"

namespace cairn::fetch {
namespace {

using testing::Answering;
using testing::ScriptedPeer;
using namespace std::chrono_literals;

class FetchTest : public ::testing::Test {
 protected:
  FetchTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cairn-fetch-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~FetchTest() override { std::filesystem::remove_all(folder_); }

  static Outgoing To(const ScriptedPeer& peer, const std::string& path = "/x") {
    Outgoing request;
    request.url = "http://127.0.0.1:" + std::to_string(peer.port()) + path;
    request.retry = {.attempts = 3, .first_pause = 1ms, .longest_pause = 5ms};
    return request;
  }
  std::string Content(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string folder_;
};

TEST_F(FetchTest, ARequestGoesOutAndTheAnswerComesBack) {
  ScriptedPeer peer({Answering(404, "no such thing", "X-A: b\r\n")});
  Outgoing request = To(peer, "/a?b=c");
  request.method = "POST";
  request.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
  request.body = std::string("a\0b", 3);
  const auto answer = Fetch(request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "no such thing");
  EXPECT_EQ(answer->Header("x-A"), "b");
  const std::string sent = peer.requests().at(0);
  EXPECT_TRUE(sent.starts_with("POST /a?b=c HTTP/1.1\r\n")) << sent;
  EXPECT_NE(sent.find("\r\nX-Empty:\r\n"), std::string::npos) << sent;
  EXPECT_TRUE(sent.ends_with(request.body));
}

TEST_F(FetchTest, IdempotentCallsAreRepeatedAndOthersAreNot) {
  ScriptedPeer peer(
      {Answering(503, "later"), Answering(429, "later", "Retry-After: 0\r\n"), Answering(200, "now")});
  EXPECT_EQ(Fetch(To(peer))->body, "now");
  EXPECT_EQ(peer.requests().size(), 3u);
  ScriptedPeer other({Answering(503, "later"), Answering(200, "now")});
  Outgoing post = To(other);
  post.method = "POST";
  EXPECT_EQ(Fetch(post)->status, 503);
  EXPECT_EQ(other.requests().size(), 1u);
  post.repeatable = true;
  EXPECT_EQ(Fetch(post)->status, 200);
}

TEST_F(FetchTest, ABrokenConnectionIsTriedAgainAndFinallyUnavailable) {
  ScriptedPeer peer({"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", Answering(200, "whole")});
  EXPECT_EQ(Fetch(To(peer))->body, "whole");
  ScriptedPeer dead({""});
  EXPECT_EQ(Fetch(To(dead)).error().reason, Reason::Unavailable);
  EXPECT_EQ(dead.requests().size(), 3u);
}

TEST_F(FetchTest, ClientErrorsAreNotRepeated) {
  ScriptedPeer peer({Answering(400, "bad")});
  EXPECT_EQ(Fetch(To(peer))->status, 400);
  EXPECT_EQ(peer.requests().size(), 1u);
}

TEST_F(FetchTest, FilesStreamBothWays) {
  std::string content(3'000'000, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 2654435761u >> 13);
  std::ofstream(folder_ + "/up", std::ios::binary) << content;
  ScriptedPeer peer({Answering(200, ""), Answering(200, content), Answering(404, "none")});
  Outgoing up = To(peer);
  up.method = "PUT";
  up.body_file = folder_ + "/up";
  up.headers = {{"Expect", ""}};
  std::uint64_t moved = 0;
  up.moved = [&](std::uint64_t bytes) { moved += bytes; };
  const auto sent = Fetch(up);
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_TRUE(peer.requests().at(0).ends_with("\r\n\r\n" + content));
  Outgoing down = To(peer);
  down.response_file = folder_ + "/down";
  down.max_response_bytes = 10;
  down.moved = up.moved;
  EXPECT_EQ(Fetch(down)->body, "");
  EXPECT_EQ(moved, 2 * content.size());
  EXPECT_TRUE(Content("down") == content);
  down.response_file = folder_ + "/none";
  EXPECT_EQ(Fetch(down)->body, "none");
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/none"));
  up.body_file = folder_ + "/absent";
  EXPECT_EQ(Fetch(up).error().reason, Reason::NotFound);
}

TEST_F(FetchTest, ADownloadThatBreaksOffLeavesNoFile) {
  ScriptedPeer peer({"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"});
  Outgoing down = To(peer);
  down.response_file = folder_ + "/down";
  EXPECT_EQ(Fetch(down).error().reason, Reason::Unavailable);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/down"));
}

TEST_F(FetchTest, RedirectsAreFollowedOnlyWhenAsked) {
  ScriptedPeer peer({Answering(302, "", "Location: /y\r\nX-A: first\r\n"), Answering(200, "there")});
  EXPECT_EQ(Fetch(To(peer))->status, 302);
  ScriptedPeer again({Answering(302, "", "Location: /y\r\nX-A: first\r\n"), Answering(200, "there")});
  Outgoing request = To(again);
  request.redirects = 1;
  const auto answer = Fetch(request);
  EXPECT_EQ(answer->body, "there");
  EXPECT_EQ(answer->Header("X-A"), "");
}

TEST_F(FetchTest, TheUnixSocketAndHeadWork) {
  ScriptedPeer peer({Answering(200, "hello")}, folder_ + "/sock");
  Outgoing request;
  request.url = "http://localhost/x";
  request.unix_socket_path = folder_ + "/sock";
  EXPECT_EQ(Fetch(request)->body, "hello");
  request.method = "HEAD";
  EXPECT_EQ(Fetch(request)->Header("Content-Length"), "5");
}

TEST_F(FetchTest, WhatCannotBeSentSaysWhyWithoutSecrets) {
  Outgoing request;
  request.url = "ftp://user:secret@127.0.0.1/x?token=secret";
  const auto refused = Fetch(request);
  EXPECT_EQ(refused.error().reason, Reason::InvalidArgument);
  EXPECT_NE(refused.error().message.find("ftp://127.0.0.1/x"), std::string::npos) << refused.error().message;
  EXPECT_EQ(refused.error().message.find("secret"), std::string::npos);
  ScriptedPeer peer({Answering(200, std::string(1000, 'x'))});
  request = To(peer);
  request.headers = {{"X", "a\r\nY: b"}};
  EXPECT_EQ(Fetch(request).error().reason, Reason::InvalidArgument);
  request = To(peer);
  request.max_response_bytes = 999;
  EXPECT_EQ(Fetch(request).error().reason, Reason::TooLarge);
}

TEST_F(FetchTest, AStopEndsThePause) {
  ScriptedPeer peer({Answering(503, "later")});
  Outgoing request = To(peer);
  request.retry = {
      .attempts = 2, .first_pause = std::chrono::hours(1), .longest_pause = std::chrono::hours(1)};
  std::stop_source source;
  request.stop = source.get_token();
  std::jthread stopper([&] {
    while (peer.requests().empty()) std::this_thread::yield();
    source.request_stop();
  });
  const auto answer = Fetch(request);
  // Told during the transfer it is an error, told during the pause the last answer.
  EXPECT_TRUE(answer ? answer->status == 503 : answer.error().reason == Reason::Unavailable);
  EXPECT_EQ(peer.requests().size(), 1u);
}

TEST_F(FetchTest, RequestsCanBeSignedForS3) {
  ScriptedPeer peer({Answering(200, "")});
  Outgoing request = To(peer, "/bucket/key");
  request.method = "PUT";
  request.body = "x";
  request.user = "AKEY:secret";
  request.signature = "aws:amz:eu-west-1:s3";
  ASSERT_TRUE(Fetch(request));
  const std::string sent = peer.requests().at(0);
  EXPECT_NE(sent.find("Authorization: AWS4-HMAC-SHA256 Credential=AKEY/"), std::string::npos) << sent;
  EXPECT_EQ(sent.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace cairn::fetch
