#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "ledger/governance/roles.h"

namespace cairn::offering {

/// Who is shown which model in the catalogue: `governance.catalogue` of cairn.yaml, which only an approver
/// may change:
///   governance:
///     catalogue:
///       visible_to: [developer]        # who sees models that are not listed; everybody unless written
///       models:
///         - {model: late-arrival, owner: Ada, visible_to: [approver, grace]}   # roles and principals
class Visibility {
 public:
  /// Everybody sees everything without the section. InvalidArgument with place: an unknown key, a word that
  /// is no role and no principal, a model that is listed twice or not named.
  static Result<Visibility> Read(const Node& configuration);

  /// `caller` is who has proven to be that principal; null for everybody else.
  bool Sees(const governance::Principal* caller, std::string_view model) const;
  /// Who answers for it; "" where that is not written.
  std::string OwnerOf(std::string_view model) const;

 private:
  using Words = std::vector<std::string>;
  struct Listing {
    std::string owner;
    Words visible_to;  ///< Empty: as models that are not listed.
  };
  Words unlisted_;  ///< Empty: everybody.
  std::map<std::string, Listing, std::less<>> models_;
};

/// What somebody looks for in the catalogue. A model must fit all of it.
struct Wish {
  std::vector<std::string> words;         ///< Each in its name, description, owner or tags, in any case.
  std::vector<std::string> takes, gives;  ///< "age:double", "age" of any type, ":double" of any name.
};

/// What one signs who asks as a principal: canonical JSON of {"action": "see_catalogue", "at", "gives",
/// "takes", "words"}; it counts for five minutes, and for exactly this question.
std::string AskingStatement(const Wish& wish, TimeMs at);
/// The principal whose signature it is. Denied: no such principal, another's signature, or one from longer
/// ago or from a time to come.
Result<governance::Principal> AskerOf(const governance::Authority& authority, const std::string& signer,
                                      const std::string& signature, const Wish& wish, TimeMs at, TimeMs now);

}  // namespace cairn::offering
