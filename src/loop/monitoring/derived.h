#pragma once

#include "ground/sql/database.h"
#include "ledger/metadata/derived.h"

/// What this room's tables hold that its events say too; the database must outlive what is given.
namespace cairn::monitoring {

/// Every alert, by id: when it was raised, acknowledged and closed, by whom, and about what.
metadata::DerivedTable AlertsOf(sql::Database& database);
/// Every window that closed with a figure, by monitor, column and time.
metadata::DerivedTable WindowsOf(sql::Database& database);

}  // namespace cairn::monitoring
