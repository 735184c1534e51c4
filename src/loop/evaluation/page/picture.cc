#include "loop/evaluation/page/picture.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "ground/vocabulary/text.h"

namespace cairn::evaluation {
namespace {

constexpr double kWidth = 420, kHeight = 300, kLeft = 56, kRight = 12, kTop = 12, kBottom = 44;

std::string At(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string TextAt(double x, double y, std::string_view kind, std::string_view anchor,
                   const std::string& text) {
  return "<text class=\"" + std::string(kind) + "\" x=\"" + At(x) + "\" y=\"" + At(y) + "\" text-anchor=\"" +
         std::string(anchor) + "\">" + EscapeHtml(text) + "</text>";
}

}  // namespace

std::string Short(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string Percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, std::abs(share) >= 0.0995 ? "%.0f %%" : "%.1f %%", 100 * share);
  return text;
}

std::vector<double> TicksOf(double low, double high) {
  const double rough = (high - low) / 5;
  if (!(rough > 0) || !std::isfinite(rough)) return {low};
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double times : {1.0, 2.0, 5.0}) {
    if (times * power >= rough * 0.999) {
      step = times * power;
      break;
    }
  }
  std::vector<double> ticks;
  for (double i = std::ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i)
    ticks.push_back(i * step);
  return ticks;
}

Picture::Picture(Axis x, Axis y, std::string says)
    : x_(std::move(x)), y_(std::move(y)), says_(std::move(says)) {
  for (Axis* axis : {&x_, &y_}) {
    if (axis->high > axis->low) continue;
    axis->low -= 0.5;
    axis->high += 0.5;
  }
}

double Picture::X(double value) const {
  return kLeft + (kWidth - kLeft - kRight) * (value - x_.low) / (x_.high - x_.low);
}

double Picture::Y(double value) const {
  return kHeight - kBottom -
         (kHeight - kTop - kBottom) * (std::clamp(value, y_.low, y_.high) - y_.low) / (y_.high - y_.low);
}

void Picture::Line(const Points& points, std::string_view kind) {
  drawn_ += "<polyline class=\"" + std::string(kind) + "\" points=\"";
  for (const auto& [x, y] : points) drawn_ += At(X(x)) + "," + At(Y(y)) + " ";
  drawn_ += "\"/>";
}

void Picture::Area(const Points& points, std::string_view kind) {
  if (points.empty()) return;
  drawn_ += "<polygon class=\"" + std::string(kind) + "\" points=\"" + At(X(points.front().first)) + "," +
            At(Y(y_.low)) + " ";
  for (const auto& [x, y] : points) drawn_ += At(X(x)) + "," + At(Y(y)) + " ";
  drawn_ += At(X(points.back().first)) + "," + At(Y(y_.low)) + "\"/>";
}

void Picture::Dot(double x, double y, std::string_view kind, const std::string& title, double radius) {
  drawn_ += "<circle class=\"" + std::string(kind) + "\" cx=\"" + At(X(x)) + "\" cy=\"" + At(Y(y)) +
            "\" r=\"" + At(radius) + "\"><title>" + EscapeHtml(title) + "</title></circle>";
}

void Picture::Upright(double x, double low, double high, std::string_view kind) {
  drawn_ += "<line class=\"" + std::string(kind) + "\" x1=\"" + At(X(x)) + "\" x2=\"" + At(X(x)) +
            "\" y1=\"" + At(Y(low)) + "\" y2=\"" + At(Y(high)) + "\"/>";
}

void Picture::Bar(double from, double to, double height, std::string_view kind, const std::string& title) {
  drawn_ += "<rect class=\"" + std::string(kind) + "\" x=\"" + At(X(from)) + "\" y=\"" + At(Y(height)) +
            "\" width=\"" + At(std::max(0.5, X(to) - X(from) - 0.6)) + "\" height=\"" +
            At(std::max(0.0, Y(y_.low) - Y(height))) + "\"><title>" + EscapeHtml(title) + "</title></rect>";
}

void Picture::Label(double x, double y, const std::string& text) {
  const bool right = X(x) > kWidth * 0.6;
  drawn_ += TextAt(X(x) + (right ? -8 : 8), Y(y) + (Y(y) < kTop + 16 ? 16 : -8), "label",
                   right ? "end" : "start", text);
}

std::string Picture::Axes() const {
  std::string svg;
  const double bottom = kHeight - kBottom;
  for (const double tick : TicksOf(y_.low, y_.high)) {
    svg += "<line class=\"grid\" x1=\"" + At(kLeft) + "\" x2=\"" + At(kWidth - kRight) + "\" y1=\"" +
           At(Y(tick)) + "\" y2=\"" + At(Y(tick)) + "\"/>";
    svg += TextAt(kLeft - 6, Y(tick) + 4, "axis", "end",
                  Short(std::abs(tick) < 1e-12 * (y_.high - y_.low) ? 0 : tick));
  }
  for (const double tick : TicksOf(x_.low, x_.high))
    svg += TextAt(X(tick), bottom + 16, "axis", "middle",
                  Short(std::abs(tick) < 1e-12 * (x_.high - x_.low) ? 0 : tick));
  svg += "<line class=\"frame\" x1=\"" + At(kLeft) + "\" x2=\"" + At(kWidth - kRight) + "\" y1=\"" +
         At(bottom) + "\" y2=\"" + At(bottom) + "\"/>";
  svg += TextAt((kLeft + kWidth - kRight) / 2, kHeight - 8, "name", "middle", x_.name);
  const std::string middle = At((kTop + bottom) / 2);
  return svg + "<text class=\"name\" text-anchor=\"middle\" transform=\"translate(13," + middle +
         ") rotate(-90)\">" + EscapeHtml(y_.name) + "</text>";
}

std::string Picture::Svg() const {
  return "<svg viewBox=\"0 0 " + At(kWidth) + " " + At(kHeight) + "\" role=\"img\" aria-label=\"" +
         EscapeHtml(says_) + "\">" + Axes() + drawn_ + "</svg>";
}

}  // namespace cairn::evaluation
