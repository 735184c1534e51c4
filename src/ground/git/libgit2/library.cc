#include "ground/git/libgit2/library.h"

#include "ground/os/library.h"

namespace cairn::git::libgit2 {
namespace {

Result<Library> Open() {
  const auto opened =
      os::Library::Open({"libgit2",
                         {"libgit2.so.1.5", "libgit2.so.1.7", "libgit2.so.1.8", "libgit2.so.1.9"},
                         "install Debian's package libgit2-1.5"});
  if (!opened) return Error{Reason::Unsupported, opened.error().message};
  Library library;
#define CAIRN_FIND(name) library.name = CAIRN_TRY(opened->Symbol<decltype(&git_##name)>("git_" #name));
  CAIRN_GIT_FUNCTIONS(CAIRN_FIND)
#undef CAIRN_FIND
  if (library.libgit2_init() < 0) return Error{Reason::Unsupported, "libgit2 could not start."};
  // They say how a work tree or a pack is kept up to date; nothing here writes to either.
  const char* extensions[] = {"worktreeconfig", "partialclone", "preciousobjects"};
  library.libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, std::size_t{3});
  return library;
}

}  // namespace

Result<const Library*> Load() {
  static const Result<Library> loaded = Open();
  if (!loaded) return loaded.error();
  return &*loaded;
}

Error Failure(const Library& library, int code, const std::string& what) {
  const git_error* const last = library.error_last();
  const std::string why = last && last->message ? last->message : "libgit2 gives no reason";
  const bool absent = code == GIT_ENOTFOUND;
  return {absent                     ? Reason::NotFound
          : code == GIT_EINVALIDSPEC ? Reason::InvalidArgument
                                     : Reason::Corrupt,
          what + ": " + why};
}

}  // namespace cairn::git::libgit2
