#pragma once

#include <sys/stat.h>

#include "ground/os/files.h"

namespace cairn::os {

/// What stat(2) found, in this room's words.
FileStatus StatusOf(const struct stat& found);

}  // namespace cairn::os
