#include <algorithm>
#include <array>

#include "loop/formats/formats.h"
#include "loop/runtime/workers.h"

namespace cairn::runtime {
namespace {

using formats::Format;

/// Formats whose reader runs what the file says, however harmless it looks.
constexpr std::array kPickles = {Format::Pickle, Format::Joblib, Format::Cloudpickle, Format::Torch,
                                 Format::TorchScript};

bool IsPickle(const formats::Part& part) {
  return std::find(kPickles.begin(), kPickles.end(), part.format) != kPickles.end();
}

std::string Place(const std::string& where) { return where.empty() ? "" : where + ": "; }

/// Why it counts as running code; "" when it does not.
std::string ReasonIn(const formats::Inspection& found) {
  const auto pickle = std::find_if(found.parts.begin(), found.parts.end(), IsPickle);
  if (pickle != found.parts.end())
    return "it holds a " + std::string(formats::FactsOf(pickle->format).name) + " (" + pickle->where + ")";
  if (!found.concerns.empty()) return Place(found.concerns[0].where) + found.concerns[0].what;
  for (const auto& import : found.imports)
    if (import.known_as.empty())
      return Place(import.where) + "it would import " + import.module +
             (import.name.empty() ? "" : "." + import.name) + ", which is not known as harmless";
  if (!found.damage.empty()) return Place(found.damage[0].where) + found.damage[0].what;
  return found.runs() == formats::Runs::CannotTell ? "its format is not known here" : "";
}

}  // namespace

Result<CodeInFolder> FindCode(const std::string& folder) {
  const auto found = CAIRN_TRY(formats::Inspect(folder));
  const std::string reason = ReasonIn(found);
  if (!reason.empty()) return CodeInFolder{true, reason};
  std::string made_of;
  for (const auto& part : found.parts)
    if (part.where.find(' ') == std::string::npos && part.format != Format::Archive)
      made_of += (made_of.empty() ? "" : ", ") + std::string(formats::FactsOf(part.format).name);
  return CodeInFolder{false, made_of};
}

}  // namespace cairn::runtime
