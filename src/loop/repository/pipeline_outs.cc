#include "loop/repository/pipeline_outs.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/reserved.h"

namespace cairn::repository {
namespace {

constexpr std::string_view kTemplate = "${";

/// An out as dvc.yaml declares it.
struct Declared {
  std::string path = {};  ///< As written; may hold templates.
  bool cached = true, pushed = true;
  std::string remote = {};
};

bool HasTemplate(std::string_view text) { return text.find(kTemplate) != std::string_view::npos; }

/// Whether `text` is what `pattern` can become when each `${…}` in it stands for any text.
bool CouldBecome(std::string_view pattern, std::string_view text) {
  const auto begin = pattern.find(kTemplate);
  if (begin == std::string_view::npos) return pattern == text;
  const auto end = pattern.find('}', begin);
  if (end == std::string_view::npos || !text.starts_with(pattern.substr(0, begin))) return false;
  for (std::size_t skipped = begin; skipped <= text.size(); ++skipped) {
    if (CouldBecome(pattern.substr(end + 1), text.substr(skipped))) return true;
  }
  return false;
}

Result<Declared> ReadDeclared(const Node& item) {
  Declared declared;
  if (item.IsScalar()) {
    declared.path = item.text();
    return declared;
  }
  if (!item.IsMap() || item.entries().size() != 1)
    return WrongAt(item, "an output is a path, or a path with its settings");
  const Node& settings = item.entries().front().value;
  declared.path = item.entries().front().key;
  // A plot may have several looks; what keeps it stands in the first.
  const Node& flags = settings.IsList() && !settings.items().empty() ? settings.items().front() : settings;
  declared.cached = CAIRN_TRY(TruthAt(flags, "cache", true));
  declared.pushed = CAIRN_TRY(TruthAt(flags, "push", true));
  declared.remote = CAIRN_TRY(TextAt(flags, "remote"));
  return declared;
}

Result<> CheckNotReserved(const Node& at, const std::string& path) {
  const auto part = ReservedPart(path);
  if (part.empty()) return Done{};
  return WrongAt(at,
                 "'" + path + "' lies in '" + std::string(part) +
                     "', into which no data is put: correct the path, or take the output out of this file");
}

Result<std::vector<Declared>> DeclaredIn(const Node& stage) {
  std::vector<Declared> all;
  for (const char* key : {"outs", "metrics", "plots"}) {
    const Node* list = stage.Find(key);
    if (!list || list->IsNull()) continue;
    if (!list->IsList()) return WrongAt(*list, "'" + std::string(key) + "' is a list of paths");
    for (const Node& item : list->items()) all.push_back(CAIRN_TRY(ReadDeclared(item)));
  }
  return all;
}

/// One stage of dvc.yaml and the runs of it that dvc.lock knows.
class StageOuts {
 public:
  StageOuts(std::string name, const Node& stage, const std::string& file)
      : name_(std::move(name)), stage_(stage), file_(file) {}

  Result<std::vector<TrackedPath>> Read(const Node* locked_stages) {
    const Node* body = &stage_;
    many_ = stage_.Find("foreach") || stage_.Find("matrix");
    if (const Node* inner = stage_.Find("do")) body = inner;
    if (!body->IsMap()) return WrongAt(stage_, "stage '" + name_ + "' is no map");
    declared_ = CAIRN_TRY(DeclaredIn(*body));
    wdir_ = CAIRN_TRY(TextAt(*body, "wdir"));
    if (locked_stages) {
      for (const auto& entry : locked_stages->entries()) {
        if (IsRunOf(entry.key)) CAIRN_TRY(ReadRun(entry.key, entry.value));
      }
    }
    if (!many_) CAIRN_TRY(AddNeverRun());
    return std::move(outs_);
  }

 private:
  bool IsRunOf(std::string_view key) const { return many_ ? key.starts_with(name_ + "@") : key == name_; }

  /// The folder that the paths of one run are seen from.
  Result<std::optional<std::string>> FolderOf(const std::string& run) const {
    std::string wdir = wdir_;
    if (many_) {
      const std::string key = run.substr(name_.size() + 1);
      for (const std::string_view word : {"${item}", "${key}"}) {
        for (auto at = wdir.find(word); at != std::string::npos; at = wdir.find(word, at + key.size()))
          wdir.replace(at, word.size(), key);
      }
    }
    if (HasTemplate(wdir)) {
      return Error{Reason::Unsupported, stage_.Where() + ": the 'wdir' of stage '" + name_ +
                                            "' is a template that only a run can fill in; write it out"};
    }
    return PathInside(os::ParentOf(file_), wdir);
  }

  Result<> ReadRun(const std::string& run, const Node& locked) {
    const auto folder = CAIRN_TRY(FolderOf(run));
    const Node* list = locked.Find("outs");
    if (!folder || !list) return Done{};
    if (!list->IsList()) return WrongAt(*list, "'outs' is a list");
    for (const Node& item : list->items()) {
      auto out = CAIRN_TRY(ReadOut(item, *folder));
      const Declared* declared = DeclarationOf(item.Find("path")->text());
      // What the stage no longer declares is not tracked any more.
      if (out && declared) Add(*std::move(out), *declared, run);
    }
    return Done{};
  }

