/* A library to preload: it notes every change to files below one folder that no sync has made durable yet, so that
   after a SIGKILL the changes a power failure would have destroyed can be taken back (power_loss.py does that). The
   kernel keeps what a killed process wrote; a disk without power keeps only what was synced.

     UNSYNCED_FOLDER   the folder, as realpath gives it
     UNSYNCED_JOURNAL  another folder on the same file system: "journal" is written there, and replaced or removed
                       files stay there under a second name
     UNSYNCED_DIE_AT   optional: the process kills itself at about the change with this number (before it, in the middle
                       of a write, or after it)
     UNSYNCED_FULL     optional: while a file of this name exists, writes that make a file grow fail with ENOSPC

   One process a journal. Not seen: writes through mmap (SQLite's "-shm", which holds nothing that must survive),
   fopen, and removals of folders. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { kWrite = 'W', kCut = 'T', kSynced = 'S', kAllSynced = 'A', kFolderSynced = 'F', kNew = 'C', kNewFolder = 'M',
            kMoved = 'R', kRemoved = 'U' };

/* What the journal is made of; followed by path, second path, the bytes before and the bytes after. */
struct record {
  uint64_t kind, number, inode, offset, old_size, before, after, path, second;
};

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char folder[PATH_MAX];
static size_t folder_length;
static char saved_folder[PATH_MAX];
static const char* full_sign;
static int journal = -1;
static uint64_t changes, die_at;

static int (*real_open)(const char*, int, ...);
static int (*real_openat)(int, const char*, int, ...);
static int (*real_mkostemp)(char*, int);
static ssize_t (*real_write)(int, const void*, size_t);
static ssize_t (*real_pwrite)(int, const void*, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_syncfs)(int);
static int (*real_rename)(const char*, const char*);
static int (*real_link)(const char*, const char*);
static int (*real_unlink)(const char*);
static int (*real_unlinkat)(int, const char*, int);
static int (*real_mkdir)(const char*, mode_t);
static int (*real_ioctl)(int, unsigned long, ...);

static void give_up(const char* why) {
  dprintf(2, "unsynced: %s: %s\n", why, strerror(errno));
  abort();
}

static void set_up(void) {
#define FIND(name) *(void**)&real_##name = dlsym(RTLD_NEXT, #name)
  FIND(open), FIND(openat), FIND(mkostemp), FIND(write), FIND(pwrite), FIND(ftruncate), FIND(fsync), FIND(fdatasync);
  FIND(syncfs), FIND(rename), FIND(link), FIND(unlink), FIND(unlinkat), FIND(mkdir), FIND(ioctl);
#undef FIND
  const char* given = getenv("UNSYNCED_FOLDER");
  const char* aside = getenv("UNSYNCED_JOURNAL");
  const char* end = getenv("UNSYNCED_DIE_AT");
  full_sign = getenv("UNSYNCED_FULL");
  if (end) die_at = strtoull(end, NULL, 10);
  if (!given || !aside) return;
  folder_length = (size_t)snprintf(folder, sizeof folder, "%s/", given);
  snprintf(saved_folder, sizeof saved_folder, "%s", aside);
  char path[PATH_MAX + 16];
  snprintf(path, sizeof path, "%s/journal", aside);
  journal = real_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (journal < 0) give_up(path);
}

static int below(const char* path) {
  const size_t length = strlen(path);
  const int shared_memory = length > 4 && strcmp(path + length - 4, "-shm") == 0;
  return journal >= 0 && !shared_memory && strncmp(path, folder, folder_length) == 0;
}

/* The absolute name of `path`, whose last part need not exist. 0 when it lies elsewhere. */
static int place_of(int at, const char* path, char* place) {
  char around[PATH_MAX], name[2 * PATH_MAX], joined[2 * PATH_MAX];
  pthread_once(&once, set_up);
  if (journal < 0) return 0;
  if (path[0] != '/' && at != AT_FDCWD) {
    char link[64], base[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", at);
    const ssize_t length = readlink(link, base, sizeof base - 1);
    if (length < 0) return 0;
    base[length] = 0;
    snprintf(joined, sizeof joined, "%s/%s", base, path);
  } else {
    snprintf(joined, sizeof joined, "%s", path);
  }
  const char* slash = strrchr(joined, '/');
  snprintf(name, sizeof name, "%s", slash ? slash + 1 : joined);
  if (slash) joined[slash == joined ? 1 : slash - joined] = 0;
  if (!realpath(slash ? joined : ".", around)) return 0;
  if (snprintf(place, PATH_MAX, "%s/%s", around, name) >= PATH_MAX) return 0;
  return below(place);
}

/* Whether the descriptor is a regular file or a folder below the folder; its name and status. */
static int place_of_open(int file, char* place, struct stat* status) {
  pthread_once(&once, set_up);
  if (journal < 0 || file == journal || fstat(file, status) != 0) return 0;
  if (!S_ISREG(status->st_mode) && !S_ISDIR(status->st_mode)) return 0;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, place, PATH_MAX - 2);
  if (length < 0) return 0;
  place[length] = 0;
  if (S_ISDIR(status->st_mode) && (size_t)length + 1 == folder_length) return strncmp(place, folder, (size_t)length) == 0;
  return below(place) && status->st_nlink > 0;
}

