#include "ground/sql/store_file.h"

#include <array>
#include <bit>
#include <filesystem>
#include <map>
#include <set>
#include <vector>

#include "ground/sql/foreign.h"
#include "ground/vocabulary/spread.h"

namespace cairn::sql {
namespace {

constexpr std::size_t kRowsAtOnce = 200;
/// Where the steps are remembered that made the tables; each store has its own.
constexpr std::string_view kSteps = "schema_step";

/// A table and its columns. Rows of one without a primary key are told apart by SQLite's own number of them.
struct TableShape {
  std::string name;
  std::vector<std::string> columns;
  std::vector<std::size_t> key;  ///< Which of `columns`.
};

/// What a table holds: two sums over its rows that two equal sets of rows share, in whatever order.
struct Content {
  std::int64_t rows = 0;
  std::array<std::uint64_t, 2> sums{};
  friend bool operator==(const Content&, const Content&) = default;
};

using TakeRows = std::function<Result<>(std::span<const Row>)>;

std::string Quoted(std::string_view name) { return '"' + std::string(name) + '"'; }

std::string Listed(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + Quoted(name);
  return list;
}

std::uint64_t Mix(std::uint64_t hash, std::string_view bytes) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::uint64_t Mix(std::uint64_t hash, std::uint64_t number) {
  for (int byte = 0; byte < 8; ++byte) hash = (hash ^ ((number >> (8 * byte)) & 255)) * 0x100000001b3;
  return hash;
}

std::uint64_t HashOf(std::uint64_t seed, const Row& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto& state = row.At(i).state();
    seed = Mix(seed, std::uint64_t{state.index()});
    if (const auto* whole = std::get_if<std::int64_t>(&state)) {
      seed = Mix(seed, static_cast<std::uint64_t>(*whole));
    } else if (const auto* real = std::get_if<double>(&state)) {
      seed = Mix(seed, std::bit_cast<std::uint64_t>(*real == 0 ? 0.0 : *real));
    } else if (const auto* text = std::get_if<std::string>(&state)) {
      seed = Mix(Mix(seed, *text), std::uint64_t{text->size()});
    } else if (const auto* bytes = std::get_if<Bytes>(&state)) {
      seed = Mix(Mix(seed, bytes->content), std::uint64_t{bytes->content.size()});
    }
  }
  return Spread(seed);
}

void Add(Content& content, std::span<const Row> rows) {
  for (const Row& row : rows) {
    content.sums[0] += HashOf(0xcbf29ce484222325, row);
    content.sums[1] += HashOf(0x84222325cbf29ce4, row);
  }
  content.rows += std::ssize(rows);
}

/// The tables of a store in a SQLite file, which holds no others.
Result<std::vector<TableShape>> TablesIn(Connection& file) {
  std::vector<TableShape> tables;
  for (const Row& row :
       CAIRN_TRY(file.Run("SELECT m.name, c.name, c.pk FROM sqlite_master m JOIN pragma_table_info(m.name) c "
                          "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid"))) {
    if (tables.empty() || tables.back().name != row.Text(0)) tables.push_back({row.Text(0), {}, {}});
    auto& table = tables.back();
    const auto place = static_cast<std::size_t>(row.Int(2));
    if (place > 0 && table.key.size() < place) table.key.resize(place);
    if (place > 0) table.key[place - 1] = table.columns.size();
    table.columns.push_back(row.Text(1));
  }
  return tables;
}

Result<> EachOnPostgres(Connection& store, const TableShape& table, const TakeRows& take) {
  const std::string cursor = Quoted("rows_of_" + table.name);
  CAIRN_TRY(store.Run("DECLARE " + cursor + " NO SCROLL CURSOR FOR SELECT " + Listed(table.columns) +
                      " FROM " + Quoted(table.name)));
  for (;;) {
    const auto rows = CAIRN_TRY(store.Run("FETCH " + std::to_string(kRowsAtOnce) + " FROM " + cursor));
    if (rows.empty()) break;
    CAIRN_TRY(take(rows));
  }
  CAIRN_TRY(store.Run("CLOSE " + cursor));
  return {};
}

/// Page by page along the key, since a connection gives all rows of a statement at once.
Result<> EachInFile(Connection& file, const TableShape& table, const TakeRows& take) {
  std::vector<std::string> key;
  for (const std::size_t column : table.key) key.push_back(Quoted(table.columns[column]));
  if (key.empty()) key.emplace_back("rowid");
  std::string names, places;
  for (std::size_t i = 0; i < key.size(); ++i) {
    names += (i == 0 ? "" : ", ") + key[i];
    places += (i == 0 ? "$" : ", $") + std::to_string(i + 1);
  }
  const bool numbered = table.key.empty();
  const std::string head = "SELECT " + Listed(table.columns) + (numbered ? ", rowid" : "") + " FROM " +
                           Quoted(table.name),
                    tail = " ORDER BY " + names + " LIMIT " + std::to_string(kRowsAtOnce);
  auto rows = CAIRN_TRY(file.Run(head + tail));
  while (!rows.empty()) {
    std::vector<Value> last;
    for (const std::size_t column : table.key) last.push_back(rows.back().At(column));
    if (numbered) last.push_back(rows.back().At(table.columns.size()));
    if (numbered) {
      for (Row& row : rows) {
        std::vector<Value> values;
        for (std::size_t i = 0; i < table.columns.size(); ++i) values.push_back(row.At(i));
        row = Row(std::move(values));
      }
    }
    CAIRN_TRY(take(rows));
    rows = CAIRN_TRY(file.Run(head + " WHERE (" + names + ") > (" + places + ")" + tail, last));
  }
  return {};
}

Result<> Each(Connection& from, const TableShape& table, const TakeRows& take) {
  return from.engine() == Engine::Postgres ? EachOnPostgres(from, table, take)
                                           : EachInFile(from, table, take);
}

Result<Content> Copy(Connection& from, Connection& to, const TableShape& table) {
  Content content;
  // What a step of the schema put there.
  CAIRN_TRY(to.Run("DELETE FROM " + Quoted(table.name)));
  const std::string head = "INSERT INTO " + Quoted(table.name) + " (" + Listed(table.columns) + ")";
  std::vector<Value> values;
  CAIRN_TRY(Each(from, table, [&](std::span<const Row> rows) {
    Add(content, rows);
    values.clear();
    for (const Row& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) values.push_back(row.At(i));
    }
    return to.InsertRows(head, table.columns.size(), values);
  }));
  return content;
}

