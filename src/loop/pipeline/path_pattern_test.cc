#include "loop/pipeline/path_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace cairn::pipeline {
namespace {

TEST(PathPatternTest, TakesWhatItSays) {
  const struct {
    const char *pattern, *path;
    bool fits;
  } cases[] = {
      {"src", "src", true},
      {"src", "src/a.py", true},
      {"src", "srcs/a.py", false},
      {"*.py", "a.py", true},
      {"*.py", "src/a.py", false},
      {"**/*.py", "a.py", true},
      {"**/*.py", "x/y/a.py", true},
      {"**/*.py", "x/y/a.pyc", false},
      {"src/**", "src/a/b", true},
      {"src/**", "source/a", false},
      {"src/**/a.py", "src/a.py", true},
      {"src/**/a.py", "src/x/y/a.py", true},
      {"src/**/a.py", "src/xa.py", false},
      {"p?rams.yaml", "params.yaml", true},
      {"a?b", "a/b", false},
      {"*", "", true},
      {"a*", "", false},
      {"**", "x/y", true},
  };
  for (const auto& one : cases)
    EXPECT_EQ(FitsPattern(one.path, one.pattern), one.fits) << one.pattern << " " << one.path;
}

TEST(PathPatternTest, NoPatternIsSlow) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  EXPECT_FALSE(FitsPattern(std::string(2000, 'a') + "b", pattern));
}

}  // namespace
}  // namespace cairn::pipeline
