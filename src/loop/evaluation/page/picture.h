#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cairn::evaluation {

/// "0.8312", "1.2e-05": four significant digits.
std::string Short(double value);
std::string Percent(double share);
/// Round numbers that cut a range into about five.
std::vector<double> TicksOf(double low, double high);

/// A picture with two axes, as SVG. What is drawn later lies over what was drawn before.
class Picture {
 public:
  struct Axis {
    std::string name;
    double low = 0, high = 1;
  };
  Picture(Axis x, Axis y, std::string says);

  using Points = std::vector<std::pair<double, double>>;
  void Line(const Points& points, std::string_view kind);
  /// Filled down to the bottom of the picture.
  void Area(const Points& points, std::string_view kind);
  void Dot(double x, double y, std::string_view kind, const std::string& title, double radius = 3.5);
  /// From one height to another at one place, such as an interval.
  void Upright(double x, double low, double high, std::string_view kind);
  void Bar(double from, double to, double height, std::string_view kind, const std::string& title);
  void Label(double x, double y, const std::string& text);

  /// The <svg> element.
  std::string Svg() const;

 private:
  double X(double value) const;
  double Y(double value) const;
  std::string Axes() const;

  Axis x_, y_;
  std::string says_, drawn_;
};

}  // namespace cairn::evaluation
