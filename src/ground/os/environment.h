#pragma once

#include <optional>
#include <string>

namespace cairn::os {

/// The variable's value; none when it is not set. Cairn changes its own environment only in main, before the
/// first thread, so reading is safe from any.
std::optional<std::string> Variable(const char* name);
/// For this process and those that it starts. Only in main, before the first thread.
void SetVariable(const char* name, const char* value);
/// The same, with `otherwise` when it is unset or empty.
std::string VariableOr(const char* name, const std::string& otherwise);

/// $HOME, or what the user database says.
std::string HomeFolder();
/// Where this user's settings for Cairn are: $XDG_CONFIG_HOME/cairn, ~/.config/cairn when that is unset.
std::string ConfigFolder();
/// The name of the user who runs this process; the number when there is no name.
std::string UserName();
std::string HostName();

}  // namespace cairn::os
