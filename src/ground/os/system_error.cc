#include "ground/os/system_error.h"

#include <cerrno>
#include <string>
#include <system_error>

namespace cairn::os {
namespace {

struct Explanation {
  int code;
  Reason reason;
  const char* what;
};

constexpr Explanation kExplanations[] = {
    {ENOENT, Reason::NotFound, "there is no such file or folder; check the path"},
    {EACCES, Reason::Denied,
     "permission denied; check the owner and mode of the file and of the folders above it"},
    {EPERM, Reason::Denied, "the system does not permit it; check the owner and mode of the file"},
    {EROFS, Reason::Denied, "the file system is mounted read-only; choose another place or remount it"},
    {EEXIST, Reason::AlreadyExists, "it already exists; choose another name or remove it first"},
    {ENOSPC, Reason::Exhausted, "the disk is full; free some space and try again"},
    {EDQUOT, Reason::Exhausted, "the disk quota is used up; free some space and try again"},
    {EMFILE, Reason::Exhausted, "this process has too many open files; raise its limit (ulimit -n)"},
    {ENFILE, Reason::Exhausted, "the system has too many open files; close some programs and try again"},
    {ENOMEM, Reason::Exhausted, "memory is used up; free some and try again"},
    {EFBIG, Reason::TooLarge,
     "the file would become too large for this file system or the process's limit (ulimit -f)"},
    {ENOTDIR, Reason::InvalidArgument, "a part of the path is a file, not a folder; check the path"},
    {EISDIR, Reason::InvalidArgument, "it is a folder, not a file; give the path of a file"},
    {ELOOP, Reason::InvalidArgument, "the symbolic links on the path lead in a circle; repair them"},
    {ENAMETOOLONG, Reason::InvalidArgument, "the name is too long; choose a shorter one"},
    {EINVAL, Reason::InvalidArgument, "the system refuses the argument; check the path"},
    {ENOTEMPTY, Reason::Conflict, "the folder is not empty; remove its contents first"},
    {ETXTBSY, Reason::Conflict, "the program is running; stop it first"},
    {EBUSY, Reason::Conflict, "it is in use; close whatever uses it and try again"},
    {EIO, Reason::Corrupt, "the device reports an input/output error; check the disk"},
    {EXDEV, Reason::Unsupported, "the two places are on different file systems; choose both on one"},
    {EOPNOTSUPP, Reason::Unsupported, "the file system cannot do this"},
    {ENOSYS, Reason::Unsupported, "this kernel cannot do this"},
    {EAGAIN, Reason::Unavailable, "the resource is busy; try again"},
    {ECONNREFUSED, Reason::Unavailable, "nobody answers there; check that the server runs"},
    {ETIMEDOUT, Reason::Unavailable, "there was no answer in time; try again"},
};

}  // namespace

Error SystemError(int code, std::string_view doing, std::string_view path) {
  std::string message = "Cannot " + std::string(doing) + " '" + std::string(path) + "': ";
  for (const Explanation& known : kExplanations) {
    if (known.code == code) return {known.reason, message + known.what + "."};
  }
  return {Reason::Internal, message + std::generic_category().message(code) + "."};
}

}  // namespace cairn::os
