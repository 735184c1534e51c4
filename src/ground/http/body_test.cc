#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "ground/http/server.h"
#include "ground/http/testing/raw_client.h"
#include "ground/vocabulary/json.h"

namespace cairn::http {
namespace {

using testing::RawClient;
using namespace std::chrono_literals;

constexpr std::size_t kLarge = 64 * 1024 * 1024;

/// Bytes in which every place differs from its neighbours, so that a lost or doubled piece shows.
std::string Pattern(std::size_t from, std::size_t length) {
  std::string bytes(length, '\0');
  for (std::size_t i = 0; i < length; ++i) {
    const std::uint64_t mixed = (from + i) * 0x9E3779B97F4A7C15ull;
    bytes[i] = static_cast<char>(mixed >> 56);
  }
  return bytes;
}

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

class BodyTest : public ::testing::Test {
 protected:
  BodyTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cairn-body-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    std::filesystem::create_directory(folder_ + "/spool");
    options_.spool_dir = folder_ + "/spool";
    router_.Add({.method = "PUT",
                 .pattern = "/files/{name}",
                 .handler =
                     [this](const Request& request) {
                       in_memory_ = request.body.size();
                       std::filesystem::rename(request.body_file,
                                               folder_ + "/" + std::string(request.Captured("name")));
                       return Response::Text(201, "kept");
                     },
                 .lane = Lane::Bytes,
                 .body = BodyMode::File});
    router_.Add({.method = "PUT",
                 .pattern = "/ignored",
                 .handler =
                     [](const Request& request) {
                       return Response::Text(200,
                                             std::to_string(std::filesystem::file_size(request.body_file)));
                     },
                 .lane = Lane::Bytes,
                 .body = BodyMode::File});
    router_.Get(
        "/files/{name}",
        [this](const Request& request) {
          const std::string path = folder_ + "/" + std::string(request.Captured("name"));
          ++asked_;
          asked_.notify_all();
          Response response;
          response.headers.Add("ETag", "\"v1\"");
          std::error_code missing;
          const auto size = std::filesystem::file_size(path, missing);
          response.file = FileBody{path, 0, missing ? 10 : size};
          return response;
        },
        Lane::Bytes);
  }
  ~BodyTest() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Start() {
    auto started = Server::Start(router_, options_);
    ASSERT_TRUE(started) << started.error().message;
    server_ = *std::move(started);
  }
  void Write(const std::string& name, const std::string& content) {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << content;
  }
  std::string Get(const std::string& fields = "", const std::string& method = "GET") {
    return method + " /files/f HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
  }
  bool SpoolEmpty() const { return std::filesystem::is_empty(options_.spool_dir); }

