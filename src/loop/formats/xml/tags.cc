#include "loop/formats/xml/tags.h"

#include <expat.h>

#include <algorithm>

#include "ground/os/library.h"

namespace cairn::formats::xml {
namespace {

constexpr std::size_t kMostFields = 1000, kMostText = 1000, kPiece = 1 << 20;
constexpr std::size_t kDeepest = 2000;

struct Functions {
  decltype(&::XML_ParserCreate) create;
  decltype(&::XML_ParserFree) free;
  decltype(&::XML_SetUserData) set_user_data;
  decltype(&::XML_SetElementHandler) set_element_handler;
  decltype(&::XML_SetStartDoctypeDeclHandler) set_doctype_handler;
  decltype(&::XML_StopParser) stop;
  decltype(&::XML_Parse) parse;
};

Result<Functions> Open() {
  const auto opened = os::Library::Open({"expat", {"libexpat.so.1"}, "install Debian's package libexpat1"});
  if (!opened) return Error{Reason::Unsupported, opened.error().message};
  const os::Library& file = *opened;
  return Functions{
      CAIRN_TRY(file.Symbol<decltype(&::XML_ParserCreate)>("XML_ParserCreate")),
      CAIRN_TRY(file.Symbol<decltype(&::XML_ParserFree)>("XML_ParserFree")),
      CAIRN_TRY(file.Symbol<decltype(&::XML_SetUserData)>("XML_SetUserData")),
      CAIRN_TRY(file.Symbol<decltype(&::XML_SetElementHandler)>("XML_SetElementHandler")),
      CAIRN_TRY(file.Symbol<decltype(&::XML_SetStartDoctypeDeclHandler)>("XML_SetStartDoctypeDeclHandler")),
      CAIRN_TRY(file.Symbol<decltype(&::XML_StopParser)>("XML_StopParser")),
      CAIRN_TRY(file.Symbol<decltype(&::XML_Parse)>("XML_Parse")),
  };
}

Result<const Functions*> Load() {
  static const Result<Functions> loaded = Open();
  if (!loaded) return loaded.error();
  return &*loaded;
}

std::string_view LocalName(std::string_view name) {
  const auto colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string Attribute(const XML_Char** attributes, std::string_view name) {
  for (; *attributes; attributes += 2)
    if (name == attributes[0]) return std::string(std::string_view(attributes[1]).substr(0, kMostText));
  return {};
}

/// Takes notes while expat reads.
struct Notes {
  const Functions& functions;
  XML_Parser parser;
  Pmml pmml;
  std::size_t depth = 0;

  void Start(std::string_view name, const XML_Char** attributes) {
    if (depth++ == 0) {
      pmml.is_pmml = name == "PMML";
      pmml.version = Attribute(attributes, "version");
    }
    if (!pmml.is_pmml || depth > kDeepest) {
      functions.stop(parser, XML_FALSE);
      return;
    }
    if (name == "Application") {
      const auto version = Attribute(attributes, "version");
      pmml.application = Attribute(attributes, "name") + (version.empty() ? "" : " " + version);
    } else if (name == "DataField" && pmml.fields.size() < kMostFields) {
      pmml.fields.push_back({Attribute(attributes, "name"), Attribute(attributes, "dataType")});
    } else if (name == "MiningField") {
      const auto usage = Attribute(attributes, "usageType");
      if ((usage == "target" || usage == "predicted") && pmml.targets.size() < kMostFields)
        pmml.targets.push_back(Attribute(attributes, "name"));
    }
    const bool model = name.ends_with("Model") || name == "Scorecard" || name == "NeuralNetwork";
    pmml.trees += name == "TreeModel";
    if (model && pmml.models.size() < kMostFields &&
        std::find(pmml.models.begin(), pmml.models.end(), name) == pmml.models.end())
      pmml.models.emplace_back(name);
  }

  static void OnStart(void* self, const XML_Char* name, const XML_Char** attributes) {
    static_cast<Notes*>(self)->Start(LocalName(name), attributes);
  }
  static void OnEnd(void* self, const XML_Char*) { --static_cast<Notes*>(self)->depth; }
  static void OnDoctype(void* self, const XML_Char* root, const XML_Char*, const XML_Char*, int) {
    auto& notes = *static_cast<Notes*>(self);
    notes.pmml.has_doctype = true;
    notes.pmml.is_pmml = LocalName(root) == "PMML";
    notes.functions.stop(notes.parser, XML_FALSE);
  }
};

}  // namespace

Result<Pmml> ReadPmml(std::string_view text) {
  const auto& functions = *CAIRN_TRY(Load());
  const XML_Parser parser = functions.create(nullptr);
  if (!parser) return Error{Reason::Exhausted, "There is no memory to read XML in."};
  Notes notes{functions, parser, {}};
  functions.set_user_data(parser, &notes);
  functions.set_element_handler(parser, &Notes::OnStart, &Notes::OnEnd);
  functions.set_doctype_handler(parser, &Notes::OnDoctype);
  bool going = true;
  while (going) {
    const auto piece = text.substr(0, kPiece);
    text.remove_prefix(piece.size());
    going =
        functions.parse(parser, piece.data(), static_cast<int>(piece.size()), text.empty()) == XML_STATUS_OK;
    if (!going && notes.pmml.is_pmml && !notes.pmml.has_doctype)
      notes.pmml.fault = "its XML is cut short or broken";
    if (text.empty()) break;
  }
  functions.free(parser);
  return std::move(notes.pmml);
}

}  // namespace cairn::formats::xml
