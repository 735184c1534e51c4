#include "loop/profile/personal_columns.h"

#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "loop/profile/profile.h"

namespace cairn::profile {
namespace {

std::string Rows() {
  std::string text = "id,iban,card,phone,who,mail,city,price\n";
  const std::vector<std::string> names = {"Anna Meyer",  "John Smith",    "Maria Garcia",
                                          "Peter Jones", "Thomas Miller", "Julia Schmidt"};
  for (std::size_t i = 0; i < 60; ++i)
    text += std::to_string(10'000'000 + i) + ",DE89370400440532013000,4111111111111111,+49 30 12345" +
            std::to_string(10 + i % 6) + "," + names[i % names.size()] + ",write to x@mail.org,Leipzig," +
            std::to_string(i) + ".5\n";
  return text;
}

TEST(PersonalColumns, AreThoseThatTheProfileNames) {
  const auto folder = *os::TempFolder::Create();
  const std::string file = folder.path() + "/people.csv";
  ASSERT_TRUE(os::WriteFileAtomically(file, Rows()));
  const auto engine = *tables::Engine::Open({.threads = 2});
  const auto found = FindPersonal(*engine, {file});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, (PersonalColumns{{"iban", "bank account numbers (IBAN)"},
                                     {"card", "payment card numbers"},
                                     {"phone", "phone numbers"},
                                     {"who", "names of persons"},
                                     {"mail", "e-mail addresses"}}));
  const auto report = Profile(*engine, {file}, {});
  ASSERT_TRUE(report);
  for (const Json& column : report->At("columns").items())
    EXPECT_EQ(!column.At("personal").items().empty(), found->contains(column.Text("name")))
        << column.Text("name");
}

TEST(PersonalColumns, NothingIsFoundWhereNothingIs) {
  const auto folder = *os::TempFolder::Create();
  const std::string file = folder.path() + "/empty.csv";
  ASSERT_TRUE(os::WriteFileAtomically(file, "a,b\n"));
  const auto engine = *tables::Engine::Open();
  EXPECT_TRUE(FindPersonal(*engine, {file})->empty());
  EXPECT_EQ(FindPersonal(*engine, {file + ".none"}).error().reason, Reason::NotFound);
}

}  // namespace
}  // namespace cairn::profile
