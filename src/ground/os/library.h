#pragma once

#include <string>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::os {

/// Which shared library is wanted and what to tell the user without it.
struct LibraryName {
  std::string title;  ///< For people: "DuckDB".
  std::vector<std::string>
      files;  ///< By preference: {"libduckdb.so"}, {"libpq.so.5"}, {"libcurl.so.4", "libcurl-gnutls.so.4"}.
  std::string remedy =
      "run './run setup' to get it";  ///< Ends the sentence: "install Debian's package libpq5".
};

/// A shared library opened while the program runs, so that the start does not pay for it. Never closed again:
/// symbols stay valid for ever. Safe from any thread. A room opens its library at first use and keeps the
/// functions it needs:
///
///   struct Functions { decltype(&duckdb_open) open; … };
///   Result<const Functions*> Load() {
///     static const Result<Functions> loaded = []() -> Result<Functions> {
///       const auto library = CAIRN_TRY(os::Library::Open({"DuckDB", {"libduckdb.so"}}));
///       return Functions{CAIRN_TRY(library.Symbol<decltype(&duckdb_open)>("duckdb_open")), …};
///     }();
///     if (!loaded) return loaded.error();
///     return &*loaded;
///   }
///
/// The headers are compiled against (CMake: ${CAIRN_DEPS}/include for DuckDB; pkg-config's include folders
/// otherwise), the library is not linked. Looked for in lib/ and modules/ (where a build puts what it makes
/// itself) beside the program, in ../lib/cairn from there,
/// in a build tree where the set-up put it, then wherever the system's loader looks (LD_LIBRARY_PATH,
/// /usr/lib).
class Library {
 public:
  /// NotFound when it is nowhere; Unsupported when it is there but cannot be loaded.
  static Result<Library> Open(const LibraryName& name);

  /// The function of that name, as a pointer type: Symbol<decltype(&f)>("f"). Unsupported when this version
  /// lacks it.
  template <class Pointer>
  Result<Pointer> Symbol(const char* name) const {
    return reinterpret_cast<Pointer>(CAIRN_TRY(Find(name)));
  }
  /// The file it was loaded from.
  const std::string& path() const { return path_; }

 private:
  Library(void* handle, std::string title, std::string path)
      : handle_(handle), title_(std::move(title)), path_(std::move(path)) {}
  Result<void*> Find(const char* name) const;

  void* handle_;
  std::string title_;
  std::string path_;
};

}  // namespace cairn::os
