#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"

namespace cairn::serving {

/// What answers when the version whose turn it is cannot.
enum class Link {
  Previous,   ///< The version that was in production before the present one.
  Heuristic,  ///< The rule of the charter.
  Default,    ///< A constant.
};
/// "previous", "heuristic", "default".
std::string_view NameOf(Link link);

/// The section `serving.fallback` of cairn.yaml: links in the order in which they are tried.
struct FallbackChain {
  std::vector<Link> links = {Link::Heuristic};
  std::optional<double> constant;  ///< What Default answers; there whenever it is among the links.

  bool Has(Link link) const;
  friend bool operator==(const FallbackChain&, const FallbackChain&) = default;
};
/// `fallback: heuristic`, `fallback: none`, `fallback: [previous, heuristic, {default: 0.2}]`.
/// InvalidArgument with the place for another word, a link that is named twice, a default without a finite
/// number, and for what follows a default, which always answers.
Result<FallbackChain> ParseFallback(const Node& section);

/// Why a fallback answered, as the prediction log keeps it in `failure`: "by previous: WHY", and where an
/// output broke a rule "by heuristic, rule price.max: WHY".
std::string FallbackText(Link link, std::string_view rule, std::string_view why);
struct FallbackSaid {
  std::string link, rule, why;
};
/// The same taken apart; of a text of another form only `why`, which is the whole text.
FallbackSaid ReadFallbackText(std::string_view text);

}  // namespace cairn::serving
