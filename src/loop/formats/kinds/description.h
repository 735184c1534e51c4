#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loop/formats/formats.h"

namespace cairn::formats {

/// What one part of a file says about itself.
struct Description {
  Format format = Format::Unknown;
  std::string version = {};
  std::string writer = {};
  std::vector<Port> inputs = {};
  std::vector<Port> outputs = {};
  std::vector<Detail> details = {};
  std::vector<Import> imports = {};  ///< Without `where`.
  std::vector<std::string> concerns = {};
  std::vector<std::string> damage = {};

  void Say(std::string name, DetailValue value) { details.push_back({std::move(name), std::move(value)}); }
  /// Leaves out what the file does not say.
  void SayText(std::string name, std::string_view value) {
    if (!value.empty()) Say(std::move(name), std::string(value.substr(0, 1000)));
  }
  void SayCount(std::string name, std::uint64_t count) {
    Say(std::move(name), static_cast<std::int64_t>(count));
  }
};

/// Lists in descriptions end here.
inline constexpr std::size_t kMostListed = 1000;

// Each gives nothing when the bytes are of another format. A file that is cut short is described as far as it
// goes, with a sentence in `damage`.

std::optional<Description> DescribeOnnx(std::string_view bytes);
std::optional<Description> DescribeCoreMl(std::string_view bytes);
/// A saved_model.pb, or a frozen graph.
std::optional<Description> DescribeTensorFlow(std::string_view bytes);
std::optional<Description> DescribePmml(std::string_view bytes);
/// Any JSON text that is a model: XGBoost's, CatBoost's, PFA.
std::optional<Description> DescribeJson(std::string_view bytes);
std::optional<Description> DescribeXgboostUbj(std::string_view bytes);
std::optional<Description> DescribeXgboostBinary(std::string_view bytes);
std::optional<Description> DescribeLightgbm(std::string_view bytes);
std::optional<Description> DescribeCatboost(std::string_view bytes);
std::optional<Description> DescribeSafetensors(std::string_view bytes);
std::optional<Description> DescribeGguf(std::string_view bytes);
/// One array of numpy. `content` is set to what follows its head: a pickle when it `holds_objects`.
std::optional<Description> DescribeNumpy(std::string_view bytes, std::string_view& content,
                                         bool& holds_objects);
std::optional<Description> DescribeHdf5(std::string_view bytes);
std::optional<Description> DescribeJavaSource(std::string_view bytes);
/// R's own serialisation, already unpacked.
std::optional<Description> DescribeR(std::string_view bytes);

/// The configuration that Keras 3 keeps in its zip, or Keras 2 in HDF5: adds what it would import.
void ReadKerasConfig(std::string_view json, Description& description);

}  // namespace cairn::formats
