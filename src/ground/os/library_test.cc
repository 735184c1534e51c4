#include "ground/os/library.h"

#include <gtest/gtest.h>

#include "ground/os/files.h"

namespace cairn::os {
namespace {

TEST(Library, AFunctionOfASystemLibraryCanBeCalled) {
  const auto library = Library::Open({"the mathematics library", {"libno-such-thing.so.9", "libm.so.6"}});
  ASSERT_TRUE(library) << library.error().message;
  const auto cosine = library->Symbol<double (*)(double)>("cos");
  ASSERT_TRUE(cosine);
  EXPECT_EQ((*cosine)(0.0), 1.0);
  const Error missing = library->Symbol<void (*)()>("no_such_function").error();
  EXPECT_EQ(missing.reason, Reason::Unsupported);
  EXPECT_NE(missing.message.find("no_such_function"), std::string::npos);
}

TEST(Library, OneThatIsNotThereSaysHowToGetIt) {
  const Error missing = Library::Open({"Nothing", {"libno-such-thing.so.9"}}).error();
  EXPECT_EQ(missing.reason, Reason::NotFound);
  EXPECT_NE(missing.message.find("libno-such-thing.so.9"), std::string::npos);
  EXPECT_NE(missing.message.find("./run setup"), std::string::npos);
}

TEST(Library, OneBesideTheProgramThatIsBrokenIsSaid) {
  const std::string folder = ProgramFolder() + "/lib";
  const bool made = !Exists(folder);
  ASSERT_TRUE(MakeFolders(folder));
  ASSERT_TRUE(WriteFileAtomically(folder + "/libbroken-for-test.so", "not a library"));
  const auto opened = Library::Open({"Broken", {"libbroken-for-test.so"}});
  ASSERT_TRUE(Remove(folder + "/libbroken-for-test.so"));
  ASSERT_TRUE(!made || RemoveTree(folder));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, Reason::Unsupported);
}

TEST(Library, ThePinnedOnesAreFoundInABuildTree) {
  const auto library = Library::Open({"DuckDB", {"libduckdb.so"}});
  ASSERT_TRUE(library) << library.error().message;
  EXPECT_TRUE(library->Symbol<const char* (*)()>("duckdb_library_version"));
}

}  // namespace
}  // namespace cairn::os
