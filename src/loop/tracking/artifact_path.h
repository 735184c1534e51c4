#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn::tracking {

/// `uri` with `tail` ("run/artifacts") appended to its path; query and fragment stay behind the path.
std::string AppendToUri(std::string_view uri, std::string_view tail);

/// `uri` as it stays true wherever the program runs later: a relative path, plain or after "file:", is taken
/// from the working folder.
Result<std::string> AbsoluteLocation(std::string_view uri);

/// A path below an artifact root as a client sent it (already percent-decoded once), checked and without
/// doubled slashes: "" is the root itself. InvalidArgument with the message "Invalid path" for an absolute
/// one, a `..` segment, a backslash, `#`, a drive letter, a control character or a scheme, however often
/// percent-encoded.
Result<std::string> CheckedArtifactPath(std::string_view path);

/// The same for a file's path: neither the root nor anything with a name in it that is ours (it begins with
/// ".cairn-").
Result<std::string> CheckedFilePath(std::string_view path);

/// The path below the server's artifact root that a "mlflow-artifacts:" URI names. Unsupported for any other
/// scheme.
Result<std::string> ProxiedPath(std::string_view uri);

/// Where below the artifact root a URI leads, whichever way it is written: through the proxy, or straight to
/// the `address` of the artifacts (Artifacts::Address). None when it leads elsewhere.
std::optional<std::string> KeptPath(std::string_view uri, const std::string& address);

/// Whether `path` is `folder` or lies below it.
bool IsAtOrBelow(std::string_view path, std::string_view folder);

}  // namespace cairn::tracking
