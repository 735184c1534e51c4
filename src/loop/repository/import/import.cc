#include "loop/repository/import.h"

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/dvc_file.h"
#include "loop/repository/import/source.h"
#include "loop/repository/objects.h"
#include "loop/repository/pipeline_outs.h"
#include "loop/repository/reserved.h"

namespace cairn::repository {
namespace {

bool HasGit(std::string folder) {
  for (;; folder = os::ParentOf(folder)) {
    if (os::Exists(os::JoinPath(folder, ".git"))) return true;
    if (folder == os::ParentOf(folder)) return false;
  }
}

Result<> PlaceAt(const std::string& cache, const Taken& taken, const std::string& at) {
  const Objects objects(cache);
  if (taken.nfiles) CAIRN_TRY(CheckPlaces(CAIRN_TRY(objects.ReadListing({taken.md5, false})), at));
  CAIRN_TRY(os::MakeFolders(os::ParentOf(at)));
  CAIRN_TRY(objects.Checkout(taken.md5, at));
  if (!taken.executable) return Done{};
  return os::SetMode(at, CAIRN_TRY(os::Stat(at)).mode | 0111);
}

std::string Indented(const std::string& text, const std::string& by) {
  std::string indented;
  for (const auto line : Split(text, '\n')) {
    if (!line.empty()) indented += by + std::string(line) + "\n";
  }
  return indented;
}

/// The text of an import's `.dvc` file, with its keys in DVC's order.
std::string TextOf(const SourceOrder& order, const std::string& commit, const Taken& taken,
                   const std::string& name) {
  Json repo{{"url", order.url}};
  if (!order.revision.empty()) repo.Set("rev", order.revision);
  repo.Set("rev_lock", commit);
  if (!order.remote.empty()) repo.Set("remote", order.remote);
  Json out{{"md5", taken.md5}, {"size", static_cast<std::int64_t>(taken.size)}};
  if (taken.nfiles) out.Set("nfiles", *taken.nfiles);
  if (taken.executable) out.Set("isexec", true);
  out.Set("hash", "md5");
  out.Set("path", name);
  const Json stage{{"frozen", true},
                   {"deps", Json::Array({Json{{"path", order.path}, {"repo", repo}}})},
                   {"outs", Json::Array({out})}};
  std::string text = "md5: " + StageDigest(stage) + "\nfrozen: true\ndeps:\n- " +
                     DumpYaml(Json{{"path", order.path}}) + "  repo:\n" + Indented(DumpYaml(repo), "    ") +
                     "outs:\n";
  return text + "- " + Indented(DumpYaml(out), "  ").substr(2);
}

}  // namespace

Result<> Get(const SourceOrder& order, const std::string& out) {
  if (os::Stat(out, os::Symlinks::Report))
    return Error{Reason::AlreadyExists,
                 "'" + out + "' is there already: name another place with --out, or move it away"};
  const auto source = CAIRN_TRY(Source::Open(order, Source::Moment::WorkingTree));
  // Beside the destination, so that nothing large goes to a small /tmp.
  CAIRN_TRY(os::MakeFolders(os::ParentOf(out)));
  const auto cache = CAIRN_TRY(os::TempFolder::Create(os::ParentOf(out)));
  return PlaceAt(cache.path(), CAIRN_TRY(source.Take(order, cache.path())), out);
}

Result<Imported> Import(const std::string& root, const Configuration& configuration, const SourceOrder& order,
                        const std::string& out, Existing existing) {
  const std::string at = os::JoinPath(root, out), cache = configuration.CacheFolder(root);
  if (PathInside("", out).value_or("").empty())
    return Error{Reason::InvalidArgument,
                 "'" + out + "' is no place in the repository '" + root + "': name one inside it"};
  CAIRN_TRY(CheckPlace(root, out));
  if (existing == Existing::Keep) {
    for (const auto& path : {at, at + ".dvc"}) {
      if (os::Stat(path, os::Symlinks::Report))
        return Error{Reason::AlreadyExists,
                     "'" + path + "' is there already: --force replaces it, --out names another place"};
    }
  }
  const auto source = CAIRN_TRY(Source::Open(order, Source::Moment::Commit));
  const Taken taken = CAIRN_TRY(source.Take(order, cache));
  CAIRN_TRY(PlaceAt(cache, taken, at));
  CAIRN_TRY(os::WriteFileAtomically(at + ".dvc", TextOf(order, source.commit(), taken, os::BaseName(out))));
  if (HasGit(os::ParentOf(at))) CAIRN_TRY(IgnoreInGit(os::ParentOf(at), os::BaseName(out)));
  return Imported{out + ".dvc", taken.md5, source.commit(), true};
}

Result<Imported> Update(const std::string& root, const Configuration& configuration, const std::string& file,
                        const std::string& revision) {
  const Node stage = CAIRN_TRY(ParseYaml(CAIRN_TRY(os::ReadFile(os::JoinPath(root, file))), file));
  const Node* deps = stage.Find("deps");
  const Node* outs = stage.Find("outs");
  const Node* repo = deps && !deps->items().empty() ? deps->items().front().Find("repo") : nullptr;
  if (!repo || !outs || outs->items().empty())
    return Error{Reason::InvalidArgument,
                 "'" + file + "' is no import from a repository, so there is nothing to update it from"};
  SourceOrder order{TextAtPath(*repo, "url"),
                    TextAtPath(deps->items().front(), "path"),
                    revision.empty() ? TextAtPath(*repo, "rev") : revision,
                    TextAtPath(*repo, "remote"),
                    0,
                    {},
                    {}};
  const std::string folder = os::ParentOf(file), name = TextAtPath(outs->items().front(), "path");
  const std::string before = TextAtPath(outs->items().front(), "md5"), lock = TextAtPath(*repo, "rev_lock");
  auto imported = CAIRN_TRY(
      Import(root, configuration, order, folder == "." ? name : folder + "/" + name, Existing::Replace));
  imported.changed = imported.md5 != before || imported.rev_lock != lock;
  return imported;
}

}  // namespace cairn::repository
