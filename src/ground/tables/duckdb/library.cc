#include "ground/tables/duckdb/library.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include "ground/os/library.h"

namespace cairn::tables {
namespace {

Error Unusable(const std::string& why) {
  return {Reason::Unavailable, "The table engine cannot be used: " + why};
}

Result<std::unique_ptr<Library>> Bind(const os::Library& opened) {
  auto library = std::make_unique<Library>();
#define CAIRN_BIND(name) library->name = CAIRN_TRY(opened.Symbol<decltype(&duckdb_##name)>("duckdb_" #name));
  CAIRN_DUCKDB_FUNCTIONS(CAIRN_BIND)
#undef CAIRN_BIND
  const auto streaming =
      opened.Symbol<decltype(&duckdb_execute_prepared_streaming)>("duckdb_execute_prepared_streaming");
  if (streaming) library->execute_prepared_streaming = *streaming;
  const std::string version = library->library_version();
  if (!version.starts_with("v1."))
    return Unusable(opened.path() + " is version " + version + " where v1 is needed.");
  return library;
}

Result<std::unique_ptr<Library>> OpenAndBind(const std::string& path) {
  const auto opened = os::Library::Open({"DuckDB", {path.empty() ? "libduckdb.so" : path}});
  if (!opened) return Unusable(opened.error().message);
  auto library = Bind(*opened);
  if (!library && library.error().reason != Reason::Unavailable) return Unusable(library.error().message);
  return library;
}

std::atomic<const Library*> first = nullptr;

}  // namespace

Result<const Library*> Library::Load(const std::string& path) {
  static std::mutex mutex;
  // Never destroyed: what uses it may live until the very end of the process.
  static auto& loaded = *new std::map<std::string, std::unique_ptr<Library>>;
  const std::lock_guard lock(mutex);
  auto& library = loaded[path];
  if (!library) library = CAIRN_TRY(OpenAndBind(path));
  if (!first) first = library.get();
  return library.get();
}

const Library& Library::Loaded() { return *first; }

}  // namespace cairn::tables
