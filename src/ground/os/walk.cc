#include "ground/os/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "ground/os/descriptor.h"
#include "ground/os/file_status.h"
#include "ground/os/pool.h"
#include "ground/os/signals.h"
#include "ground/os/system_error.h"

namespace cairn::os {
namespace {

/// So many files are looked at by one thread before another may take a share.
constexpr std::size_t kShare = 1024;
constexpr std::size_t kBuffer = 256 * 1024;

FileKind KindOf(unsigned char type) {
  return type == DT_REG   ? FileKind::File
         : type == DT_DIR ? FileKind::Folder
         : type == DT_LNK ? FileKind::Symlink
                          : FileKind::Other;
}

/// A folder that is being looked at; shared by the threads that look at parts of it.
struct OpenFolder {
  WalkedFolder found;
  std::shared_ptr<const WalkRules> rules;
};

struct Task {
  std::string folder;  // To be entered, when `open` is null.
  std::shared_ptr<const WalkRules> rules;
  std::shared_ptr<OpenFolder> open;  // To be looked at, from `begin` to before `end`.
  // Closed when the last share is done, so that a large tree does not use up the descriptors.
  std::shared_ptr<const Descriptor> descriptor;
  std::size_t begin = 0, end = 0;
};

class Walker {
 public:
  Walker(const std::string& root, Detail detail) : root_(root), detail_(detail) {}

  Result<Walk> Run(const std::shared_ptr<const WalkRules>& rules) {
    tasks_.push_back({"", rules, nullptr, nullptr, 0, 0});
    Work();
    for (std::thread& helper : helpers_) helper.join();
    if (error_) return *std::move(error_);
    for (auto& folder : done_) {
      std::erase_if(folder->found.entries, [](const WalkedEntry& entry) { return entry.name.empty(); });
      walk_.folders.push_back(std::move(folder->found));
    }
    std::sort(walk_.folders.begin(), walk_.folders.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    std::sort(walk_.unreadable.begin(), walk_.unreadable.end());
    return std::move(walk_);
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return !tasks_.empty() || busy_ == 0 || error_; });
      if (tasks_.empty() || error_) break;
      Task task = std::move(tasks_.back());
      tasks_.pop_back();
      ++busy_;
      CallHelp();
      lock.unlock();
      auto did =
          task.open ? Look(*task.open, *task.descriptor, task.begin, task.end) : EnterFolder(std::move(task));
      lock.lock();
      --busy_;
      if (!did && !error_) error_ = std::move(did).error();
    }
    changed_.notify_all();
  }

  /// Threads are started only when there is work for them: a small tree is done before one would be.
  void CallHelp() {
    if (tasks_.size() < 2 || helpers_.size() + 1 >= Processors()) return;
    const SignalsBlocked blocked;
    helpers_.emplace_back([this] { Work(); });
  }

  void Add(std::vector<Task> tasks) {
    {
      const std::lock_guard lock(mutex_);
      for (Task& task : tasks) tasks_.push_back(std::move(task));
    }
    changed_.notify_all();
  }

  Result<> EnterFolder(const Task& task) {
    auto open = std::make_shared<OpenFolder>();
    open->found.path = task.folder;
    open->rules = task.rules;
    const std::string path = task.folder.empty() ? root_ : JoinPath(root_, task.folder);
    auto opened = Open(path, O_RDONLY | O_DIRECTORY | (task.folder.empty() ? 0 : O_NOFOLLOW));
    if (!opened && path.size() >= PATH_MAX) return TooDeep(task.folder);
    if (!opened) return NotEntered(task.folder, std::move(opened).error());
    const auto descriptor = std::make_shared<const Descriptor>(*std::move(opened));
    CAIRN_TRY(ReadNames(open->found, descriptor->number(), path));
    if (open->rules) {
      if (auto own = CAIRN_TRY(open->rules->In(open->found))) open->rules = std::move(own);
      LeaveOut(*open);
    }
    const std::size_t count = open->found.entries.size();
    Add(TasksBelow(open, descriptor));
    if (detail_ == Detail::Names) return {};
    return Look(*open, *descriptor, 0, std::min(kShare, count));
  }

