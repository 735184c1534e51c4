#include "ground/os/environment.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "ground/os/files.h"

namespace cairn::os {
namespace {

struct User {
  std::string name;
  std::string home;
};

User CurrentUser() {
  std::vector<char> buffer(16384);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found)
    return {std::to_string(getuid()), "/"};
  return {found->pw_name, found->pw_dir};
}

}  // namespace

std::optional<std::string> Variable(const char* name) {
  const char* value = std::getenv(name);
  if (!value) return std::nullopt;
  return value;
}

void SetVariable(const char* name, const char* value) { setenv(name, value, 1); }

std::string VariableOr(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value && *value ? value : otherwise;
}

std::string HomeFolder() {
  if (auto home = Variable("HOME"); home && !home->empty()) return *std::move(home);
  return CurrentUser().home;
}

std::string ConfigFolder() {
  const std::string named = VariableOr("XDG_CONFIG_HOME", "");
  // The specification of XDG says that a relative path there is to be ignored.
  return JoinPath(named.starts_with('/') ? named : JoinPath(HomeFolder(), ".config"), "cairn");
}

std::string UserName() { return CurrentUser().name; }

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

}  // namespace cairn::os
