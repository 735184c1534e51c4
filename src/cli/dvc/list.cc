#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>

#include "cli/dvc/answers.h"
#include "cli/dvc/commands.h"
#include "cli/dvc/line.h"
#include "ground/os/files.h"
#include "ground/os/walk.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/ignore.h"

namespace cairn::cli::dvc {
namespace {

constexpr Option kListOptions[] = {{"R", "recursive"},
                                   {"", "dvc-only"},
                                   {"", "json"},
                                   {"", "size"},
                                   {"", "show-hash"},
                                   {"T", "tree", Takes::Nothing, false},
                                   {"L", "level", Takes::Value, false},
                                   Uncovered("rev", Takes::Maybe),
                                   Uncovered("config", Takes::Value),
                                   Uncovered("remote", Takes::Value),
                                   Uncovered("remote-config", Takes::Many)};
constexpr Grammar kList{"list", kListOptions, 2};

struct Entry {
  bool is_out = false, is_folder = false, executable = false;
  std::optional<std::uint64_t> size = {};
  std::string md5 = {};
};

/// What a repository holds, by paths relative to its root: what lies there and is not ignored, and what its
/// texts say is data, whether it lies there or not.
class Holdings {
 public:
  explicit Holdings(const TreeHere& here) : here_(here) {}

  Result<> SeeFolder() {
    const std::string& root = here_.tree.root();
    const auto rules = CAIRN_TRY(repository::IgnoreRules::For(root, ""));
    const auto walk = CAIRN_TRY(os::WalkTree(root, os::Detail::Stamps, rules));
    for (const auto& folder : walk.folders) {
      for (const auto& one : folder.entries) {
        const std::string path = (folder.path.empty() ? "" : folder.path + "/") + std::string(one.name);
        const bool is_folder = one.kind == os::FileKind::Folder;
        // A folder behind a link is told as a file, as DVC does.
        Entry entry{.is_folder = is_folder && !one.is_link,
                    .executable = one.kind == os::FileKind::File && (one.mode & 0100) != 0};
        entry.size = one.kind == os::FileKind::Symlink ? 0 : one.stamp.size;
        if (is_folder) {
          if (const auto status = os::Stat(here_.tree.At(path))) entry.size = status->stamp.size;
        }
        entries_[path] = std::move(entry);
      }
    }
    return Done{};
  }

  /// The files of folders only where `wanted` or `all` asks for them: their listings are in the cache.
  Result<> SeeOuts(const std::string& wanted, bool all) {
    for (const auto& one : CAIRN_TRY(here_.Choose({}))) {
      const auto& path = one.path.path;
      AddParents(path, false);
      Entry& entry = entries_[path];
      entry.is_out = true;
      entry.is_folder = one.path.IsFolder();
      entry.executable = entry.executable || one.path.executable;
      if (!entry.size && !one.path.md5.empty()) entry.size = one.path.size;
      entry.md5 = one.path.md5;
      const bool within = wanted.empty() || path == wanted || wanted.starts_with(path + "/");
      const bool below = path.starts_with(wanted + "/");
      if (!entry.is_folder || !(all ? within || below : within && !wanted.empty())) continue;
      const auto listing = CAIRN_TRY(here_.tree.objects().ReadListing({one.path.md5, one.path.legacy}));
      for (const auto& file : listing.files()) {
        const std::string part = path + "/" + std::string(file.relpath);
        AddParents(part, true, path.size());
        Entry& found = entries_[part];
        found.is_out = true;
        found.is_folder = false;
        found.md5 = HexOf(file.md5);
      }
    }
    return Done{};
  }

  /// By the paths that are told: those of `folder`, or below it. Nothing when there is no such path.
  std::optional<std::map<std::string, Entry>> Of(const std::string& folder, bool all) const {
    std::map<std::string, Entry> told;
    const auto itself = entries_.find(folder);
    if (!folder.empty() && itself == entries_.end()) return std::nullopt;
    if (!folder.empty() && !itself->second.is_folder) {
      told.emplace(os::BaseName(folder), itself->second);
      return told;
    }
    for (const auto& [path, entry] : entries_) {
      if (!folder.empty() && !path.starts_with(folder + "/")) continue;
      const std::string rest = folder.empty() ? path : path.substr(folder.size() + 1);
      if (all ? !entry.is_folder : rest.find('/') == rest.npos) told.emplace(rest, entry);
    }
    return told;
  }

