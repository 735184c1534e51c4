#pragma once

#include <string>
#include <string_view>

#include "loop/charter/charter.h"

namespace cairn::charter {

/// The charter on one page, for a terminal `width` columns wide.
std::string TextPage(const Charter& charter, std::size_t width);
/// The charter as one self-contained, printable HTML page; `digest` names the text it was made from.
std::string HtmlPage(const Charter& charter, std::string_view digest);
/// The charter as data, for the API.
Json ToJson(const Charter& charter);

}  // namespace cairn::charter
