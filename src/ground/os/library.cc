#include "ground/os/library.h"

#include <dlfcn.h>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::os {
namespace {

std::vector<std::string> Folders() {
  std::vector<std::string> folders{ProgramFolder() + "/lib", ProgramFolder() + "/modules",
                                   ProgramFolder() + "/../lib/cairn"};
#ifdef CAIRN_BUILD_LIBRARIES
  folders.push_back(CAIRN_BUILD_LIBRARIES);
#endif
  return folders;
}

}  // namespace

Result<Library> Library::Open(const LibraryName& name) {
  for (const std::string& folder : Folders()) {
    for (const std::string& file : name.files) {
      const std::string path = JoinPath(folder, file);
      if (!Exists(path)) continue;
      if (void* handle = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL))
        return Library(handle, name.title, path);
      return Error{Reason::Unsupported, "Cannot load " + name.title + " from '" + path + "': " + dlerror() +
                                            "; " + name.remedy + "."};
    }
  }
  std::string why;
  for (const std::string& file : name.files) {
    if (void* handle = dlopen(file.c_str(), RTLD_LAZY | RTLD_LOCAL)) return Library(handle, name.title, file);
    // Tells a library that is broken from one that is not there.
    if (const std::string said = dlerror(); why.empty() || said.find("No such file") == std::string::npos)
      why = said;
  }
  if (why.find("No such file") == std::string::npos) {
    return Error{Reason::Unsupported, "Cannot load " + name.title + ": " + why + "; " + name.remedy + "."};
  }
  return Error{Reason::NotFound, name.title + " is not on this machine (looked for " +
                                     Join(name.files, ", ") + "); " + name.remedy + "."};
}

Result<void*> Library::Find(const char* name) const {
  if (void* found = dlsym(handle_, name)) return found;
  return Error{Reason::Unsupported, "The " + title_ + " in '" + path_ + "' has no function '" + name +
                                        "'; it is of another version than the one Cairn needs."};
}

}  // namespace cairn::os
