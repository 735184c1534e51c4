#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ground/tables/engine.h"
#include "ground/vocabulary/result.h"

namespace cairn::serving {

/// One Parquet file made of a segment: the rows that were answered on one day by one model.
struct Parcel {
  std::string key;   ///< "date=2026-11-30/model=late-arrival/000000000007-9f86d081884c7d65.parquet"
  std::string path;  ///< Where it lies.
};

struct Parcels {
  std::vector<Parcel> files;
  std::int64_t records = 0;
};

/// Writes the records in `bytes`, which are segment `number`, into files below `folder`: each record is in
/// exactly one of them, with one row for each of its rows. The keys name the segment and the digest of its
/// bytes, so that segments of two servers never share one; the same bytes give the same files. Columns:
///   id VARCHAR         "<request id>.<row>", under which the row's label is posted; a shadow's rows bear the
///                      same ids, with arm 'shadow' and no inputs
///   request VARCHAR    the request's id
///   time TIMESTAMP     UTC, when it was answered
///   model VARCHAR, version BIGINT (0: the heuristic), arm VARCHAR
///   inputs VARCHAR     the row as a JSON object; of classified columns their masks
///   output DOUBLE
///   latency_us BIGINT  of the request
///   caller VARCHAR, trace_id VARCHAR, failure VARCHAR     null where there is none
///   share DOUBLE       the chance that it had to go to the canary; null where nothing was drawn
///   segment BIGINT, record BIGINT, row BIGINT             together they name the row; row counts from 0
/// Corrupt naming the segment and the byte from which on it is no record.
Result<Parcels> Pack(std::int64_t number, std::string_view bytes, tables::Engine& engine,
                     const std::string& folder);

}  // namespace cairn::serving
