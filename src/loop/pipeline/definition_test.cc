#include "loop/pipeline/definition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DefinitionTest : public ::testing::Test {
 protected:
  Result<Definition> Read(std::string_view dvc_yaml, std::string_view params = "") {
    EXPECT_TRUE(os::WriteFileAtomically(folder_ / "dvc.yaml", dvc_yaml));
    EXPECT_TRUE(params.empty() || os::WriteFileAtomically(folder_ / "params.yaml", params));
    return ReadDefinition(folder_.path());
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
};

TEST_F(DefinitionTest, EveryPartOfAStageIsRead) {
  const auto read = Read(R"(stages:
  a b:
    cmd: [first, second]
    wdir: sub
    deps: [in.csv, ../shared.py]
    params: [lr, {other.json: [x.y]}]
    outs: [model: {persist: true}]
    metrics: [m.json: {cache: false}]
    frozen: true
)");
  ASSERT_TRUE(read) << read.error().message;
  const Stage& stage = read->stages.front();
  EXPECT_EQ(stage.name, "a b");
  EXPECT_THAT(stage.Commands(), ElementsAre("first", "second"));
  EXPECT_THAT(stage.deps, ElementsAre("sub/in.csv", "shared.py"));
  ASSERT_EQ(stage.params.size(), 2U);
  EXPECT_EQ(stage.params[0].file, "sub/params.yaml");
  EXPECT_THAT(stage.params[1].keys, ElementsAre("x.y"));
  ASSERT_EQ(stage.outs.size(), 2U);
  EXPECT_TRUE(stage.outs[0].persist && stage.outs[0].cache);
  EXPECT_TRUE(stage.outs[1].metric && !stage.outs[1].cache);
  EXPECT_TRUE(stage.frozen);
}

TEST_F(DefinitionTest, TemplatesAreFilledAsDvcFillsThem) {
  const auto read = Read(
      "vars: [{who: me}]\nstages: {s: {cmd: 'x ${lr} ${big} ${on} ${layers[1]} ${who} ${opts} \\${kept}'}}\n",
      "lr: 0.0001\nbig: 1e3\non: true\nlayers: [7, 8]\nopts: {a: {b: 'q r'}, yes: true, no: false, many: [1, "
      "x]}\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->stages.front().cmd.AsString(),
            "x 0.0001 1000.0 true 8 me --a.b 'q r' --yes --many 1 x ${kept}");
}

TEST_F(DefinitionTest, AMultiLineCommandIsOneCommandALine) {
  const auto read = Read("stages:\n  s:\n    cmd: |\n      one\n\n      two\n");
  ASSERT_TRUE(read);
  EXPECT_THAT(read->stages.front().Commands(), ElementsAre("one", "two"));
}

TEST_F(DefinitionTest, StagesStandBehindThoseTheyNeed) {
  const auto read = Read("stages:\n  last: {cmd: x, deps: [d/f]}\n  first: {cmd: x, outs: [d]}\n");
  ASSERT_TRUE(read);
  const auto ordered = read->Ordered();
  ASSERT_EQ(ordered.size(), 2U);
  EXPECT_EQ(ordered[0]->name, "first");
}

std::vector<std::string> NamesIn(const Definition& definition) {
  std::vector<std::string> names;
  for (const Stage& stage : definition.stages) names.push_back(stage.name);
  return names;
}

