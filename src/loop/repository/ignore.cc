#include "loop/repository/ignore.h"

#include <algorithm>
#include <optional>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::repository {
namespace {

constexpr std::uint64_t kMostBytes = 16 << 20;
constexpr std::string_view kFile = ".dvcignore";
constexpr std::string_view kAlways = ".hg/\n.git\n.dvc/\n";

/// Matches one path against one glob. '*', '?' and sets stay within a part of the path, "**" does not. On a
/// mismatch only the nearest star of each kind takes more: an earlier one could not help.
class GlobMatch {
 public:
  GlobMatch(std::string_view glob, std::string_view path) : glob_(glob), path_(path) {}

  bool Run() {
    while (g_ < glob_.size() || p_ < path_.size()) {
      const bool part_begins = g_ == 0 || glob_[g_ - 1] == '/';
      if (part_begins && Rest() == "**") return p_ < path_.size();
      if (part_begins && Rest().starts_with("**/")) {
        g_ += 3;
        across_ = {g_, p_};
        star_.reset();
      } else if (Rest().starts_with('*')) {
        g_ = std::min(glob_.find_first_not_of('*', g_), glob_.size());
        star_ = {g_, p_};
      } else if (!TakeOne() && !TakeMore()) {
        return false;
      }
    }
    return true;
  }

 private:
  struct Place {
    std::size_t glob, path;
  };

  std::string_view Rest() const { return glob_.substr(g_); }

  bool TakeOne() {
    if (g_ == glob_.size() || p_ == path_.size()) return false;
    const char c = path_[p_];
    std::size_t length = 1;
    bool same = false;
    if (glob_[g_] == '[') {
      same = InSet(c, length) && c != '/';
    } else if (glob_[g_] == '?') {
      same = c != '/';
    } else {
      if (glob_[g_] == '\\' && g_ + 1 < glob_.size()) length = 2;
      same = glob_[g_ + length - 1] == c;
    }
    if (!same) return false;
    g_ += length;
    ++p_;
    return true;
  }

  bool TakeMore() {
    if (star_ && star_->path < path_.size() && path_[star_->path] != '/') {
      g_ = star_->glob;
      p_ = ++star_->path;
      return true;
    }
    if (!across_) return false;
    const auto slash = path_.find('/', across_->path);
    if (slash == std::string_view::npos) return false;
    g_ = across_->glob;
    p_ = across_->path = slash + 1;
    star_.reset();
    return true;
  }

  /// Whether `c` is in the set at g_, which is `length` long; one without an end holds nothing.
  bool InSet(char c, std::size_t& length) const {
    std::size_t at = g_ + 1;
    const bool negated = at < glob_.size() && (glob_[at] == '!' || glob_[at] == '^');
    if (negated) ++at;
    bool inside = false;
    const auto take = [&] {
      if (glob_[at] == '\\' && at + 1 < glob_.size()) ++at;
      return static_cast<unsigned char>(glob_[at++]);
    };
    for (bool first = true; at < glob_.size() && (first || glob_[at] != ']'); first = false) {
      const unsigned char low = take();
      unsigned char high = low;
      if (at + 1 < glob_.size() && glob_[at] == '-' && glob_[at + 1] != ']') {
        ++at;
        high = take();
      }
      const auto looked = static_cast<unsigned char>(c);
      if (low <= looked && looked <= high) inside = true;
    }
    length = at + 1 - g_;
    return at < glob_.size() && inside != negated;
  }

  const std::string_view glob_, path_;
  std::size_t g_ = 0, p_ = 0;
  std::optional<Place> star_, across_;
};

std::string Below(std::string_view folder, std::string_view name) {
  return folder.empty() ? std::string(name) : std::string(folder) + "/" + std::string(name);
}

/// `path` seen from `folder`; nothing when it lies elsewhere.
std::optional<std::string_view> SeenFrom(std::string_view folder, std::string_view path) {
  if (folder.empty()) return path;
  if (path.size() <= folder.size() || !path.starts_with(folder) || path[folder.size()] != '/')
    return std::nullopt;
  return path.substr(folder.size() + 1);
}

Result<std::string> ReadIfThere(const std::string& file) {
  auto text = os::ReadFile(file, kMostBytes);
  if (!text && text.error().reason == Reason::NotFound) return std::string();
  return text;
}

}  // namespace

std::vector<IgnorePattern> IgnorePattern::ReadAll(std::string_view text) {
  std::vector<IgnorePattern> patterns;
  for (std::string_view line : Split(text, '\n')) {
    line = Trim(line);
    if (line.empty() || line.front() == '#') continue;
    IgnorePattern pattern;
    if (line.front() == '!') {
      pattern.negated_ = true;
      line.remove_prefix(1);
    }
    if (line.ends_with('/')) {
      pattern.folders_only_ = true;
      line.remove_suffix(1);
    }
    pattern.bound_ = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) line.remove_prefix(1);
    if (line.empty()) continue;
    pattern.glob_ = line;
    patterns.push_back(std::move(pattern));
  }
  return patterns;
}

bool IgnorePattern::Matches(std::string_view path, bool is_folder) const {
  if (folders_only_ && !is_folder) return false;
  return GlobMatch(glob_, bound_ ? path : path.substr(path.rfind('/') + 1)).Run();
}

