#include "cli/exp_view.h"

#include <vector>

#include "cli/session.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {

std::string ValueShown(const Json& value) {
  if (value.IsNull()) return "";
  if (value.IsString()) return value.AsString();
  return value.IsNumber() && !value.IsInt() ? Shown(value.AsDouble()) : value.Dump();
}

std::string SettingsShown(const Json& trial) {
  std::vector<std::string> parts;
  for (const Json& one : trial.At("settings").items())
    parts.push_back(one.Text("key") + "=" + ValueShown(one.At("value")));
  return parts.empty() ? "as it is" : Join(parts, ", ");
}

std::string FiguresShown(const Json& trial) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : trial.At("metrics").members())
    parts.push_back(name + " " + ValueShown(value));
  return Join(parts, ", ");
}

}  // namespace cairn::cli