TEST_F(DefinitionTest, AGroupOverPlainValuesIsNamedByThem) {
  const auto read = Read(
      "stages:\n  g:\n    foreach: [us, 1.0, true]\n    do: {cmd: 'x ${item}', outs: ['${item}.txt']}\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(NamesIn(*read), ElementsAre("g@us", "g@1.0", "g@true"));
  EXPECT_EQ(read->stages[1].cmd.AsString(), "x 1.0");
  EXPECT_EQ(read->stages[2].outs.front().path, "true.txt");
}

TEST_F(DefinitionTest, AGroupOverCompoundValuesIsNamedByPlace) {
  const auto read =
      Read("stages:\n  g:\n    foreach: '${runs}'\n    do: {cmd: 'x ${item.lr} ${item.of[1]}'}\n",
           "runs: [{lr: 1, of: [a, b]}, {lr: 2, of: [c, d]}]\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(NamesIn(*read), ElementsAre("g@0", "g@1"));
  EXPECT_EQ(read->stages[1].cmd.AsString(), "x 2 d");
}

TEST_F(DefinitionTest, AGroupOverAMapKnowsItsKeys) {
  const auto read = Read("stages:\n  g:\n    foreach: {b: 2, a: {n: 3}}\n    do: {cmd: 'x ${key}'}\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(NamesIn(*read), ElementsAre("g@b", "g@a"));
  EXPECT_EQ(read->stages[0].cmd.AsString(), "x b");
}

TEST_F(DefinitionTest, AMatrixIsTheProductOfItsAxes) {
  const auto read = Read(
      "stages:\n  m:\n    matrix: {size: [s, l], net: '${nets}'}\n    cmd: 'x ${item.size} ${item.net} "
      "${key}'\n",
      "nets: [cnn, 7]\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(NamesIn(*read), ElementsAre("m@s-cnn", "m@s-7", "m@l-cnn", "m@l-7"));
  EXPECT_EQ(read->stages[2].cmd.AsString(), "x l cnn l-cnn");
  const auto compound = Read("stages: {m: {matrix: {a: [1, {b: 2}]}, cmd: x}}\n", "x: 1\n");
  ASSERT_TRUE(compound);
  EXPECT_THAT(NamesIn(*compound), ElementsAre("m@1", "m@a1"));
}

TEST_F(DefinitionTest, VarsOfAStageAreItsOwn) {
  ASSERT_TRUE(os::MakeFolders(folder_ / "sub"));
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / "sub/more.yaml", "who: you\nother: 1\n"));
  const auto read = Read(
      "vars: [{opts: {a: 1}}, {opts: {b: 2}}]\nstages:\n  s: {cmd: 'x ${who} ${opts.a} ${opts.b}', wdir: "
      "sub, vars: ['more.yaml:who']}\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->stages.front().cmd.AsString(), "x you 1 2");
  const auto unknown = Read("stages:\n  s: {cmd: x, vars: [{who: me}]}\n  t: {cmd: 'x ${who}'}\n");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("nothing is known under 'who'"));
}

TEST_F(DefinitionTest, FlagsFollowTheSettingsOfDvc) {
  ASSERT_TRUE(os::MakeFolders(folder_ / ".dvc"));
  ASSERT_TRUE(os::WriteFileAtomically(folder_ / ".dvc/config",
                                      "[parsing]\n    bool = boolean_optional\n    list = append\n"));
  const auto read = Read("vars: [{opts: {fast: false, n: [1, x y]}}]\nstages: {s: {cmd: 'x ${opts}'}}\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->stages.front().cmd.AsString(), "x --no-fast --n 1 --n 'x y'");
}

TEST_F(DefinitionTest, AGroupNamesAllItsStages) {
  const auto read = Read("stages:\n  g: {foreach: [a, b], do: {cmd: x}}\n  gg: {cmd: x}\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->Named("g").size(), 2U);
  EXPECT_EQ(read->Named("g@b").size(), 1U);
  EXPECT_TRUE(read->Named("h").empty());
}

struct Mistake {
  const char* text;
  Reason reason;
  const char* says;
};

class MistakeTest : public DefinitionTest, public ::testing::WithParamInterface<Mistake> {};

TEST_P(MistakeTest, IsNamedWithItsPlace) {
  const auto read = Read(GetParam().text);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, GetParam().reason);
  EXPECT_THAT(read.error().message, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Files, MistakeTest,
    ::testing::Values(
        Mistake{"stages: {s: {cmd: x, dep: [a]}}", Reason::InvalidArgument,
                "unknown key 'dep'. Did you mean 'deps'?"},
        Mistake{"stage: {}", Reason::InvalidArgument, "Did you mean 'stages'?"},
        Mistake{"stages: {s: {outs: [a]}}", Reason::InvalidArgument, "stage 's' has no 'cmd'"},
        Mistake{"stages: {s: {cmd: x, outs: [a]}, t: {cmd: x, outs: [a]}}", Reason::InvalidArgument,
                "'a' is made by stage 's' and by stage 't'"},
        Mistake{"stages: {s: {cmd: x, outs: [a]}, t: {cmd: x, outs: [a/b]}}", Reason::InvalidArgument,
                "'a' and 'a/b' lie one in the other"},
        Mistake{"stages: {s: {cmd: x, deps: [a], outs: [a]}}", Reason::InvalidArgument,
                "both reads and makes 'a'"},
        Mistake{"stages: {s: {cmd: x, outs: [../a]}}", Reason::InvalidArgument, "'../a' leaves the project"},
        Mistake{"stages: {s: {cmd: x, outs: ['s3://b/k']}}", Reason::Unsupported, "is an address"},
        Mistake{"stages: {s: {cmd: x, deps: ['gs://b/k']}}", Reason::Unsupported,
                "dvc.yaml:1:29: Cairn cannot look at 'gs://b/k'"},
        Mistake{"stages: {s: {foreach: 1, do: {cmd: x}}}", Reason::InvalidArgument,
                "goes over a list or a map"},
        Mistake{"stages: {s: {foreach: [1]}}", Reason::InvalidArgument,
                "needs 'foreach', which says over what, and 'do'"},
        Mistake{"stages: {s: {foreach: [1], do: {matrix: {a: [1]}, cmd: x}}}", Reason::InvalidArgument,
                "cannot stand within"},
        Mistake{"stages: {s: {matrix: {a: 1}, cmd: x}}", Reason::InvalidArgument,
                "the axis 'a' must be a list"},
        Mistake{"stages: {s: {matrix: [1], cmd: x}}", Reason::InvalidArgument, "a map of axes"},
        Mistake{"stages: {s: {foreach: [1, 2], do: {cmd: x, outs: [a]}}}", Reason::InvalidArgument,
                "'a' is made by stage 's@1' and by stage 's@2'"},
        Mistake{"stages: {s: {foreach: [1], do: {cmd: x, vars: [{item: 2}]}}}", Reason::InvalidArgument,
                "'item' is what a group sets"},
        Mistake{"vars: [{a: 1}, {a: 1}]", Reason::InvalidArgument, "'a' is set twice"},
        Mistake{"vars: [{a: '${b}'}]", Reason::InvalidArgument, "cannot stand within 'vars'"},
        Mistake{"vars: [none.yaml]", Reason::InvalidArgument, "none.yaml"},
        Mistake{"stages: {s/t: {cmd: x}}", Reason::InvalidArgument, "the stage name 's/t' holds '/'"},
        Mistake{"stages: {s: {cmd: 'x ${nope}'}}", Reason::InvalidArgument, "nothing is known under 'nope'"},
        Mistake{"stages: {a: {cmd: x, deps: [c], outs: [a]}, b: {cmd: x, deps: [a], outs: [b]}, c: {cmd: x, "
                "deps: [b], outs: [c]}}",
                Reason::InvalidArgument, "the stages form a cycle: a → c → b → a"},
        Mistake{"stages:\n  s: {cmd: x\n", Reason::InvalidArgument, "dvc.yaml:3:1"}));

}  // namespace
}  // namespace cairn::pipeline
