#pragma once

#include <string>

#include "cli/command.h"
#include "ground/vocabulary/json.h"

namespace cairn::cli {

/// {"text", "file"} of the FILE that was named, or of cairn.yaml; the files that it names are in the text
/// too. InvalidArgument when it is no text.
Result<Json> ReadConfiguration(const Arguments& arguments);

/// A configuration's text with a section `files` behind it that holds the texts of the files which it names,
/// found below `folder`; the text itself when it names none, or cannot be read. NotFound for a file that is
/// not there; InvalidArgument where the section cannot be added.
Result<std::string> WithFilesItNames(const std::string& text, const std::string& folder);

}  // namespace cairn::cli
