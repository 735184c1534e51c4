#pragma once

#include <string>

#include "ground/git/libgit2/library.h"
#include "ground/git/repository.h"

namespace cairn::git {

struct Repository::State {
  const libgit2::Library& library;
  libgit2::Owned<git_repository> repository;
};

/// InvalidArgument unless `id` is the 40 digits of an object.
Result<git_oid> OidOf(const libgit2::Library& library, const std::string& id);
std::string TextOf(const libgit2::Library& library, const git_oid& id);

}  // namespace cairn::git
