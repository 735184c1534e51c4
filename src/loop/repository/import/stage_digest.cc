#include <algorithm>
#include <array>

#include "ground/crypto/hash.h"
#include "loop/repository/import.h"
#include "loop/repository/python_text.h"

namespace cairn::repository {
namespace {

/// Keys that say nothing of what a stage does.
constexpr std::array<std::string_view, 10> kAside{"desc",   "type",   "labels",  "meta",   "locked",
                                                  "frozen", "metric", "persist", "isexec", "size"};

bool IsAside(std::string_view key) {
  return key == "nfiles" || std::find(kAside.begin(), kAside.end(), key) != kAside.end();
}

}  // namespace

std::string StageDigest(const Json& stage) {
  Json bare = stage;
  bare.Remove("md5");
  if (bare.Text("wdir") == ".") bare.Remove("wdir");
  std::string text;
  AppendPythonJson(text, bare, IsAside);
  return crypto::Md5Hex(text);
}

}  // namespace cairn::repository
