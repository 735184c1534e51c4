#pragma once

#include <functional>
#include <string>
#include <vector>

#include "loop/offering/taken.h"
#include "loop/offering/visibility.h"
#include "loop/registry/registry.h"
#include "loop/tracking/artifacts.h"

/// The catalogue of what can be used: which models there are, what they take and give, where they answer, who
/// answers for them; and who is shown which.
namespace cairn::offering {

/// A model as its users meet it.
struct Offer {
  registry::RegisteredModel model;
  registry::ModelVersion version;  ///< The one in production; where there is none, the newest.
  std::int64_t newest = 0;
  std::string owner;  ///< As the configuration says, else who made the version.
  bool in_production = false;
  Taken taken;
  std::string problem;  ///< Why it is not known what it takes and gives, or "".
};

struct Shelf {
  const registry::Registry& registry;
  const tracking::Artifacts& artifacts;
  std::string alias = "production";  ///< The alias that names what is in production.
};

/// What fits the wish among what `caller` (null: nobody who has proven a name) is shown, by name. Models
/// without a version are left out. InvalidArgument for a wish that names nothing.
Result<std::vector<Offer>> Offers(const Shelf& shelf, const Visibility& visibility,
                                  const governance::Principal* caller, const Wish& wish);

}  // namespace cairn::offering
