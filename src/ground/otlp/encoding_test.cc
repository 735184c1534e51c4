#include "ground/otlp/encoding.h"

#include <gtest/gtest.h>

namespace cairn::otlp {
namespace {

using telemetry::Figure;
using telemetry::Span;

std::string Hex(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

const Resource kResource = {{"service.name", "cairn"}};

/// The bytes that opentelemetry-proto 1.45.2's own classes serialise the same message to.
TEST(Encoding, SpansAreAsThePublishedClassesWriteThem) {
  Span span;
  span.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  span.span_id = "00f067aa0ba902b7";
  span.parent_id = "0102030405060708";
  span.state = "a=1";
  span.name = "POST /invocations";
  span.kind = Span::Kind::Server;
  span.start_ns = 1'700'000'000'000'000'001;
  span.end_ns = 1'700'000'000'000'000'300;
  span.attributes = {{"t", std::string("x")}, {"b", true}, {"i", std::int64_t{-1}}, {"d", 0.5}};
  span.failed = true;
  span.problem = "why";
  EXPECT_EQ(
      Hex(EncodeSpans(kResource, "1.2.3", {span})),
      "0ac7010a190a170a0c736572766963652e6e616d6512070a05636169726e12a9010a0e0a05636169726e1205312e322e33"
      "1296010a104bf92f3577b34da6a3ce929d0e0e4736120800f067aa0ba902b71a03613d31220801020304050607082a1150"
      "4f5354202f696e766f636174696f6e7330023901002a36fe9c9717412c012a36fe9c97174a080a017412030a01784a070a"
      "0162120210014a100a0169120b18ffffffffffffffffff014a0e0a0164120921000000000000e03f7a0712037768791802"
      "850101030000");
}

TEST(Encoding, FiguresAreAsThePublishedClassesWriteThem) {
  const std::vector<Figure> figures = {{"cairn_a_total", "A.", Figure::Kind::Counter, 3, {}},
                                       {"cairn_b", "B.", Figure::Kind::Gauge, 0.25, {{"version", "x"}}},
                                       {"cairn_b", "B.", Figure::Kind::Gauge, 0, {{"version", "y"}}}};
  EXPECT_EQ(
      Hex(EncodeFigures(kResource, "1.2.3", figures, 1, 2)),
      "0abf010a190a170a0c736572766963652e6e616d6512070a05636169726e12a1010a0e0a05636169726e1205312e322e33"
      "12360a0d636169726e5f615f746f74616c1202412e3a210a1b110100000000000000190200000000000000210000000000"
      "0008401002180112570a07636169726e5f621202422e2a480a2219020000000000000021000000000000d03f3a0e0a0776"
      "657273696f6e12030a01780a221902000000000000002100000000000000003a0e0a0776657273696f6e12030a0179");
}

}  // namespace
}  // namespace cairn::otlp
