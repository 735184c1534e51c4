#include <algorithm>

#include "ground/vocabulary/text.h"
#include "loop/formats/kinds/description.h"
#include "loop/formats/wire/json_text.h"
#include "loop/formats/xml/tags.h"

/// Formats that are text: JSON, XML, source code, R's ASCII form.
namespace cairn::formats {
namespace {

using namespace std::string_view_literals;
using wire::MemberAt;
using wire::PlainText;

bool Has(const std::vector<std::string_view>& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// [3, 2, 0] as "3.2.0".
std::string Dotted(std::string_view array) {
  std::string text;
  for (const char c : array) {
    if (c == ',') text += '.';
    if (c >= '0' && c <= '9') text += c;
  }
  return text;
}

std::vector<std::string> Items(std::string_view array) {
  std::vector<std::string> items;
  if (array.size() < 2 || array.size() > (8 << 20)) return items;
  for (auto item : Split(array.substr(1, array.size() - 2), ',')) {
    if (items.size() == kMostListed) break;
    if (!Trim(item).empty()) items.push_back(PlainText(Trim(item)));
  }
  return items;
}

Description DescribeXgboostJson(std::string_view text) {
  Description description{.format = Format::XgboostJson};
  description.version = Dotted(MemberAt(text, {"version"}));
  description.writer = "XGBoost " + description.version;
  const auto learner = MemberAt(text, {"learner"});
  description.SayText("objective", PlainText(MemberAt(learner, {"objective", "name"})));
  const auto booster = MemberAt(learner, {"gradient_booster"});
  description.SayText("booster", PlainText(MemberAt(booster, {"name"})));
  auto model = MemberAt(booster, {"model"});
  if (model.empty()) model = MemberAt(booster, {"gbtree", "model"});
  description.SayText("trees", PlainText(MemberAt(model, {"gbtree_model_param", "num_trees"})));
  description.SayText("features", PlainText(MemberAt(learner, {"learner_model_param", "num_feature"})));
  const auto names = Items(MemberAt(learner, {"feature_names"})),
             types = Items(MemberAt(learner, {"feature_types"}));
  for (std::size_t i = 0; i < names.size(); ++i)
    description.inputs.push_back({names[i], i < types.size() ? types[i] : "", ""});
  return description;
}

Description DescribeCatboostJson(std::string_view text) {
  Description description{.format = Format::CatboostJson};
  const auto info = PlainText(MemberAt(text, {"model_info", "catboost_version_info"}));
  description.writer = "CatBoost" + (info.empty() ? "" : " " + info.substr(0, info.find("\\n")));
  for (const auto name : {"oblivious_trees", "trees"}) {
    if (const auto trees = MemberAt(text, {name}); !trees.empty())
      description.SayCount("trees", wire::ItemCount(trees));
  }
  description.SayCount("features",
                       wire::ItemCount(MemberAt(text, {"features_info", "float_features"})) +
                           wire::ItemCount(MemberAt(text, {"features_info", "categorical_features"})));
  return description;
}

Description DescribePfa(std::string_view text) {
  Description description{.format = Format::Pfa};
  description.SayText("name", PlainText(MemberAt(text, {"name"})));
  description.SayText("method", PlainText(MemberAt(text, {"method"})));
  description.inputs.push_back({"input", std::string(MemberAt(text, {"input"}).substr(0, 1000)), ""});
  description.outputs.push_back({"output", std::string(MemberAt(text, {"output"}).substr(0, 1000)), ""});
  return description;
}

}  // namespace

std::optional<Description> DescribeJson(std::string_view bytes) {
  const auto begins = bytes.find_first_not_of(" \t\r\n");
  if (begins == std::string_view::npos || bytes[begins] != '{') return std::nullopt;
  const auto text = bytes.substr(begins);
  std::vector<std::string_view> keys;
  const bool whole = wire::EachMember(text, [&](std::string_view name, std::string_view) {
    keys.push_back(name);
    return keys.size() < kMostListed;
  });
  if (!whole && keys.empty()) {
    // Cut inside its first member: that member's name is all there is to go by.
    const auto quote = text.find('"');
    const auto head = quote == std::string_view::npos ? "" : text.substr(quote + 1, 15);
    if (head.starts_with("learner\"")) keys = {"learner", "version"};
  }
  std::optional<Description> description;
  if (Has(keys, "learner") && (Has(keys, "version") || !whole))
    description = DescribeXgboostJson(text);
  else if (Has(keys, "oblivious_trees") ||
           (Has(keys, "features_info") && (Has(keys, "trees") || Has(keys, "model_info"))))
    description = DescribeCatboostJson(text);
  else if (Has(keys, "input") && Has(keys, "output") && Has(keys, "action"))
    description = DescribePfa(text);
  if (description && !whole) description->damage.push_back("it is cut short or broken");
  return description;
}

std::optional<Description> DescribePmml(std::string_view bytes) {
  const auto head = bytes.substr(0, 4);
  const auto begins = bytes.find_first_not_of(" \t\r\n\xef\xbb\xbf"sv);
  const bool wide =
      head.starts_with("\xff\xfe"sv) || head.starts_with("\xfe\xff"sv) || head.starts_with("<\0"sv);
  if (!wide && (begins == std::string_view::npos || begins > 1024 || bytes[begins] != '<'))
    return std::nullopt;
  auto read = xml::ReadPmml(wide ? bytes : bytes.substr(bytes.find_first_not_of(" \t\r\n")));
  if (!read || !read->is_pmml) return std::nullopt;
  Description description{.format = Format::Pmml, .version = read->version, .writer = read->application};
  for (const auto& field : read->fields) {
    const bool target =
        std::find(read->targets.begin(), read->targets.end(), field.name) != read->targets.end();
    (target ? description.outputs : description.inputs).push_back({field.name, field.type, ""});
  }
  description.Say("models", read->models);
  if (read->trees > 0) description.SayCount("trees", read->trees);
  if (read->has_doctype)
    description.concerns.push_back(
        "it has a document type: a reader that expands entities may fetch files or use up memory");
  if (!read->fault.empty()) description.damage.push_back(read->fault);
  return description;
}

std::optional<Description> DescribeJavaSource(std::string_view bytes) {
  const auto head = bytes.substr(0, 64 << 10);
  if (head.find("extends GenModel") == std::string_view::npos ||
      head.find("class ") == std::string_view::npos)
    return std::nullopt;
  Description description{.format = Format::H2oPojo, .writer = "H2O"};
  const auto name = head.find("public class ");
  if (name != std::string_view::npos) {
    const auto rest = head.substr(name + 13);
    description.SayText("class", rest.substr(0, rest.find(' ')));
  }
  description.concerns.push_back("it is Java source: whoever uses it compiles and runs it");
  return description;
}

std::optional<Description> DescribeR(std::string_view bytes) {
  std::string_view body = bytes;
  if (body.starts_with("RDX2\n") || body.starts_with("RDX3\n") || body.starts_with("RDA2\n") ||
      body.starts_with("RDA3\n"))
    body.remove_prefix(5);
  const bool binary = body.starts_with("X\n\0\0\0"sv),
             text = body.starts_with("A\n2\n") || body.starts_with("A\n3\n");
  if (!binary && !text) return std::nullopt;
  Description description{.format = Format::RData, .writer = "R"};
  description.version = binary && body.size() > 5 ? std::to_string(body[5]) : std::string(body.substr(2, 1));
  description.concerns.push_back("R objects can hold promises and functions, which run when they are used");
  return description;
}

}  // namespace cairn::formats
