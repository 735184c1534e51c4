#include "loop/repository/float_text.h"

#include <charconv>
#include <cmath>

namespace cairn::repository {

std::string FloatText(double value) {
  if (std::isnan(value)) return ".nan";
  if (std::isinf(value)) return value > 0 ? ".inf" : "-.inf";
  char text[64];
  const double size = std::fabs(value);
  const bool scientific = size != 0 && (size < 1e-4 || size >= 1e16);
  const auto form = scientific ? std::chars_format::scientific : std::chars_format::fixed;
  std::string written(text, std::to_chars(text, text + sizeof text, value, form).ptr);
  if (!scientific && written.find('.') == std::string::npos) written += ".0";
  return written;
}

}  // namespace cairn::repository
