#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn::blob {

/// `name` in its one form: parts joined by single slashes, without "." and without a slash at the end; "" for
/// the top. InvalidArgument when the name, or what it becomes by percent-decoding it again and again, has a
/// part "..", starts with a slash or a drive letter, holds a backslash, a control character or '#' (which
/// would end it in a URI), or is not UTF-8. The name itself stays as given: a file may be called "50%25.txt".
Result<std::string> CheckedName(std::string_view name);

/// The media type that a download of that name is sent with: text/plain for what a browser should show as it
/// is (source, configuration, JSON, CSV, MLmodel…), otherwise by extension, otherwise
/// application/octet-stream.
std::string_view ContentTypeOf(std::string_view name);

}  // namespace cairn::blob
