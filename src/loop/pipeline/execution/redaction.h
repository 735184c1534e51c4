#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::pipeline {

/// Keeps secrets out of a stream of bytes: each stands there as "***". Of a secret of several lines, each
/// line of eight bytes or more is one too, since programs print by lines. It recognises the bytes as they
/// are, not an encoding of them.
class Redaction {
 public:
  explicit Redaction(const std::vector<std::string>& secrets);

  /// What may be shown by now; an end that may be the beginning of a secret is kept until more comes.
  std::string Feed(std::string_view bytes);
  /// What was kept back, when nothing more comes.
  std::string End();
  /// A whole text.
  std::string Of(std::string_view text);

 private:
  std::vector<std::string> secrets_;  ///< Longest first.
  std::array<bool, 256> begins_{};    ///< By the first byte of any.
  std::string pending_;
};

}  // namespace cairn::pipeline
