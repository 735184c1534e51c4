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
