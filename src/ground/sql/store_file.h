#pragma once

#include <functional>
#include <span>
#include <string>

#include "ground/sql/database.h"

/// All the records of a store on PostgreSQL as one SQLite file, and back: the same tables, which one SQL text
/// made on both engines, with the same rows. Values come back as they were, but that SQLite keeps no sign of
/// zero. Other programs' tables in the same schema are left alone.
namespace cairn::sql {

/// Makes the SQLite file `path` with the tables of `rooms`. AlreadyExists when there is something.
Result<> MakeStoreFile(const std::string& path, std::span<const RoomSchema* const> rooms);

/// Writes the records of `database`, as they are at one moment, into a file that MakeStoreFile made, reads
/// them back from there and compares; `rooms` are all that made tables there. Others may go on writing
/// meanwhile. `at_the_moment` is called once that moment is settled, which takes no time, and before the long
/// work. Corrupt when what is read back is something else, Conflict when the store is not at the newest step
/// of each room. After an error the file is worthless.
Result<> StoreToFile(Database& database, std::span<const RoomSchema* const> rooms, const std::string& file,
                     const std::function<void()>& at_the_moment = {});

/// Brings every record in the SQLite file `from` into `database`, reads them back from there and compares.
/// All rows or none; the tables are made where they are missing. The file of an older program is brought up
/// to date first, so it changes: give a copy. AlreadyExists when one of the tables there has a row, with
/// nothing changed; Corrupt when what is read back is something else.
Result<> FileToStore(const std::string& from, std::span<const RoomSchema* const> rooms, Database& database);

/// AlreadyExists when one of the tables in the SQLite file `file` has a row in `database`. Changes neither.
Result<> CheckNoRows(const std::string& file, Database& database);

}  // namespace cairn::sql