static void put(const void* bytes, size_t count) {
  for (const char* at = bytes; count > 0;) {
    const ssize_t written = real_write(journal, at, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) give_up("the journal cannot be written");
    at += written, count -= (size_t)written;
  }
}

/* Called with the turn. */
static void note(struct record record, const char* path, const char* second, const void* before, const void* after) {
  record.path = path ? strlen(path) : 0;
  record.second = second ? strlen(second) : 0;
  put(&record, sizeof record);
  put(path, record.path);
  put(second, record.second);
  put(before, record.before);
  put(after, record.after);
}

static void die_if_due(uint64_t when) {
  if (die_at != 0 && changes >= die_at && changes % 3 == when) kill(getpid(), SIGKILL);
}

static int disk_is_full(void) { return full_sign && access(full_sign, F_OK) == 0; }

/* Called with the turn: notes what a write will do, and gives the file's size. */
static void note_write(int file, ino_t inode, off_t size, const void* bytes, size_t count, off_t offset) {
  const size_t old = offset >= size ? 0 : (size_t)(size - offset) < count ? (size_t)(size - offset) : count;
  char* before = malloc(old + 1);
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  const int reader = real_open(path, O_RDONLY | O_CLOEXEC);  /* the descriptor may be write-only */
  if (!before || (old > 0 && (reader < 0 || pread(reader, before, old, offset) != (ssize_t)old))) give_up("a file cannot be read");
  if (reader >= 0) close(reader);
  note((struct record){kWrite, ++changes, inode, (uint64_t)offset, (uint64_t)size, old, count, 0, 0}, NULL, NULL, before, bytes);
  free(before);
  die_if_due(0);
}

static ssize_t write_at(int file, const void* bytes, size_t count, off_t offset, int moves) {
  char place[PATH_MAX];
  struct stat status;
  if (!place_of_open(file, place, &status) || count == 0)
    return moves ? real_write(file, bytes, count) : real_pwrite(file, bytes, count, offset);
  pthread_mutex_lock(&turn);
  if (fstat(file, &status) != 0) give_up(place);
  if (moves) offset = fcntl(file, F_GETFL) & O_APPEND ? status.st_size : lseek(file, 0, SEEK_CUR);
  ssize_t written = -1;
  if (offset + (off_t)count > status.st_size && disk_is_full()) {
    errno = ENOSPC;
  } else {
    note_write(file, status.st_ino, status.st_size, bytes, count, offset);
    if (die_at != 0 && changes >= die_at && changes % 3 == 1) {
      const ssize_t half = moves ? real_write(file, bytes, count / 2) : real_pwrite(file, bytes, count / 2, offset);
      if (half >= 0) kill(getpid(), SIGKILL);
    }
    written = moves ? real_write(file, bytes, count) : real_pwrite(file, bytes, count, offset);
    die_if_due(2);
  }
  const int error = errno;
  pthread_mutex_unlock(&turn);
  errno = error;
  return written;
}

ssize_t write(int file, const void* bytes, size_t count) {
  pthread_once(&once, set_up);
  return write_at(file, bytes, count, 0, 1);
}
ssize_t pwrite(int file, const void* bytes, size_t count, off_t offset) {
  pthread_once(&once, set_up);
  return write_at(file, bytes, count, offset, 0);
}
ssize_t pwrite64(int file, const void* bytes, size_t count, off64_t offset) { return pwrite(file, bytes, count, offset); }

static ssize_t write_parts(int file, const struct iovec* parts, int count, off_t offset, int moves) {
  char place[PATH_MAX];
  struct stat status;
  if (!place_of_open(file, place, &status)) {
    ssize_t (*real)(int, const struct iovec*, int) = dlsym(RTLD_NEXT, "writev");
    ssize_t (*real_at)(int, const struct iovec*, int, off_t) = dlsym(RTLD_NEXT, "pwritev");
    return moves ? real(file, parts, count) : real_at(file, parts, count, offset);
  }
  size_t total = 0;
  for (int i = 0; i < count; ++i) total += parts[i].iov_len;
  char* joined = malloc(total + 1);
  if (!joined) give_up("no memory");
  char* end = joined;
  for (int i = 0; i < count; ++i) end = mempcpy(end, parts[i].iov_base, parts[i].iov_len);
  const ssize_t written = write_at(file, joined, total, offset, moves);
  free(joined);
  return written;
}
ssize_t writev(int file, const struct iovec* parts, int count) { return write_parts(file, parts, count, 0, 1); }
ssize_t pwritev(int file, const struct iovec* parts, int count, off_t offset) { return write_parts(file, parts, count, offset, 0); }
ssize_t pwritev64(int file, const struct iovec* parts, int count, off64_t offset) { return write_parts(file, parts, count, offset, 0); }

