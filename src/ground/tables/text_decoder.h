#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn::tables {

/// Reads a text file of any encoding as UTF-8, piece by piece. One thread at a time.
class TextDecoder {
 public:
  /// Unsupported for an encoding that iconv does not know.
  static Result<TextDecoder> Open(const std::string& path, const std::string& encoding);
  TextDecoder(TextDecoder&&) noexcept;
  ~TextDecoder();

  /// Hands on the text without a mark at its start: all of it, or what is in about the first `most` bytes of
  /// the file. Unprocessable naming the line of bytes that are not of the encoding.
  Result<> Read(const std::function<Result<>(std::string_view)>& take,
                std::uint64_t most = ~std::uint64_t{0});

 private:
  struct State;
  explicit TextDecoder(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cairn::tables
