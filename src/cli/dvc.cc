#include "cli/dvc.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>

#include "cli/data_transfer.h"
#include "cli/dvc/line.h"
#include "cli/here.h"
#include "ground/os/clock.h"
#include "ground/os/file_lock.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/dvc_folder.h"
#include "loop/repository/collection.h"
#include "loop/repository/import.h"
#include "loop/repository/pull.h"

namespace cairn::cli {
namespace {

using dvc::Line;
using dvc::Option;
using dvc::ReadLine;
using repository::Change;
using repository::Level;
using repository::TransferReport;
using Words = std::span<const std::string>;

constexpr int kFailed = 1, kSettings = 251, kNoRepository = 253, kUsage = 254, kOther = 255;

/// The words of DVC that scripts read, on its streams.
void Say(const std::string& line) { std::printf("%s\n", line.c_str()); }
int Fail(int code, const std::string& sentence) {
  std::fprintf(stderr, "ERROR: %s\n", sentence.c_str());
  return code;
}
void Warn(const std::string& sentence) { std::fprintf(stderr, "WARNING: %s\n", sentence.c_str()); }
int Usage(const Error& error) { return Fail(kUsage, error.message); }

/// "2 files fetched and 1 file added"; "" when there is nothing to tell.
std::string Summary(const std::vector<std::pair<std::size_t, std::string>>& counts) {
  std::vector<std::string> parts;
  for (const auto& [count, verb] : counts) {
    if (count > 0) parts.push_back(std::to_string(count) + (count > 1 ? " files " : " file ") + verb);
  }
  if (parts.size() < 2) return parts.empty() ? "" : parts.front();
  const std::string last = parts.back();
  parts.pop_back();
  return Join(parts, ", ") + " and " + last;
}

/// The repository, or DVC's way of saying that there is none or that its settings are wrong.
Result<Here> Open(int& code) {
  auto here = RepositoryHere();
  if (here) return here;
  if (here.error().reason == Reason::NotFound) {
    code = Fail(kNoRepository, "you are not inside of a DVC repository (checked up to mount point '/')");
  } else {
    code = Fail(kSettings, "configuration error - config file error: " + here.error().message);
  }
  return here;
}

constexpr Option kTransfer[] = {{"r", "remote", true}, {"j", "jobs", true},   {"a", "all-branches"},
                                {"T", "all-tags"},     {"A", "all-commits"},  {"d", "with-deps"},
                                {"f", "force"},        {"R", "recursive"},    {"", "no-run-cache"},
                                {"c", "cloud"},        {"", "allow-missing"}, {"", "json"}};

Result<TransferWish> WishOf(const Line& line) {
  TransferWish wish;
  wish.scope.branches = line.Has("all-branches");
  wish.scope.tags = line.Has("all-tags");
  wish.scope.commits = line.Has("all-commits");
  wish.targets = line.rest;
  wish.remote = line.Text("remote");
  wish.with_deps = line.Has("with-deps");
  wish.quiet = line.Has("quiet");
  if (line.Has("jobs"))
    wish.jobs = static_cast<unsigned>(std::max<std::int64_t>(1, CAIRN_TRY(ParseInt(line.Text("jobs")))));
  return wish;
}

void WarnOfMissing(const TransferReport& report) {
  if (report.missing.empty()) return;
  std::string names;
  for (const auto& object : report.missing) names += "\nmd5: " + object.id.md5;
  Warn("Some of the cache files do not exist neither locally nor on remote. Missing cache files:" + names);
}

void NameFailures(const TransferReport& report) {
  for (const auto& failure : report.failed)
    std::fprintf(stderr, "ERROR: failed to transfer '%s' - %s\n", failure.object.id.md5.c_str(),
                 failure.error.message.c_str());
}

/// What a line asks to be moved, in the repository that it was given in.
struct Order {
  Here here;
  Line line;
  TransferWish wish;
};
/// Nothing, with the exit code in `code`, for a line or a repository that is wrong.
std::optional<Order> ReadOrder(Words words, int& code) {
  auto line = ReadLine(words, kTransfer);
  if (!line) {
    code = Usage(line.error());
    return std::nullopt;
  }
  auto here = Open(code);
  if (!here) return std::nullopt;
  auto wish = WishOf(*line);
  if (!wish) {
    code = Usage(wish.error());
    return std::nullopt;
  }
  return Order{*std::move(here), *std::move(line), *std::move(wish)};
}

/// As DVC, which moves nothing then and says so.
bool LacksRemote(const Here& here, const TransferWish& wish) {
  if (!wish.remote.empty() || here.configuration.Find("core", "remote")) return false;
  std::fprintf(stderr, "WARNING: No remote provided and no default remote set.\n");
  return true;
}

int Push(Words words) {
  int code = 0;
  const auto order = ReadOrder(words, code);
  if (!order) return code;
  const auto& [here, line, wish] = *order;
  auto report = LacksRemote(here, wish) ? Result<TransferReport>(TransferReport{})
                                        : Transfer(here, wish, Direction::Push);
  if (!report) return Fail(kFailed, "failed to push data to the cloud - " + report.error().message);
  WarnOfMissing(*report);
  NameFailures(*report);
  if (!report->failed.empty())
    return Fail(kFailed, "failed to push data to the cloud - " + std::to_string(report->failed.size()) +
                             " files failed to upload");
  const std::string summary = Summary({{report->moved, "pushed"}});
  Say(summary.empty() ? "Everything is up to date." : summary);
  return 0;
}

int FetchOrPull(Words words, bool place) {
  int code = 0;
  const std::string failed =
      place ? "failed to pull data from the cloud - " : "failed to fetch data from the cloud - ";
  const auto order = ReadOrder(words, code);
  if (!order) return code;
  const auto& [here, line, wish] = *order;
  auto report = LacksRemote(here, wish) ? Result<TransferReport>(TransferReport{})
                                        : Transfer(here, wish, Direction::Fetch);
  if (!report) return Fail(kFailed, failed + report.error().message);
  WarnOfMissing(*report);
  NameFailures(*report);
  if (!report->failed.empty())
    return Fail(kFailed, failed + std::to_string(report->failed.size()) + " files failed to download");
  repository::PlacedPaths placed;
  if (place) {
    auto workspace = wish;
    workspace.scope = {};
    const auto chosen = ChosenBy(here, workspace);
    if (!chosen) return Fail(kFailed, failed + chosen.error().message);
    auto done = repository::PlaceInWorkspace(
        here.root, here.Cache(), *chosen,
        line.Has("force") ? repository::Unsaved::Overwrite : repository::Unsaved::Refuse);
    if (!done) return Fail(kFailed, failed + done.error().message);
    placed = *std::move(done);
    for (const auto& path : placed.added) Say("A\t" + path);
    for (const auto& path : placed.modified) Say("M\t" + path);
  }
  const std::string summary = Summary(
      {{report->moved, "fetched"}, {placed.added.size(), "added"}, {placed.modified.size(), "modified"}});
  Say(summary.empty() ? "Everything is up to date." : summary);
  if (!placed.failed.empty()) return Fail(kFailed, failed + placed.failed.front().error.message);
  if (placed.missing.empty() || line.Has("allow-missing")) return 0;
  std::string names;
  for (const auto& object : placed.missing) names += "\n" + object.path;
  return Fail(kFailed, failed + "Checkout failed for following targets:" + names +
                           "\nIs your cache up to date?\n<https://error.dvc.org/missing-files>");
}

int Pull(Words words) { return FetchOrPull(words, true); }
int Fetch(Words words) { return FetchOrPull(words, false); }

int NotCovered(const std::string& what) {
  return Fail(kFailed, "'dvc " + what + "' is not covered by Cairn: use DVC for it");
}

int Status(Words words) {
  int code = 0;
  const auto line = ReadLine(words, kTransfer);
  if (!line) return Usage(line.error());
  if (!line->Has("cloud")) return NotCovered("status without --cloud");
  const auto here = Open(code);
  if (!here) return code;
  const auto wish = WishOf(*line);
  if (!wish) return Usage(wish.error());
  const auto chosen = ChosenBy(*here, *wish);
  if (!chosen) return Fail(kOther, chosen.error().message);
  const auto difference = repository::Compare(
      {here->Cache(), here->configuration, *chosen, wish->remote, wish->jobs, false, {}, {}});
  if (!difference) return Fail(kOther, difference.error().message);
  Json items = Json::Object();
  const auto tell = [&](const std::vector<repository::ObjectOfPath>& objects, const std::string& state) {
    for (const auto& object : objects) {
      items.Set(object.path, state);
      if (!line->Has("json") && !line->Has("quiet")) {
        const std::string head = "\t" + state + ":";
        Say(head + std::string(head.size() < 21 ? 21 - head.size() : 1, ' ') + object.path);
      }
    }
  };
  tell(difference->only_here, "new");
  tell(difference->only_there, "deleted");
  tell(difference->missing, "missing");
  if (line->Has("json")) {
    Say(items.Dump());
  } else if (items.members().empty() && !line->Has("quiet")) {
    Say("Cache and remote '" +
        (wish->remote.empty() ? here->configuration.Find("core", "remote").value_or("") : wish->remote) +
        "' are in sync.");
  }
  return line->Has("quiet") && !items.members().empty() ? kFailed : 0;
}

constexpr Option kCollect[] = {{"w", "workspace"},      {"a", "all-branches"},
                               {"T", "all-tags"},       {"A", "all-commits"},
                               {"", "all-experiments"}, {"", "rev", true},
                               {"n", "num", true},      {"", "date", true},
                               {"c", "cloud"},          {"r", "remote", true},
                               {"f", "force"},          {"j", "jobs", true},
                               {"p", "projects", true}, {"", "dry"}};

int Collect(Words words) {
  int code = 0;
  const auto line = ReadLine(words, kCollect);
  if (!line) return Usage(line.error());
  const auto here = Open(code);
  if (!here) return code;
  repository::CollectionOrder order{
      here->root,           here->configuration,     {}, line->All("projects"), line->Has("cloud"),
      line->Text("remote"), os::SystemClock().Now(), 0};
  order.scope.branches = line->Has("all-branches");
  order.scope.tags = line->Has("all-tags");
  order.scope.commits = line->Has("all-commits");
  order.scope.experiments = line->Has("all-experiments");
  order.scope.revisions = line->All("rev");
  if (line->Has("date")) {
    const auto since = ParseTime(line->Text("date"));
    if (!since) return Usage(since.error());
    order.scope.since = *since;
  }
  if (line->Has("num")) {
    const auto back = ParseInt(line->Text("num"));
    if (!back || *back < 1) return Usage({Reason::InvalidArgument, "argument -n/--num: invalid int value"});
    order.scope.back = static_cast<int>(*back);
  }
  order.scope.workspace = line->Has("workspace") || order.scope.NeedsGit();
  if (!order.scope.workspace)
    return Fail(kOther,
                "Either of `-w|--workspace`, `-a|--all-branches`, `-T|--all-tags` `--all-experiments`, "
                "`--all-commits`, "
                "`--date` or `--rev` needs to be set.");
  static_cast<void>(bool(os::MakeFolders(os::JoinPath(here->root, ".dvc/tmp"))));
  const auto lock = os::FileLock::Try(os::JoinPath(here->root, ".dvc/tmp/lock"));
  if (!lock || !*lock)
    return Fail(
        kOther,
        "Unable to acquire lock. Most likely another DVC process is running or was terminated abruptly.");
  const auto plan = repository::PlanCollection(order);
  if (!plan) return Fail(kOther, plan.error().message);
  if (line->Has("dry")) {
    for (const auto& object : plan->freed) Say("Removing " + os::JoinPath(here->Cache(), object.id.Key()));
  } else if (!line->Has("force")) {
    return Fail(kFailed, "nothing was removed: -f agrees to it");
  } else if (const auto done = repository::Collect(order, *plan); !done) {
    return Fail(kOther, done.error().message);
  }
  const auto legacy = static_cast<std::size_t>(
      std::count_if(plan->freed.begin(), plan->freed.end(), [](const auto& one) { return one.id.legacy; }));
  for (const auto& [name, count] :
       {std::pair("local", plan->freed.size() - legacy), std::pair("legacy", legacy)}) {
    Say(count == 0 ? "No unused '" + std::string(name) + "' cache to remove."
                   : "Removed " + std::to_string(count) + " objects from " + name + " cache.");
  }
  if (order.in_remote)
    Say(plan->freed_remote.empty()
            ? "No unused cache to remove from remote."
            : "Removed " + std::to_string(plan->freed_remote.size()) + " objects from remote.");
  return 0;
}

constexpr Option kSource[] = {
    {"o", "out", true}, {"", "rev", true}, {"f", "force"}, {"j", "jobs", true}, {"", "remote", true}};

std::string OutOf(const Line& line) {
  std::string path = line.rest[1];
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  const std::string out = line.Text("out"), name = os::BaseName(path);
  if (out.empty()) return name;
  return os::IsFolder(out) ? os::JoinPath(out, name) : out;
}

repository::SourceOrder SourceOf(const Line& line) {
  return {line.rest[0], line.rest[1], line.Text("rev"), line.Text("remote"), 0, {}, {}};
}

int Get(Words words) {
  const auto line = ReadLine(words, kSource);
  if (!line) return Usage(line.error());
  if (line->rest.size() != 2)
    return Usage({Reason::InvalidArgument, "the following arguments are required: url, path"});
  const auto folder = os::WorkingFolder();
  const std::string out = os::JoinPath(folder ? *folder : ".", OutOf(*line));
  if (line->Has("force")) static_cast<void>(bool(os::RemoveTree(out)));
  const auto done = repository::Get(SourceOf(*line), out);
  return done ? 0 : Fail(kFailed, "failed to get '" + line->rest[1] + "' - " + done.error().message);
}

int Import(Words words) {
  int code = 0;
  const auto line = ReadLine(words, kSource);
  if (!line) return Usage(line.error());
  if (line->rest.size() != 2)
    return Usage({Reason::InvalidArgument, "the following arguments are required: url, path"});
  const auto here = Open(code);
  if (!here) return code;
  const std::string out = OutOf(*line);
  Say("Importing '" + line->rest[1] + " (" + line->rest[0] + ")' -> '" + out + "'");
  const auto done =
      repository::Import(here->root, here->configuration, SourceOf(*line), here->FromRoot(out),
                         line->Has("force") ? repository::Existing::Replace : repository::Existing::Keep);
  return done ? 0
              : Fail(kFailed, "failed to import '" + line->rest[1] + "' from '" + line->rest[0] + "'. - " +
                                  done.error().message);
}

constexpr Option kUpdate[] = {{"", "rev", true}, {"j", "jobs", true}};

int Update(Words words) {
  int code = 0;
  const auto line = ReadLine(words, kUpdate);
  if (!line) return Usage(line.error());
  if (line->rest.empty())
    return Usage({Reason::InvalidArgument, "the following arguments are required: targets"});
  const auto here = Open(code);
  if (!here) return code;
  for (const auto& target : here->FromRoot(line->rest)) {
    const auto done =
        repository::Update(here->root, here->configuration,
                           target.ends_with(".dvc") ? target : target + ".dvc", line->Text("rev"));
    if (!done) return Fail(kFailed, "failed update data - " + done.error().message);
  }
  return 0;
}

constexpr Option kLevelled[] = {{"", "global"},   {"", "system"}, {"", "project"}, {"", "local"},
                                {"d", "default"}, {"f", "force"}, {"u", "unset"},  {"l", "list"}};

Level LevelOf(const Line& line) {
  return line.Has("local")    ? Level::Local
         : line.Has("global") ? Level::Global
         : line.Has("system") ? Level::System
                              : Level::Repository;
}

int ChangeAll(const Line& line, const std::vector<Change>& changes) {
  const auto root = RootHere();
  const auto done = repository::ChangeSettings(root ? *root : "", LevelOf(line), changes);
  return done ? 0 : Fail(kSettings, "configuration error - config file error: " + done.error().message);
}

int AddRemote(const Line& line) {
  if (line.rest.size() != 2)
    return Usage({Reason::InvalidArgument, "the following arguments are required: name, url"});
  const std::string name = LowerAscii(line.rest[0]), section = "remote." + name;
  const auto root = RootHere();
  std::vector<Change> changes;
  if (const auto settings = repository::SettingsAt(root ? *root : "", LevelOf(line))) {
    const bool there = std::any_of(settings->begin(), settings->end(),
                                   [&](const auto& one) { return one.section == section; });
    if (there && !line.Has("force"))
      return Fail(kSettings, "configuration error - config file error: remote '" + name +
                                 "' already exists. Use `-f|--force` to overwrite it.");
    if (there) changes.push_back({section, "", std::nullopt});
  }
  changes.push_back({section, "url", line.rest[1]});
  if (line.Has("default")) {
    changes.push_back({"core", "remote", name});
    Say("Setting '" + name + "' as a default remote.");
  }
  return ChangeAll(line, changes);
}

int ListRemotes(const Here& here) {
  const std::string chosen = LowerAscii(here.configuration.Find("core", "remote").value_or(""));
  for (const auto& name : here.configuration.Remotes()) {
    const auto remote = here.configuration.Remote(name);
    Say(name + "\t" + (remote ? remote->url : "") + (name == chosen ? "\t(default)" : ""));
  }
  return 0;
}

int DefaultRemote(const Here& here, const Line& line) {
  if (line.Has("unset"))
    return here.configuration.Find("core", "remote") ? ChangeAll(line, {{"core", "remote", std::nullopt}})
                                                     : 0;
  if (line.rest.empty()) {
    const auto name = here.configuration.Find("core", "remote");
    Say(name ? *name : "No default remote set");
    return name ? 0 : kFailed;
  }
  if (!here.configuration.Remote(line.rest[0]))
    return Fail(kSettings,
                "configuration error - config file error: default remote must be present in remote list.");
  return ChangeAll(line, {{"core", "remote", LowerAscii(line.rest[0])}});
}

int RemoveRemote(const Here& here, const Line& line) {
  if (line.rest.size() != 1)
    return Usage({Reason::InvalidArgument, "the following arguments are required: name"});
  const std::string name = LowerAscii(line.rest[0]);
  std::vector<Change> changes{{"remote." + name, "", std::nullopt}};
  const auto own = repository::SettingsAt(here.root, LevelOf(line));
  if (own && std::any_of(own->begin(), own->end(), [&](const auto& one) {
        return one.section == "core" && one.key == "remote" && LowerAscii(one.value) == name;
      }))
    changes.push_back({"core", "remote", std::nullopt});
  return ChangeAll(line, changes);
}

int Remote(Words words) {
  int code = 0;
  if (words.empty()) return Usage({Reason::InvalidArgument, "the following arguments are required: cmd"});
  const auto line = ReadLine(words.subspan(1), kLevelled);
  if (!line) return Usage(line.error());
  const std::string& what = words[0];
  if (what == "add") return AddRemote(*line);
  const auto here = Open(code);
  if (!here) return code;
  if (what == "list") return ListRemotes(*here);
  if (what == "default") return DefaultRemote(*here, *line);
  if (what == "remove") return RemoveRemote(*here, *line);
  if (what != "modify") return NotCovered("remote " + what);
  if (line->rest.size() < 2)
    return Usage({Reason::InvalidArgument, "the following arguments are required: name, option"});
  if (!here->configuration.Remote(line->rest[0]))
    return Fail(kSettings,
                "configuration error - config file error: remote '" + line->rest[0] + "' doesn't exist.");
  std::optional<std::string> value;
  if (!line->Has("unset")) value = line->rest.size() > 2 ? line->rest[2] : "";
  return ChangeAll(*line, {{"remote." + line->rest[0], line->rest[1], value}});
}

int Config(Words words) {
  const auto line = ReadLine(words, kLevelled);
  if (!line) return Usage(line.error());
  const auto root = RootHere();
  const auto configuration = repository::Configuration::Read(root ? *root : "");
  if (line->rest.empty() || line->Has("list"))
    return line->Has("list") ? NotCovered("config --list") : Fail(kFailed, "name argument is required");
  const std::string& name = line->rest[0];
  const auto dot = name.rfind('.');
  if (dot == std::string::npos)
    return Usage({Reason::InvalidArgument,
                  "argument name: name argument should look like remote.name.option or db.name.option or "
                  "section.option"});
  const std::string section = LowerAscii(name.substr(0, dot)), key = LowerAscii(name.substr(dot + 1));
  if (line->Has("unset")) return ChangeAll(*line, {{section, key, std::nullopt}});
  if (line->rest.size() > 1) return ChangeAll(*line, {{section, key, line->rest[1]}});
  if (!configuration)
    return Fail(kSettings, "configuration error - config file error: " + configuration.error().message);
  if (const auto value = configuration->Find(section, key)) Say(*value);
  return 0;
}

int Root(Words) {
  int code = 0;
  const auto here = Open(code);
  if (!here) return code;
  std::string up;
  for (const char c : here->prefix) up += c == '/' ? "../" : "";
  Say(up.empty() ? "." : up.substr(0, up.size() - 1));
  return 0;
}

constexpr Option kInit[] = {{"", "no-scm"}, {"f", "force"}, {"", "subdir"}};

int Init(Words words) {
  const auto line = ReadLine(words, kInit);
  if (!line) return Usage(line.error());
  if (line->Has("subdir") || line->Has("force")) return NotCovered("init --subdir or --force");
  const auto here = os::WorkingFolder();
  const std::string folder = here ? *here : ".";
  if (os::Exists(os::JoinPath(folder, ".dvc")))
    return Fail(kFailed, "failed to initiate DVC - '.dvc' exists. Use `-f` to force.");
  const bool git = os::Exists(os::JoinPath(folder, ".git"));
  if (git == line->Has("no-scm"))
    return git ? NotCovered("init --no-scm inside git")
               : Fail(kFailed, "failed to initiate DVC - " + folder +
                                   " is not tracked by any supported SCM tool (e.g. Git). Use `--no-scm` "
                                   "if you don't want to use any SCM or `--subdir` if initializing inside a "
                                   "subdirectory of a parent SCM repository.");
  const auto made = pipeline::MakeDvcFolder(folder);
  if (!made) return Fail(kFailed, "failed to initiate DVC - " + made.error().message);
  Say("Initialized DVC repository.");
  if (git) Say("\nYou can now commit the changes to git.");
  return 0;
}

using Run = int (*)(Words);
const std::map<std::string, Run, std::less<>>& Covered() {
  static const std::map<std::string, Run, std::less<>> commands = {
      {"push", Push},     {"pull", Pull},     {"fetch", Fetch},   {"status", Status},
      {"gc", Collect},    {"get", Get},       {"import", Import}, {"update", Update},
      {"remote", Remote}, {"config", Config}, {"root", Root},     {"init", Init}};
  return commands;
}

constexpr std::string_view kOthers[] = {
    "add",       "artifacts",   "cache",      "check-ignore", "checkout", "commit",    "completion",
    "daemon",    "dag",         "data",       "dataset",      "ds",       "destroy",   "diff",
    "du",        "experiments", "exp",        "freeze",       "unfreeze", "get-url",   "git-hook",
    "import-db", "test-db",     "import-url", "install",      "list",     "ls",        "list-url",
    "ls-url",    "metrics",     "move",       "mv",           "params",   "plots",     "queue",
    "remove",    "rm",          "repro",      "stage",        "studio",   "unprotect", "version",
    "doctor"};

}  // namespace

int RunDvc(Words words) {
  if (words.empty()) return Usage({Reason::InvalidArgument, "the following arguments are required: command"});
  const auto command = Covered().find(words[0]);
  if (command != Covered().end()) return command->second(words.subspan(1));
  if (std::find(std::begin(kOthers), std::end(kOthers), words[0]) != std::end(kOthers))
    return NotCovered(words[0]);
  return Usage({Reason::InvalidArgument, "argument command: invalid choice: '" + words[0] + "'"});
}

}  // namespace cairn::cli
