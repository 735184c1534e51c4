#pragma once

#include <string>
#include <vector>

#include "loop/documents/document.h"
#include "loop/documents/fact.h"

namespace cairn::documents {

/// A document before it has a shape.
struct Passage {
  std::string title;
  Fact answer;  ///< What somebody wrote; its value may be "".
  std::vector<Fact> facts;
  std::string question, place;  ///< Of what is missing; "" when nothing is.
};
struct Content {
  const Form* form = nullptr;
  std::string subject;  ///< "late-arrival, version 3"
  std::vector<Passage> passages;
  std::vector<Record> records;  ///< Each once; numbered from 1 in the text.

  /// The number under which a record is cited; it is added when it is new.
  std::size_t NumberOf(const Record& record);
};

/// Everything but the first line. `content` is changed only in its records.
std::string Rendered(Content& content, Shape shape);

/// Puts the line that says what a document is where it belongs, with the digest of all else.
std::string Marked(const std::string& body, Shape shape, const Json& about);
/// What a marked text says it is, with "sound": whether its digest holds; and the rest of it. Corrupt for any
/// other text.
struct Unmarked {
  Json about;
  Shape shape = Shape::Markdown;
  std::string body;
  bool sound = false;
};
Result<Unmarked> ReadMarked(const std::string& text);

}  // namespace cairn::documents
