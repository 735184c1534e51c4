#include "server/mlflow/kept_answers.h"

#include <gtest/gtest.h>

namespace cairn::mlflow {
namespace {

KeptAnswers::Answer Text(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

TEST(KeptAnswersTest, AnAnswerHoldsUntilSomethingIsWritten) {
  KeptAnswers kept(100);
  kept.Keep("how many", 3, Text("two"));
  ASSERT_NE(kept.Find("how many", 3), nullptr);
  EXPECT_EQ(*kept.Find("how many", 3), "two");
  EXPECT_EQ(kept.Find("which", 3), nullptr);
  EXPECT_EQ(kept.Find("how many", 4), nullptr);
  EXPECT_EQ(kept.Find("how many", 3), nullptr) << "who looked before the write asks again";
}

TEST(KeptAnswersTest, AnAnswerOfBeforeAWriteIsNotKeptBehindIt) {
  KeptAnswers kept(100);
  EXPECT_EQ(kept.Find("how many", 4), nullptr);
  kept.Keep("how many", 3, Text("two"));
  EXPECT_EQ(kept.Find("how many", 4), nullptr);
}

TEST(KeptAnswersTest, NoMoreIsKeptThanMayBe) {
  KeptAnswers kept(10);
  kept.Keep("a", 1, Text("12345678"));
  kept.Keep("b", 1, Text("much too long"));
  EXPECT_EQ(kept.Find("b", 1), nullptr);
  EXPECT_NE(kept.Find("a", 1), nullptr);
  kept.Keep("c", 1, Text("123"));
  EXPECT_NE(kept.Find("c", 1), nullptr);
  EXPECT_EQ(kept.Find("a", 1), nullptr);
}

}  // namespace
}  // namespace cairn::mlflow
