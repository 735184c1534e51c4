#pragma once

#include <git2.h>

#include <memory>
#include <string>

#include "ground/vocabulary/result.h"

/// Every function of libgit2 that Cairn calls: all take and give opaque pointers, so that one library does as
/// well as the next.
#define CAIRN_GIT_FUNCTIONS(each)                                                                            \
  each(libgit2_init) each(libgit2_opts) each(error_last) each(repository_open_ext) each(repository_free)     \
      each(repository_workdir) each(repository_is_shallow) each(reference_iterator_glob_new)                 \
          each(reference_iterator_free) each(reference_next) each(reference_name) each(reference_peel)       \
              each(reference_free) each(revparse_single) each(object_peel) each(object_id) each(object_free) \
                  each(oid_fromstr) each(oid_tostr) each(commit_lookup) each(commit_id) each(commit_time)    \
                      each(commit_author) each(commit_summary) each(commit_tree_id) each(commit_parentcount) \
                          each(commit_parent_id) each(commit_free) each(tree_lookup) each(tree_entrycount)   \
                              each(tree_entry_byindex) each(tree_entry_name) each(tree_entry_id)             \
                                  each(tree_entry_type) each(tree_entry_filemode) each(tree_free)            \
                                      each(blob_lookup) each(blob_rawcontent) each(blob_rawsize)             \
                                          each(blob_free)

namespace cairn::git::libgit2 {

/// libgit2's functions. Opened at first use: it brings a dozen libraries along.
struct Library {
#define CAIRN_POINTER(name) decltype(&git_##name) name = nullptr;
  CAIRN_GIT_FUNCTIONS(CAIRN_POINTER)
#undef CAIRN_POINTER
};

/// Unsupported, with the remedy, when libgit2 is not installed.
Result<const Library*> Load();

/// What the last call on this thread complained of, as the end of a sentence; NotFound when it looked for
/// something that is not there, Unsupported for a format that this libgit2 does not read.
Error Failure(const Library& library, int code, const std::string& what);

/// Owns something of libgit2's until the end of the scope.
template <class Thing>
using Owned = std::unique_ptr<Thing, void (*)(Thing*)>;

}  // namespace cairn::git::libgit2