/* Called with the turn. */
static void note_cut(int file, const struct stat* status, off_t size) {
  const size_t lost = size < status->st_size ? (size_t)(status->st_size - size) : 0;
  char* before = malloc(lost + 1);
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  const int reader = real_open(path, O_RDONLY | O_CLOEXEC);
  if (!before || (lost > 0 && (reader < 0 || pread(reader, before, lost, size) != (ssize_t)lost))) give_up("a file cannot be read");
  if (reader >= 0) close(reader);
  note((struct record){kCut, ++changes, status->st_ino, (uint64_t)size, (uint64_t)status->st_size, lost, 0, 0, 0}, NULL, NULL, before, NULL);
  free(before);
}

int ftruncate(int file, off_t size) {
  char place[PATH_MAX];
  struct stat status;
  if (!place_of_open(file, place, &status)) return real_ftruncate(file, size);
  pthread_mutex_lock(&turn);
  if (fstat(file, &status) != 0) give_up(place);
  note_cut(file, &status, size);
  die_if_due(0);
  const int outcome = real_ftruncate(file, size);
  die_if_due(2);
  pthread_mutex_unlock(&turn);
  return outcome;
}
int ftruncate64(int file, off64_t size) { return ftruncate(file, size); }

static int sync_with(int (*real)(int), int file, int everything) {
  char place[PATH_MAX];
  struct stat status;
  if (!place_of_open(file, place, &status)) return real(file);
  pthread_mutex_lock(&turn);
  const uint64_t covered = changes;
  pthread_mutex_unlock(&turn);
  const int outcome = real(file);
  if (outcome != 0) return outcome;
  const enum kind kind = everything ? kAllSynced : S_ISDIR(status.st_mode) ? kFolderSynced : kSynced;
  pthread_mutex_lock(&turn);
  note((struct record){kind, covered, status.st_ino, 0, 0, 0, 0, 0, 0}, place, NULL, NULL, NULL);
  pthread_mutex_unlock(&turn);
  return 0;
}
int fsync(int file) { pthread_once(&once, set_up); return sync_with(real_fsync, file, 0); }
int fdatasync(int file) { pthread_once(&once, set_up); return sync_with(real_fdatasync, file, 0); }
int syncfs(int file) { pthread_once(&once, set_up); return sync_with(real_syncfs, file, 1); }

/* Called with the turn: notes a name that is about to appear or to go. Of what the change destroys a link stays. */
static void note_name(enum kind kind, ino_t inode, const char* path, const char* from, const char* doomed) {
  char saved[PATH_MAX + 32] = "";
  ++changes;
  struct stat status;
  if (doomed && lstat(doomed, &status) == 0 && S_ISREG(status.st_mode)) {
    snprintf(saved, sizeof saved, "%s/%llu", saved_folder, (unsigned long long)changes);
    if (real_link(doomed, saved) != 0) give_up(saved);
  }
  note((struct record){kind, changes, inode, 0, 0, strlen(saved), 0, 0, 0}, path, from, saved, NULL);
  die_if_due(0);
}

static int open_as(int at, const char* path, int flags, mode_t mode) {
  char place[PATH_MAX];
  if (!(flags & (O_CREAT | O_TRUNC)) || !place_of(at, path, place)) return real_openat(at, path, flags, mode);
  pthread_mutex_lock(&turn);
  struct stat before;
  const int existed = stat(place, &before) == 0;
  const int file = real_openat(at, path, flags & ~O_TRUNC, mode);
  const int error = errno;
  struct stat status;
  if (file >= 0 && fstat(file, &status) == 0) {
    if (!existed) note_name(kNew, status.st_ino, place, NULL, NULL);
    if (flags & O_TRUNC) {
      note_cut(file, &status, 0);
      if (real_ftruncate(file, 0) != 0) give_up(place);
    }
    die_if_due(2);
  }
  pthread_mutex_unlock(&turn);
  errno = error;
  return file;
}

#define MODE_OF(flags)                                  \
  mode_t mode = 0;                                      \
  if ((flags) & O_CREAT) {                              \
    va_list rest;                                       \
    va_start(rest, flags);                              \
    mode = (mode_t)va_arg(rest, unsigned);              \
    va_end(rest);                                       \
  }                                                     \
  pthread_once(&once, set_up)

