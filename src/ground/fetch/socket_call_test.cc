#include "ground/fetch/socket_call.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "ground/fetch/answer_reader.h"
#include "ground/fetch/testing/scripted_peer.h"

namespace cairn::fetch {
namespace {

using testing::Answering;
using testing::ScriptedPeer;

SocketCall To(const ScriptedPeer& peer, std::string target = "/x") {
  SocketCall call;
  call.port = peer.port();
  call.target = std::move(target);
  return call;
}

TEST(SocketCallTest, ARequestGoesOutAndTheAnswerComesBack) {
  ScriptedPeer peer({Answering(201, "made", "X-A: b\r\n")});
  SocketCall call = To(peer, "/api/v1/x?y=1");
  call.method = "POST";
  call.headers = {{"Content-Type", "application/json"}};
  call.body = "{\"a\":1}";
  const auto answer = Call(call);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "made");
  EXPECT_EQ(answer->Header("x-a"), "b");
  const std::string request = peer.requests().at(0);
  EXPECT_TRUE(request.starts_with("POST /api/v1/x?y=1 HTTP/1.1\r\nHost: localhost\r\n")) << request;
  EXPECT_NE(request.find("\r\nContent-Type: application/json\r\n"), std::string::npos);
  EXPECT_TRUE(request.ends_with("\r\n\r\n{\"a\":1}"));
}

TEST(SocketCallTest, AUnixSocketIsReachedByItsPath) {
  std::string pattern = (std::filesystem::temp_directory_path() / "cairn-call-XXXXXX").string();
  const std::string folder = ::mkdtemp(pattern.data());
  {
    ScriptedPeer peer({Answering(200, "hello")}, folder + "/sock");
    SocketCall call;
    call.socket_path = folder + "/sock";
    EXPECT_EQ(Call(call)->body, "hello");
  }
  SocketCall call;
  call.socket_path = folder + "/sock";
  const auto gone = Call(call);
  EXPECT_EQ(gone.error().reason, Reason::Unavailable);
  EXPECT_NE(gone.error().message.find("cairn up"), std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST(SocketCallTest, ALargeBodyGoesOutWhole) {
  ScriptedPeer peer({Answering(200, "")});
  SocketCall call = To(peer);
  call.method = "PUT";
  call.body = std::string(5'000'000, 'x');
  ASSERT_TRUE(Call(call));
  EXPECT_TRUE(peer.requests().at(0).ends_with("\r\n\r\n" + call.body));
}

TEST(SocketCallTest, AFileGoesOutWhole) {
  const std::string folder = "/tmp/cairn-socket-call-" + std::to_string(::getpid());
  std::filesystem::create_directory(folder);
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{1'000'001}}) {
    const std::string bytes(size, 'y'), path = folder + "/body";
    std::ofstream(path, std::ios::binary) << bytes;
    ScriptedPeer peer({Answering(200, "")});
    SocketCall call = To(peer);
    call.method = "POST";
    call.body_file = path;
    ASSERT_TRUE(Call(call));
    const std::string request = peer.requests().at(0);
    EXPECT_NE(request.find("Content-Length: " + std::to_string(size) + "\r\n"), std::string::npos);
    EXPECT_TRUE(request.ends_with("\r\n\r\n" + bytes));
  }
  SocketCall call;
  call.body_file = folder + "/none";
  EXPECT_EQ(Call(call).error().reason, Reason::NotFound);
  std::filesystem::remove_all(folder);
}

TEST(SocketCallTest, ChunkedAnswersStreamThroughTheCallback) {
  ScriptedPeer peer(
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n6\r\n world\r\n0\r\nT: "
       "x\r\n\r\n"});
  SocketCall call = To(peer);
  EXPECT_EQ(Call(call)->body, "hello world");
  std::string streamed;
  call.on_chunk = [&](std::string_view piece) -> Result<> {
    streamed += piece;
    return {};
  };
  EXPECT_EQ(Call(call)->body, "");
  EXPECT_EQ(streamed, "hello world");
  call.on_chunk = [](std::string_view) -> Result<> { return Error{Reason::Conflict, "enough"}; };
  EXPECT_EQ(Call(call).error().message, "enough");
}

TEST(SocketCallTest, AnErrorsBodyIsKeptFromTheCallback) {
  ScriptedPeer peer({Answering(500, "broken")});
  SocketCall call = To(peer);
  call.on_chunk = [](std::string_view) -> Result<> { return Error{Reason::Internal, "unexpected"}; };
  EXPECT_EQ(Call(call)->body, "broken");
}

TEST(SocketCallTest, AnAnswerThatBreaksOffIsUnavailable) {
  ScriptedPeer peer(
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "", "HTTP/1.1 200 OK\r\n\r\nuntil the end"});
  EXPECT_EQ(Call(To(peer)).error().reason, Reason::Unavailable);
  EXPECT_EQ(Call(To(peer)).error().reason, Reason::Unavailable);
  EXPECT_EQ(Call(To(peer))->body, "until the end");
}

TEST(SocketCallTest, WhatIsNotHttpIsCorrupt) {
  for (const char* text :
       {"SSH-2.0-x\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nnameless\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n"}) {
    ScriptedPeer peer({text});
    EXPECT_EQ(Call(To(peer)).error().reason, Reason::Corrupt) << text;
  }
}

TEST(SocketCallTest, InterimAnswersAreSkippedAndHeadHasNoBody) {
  ScriptedPeer peer({"HTTP/1.1 100 Continue\r\n\r\n" + Answering(200, "real"),
                     "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"});
  EXPECT_EQ(Call(To(peer))->body, "real");
  SocketCall head = To(peer);
  head.method = "HEAD";
  EXPECT_EQ(Call(head)->Header("Content-Length"), "9");
}

TEST(SocketCallTest, TooMuchIsTooLargeAndALineBreakIsRefused) {
  ScriptedPeer peer({Answering(200, std::string(1000, 'x'))});
  SocketCall call = To(peer);
  call.max_response_bytes = 999;
  EXPECT_EQ(Call(call).error().reason, Reason::TooLarge);
  call.target = "/a b";
  EXPECT_EQ(Call(call).error().reason, Reason::InvalidArgument);
  call = To(peer);
  call.headers = {{"X", "a\r\nY: b"}};
  EXPECT_EQ(Call(call).error().reason, Reason::InvalidArgument);
}

TEST(AnswerReaderTest, BytesMayArriveOneByOne) {
  const std::string text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\na\r\n0123456789\r\n1\r\n!\r\n0\r\n\r\n";
  AnswerReader reader(false, 100, nullptr);
  for (const char& c : text) ASSERT_TRUE(reader.Feed(std::string_view(&c, 1)));
  ASSERT_TRUE(reader.done());
  EXPECT_EQ(std::move(reader).Take().body, "0123456789!");
}

}  // namespace
}  // namespace cairn::fetch
