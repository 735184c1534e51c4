#include "ground/blob/name.h"

#include <algorithm>
#include <utility>

#include "ground/vocabulary/text.h"

namespace cairn::blob {
namespace {

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Decodes the escapes that are whole and leaves the rest: a strict decoder would stop at a broken one and
/// never see what follows it.
std::string DecodedOnce(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool room = text[i] == '%' && i + 2 < text.size();
    const int high = room ? DigitOf(text[i + 1]) : -1, low = room ? DigitOf(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      decoded += text[i];
    } else {
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return decoded;
}

bool IsLetter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

/// What is wrong with it, or nothing.
const char* Fault(std::string_view name) {
  if (!IsUtf8(name)) return "is not UTF-8";
  if (name.starts_with('/')) return "starts with a slash";
  if (name.size() >= 2 && IsLetter(name[0]) && name[1] == ':') return "starts with a drive letter";
  for (const char c : name) {
    if (c == '\\') return "holds a backslash";
    if (c == '#') return "holds a '#'";
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return "holds a control character";
  }
  for (const std::string_view part : Split(name, '/')) {
    if (part == "..") return "holds the part '..'";
  }
  return nullptr;
}

/// Printable also when the fault is in the bytes.
std::string Shown(std::string_view name) { return PercentEncode(name.substr(0, 200), "/%@:+,=()[] #\\"); }

using Type = std::pair<std::string_view, std::string_view>;

constexpr std::string_view kPlain = "text/plain";
constexpr std::string_view kPlainExtensions[] = {
    "cfg", "cnf",  "conf", "config", "csv",     "err",       "hocon", "ini",        "ipynb",
    "js",  "json", "log",  "md",     "mlmodel", "mlproject", "prop",  "properties", "py",
    "py3", "rst",  "toml", "tsv",    "txt",     "xml",       "yaml",  "yml"};
constexpr Type kTypes[] = {
    {"avif", "image/avif"},         {"bmp", "image/bmp"},
    {"bz2", "application/x-bzip2"}, {"css", "text/css"},
    {"gif", "image/gif"},           {"gz", "application/gzip"},
    {"htm", "text/html"},           {"html", "text/html"},
    {"ico", "image/x-icon"},        {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},          {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},           {"parquet", "application/vnd.apache.parquet"},
    {"pdf", "application/pdf"},     {"png", "image/png"},
    {"svg", "image/svg+xml"},       {"tar", "application/x-tar"},
    {"tif", "image/tiff"},          {"tiff", "image/tiff"},
    {"wav", "audio/x-wav"},         {"webm", "video/webm"},
    {"webp", "image/webp"},         {"zip", "application/zip"},
};

}  // namespace

Result<std::string> CheckedName(std::string_view name) {
  std::string decoded(name);
  for (;;) {
    if (const char* fault = Fault(decoded)) {
      return Error{Reason::InvalidArgument,
                   "The name '" + Shown(name) + "' " + fault +
                       "; use a relative path of plain parts, such as 'model/data.txt'."};
    }
    std::string next = DecodedOnce(decoded);
    if (next == decoded) break;
    decoded = std::move(next);
  }
  std::string checked;
  for (const std::string_view part : Split(name, '/')) {
    if (part.empty() || part == ".") continue;
    if (!checked.empty()) checked += '/';
    checked += part;
  }
  return checked;
}

std::string_view ContentTypeOf(std::string_view name) {
  const std::string_view last = name.substr(name.rfind('/') + 1);
  const std::size_t dot = last.rfind('.');
  const std::string extension = LowerAscii(dot == std::string_view::npos ? last : last.substr(dot + 1));
  // Without a dot only these two names say what they are.
  if (dot == std::string_view::npos && last != "MLmodel" && last != "MLproject")
    return "application/octet-stream";
  if (std::find(std::begin(kPlainExtensions), std::end(kPlainExtensions), extension) !=
      std::end(kPlainExtensions))
    return kPlain;
  for (const auto& [known, type] : kTypes) {
    if (known == extension) return type;
  }
  return "application/octet-stream";
}

}  // namespace cairn::blob
