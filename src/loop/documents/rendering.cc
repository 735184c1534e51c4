#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/text.h"
#include "loop/documents/content.h"

namespace cairn::documents {
namespace {

constexpr std::string_view kOpens = "<!-- cairn-document ", kCloses = " -->\n";
constexpr std::string_view kDoctype = "<!doctype html>\n";

/// On one line, so that no value can pass for structure.
std::string Flat(const std::string& text) {
  std::string flat;
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == '\t')
      flat += ' ';
    else
      flat += c;
  }
  return flat;
}

/// Markdown's own characters as they are meant.
std::string Plain(const std::string& text) {
  std::string plain;
  for (const char c : Flat(text)) {
    if (std::string_view("\\*_[]<>|#").find(c) != std::string_view::npos) plain += '\\';
    plain += c;
  }
  return plain;
}

class Markdown {
 public:
  explicit Markdown(Content& content) : content_(content) {}

  std::string Text() {
    const Form& form = *content_.form;
    text_ = "# " + form.title + ": " + Plain(content_.subject) + "\n\nAsked by: " + form.source + ", <" +
            form.address + ">\n";
    for (const Duty& duty : form.calendar)
      text_ +=
          "\n- " + duty.duty + (duty.from.empty() ? "" : ": from " + duty.from) + " *(" + duty.source + ")*";
    if (!form.calendar.empty()) text_ += "\n";
    for (const Passage& passage : content_.passages) Add(passage);
    text_ += "\n## Records\n\n";
    for (std::size_t i = 0; i < content_.records.size(); ++i)
      text_ += "- r" + std::to_string(i + 1) + ": " + Plain(content_.records[i].name) + ", SHA-256 `" +
               content_.records[i].digest + "`\n";
    return text_;
  }

 private:
  std::string Cited(const Record& record) {
    return " *(r" + std::to_string(content_.NumberOf(record)) + ")*";
  }
  void Add(const Passage& passage) {
    text_ += "\n## " + passage.title + "\n\n";
    if (!passage.answer.value.empty())
      text_ += Plain(passage.answer.value) + Cited(passage.answer.record) + "\n\n";
    for (const Fact& fact : passage.facts)
      text_ += "- " + Plain(fact.label) + ": " + Plain(fact.value) + Cited(fact.record) + "\n";
    if (!passage.question.empty())
      text_ += "\n**Missing.** " + passage.question + " *(`" + passage.place + "` in cairn.yaml)*\n";
    if (passage.facts.empty() && passage.answer.value.empty() && passage.question.empty())
      text_ += "Nothing on record.\n";
  }

  Content& content_;
  std::string text_;
};

class Html {
 public:
  explicit Html(Content& content) : content_(content) {}

  std::string Text() {
    const Form& form = *content_.form;
    const std::string title = EscapeHtml(form.title + ": " + content_.subject);
    text_ = "<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title +
            "</title><style>body{font:15px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}"
            "sup{color:#666}.missing{border-left:4px solid #c60;padding-left:.6em}code{font-size:85%;"
            "overflow-wrap:anywhere}@media print{body{margin:0;max-width:none}}</style></head><body>\n<h1>" +
            title + "</h1>\n<p>Asked by: <a href=\"" + EscapeHtml(form.address) + "\">" +
            EscapeHtml(form.source) + "</a></p>\n";
    for (const Duty& duty : form.calendar)
      text_ += "<p>" + EscapeHtml(duty.duty + (duty.from.empty() ? "" : ": from " + duty.from)) +
               " <small>(" + EscapeHtml(duty.source) + ")</small></p>\n";
    for (const Passage& passage : content_.passages) Add(passage);
    text_ += "<h2>Records</h2>\n<ol>\n";
    for (std::size_t i = 0; i < content_.records.size(); ++i)
      text_ += "<li id=\"r" + std::to_string(i + 1) + "\">" + EscapeHtml(Flat(content_.records[i].name)) +
               ", SHA-256 <code>" + content_.records[i].digest + "</code></li>\n";
    return text_ + "</ol>\n</body></html>\n";
  }

 private:
  std::string Cited(const Record& record) {
    const std::string number = std::to_string(content_.NumberOf(record));
    return " <sup><a href=\"#r" + number + "\">r" + number + "</a></sup>";
  }
  void Add(const Passage& passage) {
    text_ += "<h2>" + EscapeHtml(passage.title) + "</h2>\n";
    if (!passage.answer.value.empty())
      text_ += "<p>" + EscapeHtml(Flat(passage.answer.value)) + Cited(passage.answer.record) + "</p>\n";
    if (!passage.facts.empty()) text_ += "<ul>\n";
    for (const Fact& fact : passage.facts)
      text_ += "<li>" + EscapeHtml(Flat(fact.label)) + ": " + EscapeHtml(Flat(fact.value)) +
               Cited(fact.record) + "</li>\n";
    if (!passage.facts.empty()) text_ += "</ul>\n";
    if (!passage.question.empty())
      text_ += "<p class=\"missing\"><strong>Missing.</strong> " + EscapeHtml(passage.question) +
               " <small>(<code>" + EscapeHtml(passage.place) + "</code> in cairn.yaml)</small></p>\n";
    if (passage.facts.empty() && passage.answer.value.empty() && passage.question.empty())
      text_ += "<p>Nothing on record.</p>\n";
  }

  Content& content_;
  std::string text_;
};

}  // namespace

std::size_t Content::NumberOf(const Record& record) {
  const auto found = std::find(records.begin(), records.end(), record);
  if (found != records.end()) return static_cast<std::size_t>(found - records.begin()) + 1;
  records.push_back(record);
  return records.size();
}

std::string Rendered(Content& content, Shape shape) {
  return shape == Shape::Markdown ? Markdown(content).Text() : Html(content).Text();
}

std::string Marked(const std::string& body, Shape shape, const Json& about) {
  Json said = about;
  said.Set("sha256", crypto::Sha256Hex(body));
  std::string line(kOpens);
  // A comment ends at two dashes.
  for (const char c : said.Dump()) line += c == '-' ? std::string("\\u002d") : std::string(1, c);
  return std::string(shape == Shape::Html ? kDoctype : "") + line + std::string(kCloses) + body;
}

Result<Unmarked> ReadMarked(const std::string& text) {
  const Error none{
      Reason::Corrupt,
      "This is no document that `cairn docs` wrote, or the line that says what it is was removed."};
  std::string_view rest = text;
  Unmarked read;
  if (rest.starts_with(kDoctype)) {
    read.shape = Shape::Html;
    rest.remove_prefix(kDoctype.size());
  }
  const auto ends = rest.find(kCloses);
  if (!rest.starts_with(kOpens) || ends == std::string_view::npos) return none;
  auto about = Json::Parse(rest.substr(kOpens.size(), ends - kOpens.size()));
  if (!about || !about->IsObject()) return none;
  read.about = *std::move(about);
  read.body = rest.substr(ends + kCloses.size());
  read.sound = crypto::Sha256Hex(read.body) == read.about.Text("sha256");
  return read;
}

}  // namespace cairn::documents
