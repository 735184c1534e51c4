#include "server/mlflow/file_answer.h"

#include <algorithm>
#include <string>

#include "ground/vocabulary/text.h"

namespace cairn::mlflow {
namespace {

constexpr std::string_view kTextual[] = {"txt", "log",        "err",   "cfg",     "conf",     "cnf",  "cf",
                                         "ini", "properties", "prop",  "hocon",   "toml",     "yaml", "yml",
                                         "xml", "json",       "js",    "py",      "py3",      "csv",  "tsv",
                                         "md",  "rst",        "ipynb", "MLmodel", "MLproject"};

struct Type {
  std::string_view extension, type;
};
constexpr Type kTypes[] = {
    {"html", "text/html"},      {"htm", "text/html"},       {"png", "image/png"},
    {"jpg", "image/jpeg"},      {"jpeg", "image/jpeg"},     {"gif", "image/gif"},
    {"svg", "image/svg+xml"},   {"webp", "image/webp"},     {"pdf", "application/pdf"},
    {"zip", "application/zip"}, {"gz", "application/gzip"}, {"tar", "application/x-tar"},
    {"mp4", "video/mp4"},       {"wav", "audio/x-wav"},     {"css", "text/css"}};

bool IsPlainAscii(std::string_view name) {
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return c >= 32 && c < 127 && c != '"' && c != '\\'; });
}

std::string Disposition(std::string_view name) {
  if (IsPlainAscii(name)) return "attachment; filename=\"" + std::string(name) + "\"";
  return "attachment; filename*=UTF-8''" + PercentEncode(name);
}

}  // namespace

std::string_view TypeOf(std::string_view name) {
  const auto extension = name.substr(name.rfind('.') + 1);
  if (std::find(std::begin(kTextual), std::end(kTextual), extension) != std::end(kTextual))
    return "text/plain";
  const auto lower = LowerAscii(extension);
  for (const auto& type : kTypes) {
    if (type.extension == lower) return type.type;
  }
  return "application/octet-stream";
}

http::Response FileAnswer(const tracking::Artifacts::File& file) {
  const std::string_view path(file.path);
  const auto name = path.substr(path.rfind('/') + 1);
  http::Response response;
  response.headers.Add("Content-Type", std::string(TypeOf(name)));
  response.headers.Add("Content-Disposition", Disposition(name));
  response.file = http::FileBody{file.path, 0, file.bytes};
  return response;
}

}  // namespace cairn::mlflow
