#include "ground/crypto/ecdsa.h"

#include <gtest/gtest.h>

#include "ground/crypto/pem.h"
#include "ground/crypto/signature.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/digest.h"

namespace cairn::crypto {
namespace {

EcdsaKey KeyOf(std::string_view hex) {
  auto key = EcdsaKey::FromNumber(*BytesOfHex(hex));
  EXPECT_TRUE(key) << key.error().message;
  return *std::move(key);
}

EcdsaKey Published() { return KeyOf("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"); }

TEST(Ecdsa, SignsAsTheVectorsOfRfc6979Do) {
  const EcdsaKey key = Published();
  EXPECT_EQ(HexOf(key.Sign("sample")),
            "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716022100f7cb1c942d657c41"
            "d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
  EXPECT_EQ(HexOf(key.Sign("test")),
            "3045022100f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d383670220019f4113742a2b14bd"
            "25926b49c649155f267e60d3814b4c0cc84250e46f0083");
}

TEST(Ecdsa, ASignatureHoldsForItsMessageAndKeyAlone) {
  const EcdsaKey key = EcdsaKey::Generate(), other = EcdsaKey::Generate();
  for (int i = 0; i < 50; ++i) {
    const std::string message(static_cast<std::size_t>(i), 'm');
    std::string signature = key.Sign(message);
    EXPECT_TRUE(VerifyEcdsa(key.PublicPem(), message, signature));
    EXPECT_FALSE(VerifyEcdsa(key.PublicPem(), message + "!", signature));
    EXPECT_FALSE(VerifyEcdsa(other.PublicPem(), message, signature));
    signature[signature.size() / 2] ^= 1;
    EXPECT_FALSE(VerifyEcdsa(key.PublicPem(), message, signature));
  }
  EXPECT_FALSE(VerifyEcdsa("no key", "m", key.Sign("m")));
  EXPECT_FALSE(VerifyEcdsa(*PublicPemOf(SigningKey::Generate().PublicKey()), "m", key.Sign("m")));
}

TEST(Ecdsa, AKeyReadsBackAsItWasWritten) {
  const EcdsaKey key = Published();
  const auto again = EcdsaKey::FromPem(key.Pem());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->PublicPem(), key.PublicPem());
  EXPECT_EQ(again->Sign("sample"), key.Sign("sample"));
  EXPECT_EQ(EcdsaKey::FromPem(SigningKey::Generate().Pem()).error().reason, Reason::InvalidArgument);
  EXPECT_FALSE(EcdsaKey::FromNumber(std::string(32, '\0')));
  EXPECT_FALSE(EcdsaKey::FromNumber(std::string(32, '\xff')));
  EXPECT_FALSE(EcdsaKey::FromNumber("short"));
}

TEST(Ecdsa, AKeyFileIsMadeOnceAndRefusedWhenOthersMayReadIt) {
  const auto folder = os::TempFolder::Create();
  ASSERT_TRUE(folder);
  const std::string path = *folder / "model.key";
  const auto made = LoadOrCreateEcdsaKey(path), found = LoadOrCreateEcdsaKey(path);
  ASSERT_TRUE(made && found);
  EXPECT_EQ(made->PublicPem(), found->PublicPem());
  ASSERT_TRUE(os::WriteFileAtomically(path, made->Pem(), 0644));
  EXPECT_EQ(LoadOrCreateEcdsaKey(path).error().reason, Reason::Denied);
}

TEST(Pem, AnEd25519KeyReadsBackAndNoOtherTextIsOne) {
  const std::string key = SigningKey::Generate().PublicKey();
  const auto pem = PublicPemOf(key);
  ASSERT_TRUE(pem);
  EXPECT_EQ(*PublicKeyOfPem(*pem), key);
  EXPECT_FALSE(PublicPemOf("no key"));
  EXPECT_FALSE(PublicKeyOfPem(EcdsaKey::Generate().PublicPem()));
  EXPECT_FALSE(PublicKeyOfPem(""));
  for (std::size_t at = 0; at < pem->size(); ++at) {
    std::string changed = *pem;
    changed[at] ^= 1;
    const auto read = PublicKeyOfPem(changed);
    EXPECT_FALSE(read && *read == key) << at;
  }
}

}  // namespace
}  // namespace cairn::crypto
