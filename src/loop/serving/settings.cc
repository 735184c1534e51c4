#include <cmath>

#include "ground/vocabulary/text.h"
#include "loop/serving/service.h"

namespace cairn::serving {
namespace {

Error WrongAt(const Node& node, std::string_view what) {
  return {Reason::InvalidArgument, node.Where() + ": " + std::string(what)};
}

std::string TextAt(const Node& node, std::string_view dotted) {
  const Node* found = node.FindPath(dotted);
  return found && found->IsScalar() ? found->text() : "";
}

/// One of two words; `otherwise` when it is absent.
Result<bool> Choice(const Node& section, std::string_view key, std::string_view yes, bool otherwise) {
  const Node* found = section.Find(key);
  if (!found || found->IsNull()) return otherwise;
  if (found->IsScalar() && found->text() == yes) return true;
  if (found->IsScalar() && found->text() == "none") return false;
  return WrongAt(*found, "'" + std::string(key) + "' must be " + std::string(yes) + " or none");
}

/// "20%" or 0.2.
Result<double> Share(const Node& node) {
  const std::string& text = node.text();
  const bool percent = text.ends_with('%');
  const auto number = ParseDouble(Trim(std::string_view(text).substr(0, text.size() - (percent ? 1 : 0))));
  const double share = number ? *number / (percent ? 100 : 1) : -1;
  if (!node.IsScalar() || !(share > 0 && share < 1))
    return WrongAt(node, "'share' must be a share above 0% and below 100%, such as 20%");
  return share;
}

Result<> ReadCanary(const Node& canary, Settings& settings) {
  if (!canary.IsMap())
    return WrongAt(canary, "'canary' must be a map such as {share: 20%, min_requests: 300}");
  CAIRN_TRY(canary.OnlyKeys({"share", "min_requests", "max_error_rate_alpha"}));
  if (const Node* share = canary.Find("share")) settings.canary_share = CAIRN_TRY(Share(*share));
  if (const Node* requests = canary.Find("min_requests")) {
    const auto count = ParseInt(requests->text());
    if (!count || *count < 1) return WrongAt(*requests, "'min_requests' must be a whole number above 0");
    settings.canary_min_requests = *count;
  }
  if (const Node* alpha = canary.Find("max_error_rate_alpha")) {
    const auto number = ParseDouble(alpha->text());
    if (!number || !(*number > 0 && *number < 1))
      return WrongAt(*alpha, "'max_error_rate_alpha' must be a chance between 0 and 1, such as 0.01");
    settings.canary_alpha = *number;
  }
  return Done{};
}

Result<> ReadServing(const Node& section, Settings& settings) {
  if (!section.IsMap()) return WrongAt(section, "'serving' must be a map");
  CAIRN_TRY(section.OnlyKeys({"assertions", "fallback", "canary"}));
  settings.check_inputs = CAIRN_TRY(Choice(section, "assertions", "contract", true));
  settings.fall_back = CAIRN_TRY(Choice(section, "fallback", "heuristic", true));
  if (const Node* canary = section.Find("canary"); canary && !canary->IsNull())
    CAIRN_TRY(ReadCanary(*canary, settings));
  return Done{};
}

}  // namespace

Result<Settings> ParseSettings(const Node& configuration) {
  Settings settings;
  settings.model = TextAt(configuration, "model.name");
  if (const Node* section = configuration.Find("serving"); section && !section->IsNull())
    CAIRN_TRY(ReadServing(*section, settings));
  if (const std::string dataset = TextAt(configuration, "model.dataset"); !dataset.empty()) {
    const auto specification = CAIRN_TRY(data::FindSpecification(configuration, dataset));
    settings.contract = specification.contract;
    settings.time_column = specification.time;
  }
  if (const Node* heuristic = configuration.FindPath("charter.heuristic"); heuristic && !heuristic->IsNull())
    settings.heuristic = CAIRN_TRY(charter::Heuristic::Parse(*heuristic));
  return settings;
}

}  // namespace cairn::serving