  const Declared* DeclarationOf(const std::string& path) const {
    for (const Declared& one : declared_) {
      if (CouldBecome(one.path, path)) return &one;
    }
    return nullptr;
  }

  Result<> AddNeverRun() {
    const bool unknown_folder = HasTemplate(wdir_);
    for (const Declared& one : declared_) {
      if (unknown_folder || HasTemplate(one.path)) continue;
      const auto folder = CAIRN_TRY(FolderOf(name_));
      const auto path = folder ? PathInside(*folder, one.path) : std::nullopt;
      if (path) CAIRN_TRY(CheckNotReserved(stage_, *path));
      const bool known = !path || std::any_of(outs_.begin(), outs_.end(),
                                              [&](const TrackedPath& out) { return out.path == *path; });
      if (known) continue;
      TrackedPath out;
      out.path = *path;
      out.written = one.path;
      Add(std::move(out), one, name_);
    }
    return Done{};
  }

  void Add(TrackedPath out, const Declared& declared, const std::string& run) {
    out.cached = declared.cached;
    out.pushed = declared.pushed;
    out.remote = declared.remote;
    out.said_in = file_.substr(0, file_.size() - std::string_view("yaml").size()) + "lock";
    out.stage = run;
    outs_.push_back(std::move(out));
  }

  std::string name_;
  const Node& stage_;
  const std::string& file_;
  bool many_ = false;
  std::string wdir_;
  std::vector<Declared> declared_;
  std::vector<TrackedPath> outs_;
};

}  // namespace

std::optional<std::string> PathInside(const std::string& folder, const std::string& path) {
  if (path.starts_with('/') || path.find("://") != std::string::npos) return std::nullopt;
  std::vector<std::string> parts;
  for (const std::string& text : {folder, path}) {
    for (const std::string_view part : Split(text, '/')) {
      if (part.empty() || part == ".") continue;
      if (part != "..") {
        parts.emplace_back(part);
      } else if (parts.empty()) {
        return std::nullopt;
      } else {
        parts.pop_back();
      }
    }
  }
  return Join(parts, "/");
}

namespace {

Result<std::string> ReadDigest(const Node& out) {
  const Node* md5 = out.Find("md5");
  if (!md5 || md5->IsNull()) return std::string();
  // Taken as written: digits alone are no number here.
  std::string_view digits = md5->text();
  if (digits.ends_with(".dir")) digits.remove_suffix(4);
  if (IsHex(digits, 32)) return md5->text();
  return WrongAt(*md5, "'" + md5->text() + "' is no MD5 digest; restore the file from git");
}

Result<std::optional<std::int64_t>> ReadCount(const Node& out, std::string_view key) {
  const Node* number = out.Find(key);
  if (!number || number->IsNull()) return std::optional<std::int64_t>();
  const Json value = number->ToJson();
  if (value.IsInt() && value.AsInt() >= 0) return std::optional(value.AsInt());
  return WrongAt(*number, "'" + std::string(key) + "' is a whole number, not '" + number->text() + "'");
}

}  // namespace

Result<std::optional<TrackedPath>> ReadOut(const Node& out, const std::string& folder) {
  const Node* path = out.Find("path");
  if (!out.IsMap() || !path || !path->IsScalar() || path->text().empty())
    return WrongAt(out, "an output without a 'path'");
  const auto inside = PathInside(folder, path->text());
  if (!inside || inside->empty()) return std::optional<TrackedPath>();
  CAIRN_TRY(CheckNotReserved(*path, *inside));
  TrackedPath tracked;
  tracked.path = *inside;
  tracked.written = path->text();
  tracked.md5 = CAIRN_TRY(ReadDigest(out));
  const std::string hash = CAIRN_TRY(TextAt(out, "hash"));
  if (!hash.empty() && hash != "md5")
    return WrongAt(*out.Find("hash"), "'" + hash + "' is no kind of digest that DVC writes; it is 'md5'");
  tracked.legacy = hash.empty() && !tracked.md5.empty();
  tracked.size = static_cast<std::uint64_t>(CAIRN_TRY(ReadCount(out, "size")).value_or(0));
  tracked.nfiles = CAIRN_TRY(ReadCount(out, "nfiles"));
  tracked.executable = CAIRN_TRY(TruthAt(out, "isexec", false));
  return std::optional(std::move(tracked));
}

Result<std::vector<TrackedPath>> PipelineOuts(const Node& yaml, const Node& lock, const std::string& file) {
  std::vector<TrackedPath> outs;
  const Node* stages = yaml.Find("stages");
  if (!stages || stages->IsNull()) return outs;
  if (!stages->IsMap()) return WrongAt(*stages, "'stages' is a map from names to stages");
  if (!lock.IsNull()) {
    const Node* schema = lock.Find("schema");
    if (!schema || schema->text() != "2.0")
      return WrongAt(lock,
                     "this is no lock file of schema '2.0'; restore it from git, or delete it and run again");
  }
  for (const auto& entry : stages->entries()) {
    auto of_stage = CAIRN_TRY(StageOuts(entry.key, entry.value, file).Read(lock.Find("stages")));
    std::move(of_stage.begin(), of_stage.end(), std::back_inserter(outs));
  }
  return outs;
}

}  // namespace cairn::repository
