#include "ground/os/channel.h"

#include <gtest/gtest.h>

#include "ground/os/clock.h"
#include "ground/os/process.h"

namespace cairn::os {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t In(std::int64_t ns) { return SteadyNs() + ns; }

/// A shell text with the other end as its descriptor 3.
Process Child(const std::string& text, Descriptor end) {
  Command command = Command::Shell(text);
  command.channel = end.number();
  auto process = Process::Spawn(std::move(command));
  EXPECT_TRUE(process) << process.error().message;
  return *std::move(process);
}

TEST(Channels, CarryBytesToAChildAndBack) {
  auto [mine, other] = *Channel::Make();
  const Process child = Child("head -c 5000000 <&3 >&3", std::move(other));
  std::string bytes(5'000'000, 'x');
  bytes[4'999'999] = 'y';
  // What does not fit the buffers waits for the child, which waits for nobody but this thread.
  std::size_t done = 0;
  std::string back;
  while (done < bytes.size()) {
    const std::size_t piece = std::min<std::size_t>(100'000, bytes.size() - done);
    ASSERT_TRUE(mine.Send(std::string_view(bytes).substr(done, piece), In(60 * kSecond)));
    const auto got = mine.Receive(done == 0 ? 1 : piece, In(60 * kSecond));
    ASSERT_TRUE(got) << got.error().message;
    back += *got;
    done += piece;
  }
  const auto rest = mine.Receive(bytes.size() - back.size(), In(60 * kSecond));
  ASSERT_TRUE(rest) << rest.error().message;
  EXPECT_EQ(back + *rest, bytes);
}

TEST(Channels, SayThatTheChildIsGone) {
  auto [mine, other] = *Channel::Make();
  Process child = Child("printf ab >&3", std::move(other));
  child.Wait();
  EXPECT_EQ(*mine.Receive(2, In(kSecond)), "ab");
  EXPECT_TRUE(mine.HasArrived());
  EXPECT_EQ(mine.Receive(1, In(kSecond)).error().reason, Reason::Unavailable);
  EXPECT_EQ(mine.Send("c", In(kSecond)).error().reason, Reason::Unavailable);
}

TEST(Channels, WaitNoLongerThanTheyMay) {
  auto [mine, other] = *Channel::Make();
  EXPECT_FALSE(mine.HasArrived());
  EXPECT_EQ(mine.Receive(1, In(kSecond / 100)).error().reason, Reason::Exhausted);
  EXPECT_EQ(mine.Send(std::string(10'000'000, 'x'), In(kSecond / 100)).error().reason, Reason::Exhausted);
}

}  // namespace
}  // namespace cairn::os
