#include "loop/documents/document.h"

#include <algorithm>

#include "loop/documents/content.h"
#include "loop/documents/facts/data_facts.h"
#include "loop/documents/facts/model_facts.h"
#include "loop/documents/facts/project_facts.h"

namespace cairn::documents {
namespace {

/// What a document is filled from.
struct Ground {
  Facts facts;
  std::string name;
  std::int64_t version = 0;
  Node configuration;  ///< The accepted one: answers stand there.
  std::string digest;
};

Result<Ground> GroundOf(const evidence::Rooms& rooms, const Form& form, const Wanted& wanted) {
  Ground ground;
  ground.name = wanted.name;
  if (form.about_project) {
    const auto dossier = CAIRN_TRY(GatherProject(rooms));
    ground.facts = ProjectFacts(dossier);
    ground.name = dossier.charter.project;
    ground.version = dossier.number;
  } else if (form.about_dataset) {
    const auto dossier = CAIRN_TRY(GatherData(rooms, wanted.name, wanted.version));
    ground.facts = DatasetFacts(dossier);
    Merge(ground.facts, QualityFacts(dossier));
    ground.version = dossier.version.version;
  } else {
    const auto dossier = CAIRN_TRY(evidence::Gather(rooms, {wanted.name, wanted.version, 0, {}}));
    ground.facts = VersionFacts(dossier);
    Merge(ground.facts, CharterFacts(dossier));
    ground.version = wanted.version;
  }
  if (const auto accepted = CAIRN_TRY(rooms.configurations.Accepted())) {
    ground.configuration = CAIRN_TRY(ParseYaml(accepted->text, "the accepted cairn.yaml"));
    ground.digest = accepted->digest;
  }
  return ground;
}

Passage PassageOf(const Ground& ground, const Form& form, const Section& section,
                  const std::string& dataset) {
  Passage passage;
  passage.title = section.title;
  passage.answer = {"",
                    section.place.empty() ? AnswerTo(ground.configuration, form, dataset, section.id) : "",
                    {"cairn.yaml", ground.digest}};
  for (const auto& name : section.facts) {
    const auto found = ground.facts.find(name);
    if (found == ground.facts.end()) continue;
    // A statement without a record to rest on is not made.
    std::copy_if(found->second.begin(), found->second.end(), std::back_inserter(passage.facts),
                 [](const Fact& fact) { return !fact.record.digest.empty(); });
  }
  if (!section.asks.empty() && passage.answer.value.empty() &&
      (section.needs_answer || passage.facts.empty())) {
    passage.question = section.asks;
    passage.place = PlaceOf(form, dataset, section.id);
  }
  return passage;
}

}  // namespace

Result<Document> Write(const evidence::Rooms& rooms, const Wanted& wanted) {
  const Form& form = *CAIRN_TRY(FormNamed(wanted.form));
  const auto ground = CAIRN_TRY(GroundOf(rooms, form, wanted));
  Content content;
  content.form = &form;
  content.subject =
      form.about_project ? ground.name : wanted.name + ", version " + std::to_string(ground.version);
  Document document;
  document.name = ground.name;
  document.version = ground.version;
  for (const Section& section : form.sections) {
    content.passages.push_back(PassageOf(ground, form, section, wanted.name));
    const Passage& passage = content.passages.back();
    document.statements += passage.facts.size() + (passage.answer.value.empty() ? 0 : 1);
    if (!passage.question.empty())
      document.missing.push_back({passage.title, passage.question, passage.place});
  }
  const std::string body = Rendered(content, wanted.shape);
  document.records = content.records.size();
  document.text = Marked(body, wanted.shape,
                         Json{{"document", form.name}, {"name", ground.name}, {"version", ground.version}});
  return document;
}

}  // namespace cairn::documents
