#include "loop/ci/change.h"

#include <algorithm>
#include <map>
#include <set>

#include "ground/os/files.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/dvc_folder.h"
#include "loop/pipeline/lock.h"
#include "loop/pipeline/path_pattern.h"
#include "loop/repository/objects.h"
#include "loop/sweep/copy.h"
#include "loop/sweep/git.h"

namespace cairn::ci {
namespace {

using sweep::Git;

bool EndsIn(std::string_view path, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return path.ends_with(ending); });
}

/// What the project says that its files are.
struct Roles {
  std::set<std::string> params;
  std::vector<std::string> data;  ///< Paths of data sets.
  /// Data sets by the files that their contracts stand in.
  std::multimap<std::string, std::string> contracts;
};

Kind KindOf(const std::string& path, const Roles& roles) {
  const std::string name = os::BaseName(path);
  const bool data = std::any_of(roles.data.begin(), roles.data.end(),
                                [&](const auto& folder) { return pipeline::FitsPattern(path, folder); });
  if (data || roles.contracts.contains(path) ||
      EndsIn(path, {".dvc", ".csv", ".tsv", ".parquet", ".jsonl", ".ndjson", ".arrow", ".feather"}))
    return Kind::Data;
  if (roles.params.contains(path) || name == "dvc.yaml" || name == "dvc.lock" || name == "cairn.lock" ||
      EndsIn(path,
             {".onnx", ".pkl", ".pickle", ".joblib", ".pt", ".pth", ".h5", ".keras", ".safetensors", ".ubj"}))
    return Kind::Model;
  if (EndsIn(path, {".md", ".rst", ".png", ".svg", ".jpg"}) || name == "LICENSE" || name == ".gitignore" ||
      name == ".dvcignore" || name == "cairn.yaml")
    return Kind::None;
  return Kind::Code;
}

/// cairn.yaml, of which each section is about something else.
void CompareConfigurations(const Json& was, const Json& is, Change& change) {
  const auto differs = [&](std::string_view section) { return !(was.At(section) == is.At(section)); };
  for (const auto& [dataset, now] : is.At("data").members()) {
    if (!(now == was.At("data").At(dataset))) change.contracts.push_back(dataset);
  }
  if (differs("data")) change.files.push_back({"cairn.yaml", Kind::Data});
  if (differs("gates") || differs("model") || differs("serving"))
    change.files.push_back({"cairn.yaml", Kind::Model});
  if (differs("pipeline") || differs("ci")) change.files.push_back({"cairn.yaml", Kind::Code});
}

Json ConfigurationIn(const std::string& text) {
  const auto root = ParseYaml(text, "cairn.yaml");
  return root && root->IsMap() ? root->ToJson() : Json::Object();
}

Result<Roles> RolesIn(const std::string& project) {
  Roles roles;
  if (os::Exists(os::JoinPath(project, "dvc.yaml"))) {
    const auto definition = CAIRN_TRY(pipeline::ReadDefinition(project));
    for (const auto& stage : definition.stages) {
      for (const auto& params : stage.params) roles.params.insert(params.file);
    }
    roles.params.insert(definition.sources.begin(), definition.sources.end());
  }
  const auto text = os::ReadFile(os::JoinPath(project, "cairn.yaml"), 16 << 20);
  const Json configuration = text ? ConfigurationIn(*text) : Json::Object();
  for (const auto& [dataset, specification] : configuration.At("data").members()) {
    if (!specification.Text("path").empty()) roles.data.push_back(specification.Text("path"));
    const Json& contract = specification.At("contract");
    const std::string file = contract.IsString() ? contract.AsString() : contract.Text("file");
    if (!file.empty()) roles.contracts.emplace(file, dataset);
  }
  return roles;
}

Result<Json> ValuesThen(const Change& change, const std::string& file) {
  const std::string text = CAIRN_TRY(FileAt(change, file));
  return CAIRN_TRY(ParseYaml(text, file)).ToJson();
}

}  // namespace

bool Change::Touches(Kind kind) const {
  return std::any_of(files.begin(), files.end(), [&](const ChangedFile& file) { return file.kind == kind; });
}

bool Change::Concerns(const Test& test, Kind kind) const {
  if (test.when.empty()) return Touches(kind);
  return std::any_of(files.begin(), files.end(), [&](const ChangedFile& file) {
    return std::any_of(test.when.begin(), test.when.end(),
                       [&](const std::string& pattern) { return pipeline::FitsPattern(file.path, pattern); });
  });
}

