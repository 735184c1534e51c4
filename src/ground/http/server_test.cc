#include "ground/http/server.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <stdexcept>

#include "ground/http/testing/raw_client.h"
#include "ground/vocabulary/json.h"

namespace cairn::http {
namespace {

using testing::RawClient;
using namespace std::chrono_literals;

constexpr const char* kHost = "Host: localhost\r\n";

std::string Get(const std::string& target, const std::string& fields = "") {
  return "GET " + target + " HTTP/1.1\r\n" + kHost + fields + "\r\n";
}

std::string Post(const std::string& target, const std::string& body, const std::string& fields = "") {
  return "POST " + target + " HTTP/1.1\r\n" + kHost + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cairn-http-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    options_.spool_dir = folder_;
    router_.Get(
        "/health", [](const Request&) { return Response::Json(200, "{}"); }, Lane::Inline);
    router_.Get("/inline/{word}", Saying(), Lane::Inline);
    router_.Get("/read/{word}", Saying(), Lane::Read);
    router_.Post("/echo", [](const Request& request) { return Response::Text(200, request.body); });
  }
  ~ServerTest() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  static Handler Saying() {
    return [](const Request& request) { return Response::Text(200, std::string(request.Captured("word"))); };
  }

  void Start() {
    auto started = Server::Start(router_, options_);
    ASSERT_TRUE(started) << started.error().message;
    server_ = *std::move(started);
  }
  std::uint16_t port() const { return server_->port(); }

  std::string folder_;
  Router router_;
  Options options_;
  std::unique_ptr<Server> server_;
};

/// Lets a test hold handlers back and see how many wait.
class Gate {
 public:
  void Pass() {
    ++waiting_;
    waiting_.notify_all();
    opened_.wait(false);
  }
  void Open() {
    opened_ = true;
    opened_.notify_all();
  }
  void UntilWaiting(int count) {
    for (int now = waiting_; now < count; now = waiting_) waiting_.wait(now);
  }

 private:
  std::atomic<int> waiting_{0};
  std::atomic<bool> opened_{false};
};

TEST_F(ServerTest, OneConnectionCarriesManyRequests) {
  Start();
  RawClient client(port());
  for (int i = 0; i < 5; ++i) {
    const auto answer = client.Ask(Get((i % 2 ? "/inline/w" : "/read/w") + std::to_string(i)));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "w" + std::to_string(i));
  }
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrderWhateverTheirLane) {
  Start();
  RawClient client(port());
  std::string all;
  for (int i = 0; i < 200; ++i) all += Get((i % 3 ? "/inline/" : "/read/") + std::to_string(i));
  ASSERT_TRUE(client.Send(all));
  for (int i = 0; i < 200; ++i) ASSERT_EQ(client.Read().body, std::to_string(i));
}

