#include "ground/git/repository.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "ground/git/libgit2/state.h"

namespace cairn::git {
namespace {

using libgit2::Failure;
using libgit2::Library;
using libgit2::Owned;

constexpr std::size_t kDigits = 40;

std::string WithoutSlash(const char* folder) {
  std::string text = folder ? folder : "";
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

Result<Owned<git_commit>> Lookup(const Library& library, git_repository* repository, const git_oid& id) {
  git_commit* found = nullptr;
  if (const int code = library.commit_lookup(&found, repository, &id); code != 0)
    return Failure(library, code, "the commit " + TextOf(library, id) + " cannot be read");
  return Owned<git_commit>(found, library.commit_free);
}

Commit CommitOf(const Library& library, git_commit* commit) {
  const git_signature* const author = library.commit_author(commit);
  const char* const summary = library.commit_summary(commit);
  return {TextOf(library, *library.commit_id(commit)), TextOf(library, *library.commit_tree_id(commit)),
          author && author->name ? author->name : "", summary ? summary : "",
          static_cast<TimeMs>(library.commit_time(commit)) * 1000};
}

}  // namespace

Result<git_oid> OidOf(const Library& library, const std::string& id) {
  git_oid oid;
  if (id.size() == kDigits && library.oid_fromstr(&oid, id.c_str()) == 0) return oid;
  return Error{Reason::InvalidArgument, "'" + id + "' is not the name of an object in git: it has 40 digits"};
}

std::string TextOf(const Library& library, const git_oid& id) {
  char text[kDigits + 1];
  return library.oid_tostr(text, sizeof text, &id);
}

Repository::Repository(std::unique_ptr<State> state) : state_(std::move(state)) {
  work_tree_ = WithoutSlash(state_->library.repository_workdir(state_->repository.get()));
}
Repository::Repository(Repository&&) noexcept = default;
Repository::~Repository() = default;

Result<Repository> Repository::Open(const std::string& folder) {
  const Library& library = *CAIRN_TRY(libgit2::Load());
  git_repository* opened = nullptr;
  const int code =
      library.repository_open_ext(&opened, folder.c_str(), GIT_REPOSITORY_OPEN_CROSS_FS, nullptr);
  if (code == GIT_ENOTFOUND)
    return Error{Reason::NotFound, "no git repository is around '" + folder + "': `git init` makes one"};
  if (code != 0) return Failure(library, code, "the git repository around '" + folder + "' cannot be opened");
  return Repository(
      std::unique_ptr<State>(new State{library, Owned<git_repository>(opened, library.repository_free)}));
}

Result<std::vector<Reference>> Repository::References(const std::string& pattern) const {
  const Library& library = state_->library;
  git_reference_iterator* opened = nullptr;
  const int begun = library.reference_iterator_glob_new(&opened, state_->repository.get(), pattern.c_str());
  if (begun != 0) return Failure(library, begun, "the references of git cannot be read");
  const Owned<git_reference_iterator> iterator(opened, library.reference_iterator_free);
  std::vector<Reference> references;
  for (;;) {
    git_reference* next = nullptr;
    const int code = library.reference_next(&next, iterator.get());
    if (code == GIT_ITEROVER) break;
    if (code != 0) return Failure(library, code, "the references of git cannot be read");
    const Owned<git_reference> reference(next, library.reference_free);
    git_object* target = nullptr;
    if (library.reference_peel(&target, next, GIT_OBJECT_COMMIT) != 0) continue;
    const Owned<git_object> commit(target, library.object_free);
    references.push_back({library.reference_name(next), TextOf(library, *library.object_id(target))});
  }
  std::sort(references.begin(), references.end(),
            [](const Reference& a, const Reference& b) { return a.name < b.name; });
  return references;
}

Result<std::string> Repository::Resolve(const std::string& revision) const {
  const Library& library = state_->library;
  git_object* found = nullptr;
  const int code = library.revparse_single(&found, state_->repository.get(), revision.c_str());
  if (code == GIT_EAMBIGUOUS || code == GIT_EINVALIDSPEC) {
    return Error{Reason::InvalidArgument,
                 "'" + revision + "' " +
                     (code == GIT_EAMBIGUOUS ? "could mean several revisions" : "cannot be a revision") +
                     " in git: give a branch, a tag or more of the commit's id"};
  }
  if (code != 0)
    return Error{Reason::NotFound,
                 "git knows no revision '" + revision + "': give a branch, a tag or a commit"};
  const Owned<git_object> object(found, library.object_free);
  git_object* peeled = nullptr;
  if (library.object_peel(&peeled, found, GIT_OBJECT_COMMIT) != 0)
    return Error{Reason::NotFound, "'" + revision + "' leads to no commit in git"};
  const Owned<git_object> commit(peeled, library.object_free);
  return TextOf(library, *library.object_id(peeled));
}

Result<Commit> Repository::Find(const std::string& commit) const {
  const Library& library = state_->library;
  const git_oid id = CAIRN_TRY(OidOf(library, commit));
  const auto found = CAIRN_TRY(Lookup(library, state_->repository.get(), id));
  return CommitOf(library, found.get());
}

/// Commits that wait for their turn, newest first; those of one second in the order they were found.
class Repository::Walk {
 public:
  explicit Walk(const State& state) : state_(state) {}

  Result<> Add(const git_oid& id, bool may_be_cut_off) {
    const std::string name = TextOf(state_.library, id);
    if (!seen_.insert(name).second) return Done{};
    auto found = Lookup(state_.library, state_.repository.get(), id);
    // A clone that was cut off names parents that it does not have.
    if (!found && found.error().reason == Reason::NotFound && may_be_cut_off) return Done{};
    if (!found) return std::move(found).error();
    const auto time = state_.library.commit_time(found->get());
    waiting_.emplace(std::pair(-time, seen_.size()), std::move(*found));
    return Done{};
  }

  /// Null at the end.
  Owned<git_commit> Next() {
    if (waiting_.empty()) return {nullptr, state_.library.commit_free};
    return std::move(waiting_.extract(waiting_.begin()).mapped());
  }

 private:
  const State& state_;
  std::set<std::string> seen_;
  std::map<std::pair<git_time_t, std::size_t>, Owned<git_commit>> waiting_;
};

Result<std::vector<Commit>> Repository::History(std::span<const std::string> from) const {
  const Library& library = state_->library;
  const bool shallow = library.repository_is_shallow(state_->repository.get()) == 1;
  Walk walk(*state_);
  for (const auto& commit : from) CAIRN_TRY(walk.Add(CAIRN_TRY(OidOf(library, commit)), false));
  std::vector<Commit> commits;
  while (const auto commit = walk.Next()) {
    commits.push_back(CommitOf(library, commit.get()));
    for (unsigned i = 0; i < library.commit_parentcount(commit.get()); ++i)
      CAIRN_TRY(walk.Add(*library.commit_parent_id(commit.get(), i), shallow));
  }
  return commits;
}

Result<std::string> Repository::Read(const std::string& blob) const {
  const Library& library = state_->library;
  const git_oid id = CAIRN_TRY(OidOf(library, blob));
  git_blob* found = nullptr;
  if (const int code = library.blob_lookup(&found, state_->repository.get(), &id); code != 0)
    return Failure(library, code, "the object " + blob + " of git cannot be read");
  const Owned<git_blob> owned(found, library.blob_free);
  return std::string(static_cast<const char*>(library.blob_rawcontent(found)),
                     static_cast<std::size_t>(library.blob_rawsize(found)));
}

}  // namespace cairn::git
