#include "loop/pipeline/lock.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/lock_scalar.h"

namespace cairn::pipeline {
namespace {

constexpr std::string_view kFile = "dvc.lock", kOwnFile = "cairn.lock";
constexpr std::uint64_t kLongestFile = 256 << 20;

Error WrongAt(const Node& node, std::string_view what) {
  return {Reason::InvalidArgument,
          node.Where() + ": " + std::string(what) + "; restore dvc.lock from git or delete it and run again"};
}

Result<LockedPath> ReadPath(const Node& node) {
  if (!node.IsMap() || !node.Find("path")) return WrongAt(node, "an entry without a path");
  const Json json = node.ToJson();
  LockedPath path;
  path.path = node.Find("path")->text();
  if (json.At("size").IsInt()) path.size = static_cast<std::uint64_t>(json.Int("size"));
  path.executable = json.Bool("isexec");
  for (const char* told_by : {"md5", "etag", "checksum"}) {
    const Node* digest = node.Find(told_by);
    if (!digest || digest->IsNull()) continue;
    path.md5 = digest->text();
    path.told_by = told_by;
    break;
  }
  if (json.At("nfiles").IsInt()) path.nfiles = json.Int("nfiles");
  return path;
}

Result<LockedStage> ReadStage(const std::string& name, const Node& node) {
  if (!node.IsMap()) return WrongAt(node, "stage '" + name + "' is no map");
  LockedStage stage;
  stage.name = name;
  if (const Node* cmd = node.Find("cmd"); cmd && !cmd->IsNull()) {
    if (cmd->IsMap()) return WrongAt(*cmd, "the command of stage '" + name + "' is no text");
    stage.cmd = cmd->IsList() ? cmd->ToJson() : Json(cmd->text());
  }
  for (const auto& [key, list] : {std::pair{"deps", &stage.deps}, std::pair{"outs", &stage.outs}}) {
    const Node* found = node.Find(key);
    if (!found) continue;
    for (const Node& item : found->items()) list->push_back(CAIRN_TRY(ReadPath(item)));
  }
  if (const Node* params = node.Find("params")) {
    for (const auto& entry : params->entries())
      stage.params.emplace_back(entry.key, entry.value.ToJson().members());
  }
  return stage;
}

std::size_t CharactersIn(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// `key:`; one that is too long for YAML to see it on one line with its colon stands on a line of its own.
std::string KeyText(const std::string& indent, const std::string& key) {
  constexpr std::size_t kLongest = 1000;
  const std::string text = LockScalar(Json(key), {0, 0, false});
  return text.size() > kLongest ? indent + "? " + text + "\n" + indent + ":" : indent + text + ":";
}

/// Writes entries as DVC's writer lays them out: a list's dashes stand under its key, and long texts go over
/// several lines unless each is to stand on one.
class LockWriter {
 public:
  /// `indent` is where the members of a stage stand.
  LockWriter(std::string& out, std::string indent, bool folds)
      : out_(out), indent_(std::move(indent)), folds_(folds) {}

  /// `key: value` and what follows.
  void Entry(const std::string& indent, const std::string& key, const Json& value) {
    const std::string head = KeyText(indent, key);
    out_ += head;
    if (value.IsArray() && !value.items().empty()) {
      out_ += "\n";
      List(indent, value);
    } else if (value.IsObject() && !value.members().empty()) {
      out_ += "\n";
      Map(indent + "  ", value);
    } else if (value.IsNull()) {
      out_ += "\n";
    } else {
      const std::size_t column = indent.size() + CharactersIn(std::string_view(head).substr(indent.size()));
      Scalar(value, {column + 1, indent.size() + 2, folds_});
    }
  }

  void Paths(std::string_view key, const std::vector<LockedPath>& paths) {
    if (paths.empty()) return;
    const std::string inner = indent_ + "  ";
    out_ += indent_ + std::string(key) + ":\n";
    for (const auto& path : paths) {
      out_ += indent_ + "- path:";
      Scalar(path.path, {inner.size() + 6, inner.size() + 2, folds_});
      if (path.md5.empty()) continue;
      out_ += inner + "hash: md5\n" + inner + path.told_by + ":";
      Scalar(path.md5, {inner.size() + path.told_by.size() + 2, inner.size() + 2, folds_});
      if (path.size) out_ += inner + "size: " + std::to_string(*path.size) + "\n";
      if (path.nfiles) out_ += inner + "nfiles: " + std::to_string(*path.nfiles) + "\n";
      if (path.executable) out_ += inner + "isexec: true\n";
    }
  }

 private:
  /// Behind what stands on the line, and to its end.
  void Scalar(const Json& value, const ScalarPlace& place) {
    if (value.IsArray() || value.IsObject()) {
      out_ += value.IsArray() ? " []\n" : " {}\n";
    } else {
      out_ += " " + LockScalar(value, place) + "\n";
    }
  }
  void Map(const std::string& indent, const Json& value) {
    for (const auto& [name, member] : value.members()) Entry(indent, name, member);
  }
  void List(const std::string& indent, const Json& value) {
    const std::string inner = indent + "  ";
    for (const Json& item : value.items()) {
      const std::size_t begin = out_.size();
      if (item.IsArray() && !item.items().empty()) {
        List(inner, item);
      } else if (item.IsObject() && !item.members().empty()) {
        Map(inner, item);
      } else {
        out_ += indent + "-";
        Scalar(item, {inner.size(), inner.size(), folds_});
        continue;
      }
      // Its first line begins behind the dash.
      out_[begin + indent.size()] = '-';
    }
  }

  std::string& out_;
  const std::string indent_;
  const bool folds_;
};

double NumberOf(const Json& value) { return value.IsBool() ? (value.AsBool() ? 1 : 0) : value.AsDouble(); }

const LockedPath* FindIn(const std::vector<LockedPath>& paths, std::string_view path) {
  const auto found =
      std::find_if(paths.begin(), paths.end(), [&](const LockedPath& one) { return one.path == path; });
  return found == paths.end() ? nullptr : &*found;
}

/// The members of a stage's entry.
void DumpMembers(std::string& out, const LockedStage& stage, const std::string& indent, bool folds) {
  LockWriter writer(out, indent, folds);
  if (!stage.cmd.IsNull()) writer.Entry(indent, "cmd", stage.cmd);
  writer.Paths("deps", stage.deps);
  if (!stage.params.empty()) {
    out += indent + "params:\n";
    for (const auto& [file, values] : stage.params) {
      Json members = Json::Object();
      for (const auto& [key, value] : values) members.Set(key, value);
      writer.Entry(indent + "  ", file, members);
    }
  }
  writer.Paths("outs", stage.outs);
}

/// A stage's entry in dvc.lock.
void DumpStage(std::string& out, const LockedStage& stage, bool folds = true) {
  out += KeyText("  ", stage.name) + "\n";
  const std::size_t begun = out.size();
  DumpMembers(out, stage, "    ", folds);
  if (out.size() == begun) out.replace(begun - 1, 1, " {}\n");
}

/// What tells one entry of a stage from another.
std::string DigestOf(const LockedStage& stage) {
  std::string text;
  DumpStage(text, stage, /*folds=*/false);
  return crypto::Md5Hex(text);
}

/// A stage's entry in cairn.lock.
void DumpEnvironment(std::string& out, const LockedStage& stage) {
  constexpr ScalarPlace kHere{0, 0, false};
  out += KeyText("  ", stage.name) + "\n    of: " + LockScalar(Json(DigestOf(stage)), kHere) + "\n";
  if (!stage.call.empty()) out += "    call: " + LockScalar(Json(stage.call), kHere) + "\n";
  if (stage.environment.empty()) return;
  out += "    environment:\n";
  for (const auto& [file, md5] : stage.environment)
    out += KeyText("      ", file) + " " + LockScalar(Json(md5), kHere) + "\n";
}

}  // namespace

const LockedPath* LockedStage::FindDep(std::string_view path) const { return FindIn(deps, path); }
const LockedPath* LockedStage::FindOut(std::string_view path) const { return FindIn(outs, path); }

const LockedStage* Lock::Find(std::string_view name) const {
  if (places_.size() != stages.size()) {
    places_.clear();
    for (std::size_t i = 0; i < stages.size(); ++i) places_[stages[i].name] = i;
  }
  const auto found = places_.find(std::string(name));
  return found == places_.end() ? nullptr : &stages[found->second];
}

LockedStage* Lock::Find(std::string_view name) {
  return const_cast<LockedStage*>(static_cast<const Lock*>(this)->Find(name));
}

void Lock::Put(LockedStage stage) {
  if (LockedStage* one = Find(stage.name)) {
    *one = std::move(stage);
    return;
  }
  places_[stage.name] = stages.size();
  stages.push_back(std::move(stage));
}

Result<Lock> ReadLock(const std::string& project) {
  const auto text = os::ReadFile(os::JoinPath(project, kFile), kLongestFile);
  if (text) return ParseLock(*text);
  if (text.error().reason == Reason::NotFound) return Lock();
  return text.error();
}

Result<Lock> ParseLock(std::string_view text) {
  const Node root = CAIRN_TRY(ParseYaml(text, kFile));
  if (root.IsNull()) return Lock();
  const Node* schema = root.Find("schema");
  if (!root.IsMap() || !schema || schema->text() != "2.0")
    return WrongAt(root, "this is no lock file of schema '2.0'");
  Lock lock;
  if (const Node* stages = root.Find("stages")) {
    for (const auto& entry : stages->entries())
      lock.stages.push_back(CAIRN_TRY(ReadStage(entry.key, entry.value)));
  }
  return lock;
}

std::string DumpLock(const Lock& lock) {
  std::string out = "schema: '2.0'\nstages:\n";
  for (const auto& stage : lock.stages) DumpStage(out, stage);
  return out;
}

std::string DumpEntry(const LockedStage& stage) {
  std::string out;
  DumpMembers(out, stage, "", /*folds=*/true);
  return out;
}

Result<LockedStage> ParseEntry(std::string_view text) {
  return ReadStage("", CAIRN_TRY(ParseYaml(text, "an entry of the run cache")));
}

Result<> AddEnvironments(std::string_view text, Lock& lock) {
  const Node root = CAIRN_TRY(ParseYaml(text, kOwnFile));
  const Node* stages = root.Find("stages");
  if (!root.IsMap() || !stages || !root.Find("schema") || root.Find("schema")->text() != "1.0") {
    return Error{
        Reason::InvalidArgument,
        root.Where() + ": this is no lock file of schema '1.0'; restore cairn.lock from git or delete it"};
  }
  for (const auto& [name, mark, node] : stages->entries()) {
    LockedStage* stage = lock.Find(name);
    const Node *of = node.Find("of"), *files = node.Find("environment");
    if (!stage || !of || of->text() != DigestOf(*stage)) continue;
    if (const Node* call = node.Find("call")) stage->call = call->text();
    if (!files) continue;
    for (const auto& [file, place, md5] : files->entries()) stage->environment.emplace_back(file, md5.text());
  }
  return Done{};
}

std::string DumpEnvironments(const Lock& lock) {
  std::string out;
  for (const auto& stage : lock.stages) {
    if (stage.environment.empty() && stage.call.empty()) continue;
    DumpEnvironment(out, stage);
  }
  if (out.empty()) return out;
  return "# Written by `cairn run`, beside dvc.lock: what each stage's environment and calls were when it "
         "last ran.\n"
         "schema: '1.0'\nstages:\n" +
         out;
}

Result<> WriteLock(const std::string& project, const Lock& lock) {
  return os::WriteFileAtomically(os::JoinPath(project, kFile), DumpLock(lock));
}

bool EqualParams(const Json& a, const Json& b) {
  const auto numeric = [](const Json& value) { return value.IsNumber() || value.IsBool(); };
  if (numeric(a) && numeric(b)) return NumberOf(a) == NumberOf(b);
  if (a.kind() != b.kind()) return false;
  if (a.IsArray()) {
    return std::equal(a.items().begin(), a.items().end(), b.items().begin(), b.items().end(), EqualParams);
  }
  if (!a.IsObject()) return a == b;
  if (a.members().size() != b.members().size()) return false;
  return std::all_of(a.members().begin(), a.members().end(), [&](const Json::Member& member) {
    const Json* other = b.Find(member.first);
    return other && EqualParams(member.second, *other);
  });
}

}  // namespace cairn::pipeline
