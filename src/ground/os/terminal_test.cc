#include "ground/os/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ground/os/descriptor.h"
#include "ground/os/environment.h"

namespace cairn::os {
namespace {

/// A terminal of which the test holds the other side.
class Terminal : public testing::Test {
 protected:
  Terminal() {
    screen_.Reset(posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    grantpt(screen_.number());
    unlockpt(screen_.number());
    program_.Reset(open(ptsname(screen_.number()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    const winsize size{24, 50, 0, 0};
    ioctl(program_.number(), TIOCSWINSZ, &size);
  }
  std::string Shown() {
    char buffer[4096];
    const ssize_t count = read(screen_.number(), buffer, sizeof buffer);
    return count > 0 ? std::string(buffer, static_cast<std::size_t>(count)) : "";
  }

  Descriptor screen_, program_;
};

TEST_F(Terminal, IsToldFromAFileAndHasAWidth) {
  ASSERT_TRUE(program_);
  EXPECT_TRUE(IsTerminal(program_.number()));
  EXPECT_EQ(WidthOf(program_.number()), 50);
  const Descriptor file(open("/dev/null", O_WRONLY | O_CLOEXEC));
  EXPECT_FALSE(IsTerminal(file.number()));
  EXPECT_EQ(WidthOf(file.number(), 72), 72);
  EXPECT_FALSE(WantsColor(file.number()));
}

TEST_F(Terminal, ColorIsNotWantedAgainstTheUsersWill) {
  setenv("TERM", "xterm", 1);
  unsetenv("NO_COLOR");
  EXPECT_TRUE(WantsColor(program_.number()));
  setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(WantsColor(program_.number()));
  unsetenv("NO_COLOR");
  setenv("TERM", "dumb", 1);
  EXPECT_FALSE(WantsColor(program_.number()));
}

TEST_F(Terminal, ABarIsDrawnAndWiped) {
  {
    ProgressBar bar("hashing", 100, "files", {program_.number(), 0, 0});
    bar.Advance(50);
    const std::string shown = Shown();
    EXPECT_NE(shown.find("hashing  [###"), std::string::npos) << shown;
    EXPECT_NE(shown.find("]   50%  50 of 100 files"), std::string::npos) << shown;
  }
  EXPECT_EQ(Shown(), "\r\033[K");
}

TEST_F(Terminal, ABarOfAShortTaskIsNeverSeen) {
  { ProgressBar("hashing", 100, "files", {program_.number(), 1'000'000, 0}).Advance(50); }
  EXPECT_EQ(Shown(), "");
}

TEST(ProgressLine, SaysShareRateAndTimeLeft) {
  EXPECT_EQ(ProgressLine("x", 120 << 20, 300 << 20, "B", 2000, 200),
            "x  [########            ]   40%  120.0 MiB of 300.0 MiB  60.0 MiB/s  3.0 s left");
  EXPECT_EQ(ProgressLine("x", 2000, 0, "rows", 1000, 200), "x  2,000 rows  2,000 rows/s");
  EXPECT_EQ(ProgressLine("x", 10, 10, "rows", 1000, 200),
            "x  [####################]  100%  10 of 10 rows  10 rows/s");
  EXPECT_EQ(ProgressLine("x", 5, 10, "rows", 1000, 34), "x  [##########          ]   50%");
  EXPECT_EQ(ProgressLine("x", 20, 10, "rows", 0, 34), "x  [########]  100%  20 of 10 rows");
}

TEST(ProgressLine, TellsTheTimeLeftOfMuchWorkInANarrowTerminal) {
  const std::uint64_t gib = 1 << 30;
  EXPECT_EQ(ProgressLine("checking out", 120 * gib, 300 * gib, "B", 200'000, 79),
            "checking out  [######           ]   40%  120.0 GiB of 300.0 GiB  5 min 0 s left");
  EXPECT_EQ(ProgressLine("checking out", 120 * gib, 300 * gib, "B", 200'000, 70),
            "checking out  [###     ]   40%  120.0 GiB of 300.0 GiB  5 min 0 s left");
  for (int width = 10; width < 100; ++width) {
    EXPECT_LE(ProgressLine("checking out", 120 * gib, 300 * gib, "B", 200'000, width).size(),
              static_cast<std::size_t>(std::max(width, 12)));
  }
}

TEST(Environment, FallsBackWhereNothingIsSet) {
  setenv("CAIRN_TEST_EMPTY", "", 1);
  EXPECT_EQ(Variable("CAIRN_TEST_EMPTY"), "");
  EXPECT_EQ(VariableOr("CAIRN_TEST_EMPTY", "else"), "else");
  EXPECT_FALSE(Variable("CAIRN_TEST_UNSET"));
  setenv("XDG_CONFIG_HOME", "/settings", 1);
  EXPECT_EQ(ConfigFolder(), "/settings/cairn");
  setenv("XDG_CONFIG_HOME", "relative", 1);
  setenv("HOME", "/home/x", 1);
  EXPECT_EQ(ConfigFolder(), "/home/x/.config/cairn");
  EXPECT_FALSE(UserName().empty());
  EXPECT_FALSE(HostName().empty());
}

}  // namespace
}  // namespace cairn::os
