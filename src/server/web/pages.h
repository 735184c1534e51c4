#pragma once

#include <span>
#include <string_view>

namespace cairn::web {

/// One file of the pages, as it was built.
struct Page {
  std::string_view path;  ///< Below the folder of the pages, without a slash in front: "index.html",
                          ///< "assets/index-4f2a.js".
  std::string_view bytes;
  std::string_view sha256;  ///< Of the bytes, hexadecimal.
};

/// The files of web/dist as they were when the program was built, or an index.html alone that says how to
/// build them. They live as long as the program.
std::span<const Page> EmbeddedPages();

}  // namespace cairn::web
