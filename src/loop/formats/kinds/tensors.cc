#include <cstring>
#include <map>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"
#include "loop/formats/kinds/description.h"

/// Files of tensors: safetensors, GGUF, numpy's arrays.
namespace cairn::formats {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t kMostHeader = 100'000'000;  // The format's own bound.

template <class Value>
std::optional<Value> At(std::string_view bytes, std::uint64_t at) {
  if (at > bytes.size() || bytes.size() - at < sizeof(Value)) return std::nullopt;
  Value value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::uint64_t CountOf(const Json& shape) {
  std::uint64_t count = 1;
  for (const Json& side : shape.items()) {
    if (!side.IsInt() || side.AsInt() < 0 ||
        __builtin_mul_overflow(count, static_cast<std::uint64_t>(side.AsInt()), &count))
      return 0;
  }
  return count;
}

/// Sums tensors by type.
void ReadHeader(const Json& header, std::uint64_t data_bytes, Description& description) {
  std::uint64_t tensors = 0, parameters = 0, furthest = 0;
  std::map<std::string, std::uint64_t> types;
  for (const auto& [name, tensor] : header.members()) {
    if (name == "__metadata__") {
      for (const auto& [key, value] : tensor.members())
        if (value.IsString()) description.SayText("metadata." + key, value.AsString());
      continue;
    }
    ++tensors;
    parameters += CountOf(tensor.At("shape"));
    ++types[tensor.Text("dtype")];
    const auto& offsets = tensor.At("data_offsets").items();
    if (offsets.size() == 2 && offsets[1].IsInt() && offsets[1].AsInt() >= 0)
      furthest = std::max(furthest, static_cast<std::uint64_t>(offsets[1].AsInt()));
  }
  description.SayCount("tensors", tensors);
  description.SayCount("parameters", parameters);
  std::vector<std::string> names;
  names.reserve(types.size());
  for (const auto& [name, count] : types) names.push_back(name);
  description.Say("types", names);
  if (furthest > data_bytes) description.damage.push_back("it is cut short: its tensors end behind its end");
}

/// GGUF's key-value pairs, as far as they are whole.
class GgufReader {
 public:
  explicit GgufReader(std::string_view bytes) : bytes_(bytes) {}

  bool Read(std::uint64_t pairs, Description& description) {
    for (std::uint64_t i = 0; i < pairs; ++i) {
      const auto key = Text();
      const auto type = key ? Next<std::uint32_t>() : std::nullopt;
      if (!type || !Value(*type, *key, description, 0)) return false;
    }
    return true;
  }

 private:
  template <class Number>
  std::optional<Number> Next() {
    const auto value = At<Number>(bytes_, at_);
    if (value) at_ += sizeof(Number);
    return value;
  }
  std::optional<std::string_view> Text() {
    const auto length = Next<std::uint64_t>();
    if (!length || *length > bytes_.size() - at_) return std::nullopt;
    const auto text = bytes_.substr(at_, *length);
    at_ += *length;
    return text;
  }
  static std::size_t WidthOf(std::uint32_t type) {
    static constexpr std::size_t kWidths[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    return type < std::size(kWidths) ? kWidths[type] : 0;
  }

  bool Value(std::uint32_t type, std::string_view key, Description& description, int depth) {
    constexpr std::uint32_t kString = 8, kArray = 9;
    if (type == kString) {
      const auto text = Text();
      if (text && depth == 0) Report(key, *text, description);
      return text.has_value();
    }
    if (type == kArray) {
      const auto inner = Next<std::uint32_t>();
      const auto count = inner ? Next<std::uint64_t>() : std::nullopt;
      if (!count || depth > 4) return false;
      if (const auto width = WidthOf(*inner)) {
        if (*count > (bytes_.size() - at_) / width) return false;
        at_ += *count * width;
        return true;
      }
      for (std::uint64_t i = 0; i < *count; ++i)
        if (!Value(*inner, key, description, depth + 1)) return false;
      return true;
    }
    const auto width = WidthOf(type);
    if (width == 0 || width > bytes_.size() - at_) return false;
    at_ += width;
    return true;
  }

  static void Report(std::string_view key, std::string_view text, Description& description) {
    if (key == "general.architecture") description.SayText("architecture", text);
    if (key == "general.name") description.SayText("name", text);
    if (key == "general.license") description.SayText("licence", text);
    if (key == "tokenizer.ggml.model") description.SayText("tokenizer", text);
    if (key == "tokenizer.chat_template") description.SayCount("chat_template_bytes", text.size());
  }

  std::string_view bytes_;
  std::uint64_t at_ = 24;  ///< Behind magic, version and the two counts.
};

}  // namespace

std::optional<Description> DescribeSafetensors(std::string_view bytes) {
  const auto length = At<std::uint64_t>(bytes, 0);
  if (!length || *length < 2 || *length > kMostHeader || bytes.size() < 10 || bytes[8] != '{')
    return std::nullopt;
  Description description{.format = Format::Safetensors};
  if (*length > bytes.size() - 8) {
    description.damage.push_back("it is cut short: its header does not end");
    return description;
  }
  const auto header = Json::Parse(bytes.substr(8, *length));
  if (!header || !header->IsObject()) {
    description.damage.push_back("its header is no JSON");
    return description;
  }
  ReadHeader(*header, bytes.size() - 8 - *length, description);
  return description;
}

std::optional<Description> DescribeGguf(std::string_view bytes) {
  if (!bytes.starts_with("GGUF")) return std::nullopt;
  Description description{.format = Format::Gguf};
  const auto version = At<std::uint32_t>(bytes, 4);
  const auto tensors = At<std::uint64_t>(bytes, 8), pairs = At<std::uint64_t>(bytes, 16);
  if (version) description.version = std::to_string(*version);
  if (!tensors || !pairs) {
    description.damage.push_back("it is cut short");
    return description;
  }
  description.SayCount("tensors", *tensors & ~(std::uint64_t{1} << 63));
  if (!GgufReader(bytes).Read(*pairs, description))
    description.damage.push_back("its metadata are cut short or broken");
  return description;
}

std::optional<Description> DescribeNumpy(std::string_view bytes, std::string_view& content,
                                         bool& holds_objects) {
  if (!bytes.starts_with("\x93NUMPY"sv)) return std::nullopt;
  Description description{.format = Format::Numpy};
  const auto major = At<std::uint8_t>(bytes, 6), minor = At<std::uint8_t>(bytes, 7);
  std::optional<std::uint64_t> length;
  const std::size_t begins = major && *major >= 2 ? 12 : 10;
  if (major && *major >= 2)
    length = At<std::uint32_t>(bytes, 8);
  else
    length = At<std::uint16_t>(bytes, 8);
  if (!minor || !length || *length > bytes.size() - begins) {
    description.damage.push_back("it is cut short");
    return description;
  }
  description.version = std::to_string(*major) + "." + std::to_string(*minor);
  const auto head = bytes.substr(begins, *length);
  const auto between = [&](std::string_view from, char to) {
    const auto at = head.find(from);
    if (at == std::string_view::npos) return std::string_view();
    const auto rest = head.substr(at + from.size());
    return rest.substr(0, rest.find(to));
  };
  description.SayText("shape", Trim(between("'shape': (", ')')));
  // A structured type is a list of fields; 'O' (objects), with or without its byte order, may be any of them.
  const bool structured = head.find("'descr': [") != std::string_view::npos;
  const auto type = structured ? between("'descr': ", '}') : between("'descr': '", '\'');
  description.SayText("type", type);
  holds_objects =
      structured ? type.find("O'") != std::string_view::npos : type.find('O') != std::string_view::npos;
  // numpy knows other spellings too, so that what follows is given in any case.
  content = bytes.substr(begins + *length);
  return description;
}

}  // namespace cairn::formats
