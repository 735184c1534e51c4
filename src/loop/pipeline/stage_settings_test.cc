#include "loop/pipeline/stage_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<PipelineSettings> Parsed(const std::string& text) {
  return ParsePipeline(*ParseYaml("pipeline:\n" + text, "cairn.yaml"));
}

TEST(StageSettings, AreReadWithTheirUnits) {
  const auto settings = Parsed(
      "  resources: {cpu: 1.5, memory: 8GiB}\n"
      "  environment: [uv.lock]\n"
      "  stages:\n"
      "    train:\n"
      "      timeout: 2h\n"
      "      retries: {most: 3, wait: 5s, longest: 12s}\n"
      "      resources: {cpu: 0.5, memory: 500MB, gpu: 2}\n"
      "      environment: [gpu.lock, uv.lock]\n"
      "      secrets: {TOKEN: {env: CI_TOKEN}, KEY: {file: keys/one}}\n"
      "    score: {retries: 1}\n");
  ASSERT_TRUE(settings) << settings.error().message;
  const StageSettings& train = settings->Of("train");
  EXPECT_EQ(train.timeout_ms, 7'200'000);
  EXPECT_EQ(train.retries.most, 3U);
  EXPECT_EQ(train.retries.WaitAfter(1), 5'000);
  EXPECT_EQ(train.retries.WaitAfter(2), 10'000);
  EXPECT_EQ(train.retries.WaitAfter(50), 12'000) << "no longer than the longest";
  EXPECT_EQ(train.resources.cpu, 0.5);
  EXPECT_EQ(train.resources.memory_bytes, 500'000'000U);
  EXPECT_EQ(train.resources.gpu, 2U);
  EXPECT_THAT(train.environment, ElementsAre("uv.lock", "gpu.lock"));
  ASSERT_EQ(train.secrets.size(), 2U);
  EXPECT_EQ(train.secrets[1].source, "keys/one");
  EXPECT_THAT(settings->SecretVariables(), ElementsAre("CI_TOKEN"));
  EXPECT_EQ(settings->Of("score@eu").retries.most, 1U) << "a group's settings are its stages'";
  EXPECT_EQ(settings->Of("other").timeout_ms, 0);
  EXPECT_THAT(settings->Of("other").environment, ElementsAre("uv.lock"));
  const Resources within = settings->Within({16, std::uint64_t{64} << 30, 4});
  EXPECT_EQ(within.cpu, 1.5);
  EXPECT_EQ(within.memory_bytes, std::uint64_t{8} << 30);
  EXPECT_EQ(within.gpu, 4U) << "what is not said is the machine's";
}

TEST(StageSettings, SayWhichMachinesRunTheStages) {
  const auto unsaid = Parsed("  stages: {}\n");
  ASSERT_TRUE(unsaid);
  EXPECT_EQ(unsaid->executor().kind, ExecutorSettings::Kind::Local);
  const std::string ray =
      "  ray: {address: 'http://head:8265/', store: /shared/cairn/, tracking: 'http://me:5000', patience: "
      "5m, "
      "path: '/opt/project/bin:/opt/tools', token: {env: RAY_TOKEN}}\n";
  const auto local = Parsed("  executor: local\n" + ray);
  ASSERT_TRUE(local) << local.error().message;
  EXPECT_EQ(local->executor().kind, ExecutorSettings::Kind::Local) << "only 'executor' differs";
  const auto settings = Parsed("  executor: ray\n" + ray);
  ASSERT_TRUE(settings) << settings.error().message;
  const ExecutorSettings& executor = settings->executor();
  EXPECT_EQ(executor.kind, ExecutorSettings::Kind::Ray);
  EXPECT_EQ(executor.address, "http://head:8265");
  EXPECT_EQ(executor.store, "/shared/cairn");
  EXPECT_EQ(executor.tracking, "http://me:5000");
  EXPECT_EQ(executor.python, "python3");
  EXPECT_EQ(executor.path, "/opt/project/bin:/opt/tools");
  EXPECT_EQ(executor.patience_ms, 300'000);
  EXPECT_THAT(settings->SecretVariables(), ElementsAre("RAY_TOKEN"));
}

TEST(StageSettings, NameTheMistakeAndItsPlace) {
  const std::pair<const char*, const char*> mistakes[] = {
      {"stages: {a: {timeout: soon}}", "'soon' is no duration"},
      {"stages: {a: {timeout: 0s}}", "would end the stage at once"},
      {"stages: {a: {retries: -1}}", "between 0 and 100"},
      {"stages: {a: {retries: {tries: 1}}}", "unknown key 'tries'"},
      {"stages: {a: {resources: {cpu: 0}}}", "above 0"},
      {"stages: {a: {resources: {memory: 4}}}", "write 500MiB or 4GiB"},
      {"stages: {a: {resources: {gpu: 0.5}}}", "whole number"},
      {"stages: {a: {secrets: {K: {env: A, file: b}}}}", "needs one of 'env' and 'file'"},
      {"stages: {a: {secrets: {K-2: {env: A}}}}", "no name of a variable"},
      {"stages: {a: {environment: [../uv.lock]}}", "must be a file of the project"},
      {"stages: {a: {timeuot: 5s}}", "unknown key 'timeuot'"},
      {"steps: {}", "unknown key 'steps'"},
      {"executor: rey", "local or ray"},
      {"executor: ray", "needs the section 'ray'"},
      {"ray: {store: /s}", "needs the 'address'"},
      {"ray: {address: 'head:8265', store: /s}", "must begin with http:// or https://"},
      {"ray: {address: 'http://head:8265'}", "needs a 'store'"},
      {"ray: {address: 'http://head:8265', store: shared}", "an absolute folder"},
      {"ray: {adress: x}", "unknown key 'adress'"},
      {"ray: {address: 'http://head:8265', store: /s, path: bin}", "absolute ones such as /opt/project/bin"},
      {"ray: {address: 'http://head:8265', store: /s, token: hunter2}", "never the value itself"},
      {"ray: {address: 'http://head:8265', store: /s, patience: long}", "is no duration"},
  };
  for (const auto& [text, expected] : mistakes) {
    const auto settings = Parsed(std::string("  ") + text + "\n");
    ASSERT_FALSE(settings) << text;
    EXPECT_EQ(settings.error().reason, Reason::InvalidArgument);
    EXPECT_THAT(settings.error().message, HasSubstr(expected));
    EXPECT_THAT(settings.error().message, HasSubstr("cairn.yaml:2:"));
  }
}

TEST(StageSettings, ASecretThatStandsThereItselfIsRefusedAndNotRepeated) {
  const auto settings = Parsed("  stages: {a: {secrets: {KEY: hunter2}}}\n");
  ASSERT_FALSE(settings);
  EXPECT_THAT(settings.error().message, HasSubstr("must be a reference"));
  EXPECT_THAT(settings.error().message, Not(HasSubstr("hunter2")));
}

TEST(StageSettings, OfAStageThatIsNotThereAreAMistake) {
  const auto folder = *os::TempFolder::Create();
  ASSERT_TRUE(os::WriteFileAtomically(folder / "dvc.yaml", "stages: {train: {cmd: 'true'}}\n"));
  ASSERT_TRUE(os::WriteFileAtomically(folder / "cairn.yaml", "pipeline: {stages: {trian: {retries: 1}}}\n"));
  const auto fits = ReadPipelineSettings(folder.path())->Fit(*ReadDefinition(folder.path()));
  ASSERT_FALSE(fits);
  EXPECT_THAT(fits.error().message, HasSubstr("cairn.yaml:1:"));
  EXPECT_THAT(fits.error().message, HasSubstr("Did you mean 'train'?"));
}

TEST(StageSettings, AreTheDefaultsWithoutTheFile) {
  const auto folder = *os::TempFolder::Create();
  const auto settings = ReadPipelineSettings(folder.path());
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->Of("any").resources.cpu, 1);
}

}  // namespace
}  // namespace cairn::pipeline
