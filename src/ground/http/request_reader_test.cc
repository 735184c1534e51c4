#include "ground/http/wire/request_reader.h"

#include <gtest/gtest.h>

namespace cairn::http::wire {
namespace {

/// Feeds one byte more at a time, as the slowest of connections does.
void FeedSlowly(RequestReader& reader, std::string_view bytes) {
  std::size_t used = 0;
  for (std::size_t here = 1; here <= bytes.size() && reader.refusal().status == 0; ++here) {
    for (;;) {
      const std::size_t taken = reader.header_done() ? 0 : reader.FeedHeader(bytes.substr(used, here - used));
      if (taken == 0) break;
      used += taken;
    }
  }
}

TEST(RequestReader, TakesARequestByteByByte) {
  RequestReader reader(1024);
  FeedSlowly(reader, "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(reader.header_done()) << reader.refusal().why;
  EXPECT_EQ(reader.request().path, "/a");
  EXPECT_EQ(reader.request().query, "b=c");
}

TEST(RequestReader, TakesARequestInTwoPiecesWhereverItIsCut) {
  const std::string_view bytes = "GET /a HTTP/1.1\r\nHost: x\r\nX-More: 1\r\n\r\n";
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    RequestReader reader(1024);
    EXPECT_EQ(reader.FeedHeader(bytes.substr(0, cut)), 0U) << cut;
    EXPECT_EQ(reader.FeedHeader(bytes), bytes.size()) << cut;
    ASSERT_TRUE(reader.header_done()) << cut << ": " << reader.refusal().why;
    EXPECT_EQ(reader.request().headers.fields().size(), 2U) << cut;
  }
}

TEST(RequestReader, TakesARequestLineByLineUpToTheLimit) {
  std::string bytes = "GET /a HTTP/1.1\r\nHost: x\r\n";
  RequestReader small(100), large(1024);
  while (bytes.size() < 200) {
    large.FeedHeader(bytes);
    if (small.refusal().status == 0) small.FeedHeader(bytes);
    bytes += "X-More: and more\r\n";
  }
  EXPECT_EQ(small.refusal().status, 431);
  bytes += "\r\n";
  EXPECT_EQ(large.FeedHeader(bytes), bytes.size());
  EXPECT_TRUE(large.header_done()) << large.refusal().why;
}

TEST(RequestReader, AnEmptyLineBeforeTheRequestMayComeInTwoHalves) {
  RequestReader reader(1024);
  FeedSlowly(reader, "\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(reader.header_done()) << reader.refusal().why;
  EXPECT_EQ(reader.request().path, "/a");
}

TEST(RequestReader, ALoneCarriageReturnIsNoEmptyLine) {
  RequestReader reader(1024);
  FeedSlowly(reader, "\rGET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(reader.refusal().status, 400);
}

}  // namespace
}  // namespace cairn::http::wire
