#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/documents/form.h"
#include "loop/evidence/dossier.h"

/// Documents that stay true: written from records, every statement with the digest of its record; what nobody
/// has said is asked for, never invented; and what was written can be held against the records again.
namespace cairn::documents {

enum class Shape { Markdown, Html };

struct Wanted {
  std::string form;          ///< "model-card", "datasheet", "project-charter", … (forms/)
  std::string name;          ///< Of the model, or of the data set; not read where it is about the project.
  std::int64_t version = 0;  ///< Of a data set, 0 for the newest; not read where it is about the project.
  Shape shape = Shape::Markdown;
};

/// A question that nothing on record answers.
struct Missing {
  std::string section, question;
  std::string place;  ///< Where in cairn.yaml the answer goes.
};

struct Document {
  std::string text;  ///< Its first line (in HTML its second) says what it is, with the digest of the rest.
  std::string name;  ///< Of the project, where it is about that; else as wanted.
  std::int64_t version = 0;  ///< Of a project: how many configurations were accepted by then.
  std::vector<Missing> missing;
  std::size_t statements = 0;
  std::size_t records = 0;  ///< That they rest on.
};

/// The document as the records have it now. Equal records give equal texts, but for milestones that are
/// overdue by now. NotFound without form, model, version or data set, Conflict for one about a project of
/// which no configuration was accepted; the errors of evidence::Gather.
Result<Document> Write(const evidence::Rooms& rooms, const Wanted& wanted);

/// Writes the document that `text` says it is anew and compares: {"current", "form", "name", "version",
/// "edited" (whether its own digest does not hold: by hand, after it was written), "problems": [{"line",
/// "says", "records"}…] (the first 50), "missing"}. A newest version of a data set stays the one that it was
/// written about. Corrupt for a text that says of itself nothing of the kind.
Result<Json> Verify(const evidence::Rooms& rooms, const std::string& text);

}  // namespace cairn::documents
