#pragma once

#include <string>
#include <string_view>

namespace cairn::pipeline {

/// `path` seen from `base`, which lies in the project as "." or "a/b", without detours; begins with ".." when
/// it leaves the project.
std::string Resolved(const std::string& base, std::string_view path);

/// Whether `path` is the folder or lies in it; both without detours.
bool Contains(std::string_view folder, std::string_view path);

}  // namespace cairn::pipeline
