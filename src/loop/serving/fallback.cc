#include "loop/serving/fallback.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"

namespace cairn::serving {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"previous", "heuristic", "default"};
constexpr std::string_view kBy = "by ", kRule = ", rule ", kWhy = ": ";

Result<Link> LinkNamed(const Node& node) {
  const auto found = node.IsScalar() ? std::find(kNames.begin(), kNames.end(), node.text()) : kNames.end();
  if (found == kNames.end())
    return WrongAt(node, "a fallback is 'previous', 'heuristic' or {default: NUMBER}" +
                             (node.IsScalar() ? Suggestion(node.text(), kNames) : std::string()));
  return static_cast<Link>(found - kNames.begin());
}

Result<> AddLink(const Node& node, FallbackChain& chain) {
  Link link = Link::Default;
  if (node.IsMap()) {
    CAIRN_TRY(node.OnlyKeys({"default"}));
    chain.constant = CAIRN_TRY(NumberAt(node, "default"));
    if (chain.constant && !std::isfinite(*chain.constant)) chain.constant.reset();
  } else {
    link = CAIRN_TRY(LinkNamed(node));
  }
  if (link == Link::Default && !chain.constant)
    return WrongAt(node, "a default needs the number that it answers: {default: 0.2}");
  if (chain.Has(link)) return WrongAt(node, "'" + std::string(NameOf(link)) + "' is named twice");
  if (chain.Has(Link::Default))
    return WrongAt(
        node, "'" + std::string(NameOf(link)) + "' would never answer: the default before it always does");
  chain.links.push_back(link);
  return Done{};
}

}  // namespace

std::string_view NameOf(Link link) { return kNames[static_cast<std::size_t>(link)]; }

bool FallbackChain::Has(Link link) const {
  return std::find(links.begin(), links.end(), link) != links.end();
}

Result<FallbackChain> ParseFallback(const Node& section) {
  FallbackChain chain;
  chain.links.clear();
  if (section.IsScalar() && section.text() == "none") return chain;
  if (!section.IsList()) {
    CAIRN_TRY(AddLink(section, chain));
    return chain;
  }
  for (const Node& link : section.items()) CAIRN_TRY(AddLink(link, chain));
  return chain;
}

std::string FallbackText(Link link, std::string_view rule, std::string_view why) {
  std::string text(kBy);
  text += NameOf(link);
  if (!rule.empty()) text.append(kRule).append(rule);
  return text.append(kWhy).append(why);
}

FallbackSaid ReadFallbackText(std::string_view text) {
  for (const std::string_view name : kNames) {
    const std::string head = std::string(kBy).append(name);
    if (!text.starts_with(head)) continue;
    std::string_view rest = text.substr(head.size());
    FallbackSaid said{std::string(name), {}, {}};
    if (rest.starts_with(kRule)) {
      const std::size_t end = std::min(rest.find(kWhy), rest.size());
      said.rule = rest.substr(kRule.size(), end - kRule.size());
      rest.remove_prefix(end);
    }
    if (!rest.starts_with(kWhy)) break;
    said.why = rest.substr(kWhy.size());
    return said;
  }
  return {{}, {}, std::string(text)};
}

}  // namespace cairn::serving