using Contents = std::map<std::string, Content>;

Result<Contents> CopyAll(Connection& from, Connection& to, const std::vector<TableShape>& tables) {
  Contents contents;
  for (const auto& table : tables) {
    if (table.name != kSteps) contents[table.name] = CAIRN_TRY(Copy(from, to, table));
  }
  return contents;
}

Result<> Compare(Connection& there, const std::vector<TableShape>& tables, const Contents& wanted) {
  for (const auto& table : tables) {
    if (table.name == kSteps) continue;
    Content found;
    CAIRN_TRY(Each(there, table, [&](std::span<const Row> rows) -> Result<> {
      Add(found, rows);
      return {};
    }));
    if (found == wanted.at(table.name)) continue;
    return Error{Reason::Corrupt, "The table '" + table.name + "' was copied, and what is read back is not " +
                                      "what was written (" + std::to_string(found.rows) + " rows of " +
                                      std::to_string(wanted.at(table.name).rows) +
                                      "); the disk or the server loses data."};
  }
  return {};
}

/// AlreadyExists when one of these tables has a row on PostgreSQL.
Result<> CheckUnfilled(Connection& store, const std::vector<TableShape>& tables) {
  std::set<std::string> there;
  for (const Row& row : CAIRN_TRY(store.Run("SELECT CAST(table_name AS TEXT) FROM information_schema.tables "
                                            "WHERE table_schema = current_schema()")))
    there.insert(row.Text(0));
  for (const auto& table : tables) {
    if (table.name == kSteps || !there.contains(table.name)) continue;
    if (CAIRN_TRY(store.Run("SELECT 1 FROM " + Quoted(table.name) + " LIMIT 1")).empty()) continue;
    return Error{Reason::AlreadyExists, "The database holds records already (in its table '" + table.name +
                                            "'); name an empty one."};
  }
  return {};
}

Result<std::unique_ptr<Database>> OpenFile(const std::string& path,
                                           std::span<const RoomSchema* const> rooms) {
  auto file = CAIRN_TRY(Database::Open("sqlite:///" + path));
  CAIRN_TRY(file->Migrate(rooms));
  return file;
}

/// The file alone counts: who owns it while it is open does not.
void Close(std::unique_ptr<Database> file, const std::string& path) {
  file.reset();
  std::error_code ignored;
  std::filesystem::remove(path + ".lock", ignored);
}

}  // namespace

Result<> MakeStoreFile(const std::string& path, std::span<const RoomSchema* const> rooms) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored))
    return Error{Reason::AlreadyExists, "There is something at " + path + " already; choose another place."};
  Close(CAIRN_TRY(OpenFile(path, rooms)), path);
  return {};
}

Result<> StoreToFile(Database& database, std::span<const RoomSchema* const> rooms, const std::string& path,
                     const std::function<void()>& at_the_moment) {
  CAIRN_TRY(database.CheckMigrated(rooms));
  auto file = CAIRN_TRY(OpenFile(path, rooms));
  const auto tables = CAIRN_TRY(file->Read(TablesIn));
  bool settled = false;
  const auto contents = CAIRN_TRY(database.Read([&](Connection& from) -> Result<Contents> {
    if (settled) return Error{Reason::Conflict, "Another writer came between; back up again."};
    // The moment is that of the first statement.
    CAIRN_TRY(from.Run("SELECT COUNT(*) FROM " + Quoted(kSteps)));
    settled = true;
    if (at_the_moment) at_the_moment();
    return file->Transact([&](Connection& into) { return CopyAll(from, into, tables); });
  }));
  CAIRN_TRY(file->Read([&](Connection& there) { return Compare(there, tables, contents); }));
  Close(std::move(file), path);
  return {};
}

Result<> CheckNoRows(const std::string& file, Database& database) {
  const auto tables = CAIRN_TRY(CAIRN_TRY(OpenToRead("sqlite:///" + file))->Read(TablesIn));
  return database.Read([&](Connection& store) { return CheckUnfilled(store, tables); });
}

Result<> FileToStore(const std::string& from, std::span<const RoomSchema* const> rooms, Database& database) {
  auto file = CAIRN_TRY(OpenFile(from, rooms));
  const auto tables = CAIRN_TRY(file->Read(TablesIn));
  CAIRN_TRY(database.Read([&](Connection& store) { return CheckUnfilled(store, tables); }));
  CAIRN_TRY(database.Migrate(rooms));
  const auto contents = CAIRN_TRY(database.Transact([&](Connection& into) {
    return file->Read([&](Connection& source) { return CopyAll(source, into, tables); });
  }));
  CAIRN_TRY(database.Read([&](Connection& there) { return Compare(there, tables, contents); }));
  Close(std::move(file), from);
  return {};
}

}  // namespace cairn::sql