 private:
  /// The folders above a path that nobody has seen, down from the first `from` letters.
  void AddParents(const std::string& path, bool of_out, std::size_t from = 0) {
    for (auto slash = path.find('/', from + 1); slash != path.npos; slash = path.find('/', slash + 1)) {
      Entry& parent = entries_[path.substr(0, slash)];
      parent.is_folder = true;
      parent.is_out = parent.is_out || of_out;
    }
  }

  const TreeHere& here_;
  std::map<std::string, Entry> entries_;
};

/// Without dots and doubled slashes. InvalidArgument for a path that leads out.
Result<std::string> Plain(const std::string& path) {
  std::vector<std::string> parts;
  for (const auto part : Split(path, '/')) {
    if (part == "..") return Error{Reason::InvalidArgument, "'" + path + "' leads out of the repository"};
    if (!part.empty() && part != ".") parts.emplace_back(part);
  }
  return Join(parts, "/");
}

/// "146", "4.00k", "12.5M": as tqdm writes sizes.
std::string SizeText(const std::optional<std::uint64_t>& size) {
  constexpr double kUnit = 1024;
  if (!size) return "";
  auto number = static_cast<double>(*size);
  if (number < kUnit) return std::to_string(*size);
  const char* unit = "kMGTPEZ";
  for (number /= kUnit; number >= 999.5 && unit[1] != 0; ++unit) number /= kUnit;
  char text[32];
  std::snprintf(text, sizeof text, "%.*f%c", number < 9.995 ? 2 : number < 99.95 ? 1 : 0, number, *unit);
  return text;
}

void SayEntries(const std::map<std::string, Entry>& entries, const Line& line) {
  std::size_t sizes = 0, hashes = 0;
  for (const auto& [path, entry] : entries) {
    sizes = std::max(sizes, SizeText(entry.size).size());
    hashes = std::max(hashes, std::max<std::size_t>(entry.md5.size(), 1));
  }
  for (const auto& [path, entry] : entries) {
    std::string text;
    if (line.Has("size")) {
      const std::string size = SizeText(entry.size);
      text += std::string(sizes - size.size(), ' ') + size + "  ";
    }
    if (line.Has("show-hash")) {
      const std::string hash = entry.md5.empty() ? "-" : entry.md5;
      text += hash + std::string(hashes - hash.size(), ' ') + "  ";
    }
    Say(text + path);
  }
}

void SayEntriesAsJson(const std::map<std::string, Entry>& entries) {
  Json items = Json::Array();
  for (const auto& [path, entry] : entries) {
    items.Push(Json{{"isout", entry.is_out},
                    {"isdir", entry.is_folder},
                    {"isexec", entry.executable},
                    {"size", entry.size ? Json(static_cast<std::int64_t>(*entry.size)) : Json()},
                    {"md5", entry.md5.empty() ? Json() : Json(entry.md5)},
                    {"path", path}});
  }
  SayJson(items);
}

}  // namespace

int List(Words words) {
  const auto line = ReadLine(words, kList);
  if (!line) return Usage(line.error());
  if (line->rest.empty())
    return Usage({Reason::InvalidArgument, "the following arguments are required: url"});
  const std::string& url = line->rest[0];
  if (!os::IsFolder(url)) return NotCovered("list of a repository elsewhere");
  const auto failed = [&](const Error& error) {
    return Fail(kFailed, "failed to list '" + url + "' - " + error.message);
  };
  auto tree = repository::WorkingTree::Find(url);
  if (!tree) return failed(tree.error());
  const std::string root = tree->root();
  const TreeHere here{*std::move(tree), root};
  const auto folder = Plain(line->rest.size() > 1 ? line->rest[1] : "");
  if (!folder) return failed(folder.error());
  Holdings holdings(here);
  const bool all = line->Has("recursive");
  const auto seen = line->Has("dvc-only") ? Result<>() : holdings.SeeFolder();
  if (!seen) return failed(seen.error());
  const auto outs = holdings.SeeOuts(*folder, all);
  if (!outs) return failed(outs.error());
  const auto told = holdings.Of(*folder, all);
  if (!told) return failed({Reason::NotFound, "there is no '" + *folder + "' in it"});
  if (line->Has("json")) {
    SayEntriesAsJson(*told);
  } else if (!line->quiet()) {
    SayEntries(*told, *line);
  }
  return 0;
}

}  // namespace cairn::cli::dvc
