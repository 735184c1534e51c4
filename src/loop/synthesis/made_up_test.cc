#include "loop/synthesis/columns/made_up.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "loop/synthesis/chance/chance.h"
#include "loop/synthesis/chance/normal.h"
#include "loop/synthesis/columns/date_text.h"
#include "loop/synthesis/columns/distribution.h"
#include "loop/synthesis/columns/form.h"
#include "loop/synthesis/ties/copula.h"
#include "loop/synthesis/ties/matrix.h"

namespace cairn::synthesis {
namespace {

TEST(Normal, IsThatOfTheCLibraryToTheLastDigits) {
  for (double x = -8; x <= 8; x += 0.01) {
    EXPECT_NEAR(NormalShare(x), std::erfc(-x / std::sqrt(2.0)) / 2, 2e-15) << x;
    EXPECT_NEAR(Exponential(-std::fabs(x)) / std::exp(-std::fabs(x)), 1, 1e-15);
    EXPECT_NEAR(Logarithm(std::exp(x)), x, 4e-15);
  }
  for (double share = 1e-12; share < 1; share += 0.00037)
    EXPECT_NEAR(NormalShare(NormalQuantile(share)) / share, 1, 1e-8) << share;
  EXPECT_NEAR(NormalQuantile(0.975), 1.959963984540054, 1e-14);
}

TEST(Chance, IsEvenAndTheSameEverywhere) {
  const Chance chance(7, 3);
  EXPECT_EQ(chance.Bits(11, 2), Chance(7, 3).Bits(11, 2));
  EXPECT_NE(chance.Bits(11, 2), Chance(8, 3).Bits(11, 2));
  double sum = 0, squares = 0;
  constexpr int kRows = 100000;
  for (int row = 0; row < kRows; ++row) {
    const double unit = chance.Unit(static_cast<std::uint64_t>(row));
    sum += unit, squares += unit * unit;
  }
  EXPECT_NEAR(sum / kRows, 0.5, 0.004);
  EXPECT_NEAR(squares / kRows, 1.0 / 3, 0.004);
}

TEST(Chance, AShuffleHoldsEachNumberOnce) {
  for (const std::uint64_t size : {1ULL, 2ULL, 10ULL, 97ULL, 1000ULL}) {
    const Shuffle shuffle(size, 5);
    std::set<std::uint64_t> seen;
    for (std::uint64_t i = 0; i < size; ++i) seen.insert(shuffle.At(i));
    EXPECT_EQ(seen.size(), size);
    EXPECT_EQ(*seen.rbegin(), size - 1);
  }
}

TEST(MadeUp, AccountNumbersHaveRightCheckDigits) {
  EXPECT_EQ(IbanOf("DE", "370400440532013000"), "DE89370400440532013000");  // The registry's own example.
  EXPECT_EQ(IbanOf("CH", "00762011623852957"), "CH9300762011623852957");
  EXPECT_EQ(WithLuhn("7992739871"), "79927398713");
  EXPECT_EQ(WithLuhn("411111111111111"), "4111111111111111");
}

profile::ColumnOutline Personal(const std::string& kind) {
  profile::ColumnOutline outline;
  outline.personal = kind;
  outline.rows = 1000, outline.distinct = 1000;
  outline.words = 1;
  outline.lengths = {{22, 22, 1000}};
  return outline;
}

TEST(MadeUp, PersonalTextsDifferAndAvoidThoseThatAreKnown) {
  for (const std::string kind : {"email", "phone", "iban", "card"}) {
    auto outline = Personal(kind);
    std::set<std::string> seen;
    const auto made = MakeUp(outline, 1000, 42);
    for (std::uint64_t i = 0; i < 1000; ++i) seen.insert(made->Text(i));
    EXPECT_EQ(seen.size(), 1000U) << kind;
    outline.known = {profile::HashOfText(made->Text(17))};
    EXPECT_NE(MakeUp(outline, 1000, 42)->Text(17), made->Text(17)) << kind;
    EXPECT_EQ(MakeUp(outline, 1000, 42)->Text(18), made->Text(18)) << kind;
  }
}

TEST(Form, KeepsWhatAllShareAndMakesUpTheRest) {
  std::vector<std::pair<std::string, std::int64_t>> texts;
  for (int i = 0; i < 50; ++i) texts.emplace_back("ORD-" + std::to_string(1000 + 37 * i % 900) + "-A", 1);
  const auto forms = Forms::Of(texts, 5000, 0, 3);
  ASSERT_TRUE(forms);
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const std::string word = forms->Word(i, 0);
    EXPECT_TRUE(word.starts_with("ORD-1")) << word;
    seen.insert(word);
  }
  EXPECT_EQ(seen.size(), 5000U) << "places are added where there are too few words";
  EXPECT_GT(Forms::Of(texts, 5000, 1000, 3)->Word(0, 0).size(), forms->Word(0, 0).size())
      << "and where real ones are not known that could be met";
  EXPECT_FALSE(Forms::Of({{"a b", 1}, {"c", 1}}, 5, 0, 3));
}

TEST(Steps, CopyOnlyWhatSeveralRowsHave) {
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 50};
  const std::vector<std::int64_t> rows = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 10};
  const Steps steps(values, rows, {.least_rows = 5});
  int atoms = 0;
  double last = 0;
  for (int i = 0; i < 1000; ++i) {
    const double value = steps.At((i + 0.5) / 1000);
    EXPECT_GE(value, last);
    last = value;
    atoms += value == 50 ? 1 : 0;
    EXPECT_TRUE(value > 10 || value != std::floor(value)) << value;
  }
  EXPECT_EQ(atoms, 500);
}