int open(const char* path, int flags, ...) { MODE_OF(flags); return open_as(AT_FDCWD, path, flags, mode); }
int open64(const char* path, int flags, ...) { MODE_OF(flags); return open_as(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int at, const char* path, int flags, ...) { MODE_OF(flags); return open_as(at, path, flags, mode); }
int openat64(int at, const char* path, int flags, ...) { MODE_OF(flags); return open_as(at, path, flags | O_LARGEFILE, mode); }
int creat(const char* path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char* path, mode_t mode) { return creat(path, mode); }

int mkostemp(char* pattern, int flags) {
  pthread_once(&once, set_up);
  const int file = real_mkostemp(pattern, flags);
  char place[PATH_MAX];
  struct stat status;
  if (file < 0 || !place_of_open(file, place, &status)) return file;
  pthread_mutex_lock(&turn);
  note_name(kNew, status.st_ino, place, NULL, NULL);
  pthread_mutex_unlock(&turn);
  return file;
}
int mkostemp64(char* pattern, int flags) { return mkostemp(pattern, flags); }
int mkstemp(char* pattern) { return mkostemp(pattern, 0); }
int mkstemp64(char* pattern) { return mkostemp(pattern, 0); }

int rename(const char* from, const char* to) {
  char old_place[PATH_MAX], place[PATH_MAX];
  struct stat status;
  const int ours = place_of(AT_FDCWD, to, place);
  if (!ours || !place_of(AT_FDCWD, from, old_place) || lstat(old_place, &status) != 0) return real_rename(from, to);
  pthread_mutex_lock(&turn);
  note_name(kMoved, status.st_ino, place, old_place, place);
  const int outcome = real_rename(from, to);
  const int error = errno;
  die_if_due(2);
  pthread_mutex_unlock(&turn);
  errno = error;
  return outcome;
}

int link(const char* from, const char* to) {
  char place[PATH_MAX];
  struct stat status;
  if (!place_of(AT_FDCWD, to, place) || lstat(from, &status) != 0) return real_link(from, to);
  pthread_mutex_lock(&turn);
  note_name(kNew, status.st_ino, place, NULL, NULL);
  const int outcome = real_link(from, to);
  const int error = errno;
  pthread_mutex_unlock(&turn);
  errno = error;
  return outcome;
}

static int remove_at(int at, const char* path, int flags) {
  char place[PATH_MAX];
  struct stat status;
  if ((flags & AT_REMOVEDIR) || !place_of(at, path, place) || lstat(place, &status) != 0 || !S_ISREG(status.st_mode))
    return real_unlinkat(at, path, flags);
  pthread_mutex_lock(&turn);
  note_name(kRemoved, status.st_ino, place, NULL, place);
  const int outcome = real_unlinkat(at, path, flags);
  const int error = errno;
  die_if_due(2);
  pthread_mutex_unlock(&turn);
  errno = error;
  return outcome;
}
int unlink(const char* path) { pthread_once(&once, set_up); return remove_at(AT_FDCWD, path, 0); }
int unlinkat(int at, const char* path, int flags) { pthread_once(&once, set_up); return remove_at(at, path, flags); }

int mkdir(const char* path, mode_t mode) {
  char place[PATH_MAX];
  if (!place_of(AT_FDCWD, path, place)) return real_mkdir(path, mode);
  pthread_mutex_lock(&turn);
  const int outcome = real_mkdir(path, mode);
  const int error = errno;
  struct stat status;
  if (outcome == 0 && stat(place, &status) == 0) note_name(kNewFolder, status.st_ino, place, NULL, NULL);
  pthread_mutex_unlock(&turn);
  errno = error;
  return outcome;
}

/* Copies within the kernel would pass unseen; their callers then fall back to reading and writing. */
ssize_t copy_file_range(int from, off64_t* from_at, int to, off64_t* to_at, size_t count, unsigned flags) {
  char place[PATH_MAX];
  struct stat status;
  if (place_of_open(to, place, &status)) {
    errno = EXDEV;
    return -1;
  }
  ssize_t (*real)(int, off64_t*, int, off64_t*, size_t, unsigned) = dlsym(RTLD_NEXT, "copy_file_range");
  return real(from, from_at, to, to_at, count, flags);
}

int ioctl(int file, unsigned long request, ...) {
  va_list rest;
  va_start(rest, request);
  void* argument = va_arg(rest, void*);
  va_end(rest);
  char place[PATH_MAX];
  struct stat status;
  if (request == FICLONE && place_of_open(file, place, &status)) {
    errno = EOPNOTSUPP;
    return -1;
  }
  pthread_once(&once, set_up);
  return real_ioctl(file, request, argument);
}
