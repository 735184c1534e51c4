#include "ground/os/machine.h"

#include <gtest/gtest.h>

#include "ground/os/pool.h"
#include "ground/os/process.h"

namespace cairn::os {
namespace {

std::string Said(std::vector<std::string> arguments) {
  std::string said;
  Command command;
  command.arguments = std::move(arguments);
  command.line = [&](Stream, std::string_view line) { said += line; };
  auto process = Process::Spawn(std::move(command));
  EXPECT_TRUE(process && process->Wait()->Succeeded());
  return said;
}

TEST(ThisMachine, IsTheOneThatTheSystemsOwnProgramsDescribe) {
  const Machine machine = ThisMachine();
  EXPECT_EQ(machine.system, Said({"uname", "-sr"}));
  EXPECT_EQ(machine.architecture, Said({"uname", "-m"}));
  EXPECT_EQ(std::to_string(machine.processors), Said({"nproc"}));
  EXPECT_GT(machine.memory_bytes, std::uint64_t{64} << 20);
  EXPECT_NE(machine.distribution, "");
}

}  // namespace
}  // namespace cairn::os
