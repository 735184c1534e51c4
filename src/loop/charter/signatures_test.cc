#include "loop/charter/signatures.h"

#include <gtest/gtest.h>

#include "ledger/governance/testing/test_office.h"

namespace cairn::charter {
namespace {

using governance::testing::Must;
using governance::testing::TestOffice;

class SignaturesTest : public ::testing::TestWithParam<std::string> {
 protected:
  std::string Text(const std::string& more = "  problem: late\n") {
    // The office's text has a charter section with the risk alone.
    std::string text = office_.Text();
    const std::string risk = "  risk: limited\n";
    return text.replace(text.find(risk), risk.size(), risk + more);
  }
  void Govern(const std::string& text) { office_.AcceptSigned(text); }
  Result<> Sign(const std::string& who) {
    const auto digest =
        ContentDigest(*ParseYaml(Must(office_.configurations.Accepted())->text, "cairn.yaml"));
    return signatures_.Sign(office_.Sign(who, SigningStatement(digest)));
  }

  TestOffice office_{GetParam()};
  Signatures signatures_{office_.ledger.database(), office_.ledger.clock()};
};

TEST_P(SignaturesTest, ACharterIsSignedByPrincipalsAndOnlyOnce) {
  EXPECT_EQ(signatures_.Sign({"ada", "x"}).error().reason, Reason::Conflict) << "nothing governs yet";
  Govern(Text());
  Must(Sign("ada"));
  EXPECT_EQ(Sign("ada").error().reason, Reason::AlreadyExists);
  EXPECT_EQ(Sign("mallory").error().reason, Reason::Denied);
  const auto other = office_.Sign("vera", SigningStatement(Must(signatures_.Now()).digest));
  EXPECT_EQ(signatures_.Sign({"grace", other.value}).error().reason, Reason::Denied) << "another's signature";
  EXPECT_EQ(Must(signatures_.Now()).signatures.size(), 1u);
  EXPECT_EQ(office_.Events("charter.signed").size(), 1u);
}

TEST_P(SignaturesTest, NothingTrainsBeforeAllWhoAreAskedHaveSigned) {
  EXPECT_TRUE(signatures_.AllowTraining()) << "nothing governs, nothing is asked";
  Govern(Text("  signatures: {required: [ada, grace]}\n"));
  Must(Sign("ada"));
  const auto refused = signatures_.AllowTraining();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Denied);
  EXPECT_NE(refused.error().message.find("not signed by grace"), std::string::npos)
      << refused.error().message;
  Must(Sign("grace"));
  EXPECT_TRUE(signatures_.AllowTraining());
}

TEST_P(SignaturesTest, AnyEditOfTheCharterVoidsTheSignaturesAndNothingElseDoes) {
  Govern(Text("  signatures: {required: [ada]}\n  problem: late\n"));
  Must(Sign("ada"));
  Govern(Text("  # a comment\n  problem: late\n  signatures: {required: [ada]}\n") + "pipeline: {}\n");
  EXPECT_TRUE(signatures_.AllowTraining()) << "order, comments and other sections";
  Govern(Text("  signatures: {required: [ada]}\n  problem: too late\n"));
  EXPECT_FALSE(signatures_.AllowTraining());
}

TEST_P(SignaturesTest, ASignatureLapsesWithTimeAndWithTheKeyOfWhoLeft) {
  Govern(Text("  signatures: {required: [ada], valid: 30d}\n"));
  Must(Sign("ada"));
  office_.ledger.clock().Advance(29 * 86'400'000LL);
  EXPECT_TRUE(signatures_.AllowTraining());
  office_.ledger.clock().Advance(2 * 86'400'000LL);
  EXPECT_FALSE(signatures_.AllowTraining());
  EXPECT_NE(Must(signatures_.Now()).signatures[0].lapsed.find("30d"), std::string::npos);
  Must(Sign("ada"));
  EXPECT_TRUE(signatures_.AllowTraining()) << "signed anew";
  std::string without = Text("  signatures: {required: [ada], valid: 30d}\n");
  const std::string ada = office_.Person("ada", "developer");
  without.replace(without.find(ada), ada.size(), "");
  Govern(without);
  EXPECT_FALSE(signatures_.AllowTraining()) << "ada left";
  EXPECT_NE(Must(signatures_.Now()).signatures.back().lapsed.find("no principal any more"),
            std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Engines, SignaturesTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::charter
