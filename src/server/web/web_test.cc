#include "server/web/web.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "ground/crypto/hash.h"

namespace cairn::web {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Page kPages[] = {
    {"index.html", "<h1>hello</h1>", "aa11"},
    {"assets/index-4f2a.js", "let x = 1;", "bb22"},
};

http::Response Ask(const http::Router& router, std::string path, std::string if_none_match = "",
                   std::string method = "GET") {
  http::Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  if (!if_none_match.empty()) request.headers.Add("If-None-Match", std::move(if_none_match));
  return router.Dispatch(std::move(request));
}

class PagesTest : public testing::Test {
 protected:
  PagesTest() { MountPages(router_, kPages); }
  http::Router router_;
};

TEST_F(PagesTest, TheIndexIsAtTheRootAndIsAskedForAgainEachTime) {
  const auto page = Ask(router_, "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.body, "<h1>hello</h1>");
  EXPECT_EQ(page.headers.Get("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.headers.Get("Cache-Control"), "no-cache");
  EXPECT_EQ(Ask(router_, "/index.html").status, 404) << "one page, one address";
}

TEST_F(PagesTest, AFileNamedAfterItsContentIsKeptForGood) {
  const auto page = Ask(router_, "/assets/index-4f2a.js");
  EXPECT_EQ(page.body, "let x = 1;");
  EXPECT_EQ(page.headers.Get("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_THAT(std::string(page.headers.Get("Cache-Control")), HasSubstr("immutable"));
}

TEST_F(PagesTest, WhatTheBrowserAlreadyHasIsNotSentAgain) {
  const std::string tag(Ask(router_, "/").headers.Get("ETag"));
  EXPECT_EQ(tag, "\"aa11\"");
  for (const std::string& condition : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
    const auto again = Ask(router_, "/", condition);
    EXPECT_EQ(again.status, 304) << condition;
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(again.headers.Get("ETag"), tag);
  }
  EXPECT_EQ(Ask(router_, "/", "\"other\"").status, 200);
}

TEST_F(PagesTest, APageMayLoadNothingFromElsewhere) {
  for (const char* path : {"/", "/assets/index-4f2a.js"}) {
    const std::string policy(Ask(router_, path).headers.Get("Content-Security-Policy"));
    EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
    EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
    EXPECT_THAT(policy, Not(HasSubstr("http")));
    EXPECT_EQ(Ask(router_, path).headers.Get("X-Content-Type-Options"), "nosniff");
  }
}

TEST_F(PagesTest, NothingElseIsServed) {
  EXPECT_EQ(Ask(router_, "/assets/other.js").status, 404);
  EXPECT_EQ(Ask(router_, "/assets/../index.html").status, 404);
  EXPECT_EQ(Ask(router_, "/", "", "POST").status, 405);
}

TEST(TypeTest, TheEndOfAPathSaysItsType) {
  EXPECT_EQ(TypeOf("assets/a.css"), "text/css; charset=utf-8");
  EXPECT_EQ(TypeOf("assets/a.woff2"), "font/woff2");
  EXPECT_EQ(TypeOf("assets/a.svg"), "image/svg+xml");
  EXPECT_EQ(TypeOf("assets/strange"), "application/octet-stream");
}

TEST(EmbeddedTest, EverythingThatTheRootNamesIsCarriedToo) {
  http::Router router;
  MountWeb(router);
  const auto root = Ask(router, "/");
  ASSERT_EQ(root.status, 200);
  EXPECT_THAT(root.body, HasSubstr("<!doctype html>"));
  EXPECT_THAT(root.body, HasSubstr("</html>")) << "carried to the last byte";
  const std::regex asset("\"(/assets/[^\"]+)\"");
  for (std::sregex_iterator found(root.body.begin(), root.body.end(), asset), end; found != end; ++found) {
    EXPECT_EQ(Ask(router, (*found)[1]).status, 200) << (*found)[1];
  }
}

TEST(EmbeddedTest, EveryFileIsCarriedByteByByte) {
  const auto pages = EmbeddedPages();
  ASSERT_FALSE(pages.empty());
  for (const Page& page : pages) EXPECT_EQ(crypto::Sha256Hex(page.bytes), page.sha256) << page.path;
}

}  // namespace
}  // namespace cairn::web