Result<Change> ChangeAgainst(const std::string& folder, const std::string& base) {
  Change change;
  change.project = CAIRN_TRY(os::RealPath(folder));
  change.base = base;
  if (!Git(change.project, {"rev-parse", "--show-toplevel"}))
    return Error{
        Reason::Unsupported,
        "'" + change.project + "' is in no git repository: there is nothing to hold a change against"};
  const auto known = Git(change.project, {"rev-parse", "--verify", "--quiet", base + "^{commit}"});
  if (!known)
    return Error{Reason::NotFound, "git knows no '" + base +
                                       "': fetch it, or name the target branch with --base or as ci.base in "
                                       "cairn.yaml"};
  const auto parted = Git(change.project, {"merge-base", base, "HEAD"});
  change.commit = std::string(Trim(parted ? *parted : *known));
  const Roles roles = CAIRN_TRY(RolesIn(change.project));
  std::set<std::string> paths;
  for (const auto& words : {std::vector<std::string>{"diff", "--name-only", "-z", "--no-renames",
                                                     "--relative", change.commit, "--", "."},
                            std::vector<std::string>{"ls-files", "-z", "--others", "--exclude-standard"}}) {
    const std::string listed = CAIRN_TRY(Git(change.project, words));
    for (const auto path : Split(listed, '\0')) {
      if (!path.empty()) paths.emplace(path);
    }
  }
  for (const auto& path : paths) {
    const Kind kind = KindOf(path, roles);
    if (path != "cairn.yaml") {
      change.files.push_back({path, kind});
      const auto [first, last] = roles.contracts.equal_range(path);
      for (auto at = first; at != last; ++at) change.contracts.push_back(at->second);
      continue;
    }
    const auto was = FileAt(change, path), is = os::ReadFile(os::JoinPath(change.project, path), 16 << 20);
    const std::size_t before = change.files.size();
    CompareConfigurations(ConfigurationIn(was ? *was : ""), ConfigurationIn(is ? *is : ""), change);
    if (change.files.size() == before) change.files.push_back({path, Kind::None});
  }
  return change;
}

Result<std::string> FileAt(const Change& change, const std::string& path) {
  auto text = Git(change.project, {"show", change.commit + ":./" + path});
  if (text) return text;
  return Error{Reason::NotFound, "'" + path + "' was not there at " + change.commit.substr(0, 12)};
}

Result<std::string> OutputAt(const Change& change, const std::string& path) {
  auto text = FileAt(change, path);
  const auto locked = text ? Result<std::string>("") : FileAt(change, "dvc.lock");
  if (text || !locked) return text;
  const repository::Objects objects(pipeline::CacheOf(pipeline::DvcRootOf(change.project)));
  const auto lock = CAIRN_TRY(pipeline::ParseLock(*locked));
  for (const auto& stage : lock.stages) {
    for (const auto& out : stage.outs) {
      if (path != out.path && !path.ends_with("/" + out.path)) continue;
      return os::ReadFile(objects.PathOf(out.md5), 64 << 20);
    }
  }
  return text;
}

Json FiguresThen(const Change& change, const pipeline::Definition& definition) {
  Json metrics = Json::Object();
  for (const auto& stage : definition.stages) {
    for (const auto& out : stage.outs) {
      const auto text = out.metric ? OutputAt(change, out.path) : Result<std::string>("");
      const auto values = text ? ParseYaml(*text, out.path) : Result<Node>(text.error());
      if (out.metric && values) metrics.Set(out.path, values->ToJson());
    }
  }
  return sweep::FiguresOf(metrics);
}

Json ParamsThen(const Change& change, const pipeline::Definition& definition) {
  return sweep::ParamsOf(definition, [&](const std::string& file) { return ValuesThen(change, file); });
}

std::vector<Difference> DifferencesOf(const Json& was, const Json& is) {
  std::vector<Difference> differences;
  for (const auto& [name, value] : was.members()) {
    const Json* now = is.Find(name);
    if (!now || !(*now == value)) differences.push_back({name, value, now ? *now : Json()});
  }
  for (const auto& [name, value] : is.members()) {
    if (!was.Find(name)) differences.push_back({name, Json(), value});
  }
  return differences;
}

}  // namespace cairn::ci
