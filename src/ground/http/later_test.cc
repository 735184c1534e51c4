#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "ground/http/server.h"
#include "ground/http/testing/raw_client.h"

namespace cairn::http {
namespace {

using testing::RawClient;

std::string Post(const std::string& target, const std::string& body = "") {
  return "POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

/// Handlers that start work and answer from where it ended.
class LaterTest : public ::testing::Test {
 protected:
  void Add(const std::string& pattern, LaterHandler later, Lane lane = Lane::Brief) {
    Route route{"POST", pattern, nullptr, lane};
    route.later = std::move(later);
    router_.Add(std::move(route));
  }
  RawClient Connect() {
    if (!server_) server_ = *Server::Start(router_, {});
    return RawClient(server_->port());
  }

  Router router_;
  std::unique_ptr<Server> server_;
};

TEST_F(LaterTest, TheAnswerMayComeFromAnotherThread) {
  std::vector<std::thread> threads;
  Add("/later", [&](const Request& request, Reply reply) {
    threads.emplace_back([&request, reply] { reply([&] { return Response::Text(200, request.body); }); });
  });
  auto client = Connect();
  for (const std::string word : {"one", "two", "three"})
    EXPECT_EQ(client.Ask(Post("/later", word)).body, word);
  for (auto& thread : threads) thread.join();
}

TEST_F(LaterTest, OnlyTheFirstAnswerCounts) {
  Add("/twice", [](const Request&, const Reply& reply) {
    reply([] { return Response::Text(201, "first"); });
    reply([] { return Response::Text(202, "second"); });
  });
  auto client = Connect();
  EXPECT_EQ(client.Ask(Post("/twice")).body, "first");
  EXPECT_EQ(client.Ask(Post("/twice")).status, 201);
}

TEST_F(LaterTest, AForgottenAnswerAndAnExceptionAreErrorsOfTheServer) {
  Add("/forgets", [](const Request&, const Reply&) {});
  Add(
      "/forgets-on-a-pool", [](const Request&, const Reply&) {}, Lane::Write);
  Add("/throws-in-the-end", [](const Request&, const Reply& reply) {
    reply([]() -> Response { throw std::runtime_error("broken as well"); });
  });
  Add("/throws", [](const Request&, const Reply&) { throw std::runtime_error("broken"); });
  auto client = Connect();
  for (const char* path : {"/forgets", "/forgets-on-a-pool", "/throws-in-the-end", "/throws"})
    EXPECT_EQ(client.Ask(Post(path)).status, 500) << path;
  EXPECT_NE(client.Ask(Post("/throws")).body.find("broken"), std::string::npos);
  for (const char* path : {"/forgets", "/throws-in-the-end", "/throws"}) {
    Request request;
    request.method = "POST";
    request.path = path;
    EXPECT_EQ(router_.Dispatch(std::move(request)).status, 500) << path;
  }
}

TEST_F(LaterTest, OnlySmallBodiesAreHandledOnTheIoThread) {
  std::atomic<std::thread::id> here{};
  Add("/where", [&](const Request&, const Reply& reply) {
    here = std::this_thread::get_id();
    reply([] { return Response::Text(200, ""); });
  });
  std::atomic<std::thread::id> io{};
  router_.Get(
      "/io",
      [&](const Request&) {
        io = std::this_thread::get_id();
        return Response::Text(200, "");
      },
      Lane::Inline);
  auto client = Connect();
  client.Ask("GET /io HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.Ask(Post("/where", "small")).status, 200);
  EXPECT_EQ(here.load(), io.load());
  EXPECT_EQ(client.Ask(Post("/where", std::string(100'000, 'x'))).status, 200);
  EXPECT_NE(here.load(), io.load());
}

TEST_F(LaterTest, AFullLaneRefuses) {
  std::atomic<int> begun{0};
  std::atomic<bool> open{false};
  Add(
      "/slow",
      [&](const Request&, const Reply& reply) {
        ++begun;
        begun.notify_all();
        open.wait(false);
        reply([] { return Response::Text(200, "done"); });
      },
      Lane::Write);
  Options options;
  options.limits.write = {1, 0};
  server_ = *Server::Start(router_, options);
  auto first = Connect(), second = Connect();
  ASSERT_TRUE(first.Send(Post("/slow")));
  begun.wait(0);
  EXPECT_EQ(second.Ask(Post("/slow")).status, 503);
  open = true;
  open.notify_all();
  EXPECT_EQ(first.Read().body, "done");
}

TEST_F(LaterTest, CallersInTheProcessWaitForTheAnswer) {
  std::thread thread;
  Add("/later", [&](const Request&, const Reply& reply) {
    thread = std::thread([reply] { reply([] { return Response::Text(200, "in the end"); }); });
  });
  Request request;
  request.method = "POST";
  request.path = "/later";
  EXPECT_EQ(router_.Dispatch(std::move(request)).body, "in the end");
  thread.join();
}

}  // namespace
}  // namespace cairn::http
