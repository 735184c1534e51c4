#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"

namespace cairn::documents {

/// A form: which sections a kind of document has, what each is filled from, and what to ask where nothing on
/// record fills it. Forms are data (forms/*.yaml), with the source of what they ask.
struct Section {
  std::string id, title;
  std::vector<std::string> facts;  ///< Names in Facts.
  std::string asks;                ///< The question that its author is asked; "" for none.
  bool needs_answer = false;       ///< Also where facts are there.
  std::string
      place{};  ///< Where in cairn.yaml the facts come from, "charter.problem": the answer goes there.
};
struct Duty {
  std::string duty, from, source;  ///< `from` may be "".
};
struct Form {
  std::string name;  ///< "model-card"
  std::string title;
  bool about_dataset = false;
  bool about_project = false;  ///< Of the configuration that governs, whatever models and data there are.
  std::string source, address;
  std::vector<Duty> calendar;
  std::vector<Section> sections;
};

/// All forms, in order.
std::span<const Form> Forms();
/// NotFound with the nearest name.
Result<const Form*> FormNamed(std::string_view name);

/// Answers that people gave, under `documents` in cairn.yaml: {model_card: {caveats: "…"}, annex_iv: {…},
/// datasheet: {flights: {motivation: "…"}}}. InvalidArgument with place and nearest name for what no form
/// asks.
Result<> CheckAnswers(const Node& configuration);
/// The answer to one section, or ""; `dataset` "" but for datasheets.
std::string AnswerTo(const Node& configuration, const Form& form, std::string_view dataset,
                     std::string_view section);
/// Where it is given: "documents.model_card.caveats", or the section's own place.
std::string PlaceOf(const Form& form, std::string_view dataset, std::string_view section);

}  // namespace cairn::documents
