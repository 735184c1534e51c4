#include "cli/page_file.h"

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {

Result<> CheckPageFile(const std::string& path) {
  const auto dot = path.rfind('.');
  if (dot == path.npos || LowerAscii(path.substr(dot)) != ".pdf") return Done{};
  const std::string page = path.substr(0, dot) + ".html";
  return Error{Reason::InvalidArgument,
               "'" + path + "' would be a PDF, which only a browser makes: write '" + page +
                   "' instead, open it in any browser, here or on another machine, and print it into a file; "
                   "or, where Chromium is installed, `chromium --headless --print-to-pdf=" +
                   path + " " + page + "`"};
}

Result<> WritePage(const std::string& path, std::string_view html) {
  CAIRN_TRY(CheckPageFile(path));
  return os::WriteFileAtomically(path, html);
}

}  // namespace cairn::cli
