#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ground/sql/database.h"

namespace cairn::sql {

/// Opens a store that another program owns, for reading alone; `url` as for Database::Open. Makes no file,
/// takes no lock on the whole and changes nothing; Transact is Unsupported. Each Read sees one state of it,
/// and other programs may write between two of them. NotFound when there is no such file.
Result<std::unique_ptr<Database>> OpenToRead(std::string_view url);

/// Copies the SQLite store in the file `from`, as it is at one moment, to a new file `to`, which is on disk
/// when it returns. The owner may go on writing meanwhile. AlreadyExists when `to` is there, Corrupt when
/// `from` is no SQLite store or the copy does not pass SQLite's own check.
/// `at_the_moment` is called once that moment is settled and before the long work.
Result<> CopySqlite(const std::string& from, const std::string& to,
                    const std::function<void()>& at_the_moment = {});

}  // namespace cairn::sql