Result<std::shared_ptr<const IgnoreRules>> IgnoreRules::For(const std::string& root,
                                                            const std::string& folder) {
  auto always = std::make_shared<Source>();
  always->patterns = IgnorePattern::ReadAll(kAlways);
  std::shared_ptr<IgnoreRules> rules(new IgnoreRules(root, folder));
  rules->sources_.push_back(std::move(always));
  std::shared_ptr<const IgnoreRules> result = rules;
  if (folder.empty()) return result;
  std::string above;
  for (const std::string_view part : Split(folder, '/')) {
    result = CAIRN_TRY(result->With(above));
    above = Below(above, part);
  }
  return result;
}

Result<std::shared_ptr<const IgnoreRules>> IgnoreRules::With(const std::string& folder) const {
  auto source = std::make_shared<Source>();
  source->folder = folder;
  const std::string file = os::JoinPath(os::JoinPath(root_, folder.empty() ? "." : folder), kFile);
  source->patterns = IgnorePattern::ReadAll(CAIRN_TRY(ReadIfThere(file)));
  std::shared_ptr<IgnoreRules> rules(new IgnoreRules(*this));
  if (!source->patterns.empty()) rules->sources_.push_back(std::move(source));
  return std::shared_ptr<const IgnoreRules>(std::move(rules));
}

Result<std::shared_ptr<const os::WalkRules>> IgnoreRules::In(const os::WalkedFolder& folder) const {
  const std::string path = FromRoot(folder.path);
  const auto holds = [&](std::string_view name, os::FileKind kind) {
    return std::any_of(folder.entries.begin(), folder.entries.end(), [&](const os::WalkedEntry& entry) {
      return entry.name == name && entry.kind == kind;
    });
  };
  if (!path.empty() && holds(".dvc", os::FileKind::Folder)) {
    std::shared_ptr<IgnoreRules> foreign(new IgnoreRules(*this));
    foreign->foreign_ = true;
    return std::shared_ptr<const os::WalkRules>(std::move(foreign));
  }
  if (!holds(kFile, os::FileKind::File) || Says(Below(path, kFile), false))
    return std::shared_ptr<const os::WalkRules>();
  return std::shared_ptr<const os::WalkRules>(CAIRN_TRY(With(path)));
}

std::string IgnoreRules::FromRoot(std::string_view folder) const {
  return begin_.empty() ? std::string(folder) : folder.empty() ? begin_ : begin_ + "/" + std::string(folder);
}

bool IgnoreRules::LeaveOut(std::string_view folder, std::string_view name, bool is_folder) const {
  if (foreign_) return true;
  // Without files of rules only a few hidden names matter; a walk asks this for every file.
  if (sources_.size() == 1 && !name.starts_with('.')) return false;
  return Says(Below(FromRoot(folder), name), is_folder);
}

bool IgnoreRules::Says(std::string_view path, bool is_folder) const {
  for (auto source = sources_.rbegin(); source != sources_.rend(); ++source) {
    const auto seen = SeenFrom((*source)->folder, path);
    if (!seen) continue;
    const auto& patterns = (*source)->patterns;
    const auto last = std::find_if(patterns.rbegin(), patterns.rend(), [&](const IgnorePattern& pattern) {
      return pattern.Matches(*seen, is_folder);
    });
    if (last != patterns.rend()) return !last->negated();
  }
  return false;
}

Result<bool> IgnoreRules::Ignores(const std::string& root, const std::string& path, bool is_folder) {
  auto rules = CAIRN_TRY(For(root, ""));
  std::string above;
  const auto parts = Split(path, '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    rules = CAIRN_TRY(rules->With(above));
    above = Below(above, parts[i]);
    if (rules->Says(above, is_folder || i + 1 < parts.size())) return true;
  }
  return false;
}

Result<bool> IgnoredByGit(const std::string& git_root, const std::string& path, bool is_folder) {
  const auto inside = SeenFrom(git_root, path);
  if (!inside) return false;
  struct Source {
    std::string folder;
    std::vector<IgnorePattern> patterns;
  };
  std::vector<Source> sources;
  sources.push_back(
      {"", IgnorePattern::ReadAll(CAIRN_TRY(ReadIfThere(os::JoinPath(git_root, ".git/info/exclude"))))});
  std::string above;
  const auto parts = Split(*inside, '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string file = os::JoinPath(os::JoinPath(git_root, above.empty() ? "." : above), ".gitignore");
    sources.push_back({above, IgnorePattern::ReadAll(CAIRN_TRY(ReadIfThere(file)))});
    above = Below(above, parts[i]);
    for (auto source = sources.rbegin(); source != sources.rend(); ++source) {
      const auto last =
          std::find_if(source->patterns.rbegin(), source->patterns.rend(), [&](const IgnorePattern& one) {
            return one.Matches(*SeenFrom(source->folder, above), is_folder || i + 1 < parts.size());
          });
      if (last == source->patterns.rend()) continue;
      if (!last->negated()) return true;
      break;
    }
  }
  return false;
}

}  // namespace cairn::repository
