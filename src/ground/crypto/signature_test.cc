#include "ground/crypto/signature.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"

namespace cairn::crypto {
namespace {

struct Vector {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
};

// RFC 8032, section 7.1, tests 1 to 3 and SHA(abc).
constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f"
     "0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2ea"
     "eb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e"
     "9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d442"
     "3643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179"
     "c138ac17ad9bef1177331a704"},
};

TEST(Signature, KnownKeysGiveKnownSignatures) {
  for (const Vector& known : kVectors) {
    const auto key = SigningKey::FromSeed(*BytesOfHex(known.seed));
    ASSERT_TRUE(key);
    const std::string message = *BytesOfHex(known.message), signature = Base64(*BytesOfHex(known.signature));
    EXPECT_EQ(key->PublicKey(), Base64(*BytesOfHex(known.public_key)));
    EXPECT_EQ(key->Sign(message), signature);
    EXPECT_TRUE(Verify(key->PublicKey(), message, signature));
  }
}

TEST(Signature, AnyChangedBitIsNoticed) {
  const SigningKey key = SigningKey::Generate();
  const std::string message = "promote churn 3", signature = key.Sign(message);
  ASSERT_TRUE(Verify(key.PublicKey(), message, signature));
  EXPECT_FALSE(Verify(key.PublicKey(), "promote churn 4", signature));
  EXPECT_FALSE(Verify(SigningKey::Generate().PublicKey(), message, signature));
  for (std::size_t bit = 0; bit < 64 * 8; bit += 5) {
    std::string bytes = *FromBase64(signature);
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(Verify(key.PublicKey(), message, Base64(bytes))) << bit;
  }
  for (const char* rubbish : {"", "AAAA", "not base64!"}) {
    EXPECT_FALSE(Verify(rubbish, message, signature));
    EXPECT_FALSE(Verify(key.PublicKey(), message, rubbish));
    EXPECT_FALSE(IsPublicKey(rubbish));
  }
  EXPECT_TRUE(IsPublicKey(key.PublicKey()));
}

TEST(Signature, AKeyComesBackFromItsPem) {
  const SigningKey key = SigningKey::Generate();
  EXPECT_TRUE(key.Pem().starts_with("-----BEGIN PRIVATE KEY-----\n"));
  EXPECT_EQ(SigningKey::FromPem(key.Pem())->PublicKey(), key.PublicKey());
  EXPECT_EQ(
      SigningKey::FromPem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").error().reason,
      Reason::InvalidArgument);
  EXPECT_EQ(SigningKey::FromPem("").error().reason, Reason::InvalidArgument);
  EXPECT_EQ(SigningKey::FromSeed("short").error().reason, Reason::InvalidArgument);
}

class Identities : public testing::Test {
 protected:
  os::TempFolder folder_ = *os::TempFolder::Create();
};

TEST_F(Identities, AreMadeOnceAndReadBack) {
  const auto made = NewIdentity(folder_ / "ids", "ada");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(os::Stat(made->key_path)->mode, 0600u);
  EXPECT_EQ(*os::ReadFile(folder_ / "ids/ada.pub"), made->public_key + "\n");
  EXPECT_EQ(LoadIdentity(folder_ / "ids", "ada")->PublicKey(), made->public_key);
  EXPECT_EQ(NewIdentity(folder_ / "ids", "ada").error().reason, Reason::AlreadyExists);
  EXPECT_EQ(LoadIdentity(folder_ / "ids", "ada")->PublicKey(), made->public_key);
}

TEST_F(Identities, NamesCannotLeaveTheFolder) {
  for (const char* name : {"", ".", "..", "../x", "a/b", "a b", ".hidden"}) {
    EXPECT_EQ(NewIdentity(folder_.path(), name).error().reason, Reason::InvalidArgument) << name;
    EXPECT_EQ(LoadIdentity(folder_.path(), name).error().reason, Reason::InvalidArgument) << name;
  }
  EXPECT_TRUE(os::ListFolder(folder_.path())->empty());
}

TEST_F(Identities, AMissingOneSaysHowToMakeIt) {
  const Error missing = LoadIdentity(folder_.path(), "bob").error();
  EXPECT_EQ(missing.reason, Reason::NotFound);
  EXPECT_NE(missing.message.find("cairn id new bob"), std::string::npos);
}

TEST_F(Identities, AKeyFileOpenToOthersIsRefused) {
  const auto made = NewIdentity(folder_.path(), "ada");
  ASSERT_TRUE(made);
  ASSERT_EQ(chmod(made->key_path.c_str(), 0640), 0);
  EXPECT_EQ(LoadIdentity(folder_.path(), "ada").error().reason, Reason::Denied);
}

TEST_F(Identities, AServersKeyIsMadeTheFirstTime) {
  const auto first = LoadOrCreateKey(folder_ / "seal.key"), second = LoadOrCreateKey(folder_ / "seal.key");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->PublicKey(), second->PublicKey());
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "broken.key", "rubbish", 0600));
  EXPECT_EQ(LoadOrCreateKey(folder_ / "broken.key").error().reason, Reason::InvalidArgument);
  EXPECT_EQ(*os::ReadFile(folder_ / "broken.key"), "rubbish");
}

}  // namespace
}  // namespace cairn::crypto
