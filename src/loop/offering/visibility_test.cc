#include "loop/offering/visibility.h"

#include <gtest/gtest.h>

#include "ground/crypto/signature.h"

namespace cairn::offering {
namespace {

using governance::Principal;
using governance::Role;

constexpr const char* kRoles = R"(project: p
roles:
  principals:
    - {name: ada, key: 1QmkmnuFHPTX5R4Xjc3E7J1MSY4DLBgZMM6QzRPu5kg=, roles: [approver]}
    - {name: ben, key: 2QmkmnuFHPTX5R4Xjc3E7J1MSY4DLBgZMM6QzRPu5kg=, roles: [developer]}
)";

Result<Visibility> Read(const std::string& section) {
  return Visibility::Read(*ParseYaml(kRoles + section, "cairn.yaml"));
}

const Principal kAda{"ada", "k", {Role::Approver}}, kBen{"ben", "l", {Role::Developer}};

TEST(VisibilityTest, EverybodySeesEverythingUnlessSomethingElseIsWritten) {
  const auto all = Read("");
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->Sees(nullptr, "m"));
  EXPECT_EQ(all->OwnerOf("m"), "");
}

TEST(VisibilityTest, RolesAndNamesSeeWhatIsListedForThemAndTheRestGoesByTheDefault) {
  const auto some = Read(R"(governance:
  catalogue:
    visible_to: [developer]
    models:
      - {model: open, visible_to: everybody}
      - {model: secret, owner: Ada, visible_to: [ada]}
      - {model: named, owner: Grace}
)");
  ASSERT_TRUE(some) << some.error().message;
  EXPECT_TRUE(some->Sees(nullptr, "open"));
  EXPECT_FALSE(some->Sees(nullptr, "other"));
  EXPECT_TRUE(some->Sees(&kBen, "other"));
  EXPECT_FALSE(some->Sees(&kAda, "other"));
  EXPECT_TRUE(some->Sees(&kAda, "secret"));
  EXPECT_FALSE(some->Sees(&kBen, "secret"));
  EXPECT_TRUE(some->Sees(&kBen, "named"));
  EXPECT_FALSE(some->Sees(nullptr, "named"));
  EXPECT_EQ(some->OwnerOf("secret"), "Ada");
}

TEST(VisibilityTest, WhatCannotBeMeantIsRefusedWithItsPlace) {
  for (const auto& [section, words] : std::vector<std::pair<std::string, std::string>>{
           {"governance: {catalogue: {visible_to: [aprover]}}", "Did you mean 'approver'?"},
           {"governance: {catalogue: {visible_to: []}}", "leave 'visible_to' out"},
           {"governance: {catalogue: {models: [{owner: x}]}}", "which 'model'"},
           {"governance: {catalogue: {models: [{model: m}, {model: m}]}}", "listed twice"},
           {"governance: {catalogue: {modles: []}}", "models"}}) {
    const auto read = Read(section);
    ASSERT_FALSE(read) << section;
    EXPECT_EQ(read.error().reason, Reason::InvalidArgument);
    EXPECT_NE(read.error().message.find(words), std::string::npos) << read.error().message;
  }
}

TEST(VisibilityTest, AQuestionCountsForFiveMinutesAndForNoOtherQuestion) {
  const auto key = crypto::SigningKey::Generate();
  const governance::Authority authority{{{"ada", key.PublicKey(), {Role::Approver}}}};
  const Wish wish{{"late"}, {"age:double"}, {}};
  const TimeMs at = 1'000'000'000;
  const std::string signature = key.Sign(AskingStatement(wish, at));
  const auto asked = [&](const Wish& question, TimeMs signed_at, TimeMs now, const char* who = "ada") {
    return AskerOf(authority, who, signature, question, signed_at, now);
  };
  ASSERT_TRUE(asked(wish, at, at + 299'000));
  EXPECT_EQ(asked(wish, at, at)->name, "ada");
  EXPECT_EQ(asked(wish, at, at + 301'000).error().reason, Reason::Denied);
  EXPECT_EQ(asked(wish, at, at - 301'000).error().reason, Reason::Denied);
  EXPECT_EQ(asked(wish, at + 1, at).error().reason, Reason::Denied);
  EXPECT_EQ(asked({}, at, at).error().reason, Reason::Denied);
  EXPECT_EQ(asked(wish, at, at, "eve").error().reason, Reason::Denied);
}

}  // namespace
}  // namespace cairn::offering