TEST_F(ServerTest, EveryAnswerCarriesTheFixedHeaders) {
  Start();
  const auto answer = RawClient(port()).Ask(Get("/inline/x"));
  EXPECT_EQ(answer.Field("Server"), "cairn");
  EXPECT_EQ(answer.Field("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(answer.Field("X-Frame-Options"), "SAMEORIGIN");
  EXPECT_EQ(answer.Field("Date").size(), 29u);
  EXPECT_EQ(answer.Field("Content-Type"), "text/plain; charset=utf-8");
}

TEST_F(ServerTest, ALineBreakInAHeaderValueCannotAddAHeader) {
  router_.Get("/bad", [](const Request&) {
    Response response = Response::Text(200, "x");
    response.headers.Add("Location", "/a\r\nSet-Cookie: b");
    return response;
  });
  Start();
  const auto answer = RawClient(port()).Ask(Get("/bad"));
  EXPECT_EQ(answer.Field("Set-Cookie"), "");
  EXPECT_EQ(answer.Field("Location"), "/a  Set-Cookie: b");
}

TEST_F(ServerTest, BodiesArriveSizedChunkedAndByteByByte) {
  Start();
  RawClient client(port());
  EXPECT_EQ(client.Ask(Post("/echo", "hello")).body, "hello");
  const std::string chunked =
      std::string("POST /echo HTTP/1.1\r\n") + kHost +
      "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX-Evil: 1\r\n\r\n";
  EXPECT_EQ(client.Ask(chunked).body, "hello world");
  for (const char c : chunked) ASSERT_TRUE(client.Send(std::string_view(&c, 1)));
  EXPECT_EQ(client.Read().body, "hello world");
  EXPECT_EQ(client.Ask(Post("/echo", "")).body, "");
  const std::string large(3'000'000, 'x');
  EXPECT_EQ(client.Ask(Post("/echo", large)).body, large);
  EXPECT_EQ(client.Ask(Get("/inline/after")).body, "after");
}

TEST_F(ServerTest, HeadGivesTheHeadersOfGetAndNoBody) {
  Start();
  RawClient client(port());
  ASSERT_TRUE(client.Send(std::string("HEAD /read/twelve HTTP/1.1\r\n") + kHost + "\r\n"));
  const auto head = client.ReadHead();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Field("Content-Length"), "6");
  EXPECT_EQ(client.Ask(Get("/read/next")).body, "next");
}

TEST_F(ServerTest, AClientThatExpectsContinueIsToldToSendOrWhyNot) {
  options_.limits.memory_body_bytes = 1000;
  Start();
  RawClient client(port());
  const std::string head =
      std::string("POST /echo HTTP/1.1\r\n") + kHost + "Expect: 100-continue\r\nContent-Length: ";
  ASSERT_TRUE(client.Send(head + "5\r\n\r\n"));
  EXPECT_EQ(client.ReadHead().status, 100);
  EXPECT_EQ(client.Ask("hello").body, "hello");
  const auto refused = client.Ask(head + "5000\r\n\r\n");
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(refused.Field("Connection"), "close");
  EXPECT_EQ(RawClient(port()).Ask(Get("/inline/x", "Expect: miracles\r\n")).status, 417);
}

TEST_F(ServerTest, AHeaderOverTheLimitIs431) {
  options_.limits.header_bytes = 4096;
  Start();
  const std::string field = "X-Long: " + std::string(5000, 'x') + "\r\n";
  EXPECT_EQ(RawClient(port()).Ask(Get("/inline/x", field)).status, 431);
  EXPECT_EQ(RawClient(port()).Ask(Get("/" + std::string(100'000, 'x'))).status, 431);
  EXPECT_EQ(RawClient(port()).Ask(Get("/inline/x", "X-Short: " + std::string(3000, 'x') + "\r\n")).status,
            200);
}

TEST_F(ServerTest, ABodyOverTheMemoryLimitIs413SizedOrChunked) {
  options_.limits.memory_body_bytes = 100;
  Start();
  const auto sized = RawClient(port()).Ask(Post("/echo", std::string(101, 'x')));
  EXPECT_EQ(sized.status, 413);
  EXPECT_NE(sized.body.find("100 B"), std::string::npos) << sized.body;
  const std::string chunk = "65\r\n" + std::string(101, 'x') + "\r\n";
  EXPECT_EQ(
      RawClient(port())
          .Ask(std::string("POST /echo HTTP/1.1\r\n") + kHost + "Transfer-Encoding: chunked\r\n\r\n" + chunk)
          .status,
      413);
  EXPECT_EQ(RawClient(port()).Ask(Post("/echo", std::string(100, 'x'))).status, 200);
}

struct Malformed {
  const char* what;
  std::string text;
  int status;
};

TEST_F(ServerTest, WhatCouldBeReadInTwoWaysIsRefusedAndTheConnectionClosed) {
  Start();
  const std::string post = std::string("POST /echo HTTP/1.1\r\n") + kHost;
  const std::vector<Malformed> cases = {
      {"both lengths", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"both lengths, other order", post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
       400},
      {"two different lengths", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400},
      {"the same length twice", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400},
      {"a list of lengths", post + "Content-Length: 5, 5\r\n\r\nhello", 400},
      {"a signed length", post + "Content-Length: +5\r\n\r\nhello", 400},
      {"a bad chunk size", post + "Transfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n", 400},
      {"a chunk longer than said", post + "Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n", 400},
      {"another coding", post + "Transfer-Encoding: gzip\r\n\r\n", 501},
      {"a coding on top of chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
      {"a space before the colon", "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", 400},
      {"no host", "GET /inline/x HTTP/1.1\r\n\r\n", 400},
      {"two hosts", "GET /inline/x HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n", 400},
      {"a bare line feed", "GET /inline/x HTTP/1.1\nHost: localhost\n\n\r\n\r\n", 400},
      {"no protocol", "GET /inline/x\r\n\r\n", 400},
      {"another protocol", "GET /inline/x HTTP/3.0\r\nHost: localhost\r\n\r\n", 400},
      {"a target that is no path", "GET inline HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"binary", std::string("\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 11), 400},
  };
  for (const auto& [what, text, status] : cases) {
    RawClient client(port());
    const auto answer = client.Ask(text);
    EXPECT_EQ(answer.status, status) << what << ": " << answer.body;
    EXPECT_EQ(answer.Field("Connection"), "close") << what;
    EXPECT_TRUE(client.EndsQuietly()) << what;
  }
}

TEST_F(ServerTest, TheAbsoluteFormOfATargetIsTaken) {
  Start();
  EXPECT_EQ(RawClient(port()).Ask(Get("http://localhost/inline/x?y=1")).body, "x");
}

TEST_F(ServerTest, Http10ClosesUnlessAskedToStay) {
  Start();
  RawClient once(port());
  EXPECT_EQ(once.Ask("GET /inline/x HTTP/1.0\r\nHost: localhost\r\n\r\n").Field("Connection"), "close");
  EXPECT_TRUE(once.EndsQuietly());
  RawClient stays(port());
  const std::string request = "GET /inline/x HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n";
  EXPECT_EQ(stays.Ask(request).Field("Connection"), "keep-alive");
  EXPECT_EQ(stays.Ask(request).status, 200);
}

TEST_F(ServerTest, ASlowHeaderAndAStuckBodyTimeOutAndAnIdleConnectionCloses) {
  options_.limits.header_timeout = 40ms;
  options_.limits.body_timeout = 40ms;
  options_.limits.idle_timeout = 80ms;
  Start();
  EXPECT_EQ(RawClient(port()).Ask("GET /inline/x HTT").status, 408);
  EXPECT_EQ(RawClient(port())
                .Ask(std::string("POST /echo HTTP/1.1\r\n") + kHost + "Content-Length: 5\r\n\r\nhe")
                .status,
            408);
  RawClient idle(port());
  EXPECT_EQ(idle.Ask(Get("/inline/x")).status, 200);
  EXPECT_TRUE(idle.EndsQuietly());
}

TEST_F(ServerTest, AFullLaneAnswers503WhileHealthAndOtherLanesGoOn) {
  Gate gate;
  router_.Get(
      "/slow",
      [&](const Request&) {
        gate.Pass();
        return Response::Text(200, "slow");
      },
      Lane::Inference);
  options_.limits.inference = {.threads = 2, .queue = 1};
  Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    ASSERT_TRUE(clients.back()->Send(Get("/slow")));
  }
  gate.UntilWaiting(2);
  // Of two more one finds the queue's only place; which of them does not matter.
  std::vector<std::future<RawClient::Answer>> answers;
  for (int i = 0; i < 2; ++i) {
    answers.push_back(std::async(std::launch::async, [this] { return RawClient(port()).Ask(Get("/slow")); }));
  }
  while (answers[0].wait_for(1ms) != std::future_status::ready &&
         answers[1].wait_for(1ms) != std::future_status::ready) {
  }
  EXPECT_EQ(RawClient(port()).Ask(Get("/health")).status, 200);
  EXPECT_EQ(RawClient(port()).Ask(Get("/read/x")).status, 200);
  gate.Open();
  const auto first = answers[0].get(), second = answers[1].get();
  EXPECT_EQ(first.status + second.status, 703);
  const auto& refused = first.status == 503 ? first : second;
  EXPECT_EQ(refused.Field("Retry-After"), "1");
  EXPECT_EQ(refused.Field("Content-Type"), "application/json");
  for (auto& client : clients) EXPECT_EQ(client->Read().body, "slow");
}

TEST_F(ServerTest, AnInlineRouteThatMayWaitLeavesTheIoThread) {
  Gate gate;
  std::atomic<bool> waits = true;
  router_.Add({.method = "GET",
               .pattern = "/model",
               .handler =
                   [&](const Request&) {
                     if (waits) gate.Pass();
                     return Response::Text(200, "answer");
                   },
               .lane = Lane::Inline,
               .may_wait = [&] { return waits.load(); }});
  Start();
  RawClient waiting(port());
  ASSERT_TRUE(waiting.Send(Get("/model")));
  gate.UntilWaiting(1);
  EXPECT_EQ(RawClient(port()).Ask(Get("/health")).status, 200);
  waits = false;
  EXPECT_EQ(RawClient(port()).Ask(Get("/model")).body, "answer");
  gate.Open();
  EXPECT_EQ(waiting.Read().body, "answer");
}

TEST_F(ServerTest, HealthAnswersWhenEveryLaneIsFull) {
  Gate gate;
  const std::pair<const char*, Lane> lanes[] = {
      {"/r", Lane::Read}, {"/w", Lane::Write}, {"/b", Lane::Bytes}, {"/i", Lane::Inference}};
  for (const auto& [path, lane] : lanes) {
    router_.Get(
        path,
        [&](const Request&) {
          gate.Pass();
          return Response::Text(200, "done");
        },
        lane);
  }
  auto& limits = options_.limits;
  limits.read = limits.write = limits.bytes = limits.inference = {.threads = 1, .queue = 0};
  Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (const auto& [path, lane] : lanes) {
    clients.push_back(std::make_unique<RawClient>(port()));
    ASSERT_TRUE(clients.back()->Send(Get(path)));
  }
  gate.UntilWaiting(4);
  for (const auto& [path, lane] : lanes) EXPECT_EQ(RawClient(port()).Ask(Get(path)).status, 503);
  EXPECT_EQ(RawClient(port()).Ask(Get("/health")).status, 200);
  gate.Open();
  for (auto& client : clients) EXPECT_EQ(client->Read().body, "done");
}

TEST_F(ServerTest, StopAnswersWhatIsUnderWayAndRefusesWhatIsNew) {
  Gate gate;
  router_.Get("/slow", [&](const Request&) {
    gate.Pass();
    return Response::Text(200, "finished");
  });
  Start();
  RawClient busy(port()), idle(port());
  EXPECT_EQ(idle.Ask(Get("/inline/x")).status, 200);
  ASSERT_TRUE(busy.Send(Get("/slow")));
  gate.UntilWaiting(1);
  auto stopping = std::async(std::launch::async, [this] { server_->Stop(30s); });
  EXPECT_TRUE(idle.EndsQuietly());
  gate.Open();
  const auto answer = busy.Read();
  EXPECT_EQ(answer.body, "finished");
  EXPECT_EQ(answer.Field("Connection"), "close");
  stopping.get();
  EXPECT_FALSE(RawClient(port()).connected());
}

TEST_F(ServerTest, StopDoesNotWaitForAClientThatNeverFinishesItsRequest) {
  Start();
  RawClient stuck(port());
  ASSERT_TRUE(stuck.Send(std::string("POST /echo HTTP/1.1\r\n") + kHost +
                         "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n"));
  EXPECT_EQ(stuck.ReadHead().status, 100);
  server_->Stop(20ms);
  EXPECT_TRUE(stuck.EndsQuietly());
}

TEST_F(ServerTest, StopLeavesNoConnectionOpenHoweverFreshItIs) {
  for (int round = 0; round < 50; ++round) {
    Start();
    RawClient fresh(port());
    server_->Stop();
    fresh.Send(Get("/inline/x"));
    ASSERT_EQ(fresh.Read().status, 0);
  }
}

TEST_F(ServerTest, AThrowingHandlerIsA500AndTheServerGoesOn) {
  router_.Get("/throws", [](const Request&) -> Response { throw std::runtime_error("inner bug"); });
  router_.Get(
      "/throws-inline", [](const Request&) -> Response { throw 3; }, Lane::Inline);
  Start();
  RawClient client(port());
  EXPECT_EQ(client.Ask(Get("/throws")).status, 500);
  const auto answer = client.Ask(Get("/throws-inline"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_TRUE(Json::Parse(answer.body));
  EXPECT_EQ(client.Ask(Get("/inline/x")).status, 200);
}

TEST_F(ServerTest, OnlyLoopbackNamesAndAllowedHostsReachIt) {
  options_.allowed_hosts = {"models.example"};
  router_.Get(
      "/version", [](const Request&) { return Response::Text(200, "v"); }, Lane::Inline);
  Start();
  const auto status_for = [&](const std::string& host, const std::string& path = "/inline/x") {
    return RawClient(port()).Ask("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n").status;
  };
  for (const char* host : {"localhost", "LOCALHOST:1234", "127.0.0.1:80", "127.9.9.9", "[::1]:80", "[::1]",
                           "models.example:9"}) {
    EXPECT_EQ(status_for(host), 200) << host;
  }
  for (const char* host :
       {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil", "10.0.0.1",
        "127.1", "[::1", "localhost:80:90", "0.0.0.0", "evil.example:80"}) {
    EXPECT_EQ(status_for(host), 403) << host;
  }
  const auto refused = RawClient(port()).Ask("GET /inline/x HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  EXPECT_NE(refused.body.find("Invalid Host header"), std::string::npos) << refused.body;
  EXPECT_EQ(status_for("evil.example", "/health"), 200);
  EXPECT_EQ(status_for("evil.example", "/version"), 200);
}

TEST_F(ServerTest, HostsAreMatchedWithWildcardsAndPrivateAddressesPassWhereNoneWasNamed) {
  Start();
  const auto status_for = [&](const std::string& host) {
    return RawClient(port()).Ask("GET /inline/x HTTP/1.1\r\nHost: " + host + "\r\n\r\n").status;
  };
  for (const char* host : {"10.1.2.3:5000", "192.168.0.7", "172.16.0.1", "172.31.255.1", "[fd00:1::2]:5000"})
    EXPECT_EQ(status_for(host), 200) << host;
  for (const char* host : {"10.evil.example", "10.1.2.3.evil.example", "172.32.0.1", "8.8.8.8",
                           "192.168.evil", "0.0.0.0:80", "[2001:db8::1]", "fd00.evil.example"})
    EXPECT_EQ(status_for(host), 403) << host;
  options_.allowed_hosts = {"*.team.example", "one?.example:80"};
  Start();
  for (const char* host : {"a.team.example", "A.B.TEAM.example:5000", "one1.example:80", "localhost"})
    EXPECT_EQ(status_for(host), 200) << host;
  for (const char* host :
       {"team.example", "a.team.example.evil", "one.example:80", "one1.example:81", "10.1.2.3"})
    EXPECT_EQ(status_for(host), 403) << host;
  options_.allowed_hosts = {"*"};
  Start();
  EXPECT_EQ(status_for("anything.example"), 200);
}

TEST_F(ServerTest, APageOfAnotherOriginCannotSendChanges) {
  options_.allowed_origins = {"https://ui.example", "https://*.team.example"};
  options_.local_page_prefixes = {"/spool"};
  router_.Post("/spool", [](const Request& request) { return Response::Text(200, request.body); });
  Start();
  const auto status_for = [&](const std::string& origin, const std::string& target = "/echo") {
    return RawClient(port()).Ask(Post(target, "x", "Origin: " + origin + "\r\n")).status;
  };
  for (const char* origin : {"http://localhost", "https://ui.example", "https://a.team.example"})
    EXPECT_EQ(status_for(origin), 200) << origin;
  for (const char* origin :
       {"https://evil.example", "null", "http://localhost:3000", "https://ui.example.evil",
        "https://evil/.team.example.evil", "file://localhost"})
    EXPECT_EQ(status_for(origin), 403) << origin;
  for (const char* origin : {"http://localhost:3000", "http://127.0.0.1:8888", "https://[::1]:3000"})
    EXPECT_EQ(status_for(origin, "/spool"), 200) << "a page of this machine, where they may: " << origin;
  for (const char* origin : {"http://localhost.evil:3000", "http://127.0.0.1.evil", "null"})
    EXPECT_EQ(status_for(origin, "/spool"), 403) << origin;
  const auto read = RawClient(port()).Ask(Get("/inline/x", "Origin: https://evil.example\r\n"));
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.Field("Access-Control-Allow-Origin"), "") << "the browser keeps it from the page";
  const auto allowed = RawClient(port()).Ask(Get("/inline/x", "Origin: https://ui.example\r\n"));
  EXPECT_EQ(allowed.Field("Access-Control-Allow-Origin"), "https://ui.example");
  EXPECT_EQ(allowed.Field("Access-Control-Allow-Credentials"), "true");
}

TEST_F(ServerTest, APreflightTellsWhetherAPageMay) {
  options_.allowed_origins = {"https://ui.example"};
  Start();
  const auto ask = [&](const std::string& origin) {
    return RawClient(port()).Ask(std::string("OPTIONS /echo HTTP/1.1\r\n") + kHost + "Origin: " + origin +
                                 "\r\nAccess-Control-Request-Method: POST\r\n"
                                 "Access-Control-Request-Headers: content-type\r\n\r\n");
  };
  const auto may = ask("https://ui.example");
  EXPECT_EQ(may.status, 200);
  EXPECT_EQ(may.Field("Access-Control-Allow-Origin"), "https://ui.example");
  EXPECT_EQ(may.Field("Access-Control-Allow-Headers"), "content-type");
  EXPECT_NE(may.Field("Access-Control-Allow-Methods").find("PATCH"), std::string::npos);
  const auto may_not = ask("https://evil.example");
  EXPECT_EQ(may_not.status, 400);
  EXPECT_EQ(may_not.Field("Access-Control-Allow-Origin"), "");
  options_.allowed_origins = {"*"};
  Start();
  const auto any = ask("https://evil.example");
  EXPECT_EQ(any.status, 200);
  EXPECT_EQ(any.Field("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(any.Field("Access-Control-Allow-Credentials"), "") << "cookies of every page would be sent along";
}

TEST_F(ServerTest, WhoMayFrameAnswersCanBeChosen) {
  options_.frame_options = "DENY";
  Start();
  EXPECT_EQ(RawClient(port()).Ask(Get("/inline/x")).Field("X-Frame-Options"), "DENY");
  options_.frame_options = "";
  Start();
  EXPECT_EQ(RawClient(port()).Ask(Get("/inline/x")).Field("X-Frame-Options"), "");
}

TEST_F(ServerTest, WhatNoHandlerSeesIsRefusedInTheDialectOfItsPath) {
  router_.Refusals("/echo", [](int status, std::string_view why) {
    return Response::Text(status, "dialect: " + std::string(why));
  });
  options_.limits.memory_body_bytes = 10;
  Start();
  const auto ask = [&](const std::string& request) { return RawClient(port()).Ask(request); };
  EXPECT_EQ(ask(Post("/echo", std::string(11, 'x'), "")).body.substr(0, 9), "dialect: ");
  EXPECT_EQ(ask("GET /echo/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n").body.substr(0, 9), "dialect: ");
  EXPECT_EQ(ask("GET /echo HTTP/1.1\r\nHost: evil.example\r\n\r\n").body.substr(0, 9), "dialect: ");
  EXPECT_TRUE(Json::Parse(ask("GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n").body));
}

TEST_F(ServerTest, TheUnixSocketIsPrivateAndAsksForNoHost) {
  options_.host = "";
  options_.socket_path = folder_ + "/sock";
  Start();
  struct stat facts {};
  ASSERT_EQ(::stat(options_.socket_path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  RawClient client(options_.socket_path);
  EXPECT_EQ(client.Ask("GET /inline/x HTTP/1.1\r\nHost: anything\r\n\r\n").body, "x");
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(options_.socket_path));
}

TEST_F(ServerTest, AStaleSocketFileIsReplacedALiveOneIsNot) {
  options_.socket_path = folder_ + "/sock";
  Start();
  Options second = options_;
  second.port = 0;
  const auto refused = Server::Start(router_, second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Unavailable);
  EXPECT_NE(refused.error().message.find(options_.socket_path), std::string::npos);
  std::filesystem::rename(options_.socket_path, folder_ + "/stale");
  server_.reset();
  second.socket_path = folder_ + "/stale";
  EXPECT_TRUE(Server::Start(router_, second));
}

TEST_F(ServerTest, APortInUseIsNamedWithTheRemedy) {
  Start();
  options_.port = port();
  const auto second = Server::Start(router_, options_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, Reason::Unavailable);
  EXPECT_NE(second.error().message.find("127.0.0.1:" + std::to_string(port())), std::string::npos);
  EXPECT_NE(second.error().message.find("choose another port"), std::string::npos);
  options_.host = "not an address";
  EXPECT_EQ(Server::Start(router_, options_).error().reason, Reason::InvalidArgument);
}

TEST_F(ServerTest, ConnectionsOverTheCapAreTurnedAway) {
  options_.limits.connections = 2;
  Start();
  RawClient first(port()), second(port());
  EXPECT_EQ(first.Ask(Get("/inline/x")).status, 200);
  EXPECT_EQ(second.Ask(Get("/inline/x")).status, 200);
  RawClient third(port());
  EXPECT_EQ(third.Read().status, 503);
}

TEST_F(ServerTest, TheAccessLogHasOneLineOfJsonPerAnswerAndNoQuery) {
  std::mutex mutex;
  std::vector<std::string> lines;
  options_.access_log = [&](std::string_view line) {
    const std::lock_guard lock(mutex);
    lines.emplace_back(line);
  };
  Start();
  RawClient(port()).Ask(Get("/inline/abc?token=secret"));
  RawClient(port()).Ask(Get("/nowhere\xff"));
  RawClient(port()).Ask("nonsense\r\n\r\n");
  server_.reset();
  ASSERT_EQ(lines.size(), 3u);
  for (const auto& line : lines) EXPECT_TRUE(Json::Parse(line)) << line;
  const auto line = Json::Parse(lines[0]);
  EXPECT_EQ(line->Text("method"), "GET");
  EXPECT_EQ(line->Text("path"), "/inline/abc");
  EXPECT_EQ(line->Int("status"), 200);
  EXPECT_EQ(line->Int("bytes"), 3);
  EXPECT_EQ(line->Text("peer").substr(0, 10), "127.0.0.1:");
  EXPECT_TRUE(line->At("duration_us").IsInt());
  EXPECT_EQ(lines[0].find("secret"), std::string::npos);
}

TEST_F(ServerTest, SeveralIoThreadsServeOneAnother) {
  options_.io_threads = 3;
  Start();
  std::vector<std::future<int>> sums;
  for (int c = 0; c < 6; ++c) {
    sums.push_back(std::async(std::launch::async, [this] {
      RawClient client(port());
      int good = 0;
      for (int i = 0; i < 50; ++i) good += client.Ask(Get(i % 2 ? "/inline/x" : "/read/x")).status == 200;
      return good;
    }));
  }
  for (auto& sum : sums) EXPECT_EQ(sum.get(), 50);
}

}  // namespace
}  // namespace cairn::http
