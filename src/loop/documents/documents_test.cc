#include <gtest/gtest.h>

#include "loop/documents/content.h"

namespace cairn::documents {
namespace {

Node Yaml(const std::string& text) {
  auto root = ParseYaml(text, "cairn.yaml");
  EXPECT_TRUE(root) << root.error().message;
  return *std::move(root);
}

Content Sample(const std::string& value) {
  Content content;
  content.form = *FormNamed("model-card");
  content.subject = "late, version 3";
  content.passages.push_back(
      {"Measured", {}, {{"log_loss", value, {"examination", std::string(64, 'a')}}}, "", ""});
  content.passages.push_back({"Caveats", {}, {}, "What is not said?", "documents.model_card.caveats"});
  return content;
}

TEST(Form, EachNamesItsSourceAndAsksEachQuestionOnce) {
  ASSERT_EQ(Forms().size(), 7u);
  for (const Form& form : Forms()) {
    EXPECT_TRUE(form.address.starts_with("https://")) << form.name;
    EXPECT_FALSE(form.title.empty());
    for (std::size_t i = 0; i < form.sections.size(); ++i) {
      const Section& section = form.sections[i];
      EXPECT_FALSE(section.title.empty() || (section.facts.empty() && section.asks.empty())) << section.id;
      EXPECT_FALSE(section.needs_answer && section.asks.empty()) << section.id;
      for (std::size_t k = 0; k < i; ++k) EXPECT_NE(form.sections[k].id, section.id);
    }
    for (const Duty& duty : form.calendar) EXPECT_FALSE(duty.duty.empty() || duty.source.empty());
  }
  EXPECT_NE(FormNamed("model-cart").error().message.find("Did you mean 'model-card'"), std::string::npos);
}

TEST(Answers, AreTakenFromWhereTheFormAsksForThem) {
  const Node root = Yaml(
      "documents:\n  model_card: {caveats: Not in fog.}\n  datasheet: {flights: {motivation: Delays.}}\n");
  EXPECT_TRUE(CheckAnswers(root));
  EXPECT_EQ(AnswerTo(root, **FormNamed("model-card"), "", "caveats"), "Not in fog.");
  EXPECT_EQ(AnswerTo(root, **FormNamed("model-card"), "", "ethics"), "");
  EXPECT_EQ(AnswerTo(root, **FormNamed("datasheet"), "flights", "motivation"), "Delays.");
  EXPECT_EQ(AnswerTo(root, **FormNamed("datasheet"), "trips", "motivation"), "");
  EXPECT_EQ(PlaceOf(**FormNamed("datasheet"), "flights", "motivation"),
            "documents.datasheet.flights.motivation");
}

TEST(Answers, OfTheCharterStandInTheCharter) {
  const Form& statement = **FormNamed("problem-statement");
  EXPECT_TRUE(statement.about_project);
  EXPECT_EQ(PlaceOf(statement, "", "problem"), "charter.problem");
  EXPECT_EQ(PlaceOf(**FormNamed("project-charter"), "", "resources"), "documents.project_charter.resources");
  EXPECT_FALSE(CheckAnswers(Yaml("documents: {problem_statement: {problem: Late.}}"))) << "a second place";
  EXPECT_TRUE(CheckAnswers(Yaml("documents: {project_charter: {resources: Two people.}}")));
}

TEST(Answers, ToWhatNobodyAsksAreRefusedWithTheirPlace) {
  const auto refused = [](const std::string& text) {
    const auto checked = CheckAnswers(Yaml(text));
    EXPECT_FALSE(checked) << text;
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_NE(refused("documents: {model_card: {caveat: x}}").find("Did you mean 'caveats'"),
            std::string::npos);
  EXPECT_NE(refused("documents: {model_cart: {caveats: x}}").find("cairn.yaml:1:"), std::string::npos);
  EXPECT_NE(refused("documents: {model_card: {caveats: [a]}}").find("a text"), std::string::npos);
  refused("documents: [a]");
  refused("documents: {model_card: text}");
  refused("documents: {datasheet: text}");
  refused("documents: {datasheet: {flights: {x: y}}}");
  EXPECT_TRUE(CheckAnswers(Yaml("project: x")));
}

TEST(Rendering, EveryStatementCitesItsRecordAndWhatIsMissingIsAskedFor) {
  Content content = Sample("0.5");
  const std::string text = Rendered(content, Shape::Markdown);
  EXPECT_NE(text.find("- log\\_loss: 0.5 *(r1)*\n"), std::string::npos) << text;
  EXPECT_NE(text.find("- r1: examination, SHA-256 `" + std::string(64, 'a') + "`"), std::string::npos);
  EXPECT_NE(text.find("**Missing.** What is not said? *(`documents.model_card.caveats` in cairn.yaml)*"),
            std::string::npos);
  Content again = Sample("0.5");
  const std::string page = Rendered(again, Shape::Html);
  EXPECT_NE(page.find("<li>log_loss: 0.5 <sup><a href=\"#r1\">r1</a></sup></li>"), std::string::npos) << page;
}

TEST(Rendering, AValueCannotPassForStructure) {
  Content content = Sample("1\n## Decision\n<b>approved</b> | [x](y)");
  const std::string text = Rendered(content, Shape::Markdown);
  EXPECT_EQ(text.find("\n## Decision"), std::string::npos);
  EXPECT_EQ(text.find("<b>"),
            text.find("\\<b>") == std::string::npos ? std::string::npos : text.find("\\<b>") + 1);
  Content again = Sample("<script>x</script>");
  EXPECT_EQ(Rendered(again, Shape::Html).find("<script"), std::string::npos);
}

TEST(Mark, HoldsUntilOneByteIsAnother) {
  for (const Shape shape : {Shape::Markdown, Shape::Html}) {
    Content content = Sample("0.5");
    const std::string body = Rendered(content, shape);
    const std::string text =
        Marked(body, shape, Json{{"document", "model-card"}, {"name", "a--b"}, {"version", 3}});
    const auto read = ReadMarked(text);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(read->sound);
    EXPECT_EQ(read->shape, shape);
    EXPECT_EQ(read->body, body);
    EXPECT_EQ(read->about.Text("name"), "a--b");
    for (std::size_t at = 0; at < text.size(); at += 7) {
      std::string changed = text;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      const auto other = ReadMarked(changed);
      EXPECT_FALSE(other && other->sound && other->about == read->about && other->body == body) << at;
    }
  }
  EXPECT_EQ(ReadMarked("# A card\n").error().reason, Reason::Corrupt);
  EXPECT_EQ(ReadMarked("").error().reason, Reason::Corrupt);
}

}  // namespace
}  // namespace cairn::documents
