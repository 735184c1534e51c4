#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"

namespace cairn {

// Typed reading of a YAML map, for the sections of cairn.yaml. An absent or null key is never an error here:
// it reads as empty, and whether it may be empty is for the section's own room to say. A value of the wrong
// kind is InvalidArgument with file, line, column and key.

/// InvalidArgument: "cairn.yaml:12:5: WHAT".
Error WrongAt(const Node& node, std::string_view what);

/// The map under `key`; null when absent.
Result<const Node*> MapAt(const Node& map, std::string_view key);

/// The scalar's text as written; "" when absent.
Result<std::string> TextAt(const Node& map, std::string_view key);

/// One of `choices`, or "" when absent; the error names them all, and the nearest.
Result<std::string> ChoiceAt(const Node& map, std::string_view key,
                             std::span<const std::string_view> choices);

Result<std::optional<double>> NumberAt(const Node& map, std::string_view key);

/// `otherwise` when absent.
Result<bool> TruthAt(const Node& map, std::string_view key, bool otherwise);

/// A list of words; one word alone is a list of one.
Result<std::vector<std::string>> WordsAt(const Node& map, std::string_view key);

/// A share written "20%" or 0.2. It must lie between `least` and `most`, both included; nothing when absent.
Result<std::optional<double>> ShareAt(const Node& map, std::string_view key, double least, double most);

/// Calls `read` for each map of the list under `key`, in order, after checking that it holds no key but
/// `known`. Stops at the first error.
Result<> EachAt(const Node& map, std::string_view key, std::initializer_list<std::string_view> known,
                const std::function<Result<>(const Node&)>& read);

/// The text at a dotted path of keys, "model.name"; "" when any is absent or it is no scalar. For a section
/// that another room has checked.
std::string TextAtPath(const Node& document, std::string_view dotted);

}  // namespace cairn
