#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::http {

/// Header fields in order; names compare without case.
class Headers {
 public:
  void Add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// The first value of that name, or "".
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// A request as handlers see it; how it travelled (TCP, the Unix socket, in the process) does not show.
struct Request {
  std::string method = "GET";
  std::string path;   ///< Without query; percent escapes still in place.
  std::string query;  ///< Raw, without '?'.
  Headers headers;
  std::string body;       ///< Empty when the body was spooled to a file.
  std::string body_file;  ///< Path of the spooled body (route with BodyMode::File), else "". The handler may
                          ///< move it away; what is left is removed.
  std::vector<std::pair<std::string, std::string>>
      captures;      ///< Decoded values of {name} and {name...} in the route's pattern.
  std::string peer;  ///< "127.0.0.1:50312", "socket", "in-process".

  /// The decoded value captured under `name`, or "".
  std::string_view Captured(std::string_view name) const;
  /// Decoded query parameters in order. InvalidArgument for a broken escape.
  Result<std::vector<std::pair<std::string, std::string>>> QueryParameters() const;
  /// The first query parameter of that name, decoded.
  std::optional<std::string> QueryParameter(std::string_view name) const;
};

/// Part of a file as a body; streamed by the server without being read into memory.
struct FileBody {
  std::string path;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  std::shared_ptr<const std::string>
      shared;                    ///< When set, sent in place of `body`: one text for many answers.
  std::optional<FileBody> file;  ///< When set, sent in place of both.

  std::string_view content() const { return shared ? *shared : body; }

  static Response Text(int status, std::string text, std::string_view type = "text/plain; charset=utf-8");
  static Response Json(int status, std::string json);
  static Response Json(int status, std::shared_ptr<const std::string> json);
};

using Handler = std::function<Response(const Request&)>;

/// Takes what makes the answer to one request, from any thread; it is called on the thread that sends. What
/// comes after the first is ignored; when the last copy goes without one, the answer is a 500.
using Reply = std::function<void(std::function<Response()>)>;
/// A handler that starts what takes time and returns. The request stays until the reply was given.
using LaterHandler = std::function<void(const Request&, Reply)>;

}  // namespace cairn::http