TEST(Steps, KeepStepsAndDecimals) {
  EXPECT_EQ(StepOf(std::vector<double>{100, 250, 400}), 150);
  EXPECT_EQ(DecimalsOf(std::vector<double>{1.25, 3, 4.5}), 2);
  EXPECT_EQ(DecimalsOf(std::vector<double>{1.0 / 3}), -1);
  const Steps steps(std::vector<double>{0, 300, 900}, std::vector<std::int64_t>{1, 1, 1},
                    {.least_rows = 2, .step = 300});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(std::fmod(steps.At((i + 0.5) / 100), 300), 0);
}

TEST(DateText, IsWrittenInEachForm) {
  constexpr TimeMs kMoment = 1'357'017'300'000;  // 2013-01-01T05:15Z
  EXPECT_EQ(DateText(kMoment, "YYYY-MM-DD hh:mm"), "2013-01-01 05:15");
  EXPECT_EQ(DateText(kMoment, "DD.MM.YYYY"), "01.01.2013");
  EXPECT_EQ(DateText(kMoment, "D Month YYYY"), "1 January 2013");
}

TEST(Copula, TheNormalCorrelationOfContinuousRanksIsPearsonsFormula) {
  std::vector<double> upto;
  for (int i = 1; i <= 2000; ++i) upto.push_back(i / 2000.0);
  for (const double spearman : {-0.9, -0.3, 0.0, 0.5, 0.95})
    EXPECT_NEAR(NormalCorrelation(spearman, upto, upto), 2 * std::sin(std::acos(-1) / 6 * spearman), 2e-3);
  // Two halves: phi = 2/pi * asin(r) (Sheppard 1899).
  const std::vector<double> halves = {0.5, 1};
  EXPECT_NEAR(NormalCorrelation(0.5, halves, halves), std::sin(std::acos(-1) / 4), 2e-2);
}

TEST(Copula, CorrelationsThatCannotAllHoldAreMovedToNearOnes) {
  Correlations impossible(3);
  impossible.Set(0, 1, 0.9), impossible.Set(1, 2, 0.9), impossible.Set(0, 2, -0.9);
  const auto root = RootOf(impossible);
  for (const auto& row : root) {
    double sum = 0;
    for (const double cell : row) sum += cell * cell;
    EXPECT_NEAR(sum, 1, 1e-6);
  }
  EXPECT_GT(root[1][0], 0.3);
  EXPECT_LT(root[2][0], 0);
}

}  // namespace
}  // namespace cairn::synthesis
