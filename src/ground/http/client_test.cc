#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "ground/fetch/fetch.h"
#include "ground/fetch/socket_call.h"
#include "ground/http/server.h"

namespace cairn::http {
namespace {

/// The two clients of the house against the server: each side's reading of the protocol checks the other's.
class ClientTest : public ::testing::Test {
 protected:
  ClientTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cairn-client-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    options_.spool_dir = folder_;
    options_.socket_path = folder_ + "/sock";
    router_.Post("/echo", [](const Request& request) { return Response::Text(200, request.body); });
    router_.Add({.method = "PUT",
                 .pattern = "/file",
                 .handler =
                     [this](const Request& request) {
                       std::filesystem::rename(request.body_file, folder_ + "/kept");
                       return Response::Text(201, "");
                     },
                 .lane = Lane::Bytes,
                 .body = BodyMode::File});
    router_.Get(
        "/file",
        [this](const Request&) {
          Response response;
          response.file = FileBody{folder_ + "/kept", 0, std::filesystem::file_size(folder_ + "/kept")};
          return response;
        },
        Lane::Bytes);
    server_ = *Server::Start(router_, options_);
    url_ = "http://127.0.0.1:" + std::to_string(server_->port());
  }
  ~ClientTest() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string Content(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return std::move(content).str();
  }

  std::string folder_;
  Router router_;
  Options options_;
  std::unique_ptr<Server> server_;
  std::string url_;
};

TEST_F(ClientTest, ACallThroughTheSocketGoesThereAndBack) {
  fetch::SocketCall call;
  call.socket_path = options_.socket_path;
  call.method = "POST";
  call.target = "/echo";
  for (const std::size_t size : {0u, 5u, 40'000u, 3'000'000u}) {
    call.body = std::string(size, 'x');
    const auto answer = fetch::Call(call);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
    EXPECT_TRUE(answer->body == call.body) << size;
  }
  call.socket_path.clear();
  call.port = server_->port();
  EXPECT_TRUE(fetch::Call(call)->body == call.body);
}

TEST_F(ClientTest, AFileGoesUpAndComesDownUnchanged) {
  std::string content(16 * 1024 * 1024 + 17, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 2654435761u >> 21);
  std::ofstream(folder_ + "/up", std::ios::binary) << content;
  fetch::Outgoing up;
  up.method = "PUT";
  up.url = url_ + "/file";
  up.body_file = folder_ + "/up";
  const auto sent = fetch::Fetch(up);
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_EQ(sent->status, 201);
  fetch::Outgoing down;
  down.url = url_ + "/file";
  down.response_file = folder_ + "/down";
  ASSERT_TRUE(fetch::Fetch(down));
  EXPECT_TRUE(Content("down") == content);
  down.headers = {{"Range", "bytes=5-9"}};
  down.response_file.clear();
  EXPECT_EQ(fetch::Fetch(down)->body, content.substr(5, 5));
}

TEST_F(ClientTest, AStoppedServerIsUnavailable) {
  server_->Stop();
  fetch::SocketCall call;
  call.socket_path = options_.socket_path;
  EXPECT_EQ(fetch::Call(call).error().reason, Reason::Unavailable);
}

}  // namespace
}  // namespace cairn::http
