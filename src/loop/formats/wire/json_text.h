#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

/// Looks into JSON text of any size without building it. What it gives is a piece of the text; it does not
/// check what it passes over.
namespace cairn::formats::wire {

/// Calls `take(name, value)` for each member of the object that `text` begins with (after white space), until
/// it says false. False when the object is broken or cut.
bool EachMember(std::string_view text,
                const std::function<bool(std::string_view name, std::string_view value)>& take);

/// A member's value, through a path of names: {"learner", "objective", "name"}; "" when there is none.
std::string_view MemberAt(std::string_view text, std::initializer_list<std::string_view> path);

/// The JSON text's string without its quotes (escapes stay), or the text of another scalar.
std::string PlainText(std::string_view value);

/// Items of an array.
std::uint64_t ItemCount(std::string_view array);

/// The object or array that begins at the front of `text`, whole; "" when it does not end.
std::string_view Balanced(std::string_view text);

}  // namespace cairn::formats::wire
