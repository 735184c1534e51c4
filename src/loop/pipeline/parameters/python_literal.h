#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"

/// Pieces of Python's grammar that parameters are written in.
namespace cairn::pipeline {

bool IsPythonBlank(char c);
/// Whether a name may begin with `c`, or have it in it. Everything beyond ASCII may.
bool BeginsPythonName(char c);
bool IsInPythonName(char c);

/// The length of the text literal whose first quote stands at `at`, with its quotes; up to the end of the
/// line, or of the file, where it is not closed.
std::size_t LengthOfPythonText(std::string_view text, std::size_t at);

/// A value that is written out: number, text, True, False, None, or a tuple, list or dict of these. A tuple
/// is an array. Nothing for every other expression; so, too, for what no lock holds: bytes, sets, complex
/// numbers and whole numbers beyond 64 bits, which are read as nearest doubles.
/// With `parts`, also says where each value in it stands.
struct LiteralPart {
  std::string path;                ///< "" for the whole, ".depth", "[0].size".
  std::size_t begin = 0, end = 0;  ///< Bytes of the text.
};
std::optional<Json> ReadPythonLiteral(std::string_view text, std::vector<LiteralPart>* parts = nullptr);

}  // namespace cairn::pipeline
