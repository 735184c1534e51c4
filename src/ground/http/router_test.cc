#include "ground/http/router.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace cairn::http {
namespace {

Handler Saying(std::string text) {
  return [text = std::move(text)](const Request& request) {
    std::string answer = text;
    for (const auto& [name, value] : request.captures) answer += " " + name + "=" + value;
    return Response::Text(200, answer);
  };
}

class RouterTest : public ::testing::Test {
 protected:
  Response Ask(std::string path, std::string method = "GET") {
    Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    return router_.Dispatch(std::move(request));
  }

  Router router_;
};

TEST_F(RouterTest, LiteralsWinOverCapturesAndCapturesOverTheRest) {
  router_.Get("/models/{path...}", Saying("rest"));
  router_.Get("/models/{name}", Saying("capture"));
  router_.Get("/models/search", Saying("literal"));
  EXPECT_EQ(Ask("/models/search").body, "literal");
  EXPECT_EQ(Ask("/models/churn").body, "capture name=churn");
  EXPECT_EQ(Ask("/models/churn/versions/1").body, "rest path=churn/versions/1");
  EXPECT_EQ(Ask("/models/").body, "rest path=");
  EXPECT_EQ(Ask("/models").status, 404);
}

TEST_F(RouterTest, ALiteralThatLeadsNowhereDoesNotHideACapture) {
  router_.Get("/a/b/c", Saying("literal"));
  router_.Get("/a/{x}/d", Saying("capture"));
  EXPECT_EQ(Ask("/a/b/d").body, "capture x=b");
  router_.Post("/m/search", Saying("post"));
  router_.Get("/m/{name}", Saying("get"));
  EXPECT_EQ(Ask("/m/search").body, "get name=search");
}

TEST_F(RouterTest, RoutesThatShareAPathKeepTheirOwnCaptureNames) {
  router_.Get("/models/{name}", Saying("one"));
  router_.Get("/models/{model}/versions/{version}", Saying("two"));
  EXPECT_EQ(Ask("/models/m/versions/7").body, "two model=m version=7");
  EXPECT_EQ(Ask("/models/m").body, "one name=m");
}

TEST_F(RouterTest, CapturesAreDecodedAndPlusStaysPlus) {
  router_.Get("/m/{name}", Saying("m"));
  router_.Get("/f/{path...}", Saying("f"));
  EXPECT_EQ(Ask("/m/a%2Fb%20c+d").body, "m name=a/b c+d");
  EXPECT_EQ(Ask("/f/a/%C3%A9/..%2f../x").body, "f path=a/\xC3\xA9/../../x");
  EXPECT_EQ(Ask("/%6d/x").body, "m name=x");
  EXPECT_EQ(Ask("/m/%zz").status, 400);
  EXPECT_EQ(Ask("/m/%4").status, 400);
}

TEST_F(RouterTest, DotSegmentsAreLeftAsTheyAre) {
  router_.Get("/f/{path...}", Saying("f"));
  router_.Get("/secret", Saying("secret"));
  EXPECT_EQ(Ask("/f/../secret").body, "f path=../secret");
  EXPECT_EQ(Ask("/f/./a").body, "f path=./a");
}

TEST_F(RouterTest, ACaptureNeedsAtLeastOneCharacter) {
  router_.Get("/m/{name}", Saying("m"));
  EXPECT_EQ(Ask("/m/").status, 404);
}

TEST_F(RouterTest, AnUnknownPathIs404AndAWrongMethod405WithAllow) {
  router_.Get("/m/{name}", Saying("m"));
  router_.Post("/m/{name}", Saying("m"));
  const Response missing = Ask("/nowhere");
  EXPECT_EQ(missing.status, 404);
  EXPECT_NE(missing.body.find("/nowhere"), std::string::npos);
  const Response wrong = Ask("/m/x", "DELETE");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.Get("allow"), "GET, HEAD, POST");
  EXPECT_EQ(Ask("relative").status, 400);
}

TEST_F(RouterTest, TheLongestFallbackPrefixAnswersInItsDialect) {
  router_.Get("/api/2.0/known", Saying("known"));
  router_.Fallback("/api/", [](const Request&) { return Response::Text(404, "api"); });
  router_.Fallback("/api/2.0/", [](const Request&) { return Response::Text(404, "mlflow"); });
  EXPECT_EQ(Ask("/api/2.0/x").body, "mlflow");
  EXPECT_EQ(Ask("/api/1/x").body, "api");
  EXPECT_EQ(Ask("/x").headers.Get("Content-Type"), "application/json");
  EXPECT_EQ(Ask("/api/2.0/known", "PUT").status, 405);
}

TEST_F(RouterTest, HeadRunsTheGetRouteAndTellsTheLengthOnly) {
  router_.Get("/m", Saying("twelve chars"));
  const Response head = Ask("/m", "HEAD");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.headers.Get("Content-Length"), "12");
}

TEST_F(RouterTest, AThrowingHandlerGivesA500) {
  router_.Get("/m", [](const Request&) -> Response { throw std::runtime_error("broken inside"); });
  router_.Get("/n", [](const Request&) -> Response { throw 7; });
  EXPECT_EQ(Ask("/m").status, 500);
  EXPECT_NE(Ask("/m").body.find("broken inside"), std::string::npos);
  EXPECT_EQ(Ask("/n").status, 500);
}

TEST_F(RouterTest, AddingTheSameRouteTwiceEndsTheProgram) {
  router_.Get("/m/{name}", Saying("m"));
  EXPECT_DEATH(router_.Get("/m/{other}", Saying("m")), "added twice");
}

TEST(RequestTest, QueryParametersAreDecodedInOrder) {
  Request request;
  request.query = "a=1&b=x%26y&c&a=2+3&&d=";
  const auto parameters = request.QueryParameters();
  ASSERT_TRUE(parameters);
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"a", "1"}, {"b", "x&y"}, {"c", ""}, {"a", "2 3"}, {"d", ""}};
  EXPECT_EQ(*parameters, expected);
  EXPECT_EQ(request.QueryParameter("a"), "1");
  EXPECT_EQ(request.QueryParameter("z"), std::nullopt);
  request.query = "a=%g1";
  EXPECT_EQ(request.QueryParameters().error().reason, Reason::InvalidArgument);
}

TEST(HeadersTest, NamesCompareWithoutCase) {
  Headers headers;
  headers.Add("Content-Type", "a/b");
  headers.Add("content-type", "c/d");
  EXPECT_EQ(headers.Get("CONTENT-TYPE"), "a/b");
  EXPECT_TRUE(headers.Has("content-type"));
  EXPECT_FALSE(headers.Has("content"));
}

}  // namespace
}  // namespace cairn::http
