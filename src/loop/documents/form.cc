#include "loop/documents/form.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "ground/vocabulary/text.h"
#include "loop/documents/form_texts.h"

namespace cairn::documents {
namespace {

std::string TextIn(const Node& node, std::string_view key) {
  const Node* value = node.Find(key);
  return value && value->IsScalar() && !value->IsNull() ? value->text() : "";
}

Section SectionOf(const Node& node) {
  Section section{TextIn(node, "id"), TextIn(node, "title"), {}, TextIn(node, "asks"), false};
  section.place = TextIn(node, "place");
  section.needs_answer = TextIn(node, "narrative") == "needed";
  if (const Node* facts = node.Find("facts"))
    for (const Node& fact : facts->items()) section.facts.push_back(fact.text());
  return section;
}

Form FormOf(std::string_view name, std::string_view text) {
  const auto root = ParseYaml(text, name);
  if (!root) {
    std::fprintf(stderr, "a form that the program carries cannot be read: %s\n",
                 root.error().message.c_str());
    std::abort();
  }
  Form form;
  form.name = name;
  form.title = TextIn(*root, "title");
  form.about_dataset = TextIn(*root, "about") == "dataset";
  form.about_project = TextIn(*root, "about") == "project";
  form.source = TextIn(*root->Find("source"), "name");
  form.address = TextIn(*root->Find("source"), "address");
  if (const Node* calendar = root->Find("calendar"))
    for (const Node& duty : calendar->items())
      form.calendar.push_back({TextIn(duty, "duty"), TextIn(duty, "from"), TextIn(duty, "source")});
  for (const Node& section : root->Find("sections")->items()) form.sections.push_back(SectionOf(section));
  return form;
}

/// As cairn.yaml writes the name: "model_card".
std::string KeyOf(const Form& form) {
  std::string key = form.name;
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

Error Unknown(const Node& map, const Node::Entry& entry, const std::vector<std::string_view>& known) {
  return {Reason::InvalidArgument,
          map.Where() + ": nothing asks for '" + entry.key + "'." + Suggestion(entry.key, known)};
}

Result<> CheckSections(const Node& map, const Form& form) {
  if (!map.IsMap() && !map.IsNull())
    return Error{Reason::InvalidArgument, map.Where() + ": this must be a map of answers by section"};
  std::vector<std::string_view> known;
  for (const Section& section : form.sections)
    if (!section.asks.empty() && section.place.empty()) known.push_back(section.id);
  for (const auto& entry : map.entries()) {
    if (std::find(known.begin(), known.end(), entry.key) == known.end()) return Unknown(map, entry, known);
    if (!entry.value.IsScalar())
      return Error{Reason::InvalidArgument, entry.value.Where() + ": an answer is a text"};
  }
  return Done{};
}

}  // namespace

std::span<const Form> Forms() {
  static const std::vector<Form> forms = [] {
    std::vector<Form> read;
    for (const auto& [name, text] : FormTexts()) read.push_back(FormOf(name, text));
    return read;
  }();
  return forms;
}

Result<const Form*> FormNamed(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Form& form : Forms()) {
    if (form.name == name) return &form;
    names.push_back(form.name);
  }
  return Error{Reason::NotFound,
               "There is no document '" + std::string(name) + "'." + Suggestion(name, names)};
}

Result<> CheckAnswers(const Node& configuration) {
  const Node* documents = configuration.Find("documents");
  if (!documents || documents->IsNull()) return Done{};
  if (!documents->IsMap())
    return Error{Reason::InvalidArgument, documents->Where() + ": 'documents' must be a map of answers"};
  std::vector<std::string> keys;
  for (const Form& form : Forms()) keys.push_back(KeyOf(form));
  for (const auto& entry : documents->entries()) {
    const auto found = std::find(keys.begin(), keys.end(), entry.key);
    if (found == keys.end()) return Unknown(*documents, entry, {keys.begin(), keys.end()});
    const Form& form = Forms()[static_cast<std::size_t>(found - keys.begin())];
    if (!form.about_dataset) {
      CAIRN_TRY(CheckSections(entry.value, form));
      continue;
    }
    if (!entry.value.IsMap())
      return Error{Reason::InvalidArgument,
                   entry.value.Where() + ": answers for '" + entry.key + "' stand by the name of a data set"};
    for (const auto& dataset : entry.value.entries()) CAIRN_TRY(CheckSections(dataset.value, form));
  }
  return Done{};
}

std::string AnswerTo(const Node& configuration, const Form& form, std::string_view dataset,
                     std::string_view section) {
  const Node* node = configuration.Find("documents");
  if (node) node = node->Find(KeyOf(form));
  if (node && form.about_dataset) node = node->Find(dataset);
  return node ? TextIn(*node, section) : "";
}

std::string PlaceOf(const Form& form, std::string_view dataset, std::string_view section) {
  for (const Section& one : form.sections)
    if (one.id == section && !one.place.empty()) return one.place;
  return "documents." + KeyOf(form) + (form.about_dataset ? "." + std::string(dataset) : "") + "." +
         std::string(section);
}

}  // namespace cairn::documents
