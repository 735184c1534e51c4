#include "loop/profile/texts/texts.h"

#include <gtest/gtest.h>

#include "loop/profile/texts/personal.h"

namespace cairn::profile {
namespace {

TEST(Texts, PersonalDataIsToldFromWhatLooksAlike) {
  for (const char* yes : {"jane.doe@mail.org", "x+y@sub.example.co.uk", "müller@beispiel.de"})
    EXPECT_TRUE(IsEmail(yes)) << yes;
  for (const char* no : {"@home", "a@b", "jane at mail.org", "a@b.c1", "two words@mail.org"})
    EXPECT_FALSE(IsEmail(no)) << no;
  EXPECT_TRUE(HoldsEmail("write to <jane@mail.org>, please"));
  EXPECT_FALSE(HoldsEmail("3 @ 4.50 each"));
  for (const char* yes :
       {"+49 30 1234567", "0049 30 1234567", "(030) 123-4567", "555-123-4567", "030 123 4567"})
    EXPECT_TRUE(IsPhone(yes)) << yes;
  for (const char* no : {"2020-01-31", "1234567", "0.123456789", "12-34", "007 12"})
    EXPECT_FALSE(IsPhone(no)) << no;
  EXPECT_TRUE(IsIban("DE89 3704 0044 0532 0130 00"));
  EXPECT_TRUE(IsIban("GB82WEST12345698765432"));
  EXPECT_FALSE(IsIban("DE89370400440532013001")) << "a digit changed";
  EXPECT_FALSE(IsIban("XX89370400440532013000")) << "no such country";
  EXPECT_TRUE(HoldsIban("pay to DE89370400440532013000 soon"));
  EXPECT_TRUE(ReadCards("4111 1111 1111 1111").card);
  EXPECT_TRUE(ReadCards("card 378282246310005.").card);
  EXPECT_FALSE(ReadCards("4111111111111112").card) << "the check digit is another";
  EXPECT_TRUE(ReadCards("4111111111111112").long_enough);
  EXPECT_FALSE(ReadCards("A4111111111111111B").long_enough) << "no word of its own";
  EXPECT_TRUE(IsName("Anna Meyer"));
  EXPECT_TRUE(IsName("Smith, John"));
  for (const char* no : {"anna", "Berlin", "Anna ordered 3", "green"}) EXPECT_FALSE(IsName(no)) << no;
  EXPECT_EQ(Masked("jané.1@mail.org"), "xxxx.9@xxxx.xxx");
}

TEST(Texts, DatesAreReadInTheFormTheyFit) {
  const auto forms = [](const char* text) { return ReadDate(text).forms; };
  EXPECT_EQ(forms("2024-02-29"), 1U << 0);
  EXPECT_EQ(forms("2024-02-29T12:30:00Z"), 1U << 1);
  EXPECT_EQ(forms("31.12.1999"), 1U << 2);
  EXPECT_EQ(forms("31/12/1999"), 1U << 3);
  EXPECT_EQ(forms("12/31/1999"), 1U << 4);
  EXPECT_EQ(forms("01/02/1999"), 1U << 3 | 1U << 4) << "either may be meant";
  EXPECT_EQ(forms("1999/12/31"), 1U << 5);
  EXPECT_EQ(forms("19991231"), 1U << 6);
  EXPECT_EQ(forms("3 Mar 2021"), 1U << 8);
  EXPECT_EQ(forms("March 3, 2021"), 1U << 8);
  EXPECT_EQ(ReadDate("1.1.1970 00:01").times[2], 60'000);
  for (const char* no :
       {"2023-02-29", "31.04.2020", "12.5", "3-4", "2024-02-29x", "10.0.0.1", "1999-13-01", "May"})
    EXPECT_EQ(forms(no), 0U) << no;
}

TEST(Texts, MarksSayWhatIsWrongWithAText) {
  const auto has = [](std::string_view text, std::uint32_t mark) { return (MarksOf(text).bits & mark) != 0; };
  EXPECT_TRUE(has("", kEmptyMark));
  EXPECT_TRUE(has(" \t ", kBlankMark));
  EXPECT_TRUE(has(" x", kPaddedMark));
  EXPECT_FALSE(has("x y", kPaddedMark));
  EXPECT_TRUE(has("a\x07", kControlMark));
  EXPECT_FALSE(has("a\nb", kControlMark));
  EXPECT_TRUE(has("fÃ¼r", kMojibakeMark));
  EXPECT_FALSE(has("für Ärger", kMojibakeMark));
  EXPECT_TRUE(has("don�t", kLostMark));
  EXPECT_TRUE(has("-1.5e3", kNumberMark));
  EXPECT_TRUE(has("007", kZeroLedMark));
  EXPECT_FALSE(has("0", kZeroLedMark));
  for (const char* dressed : {"1,234.50", "12,5", "€ 12.50", "45 %", "1.234.567,89"})
    EXPECT_TRUE(has(dressed, kDressedMark)) << dressed;
  for (const char* no : {"1,2,3,4,5", "v1.2.3", "inf", "nan", "-"})
    EXPECT_FALSE(has(no, kNumberMark | kDressedMark)) << no;
  EXPECT_EQ(MarksOf("zwei wörter").characters, 11U);
  EXPECT_EQ(MarksOf("zwei wörter").words, 2U);
}

TEST(Texts, CountsStayExactUntilTheMemoryIsFull) {
  Texts small(1 << 20), large(1 << 12);
  for (int i = 0; i < 3000; ++i) {
    for (Texts* texts : {&small, &large})
      texts->Add(i % 3 == 0 ? "often" : "text number " + std::to_string(i));
  }
  ASSERT_TRUE(small.exact());
  EXPECT_EQ(small.Distinct().count, 2001);
  EXPECT_EQ(small.Top(1)[0].at_least, 1000);
  EXPECT_EQ(small.Exact()->size(), 2001U);
  EXPECT_FALSE(large.exact());
  EXPECT_NEAR(static_cast<double>(large.Distinct().count), 2001, 3 * 2001 * Hll::StandardError());
  EXPECT_EQ(large.Top(1)[0].text, "often");
  EXPECT_GE(large.Top(1)[0].at_least + large.top_error(), 1000);
  EXPECT_EQ(large.lengths().rows, 3000);
  EXPECT_EQ(large.lengths().characters, small.lengths().characters);
}

TEST(Texts, ATableMayBeginWithAnEmptyText) {
  Texts texts(1 << 20);
  for (const char* text : {"", "", "a", ""}) texts.Add(text);
  EXPECT_EQ(texts.Distinct().count, 2);
  EXPECT_EQ(texts.Top(1)[0].text, "");
  EXPECT_EQ(texts.Top(1)[0].at_least, 3);
}

TEST(Texts, MergedPartsAreTheWhole) {
  Texts whole(1 << 20), first(1 << 20), second(1 << 20);
  for (int i = 0; i < 1000; ++i) {
    const std::string text = "v" + std::to_string(i % 37);
    whole.Add(text);
    (i < 300 ? first : second).Add(text);
  }
  first.Merge(second);
  EXPECT_EQ(*first.Exact(), *whole.Exact());
  EXPECT_EQ(first.lengths().of_length, whole.lengths().of_length);
  EXPECT_EQ(first.RowsMarked(0), 1000);
}

}  // namespace
}  // namespace cairn::profile