  std::vector<Task> TasksBelow(const std::shared_ptr<OpenFolder>& open,
                               const std::shared_ptr<const Descriptor>& descriptor) {
    std::vector<Task> tasks;
    const std::size_t count = open->found.entries.size();
    for (const WalkedEntry& entry : open->found.entries) {
      if (entry.kind == FileKind::Folder)
        tasks.push_back({Below(open->found.path, entry.name), open->rules, nullptr, nullptr, 0, 0});
    }
    if (detail_ == Detail::Stamps) {
      for (std::size_t at = kShare; at < count; at += kShare)
        tasks.push_back({"", nullptr, open, descriptor, at, std::min(at + kShare, count)});
    }
    const std::lock_guard lock(mutex_);
    done_.push_back(open);
    return tasks;
  }

  /// There, and no system call takes its path.
  Result<> TooDeep(const std::string& folder) {
    const std::lock_guard lock(mutex_);
    walk_.unreadable.push_back(folder);
    return {};
  }

  /// Of a folder that vanished nothing is said; one that may not be read is remembered.
  Result<> NotEntered(const std::string& folder, Error error) {
    if (folder.empty()) return error;
    if (error.reason == Reason::NotFound || error.reason == Reason::InvalidArgument) return {};
    if (error.reason != Reason::Denied) return error;
    const std::lock_guard lock(mutex_);
    walk_.unreadable.push_back(folder);
    return {};
  }

  static std::string Below(const std::string& folder, std::string_view name) {
    return folder.empty() ? std::string(name) : folder + "/" + std::string(name);
  }

  static Result<> ReadNames(WalkedFolder& folder, int descriptor, const std::string& path) {
    thread_local const std::unique_ptr<char[]> buffer(new char[kBuffer]);
    struct Place {
      std::size_t at, length;
      FileKind kind;
    };
    std::vector<Place> places;
    for (;;) {
      const ssize_t count = getdents64(descriptor, buffer.get(), kBuffer);
      if (count < 0) return SystemError(errno, "read", path);
      if (count == 0) break;
      for (ssize_t at = 0; at < count;) {
        const auto* const entry = reinterpret_cast<const dirent64*>(buffer.get() + at);
        at += entry->d_reclen;
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        FileKind kind = KindOf(entry->d_type);
        if (entry->d_type == DT_UNKNOWN && !AskKind(descriptor, entry->d_name, kind)) continue;
        places.push_back({folder.names.size(), name.size(), kind});
        folder.names.insert(folder.names.end(), name.begin(), name.end());
        folder.names.push_back('\0');
      }
    }
    folder.entries.resize(places.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
      WalkedEntry& entry = folder.entries[i];
      entry.name = std::string_view(folder.names.data() + places[i].at, places[i].length);
      entry.kind = places[i].kind;
      entry.is_link = entry.kind == FileKind::Symlink;
    }
    return {};
  }

  static bool AskKind(int folder, const char* name, FileKind& kind) {
    struct stat found {};
    if (fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) != 0) return false;
    kind = StatusOf(found).kind;
    return true;
  }

  static void LeaveOut(OpenFolder& open) {
    std::erase_if(open.found.entries, [&](const WalkedEntry& entry) {
      return open.rules->LeaveOut(open.found.path, entry.name, entry.kind == FileKind::Folder);
    });
  }

  static Result<> Look(OpenFolder& open, const Descriptor& descriptor, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      WalkedEntry& entry = open.found.entries[i];
      if (entry.kind == FileKind::Folder) continue;
      struct stat found {};
      if (fstatat(descriptor.number(), entry.name.data(), &found, 0) != 0) {
        // A file that vanished is swept out by its empty name; a link that leads nowhere stays.
        if (!entry.is_link) entry.name = {};
        continue;
      }
      const FileStatus status = StatusOf(found);
      entry.kind = status.kind;
      entry.mode = status.mode;
      entry.links = status.links;
      entry.stamp = status.stamp;
    }
    return {};
  }

  const std::string& root_;
  const Detail detail_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Task> tasks_;
  unsigned busy_ = 0;
  std::vector<std::thread> helpers_;
  std::vector<std::shared_ptr<OpenFolder>> done_;
  std::optional<Error> error_;
  Walk walk_;
};

}  // namespace

Result<Walk> WalkTree(const std::string& root, Detail detail, const std::shared_ptr<const WalkRules>& rules) {
  return Walker(root, detail).Run(rules);
}

}  // namespace cairn::os
