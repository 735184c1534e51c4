#include "loop/evidence/formats/envelope.h"

#include <gtest/gtest.h>

#include "ground/crypto/pem.h"
#include "ground/crypto/signature.h"
#include "ground/vocabulary/text.h"

namespace cairn::evidence {
namespace {

const Json kStatement{{"_type", kStatementType}, {"subject", Json::Array()}};

std::string Signed(const crypto::SigningKey& key, std::string_view message) {
  return *FromBase64(key.Sign(message));
}

TEST(Envelope, SignsTypeAndPayloadWithTheirLengths) {
  EXPECT_EQ(Preauthenticated("hello world"), "DSSEv1 28 application/vnd.in-toto+json 11 hello world");
  EXPECT_EQ(Preauthenticated(""), "DSSEv1 28 application/vnd.in-toto+json 0 ");
}

TEST(Envelope, OpensOnlyWithTheKeyThatSignedIt) {
  const auto key = crypto::SigningKey::Generate(), other = crypto::SigningKey::Generate();
  const Json envelope =
      Envelope(kStatement, "id", [&](std::string_view message) { return Signed(key, message); });
  const auto open = [&](const crypto::SigningKey& with, const Json& given) {
    return Opened(given, [&](std::string_view message, std::string_view signature) {
      return crypto::Verify(with.PublicKey(), message, Base64(signature));
    });
  };
  ASSERT_TRUE(open(key, envelope));
  EXPECT_EQ(*open(key, envelope), kStatement);
  EXPECT_EQ(open(other, envelope).error().reason, Reason::Corrupt);
  for (const char* member : {"payload", "payloadType", "signatures"}) {
    Json changed = envelope;
    changed.Remove(member);
    EXPECT_FALSE(open(key, changed)) << member;
  }
  Json twice = envelope;
  twice.Set("signatures",
            Json::Array({envelope.At("signatures").items()[0], envelope.At("signatures").items()[0]}));
  EXPECT_FALSE(open(key, twice));
}

TEST(Envelope, WhatIsSignedButNoStatementIsRefused) {
  const auto key = crypto::SigningKey::Generate();
  const Json envelope =
      Envelope(Json{{"_type", "else"}}, "id", [&](std::string_view message) { return Signed(key, message); });
  EXPECT_FALSE(Opened(envelope, [](std::string_view, std::string_view) { return true; }));
}

}  // namespace
}  // namespace cairn::evidence