  std::string folder_;
  Router router_;
  Options options_;
  std::atomic<std::size_t> in_memory_{1};
  std::atomic<int> asked_{0};
  std::unique_ptr<Server> server_;
};

TEST_F(BodyTest, WhatAKilledServerLeftIsSweptAndWhatALivingOneReceivesIsNot) {
  std::ofstream(options_.spool_dir + "/body-dead00") << "half";
  std::ofstream(options_.spool_dir + "/other") << "not ours";
  Start();
  EXPECT_FALSE(std::filesystem::exists(options_.spool_dir + "/body-dead00"));
  EXPECT_TRUE(std::filesystem::exists(options_.spool_dir + "/other"));
  RawClient client(server_->port());
  client.Send("PUT /files/f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234");
  const auto files = [this] {
    return std::distance(std::filesystem::directory_iterator(options_.spool_dir), {});
  };
  for (const auto until = std::chrono::steady_clock::now() + 30s; files() < 2;) {
    ASSERT_LT(std::chrono::steady_clock::now(), until);
    std::this_thread::yield();
  }
  const auto second = Server::Start(router_, options_);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(client.Ask("56789").status, 201);
  EXPECT_EQ(ContentOf(folder_ + "/f"), "0123456789");
}

TEST_F(BodyTest, ALargeUploadGoesToAFileByteForByte) {
  Start();
  RawClient client(server_->port());
  ASSERT_TRUE(client.Send(
      "PUT /files/f HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(kLarge) + "\r\n\r\n"));
  const std::string content = Pattern(0, kLarge);
  ASSERT_TRUE(client.Send(content));
  EXPECT_EQ(client.Read().status, 201);
  EXPECT_TRUE(ContentOf(folder_ + "/f") == content);
  EXPECT_EQ(in_memory_, 0u);
  EXPECT_TRUE(SpoolEmpty());
}

TEST_F(BodyTest, AChunkedUploadGoesToAFileByteForByte) {
  Start();
  RawClient client(server_->port());
  ASSERT_TRUE(client.Send("PUT /files/f HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"));
  std::string content;
  for (int i = 1; i <= 60; ++i) {
    const std::string part = Pattern(content.size(), static_cast<std::size_t>(i) * 997);
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", part.size());
    ASSERT_TRUE(client.Send(size + part + "\r\n"));
    content += part;
  }
  EXPECT_EQ(client.Ask("0\r\n\r\n").status, 201);
  EXPECT_TRUE(ContentOf(folder_ + "/f") == content);
}

TEST_F(BodyTest, AnEmptyUploadIsAnEmptyFileAndTheConnectionStays) {
  Start();
  RawClient client(server_->port());
  EXPECT_EQ(client.Ask("PUT /files/f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n").status, 201);
  EXPECT_EQ(std::filesystem::file_size(folder_ + "/f"), 0u);
  EXPECT_EQ(client.Ask("PUT /ignored HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc").body, "3");
  EXPECT_TRUE(SpoolEmpty());
}

TEST_F(BodyTest, AnUploadThatBreaksOffLeavesNothingBehind) {
  Start();
  {
    RawClient client(server_->port());
    ASSERT_TRUE(client.Send("PUT /files/f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n" +
                            Pattern(0, 2'000'000)));
  }
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/f"));
  EXPECT_TRUE(SpoolEmpty());
}

TEST_F(BodyTest, AFolderThatCannotBeWrittenIsAnErrorWithASentence) {
  options_.spool_dir = folder_ + "/absent";
  Start();
  RawClient client(server_->port());
  const auto answer = client.Ask("PUT /files/f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_EQ(answer.status, 500);
  EXPECT_NE(answer.body.find("absent"), std::string::npos);
}

TEST_F(BodyTest, AFullDiskIs507) {
  // /dev/full answers every write as a full disk does; a file-size limit is the nearest thing for a file of
  // our own naming.
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  Start();
  const rlimit small{1024 * 1024, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  RawClient client(server_->port());
  client.Send("PUT /files/f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n\r\n" +
              Pattern(0, 3'000'000));
  const auto answer = client.Read();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, ignored);
  EXPECT_EQ(answer.status, 507);
  server_.reset();
  EXPECT_TRUE(SpoolEmpty());
}

TEST_F(BodyTest, ALargeFileIsSentByteForByte) {
  const std::string content = Pattern(7, kLarge);
  Write("f", content);
  Start();
  RawClient client(server_->port());
  const auto answer = client.Ask(Get());
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body == content);
  EXPECT_EQ(client.Ask(Get("Range: bytes=0-1\r\n")).body, content.substr(0, 2));
}

TEST_F(BodyTest, RangesAreCutFromFiles) {
  Write("f", "0123456789");
  Start();
  RawClient client(server_->port());
  const auto ask = [&](const std::string& range, const std::string& more = "") {
    return client.Ask(Get("Range: " + range + "\r\n" + more));
  };
  EXPECT_EQ(client.Ask(Get()).Field("Accept-Ranges"), "bytes");
  const auto part = ask("bytes=2-5");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "2345");
  EXPECT_EQ(part.Field("Content-Range"), "bytes 2-5/10");
  EXPECT_EQ(ask("bytes=7-").body, "789");
  EXPECT_EQ(ask("bytes=-3").body, "789");
  EXPECT_EQ(ask("bytes=-30").body, "0123456789");
  EXPECT_EQ(ask("bytes=8-100").body, "89");
  const auto beyond = ask("bytes=10-");
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.Field("Content-Range"), "bytes */10");
  EXPECT_EQ(ask("bytes=-0").status, 416);
  for (const char* ignored :
       {"bytes=5-2", "bytes=0-1,4-5", "lines=1-2", "bytes=x-1", "bytes=", "bytes=99999999999999999999-"}) {
    EXPECT_EQ(ask(ignored).status, 200) << ignored;
  }
  EXPECT_EQ(ask("bytes=0-0", "If-Range: \"v1\"\r\n").status, 206);
  EXPECT_EQ(ask("bytes=0-0", "If-Range: \"v0\"\r\n").status, 200);
}

TEST_F(BodyTest, HeadOfAFileTellsItsLength) {
  Write("f", "0123456789");
  Start();
  RawClient client(server_->port());
  ASSERT_TRUE(client.Send(Get("", "HEAD")));
  EXPECT_EQ(client.ReadHead().Field("Content-Length"), "10");
  EXPECT_EQ(client.Ask(Get()).body, "0123456789");
}

TEST_F(BodyTest, AFileThatIsGoneOrTooShortIs500BeforeAnyByteOfIt) {
  Start();
  RawClient client(server_->port());
  EXPECT_EQ(client.Ask(Get()).status, 500);
  Write("f", "0123456789");
  EXPECT_EQ(client.Ask(Get()).status, 200);
}

TEST_F(BodyTest, AClientThatStopsReadingIsCutOff) {
  options_.limits.body_timeout = 50ms;
  Write("f", Pattern(0, kLarge));
  Start();
  RawClient client(server_->port());
  ASSERT_TRUE(client.Send(Get()));
  asked_.wait(0);
  // Stop would wait for this connection if the server did not give it up by itself.
  server_->Stop(30s);
  EXPECT_EQ(client.Read().status, 0);
}

TEST_F(BodyTest, RandomlyBrokenRequestsNeverStopTheServer) {
  options_.limits.header_timeout = options_.limits.body_timeout = 20ms;
  options_.limits.header_bytes = 2048;
  Write("f", "0123456789");
  Start();
  const std::vector<std::string> seeds = {
      Get("Range: bytes=2-5\r\nConnection: keep-alive\r\n"),
      "PUT /files/g HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\nhello "
      "world",
      "PUT /ignored HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n "
      "world\r\n0\r\nT: x\r\n\r\n",
      "POST /files/%41?x=%20&y=+ HTTP/1.0\r\nHost: [::1]:80\r\nOrigin: http://localhost\r\nContent-Length: "
      "3\r\n\r\nabc",
      Get() + Get("", "HEAD") + Get("If-Range: \"v1\"\r\nRange: bytes=-1\r\n"),
  };
  const std::string spice = std::string("\0\r\n :;,%-+\t\"/?0f9\x80\xff", 19) + "Aa{}[]";
  std::uint64_t state = 20'130'101;
  const auto next = [&state](std::size_t below) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<std::size_t>(state >> 33) % below;
  };
  for (int round = 0; round < 2000; ++round) {
    std::string request = seeds[next(seeds.size())];
    for (std::size_t edits = 1 + next(4); edits > 0 && !request.empty(); --edits) {
      const std::size_t at = next(request.size());
      switch (next(5)) {
        case 0:
          request[at] = spice[next(spice.size())];
          break;
        case 1:
          request.insert(at, 1, spice[next(spice.size())]);
          break;
        case 2:
          request.erase(at, 1 + next(8));
          break;
        case 3:
          request.insert(at, request.substr(next(request.size()), next(40)));
          break;
        default:
          request.resize(at);
          break;
      }
    }
    RawClient client(server_->port());
    ASSERT_TRUE(client.connected()) << round;
    client.Send(request);
    client.EndSending();
    const auto answer = client.ReadHead();
    ASSERT_TRUE(answer.status == 0 || (answer.status >= 100 && answer.status < 600)) << request;
  }
  EXPECT_EQ(RawClient(server_->port()).Ask(Get()).body, "0123456789");
}

}  // namespace
}  // namespace cairn::http
