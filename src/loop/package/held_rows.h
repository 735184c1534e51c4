#pragma once

#include <string>

#include "loop/package/packing.h"
#include "loop/serving/service.h"

namespace cairn::package {

struct HeldRows {
  serving::Question question;  ///< The columns that the version reads.
  std::string from;            ///< "flights@4, held back"
};

/// The rows that golden vectors are made of, as Pack says; opening the seal is on record.
Result<HeldRows> ReadHeldRows(const Rooms& rooms, const Wanted& wanted, const registry::ModelVersion& version,
                              const serving::Offer& offer);

}  // namespace cairn::package
