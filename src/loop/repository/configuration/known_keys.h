#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"
#include "loop/repository/configuration/settings_text.h"

namespace cairn::repository {

/// InvalidArgument, beginning with `where`, when DVC has no such section or key (the nearest one is named) or
/// the value is none for it. `url` is the address of the setting's remote; the keys of places that Cairn does
/// not reach (ssh, gs, azure, hdfs, oss, gdrive, webdav) are not held against a list.
Result<> CheckSetting(const SettingLine& setting, const std::string& url, const std::string& where);

/// Whether the value is a path, relative to the folder of its file.
bool IsPathSetting(std::string_view section, std::string_view key);

/// "s3" for "s3://bucket"; "" for a path.
std::string SchemeOf(std::string_view url);

}  // namespace cairn::repository
