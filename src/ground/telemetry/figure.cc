#include "ground/telemetry/figure.h"

#include <cmath>

#include "ground/vocabulary/text.h"

namespace cairn::telemetry {
namespace {

std::string Escaped(std::string_view text, bool quotes) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || (quotes && c == '"')) escaped += '\\';
    if (c == '\n') {
      escaped += "\\n";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string Number(double value) {
  // Prometheus spells the infinities its own way.
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return ShortestText(value);
}

}  // namespace

std::string Exposition(const std::vector<Figure>& figures) {
  std::string out, last;
  for (const Figure& figure : figures) {
    if (figure.name != last) {
      last = figure.name;
      out += "# HELP " + figure.name + " " + Escaped(figure.help, false) + "\n# TYPE " + figure.name +
             (figure.kind == Figure::Kind::Counter ? " counter\n" : " gauge\n");
    }
    out += figure.name;
    char before = '{';
    for (const auto& [name, value] : figure.labels) {
      out += before;
      out += name + "=\"" + Escaped(value, true) + "\"";
      before = ',';
    }
    if (!figure.labels.empty()) out += '}';
    out += " " + Number(figure.value) + "\n";
  }
  return out;
}

}  // namespace cairn::telemetry
