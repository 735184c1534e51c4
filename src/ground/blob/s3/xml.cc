#include "ground/blob/s3/xml.h"

#include <expat.h>

#include <memory>

#include "ground/os/library.h"

namespace cairn::blob::s3 {
namespace {

constexpr std::size_t kMostBytes = 16 * 1024 * 1024;
constexpr std::size_t kMostElements = 200'000;
constexpr std::size_t kDeepest = 16;

/// expat's functions, opened at first use: whoever keeps artifacts in a folder does not pay for them.
struct Library {
  decltype(&::XML_ParserCreate) parser_create;
  decltype(&::XML_ParserFree) parser_free;
  decltype(&::XML_SetUserData) set_user_data;
  decltype(&::XML_SetElementHandler) set_element_handler;
  decltype(&::XML_SetCharacterDataHandler) set_text_handler;
  decltype(&::XML_SetStartDoctypeDeclHandler) set_doctype_handler;
  decltype(&::XML_StopParser) stop_parser;
  decltype(&::XML_Parse) parse;
};

Result<Library> Open() {
  const auto opened = os::Library::Open({"expat", {"libexpat.so.1"}, "install Debian's package libexpat1"});
  if (!opened) return Error{Reason::Unsupported, opened.error().message};
  const os::Library& file = *opened;
  return Library{
      CAIRN_TRY(file.Symbol<decltype(&::XML_ParserCreate)>("XML_ParserCreate")),
      CAIRN_TRY(file.Symbol<decltype(&::XML_ParserFree)>("XML_ParserFree")),
      CAIRN_TRY(file.Symbol<decltype(&::XML_SetUserData)>("XML_SetUserData")),
      CAIRN_TRY(file.Symbol<decltype(&::XML_SetElementHandler)>("XML_SetElementHandler")),
      CAIRN_TRY(file.Symbol<decltype(&::XML_SetCharacterDataHandler)>("XML_SetCharacterDataHandler")),
      CAIRN_TRY(file.Symbol<decltype(&::XML_SetStartDoctypeDeclHandler)>("XML_SetStartDoctypeDeclHandler")),
      CAIRN_TRY(file.Symbol<decltype(&::XML_StopParser)>("XML_StopParser")),
      CAIRN_TRY(file.Symbol<decltype(&::XML_Parse)>("XML_Parse")),
  };
}

Result<const Library*> Load() {
  static const Result<Library> loaded = Open();
  if (!loaded) return loaded.error();
  return &*loaded;
}

/// Builds the tree while expat reads.
struct Builder {
  const Library& library;
  XML_Parser parser;
  Element document;  ///< Holds the root as its only child.
  std::vector<Element*> open;
  std::size_t elements = 0;

  void Stop() { library.stop_parser(parser, XML_FALSE); }

  static void Start(void* self, const XML_Char* name, const XML_Char**) {
    auto& builder = *static_cast<Builder*>(self);
    if (builder.open.size() > kDeepest || ++builder.elements > kMostElements) return builder.Stop();
    auto& siblings = builder.open.back()->children;
    siblings.emplace_back();
    siblings.back().name = name;
    builder.open.push_back(&siblings.back());
  }
  static void End(void* self, const XML_Char*) { static_cast<Builder*>(self)->open.pop_back(); }
  static void Characters(void* self, const XML_Char* text, int length) {
    static_cast<Builder*>(self)->open.back()->text.append(text, static_cast<std::size_t>(length));
  }
  static void Doctype(void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    static_cast<Builder*>(self)->Stop();
  }
};

}  // namespace

std::string_view Element::Text(std::string_view child) const {
  for (const auto& element : children) {
    if (element.name == child) return element.text;
  }
  return {};
}

Result<Element> ParseXml(std::string_view document) {
  const Library& library = *CAIRN_TRY(Load());
  if (document.size() > kMostBytes) return Error{Reason::Corrupt, "The XML is larger than 16 MiB."};
  const std::unique_ptr<XML_ParserStruct, decltype(library.parser_free)> parser(
      library.parser_create("UTF-8"), library.parser_free);
  Builder builder{library, parser.get(), {}, {}, 0};
  builder.open.push_back(&builder.document);
  library.set_user_data(parser.get(), &builder);
  library.set_element_handler(parser.get(), &Builder::Start, &Builder::End);
  library.set_text_handler(parser.get(), &Builder::Characters);
  library.set_doctype_handler(parser.get(), &Builder::Doctype);
  if (library.parse(parser.get(), document.data(), static_cast<int>(document.size()), 1) != XML_STATUS_OK)
    return Error{Reason::Corrupt, "The XML is not well formed, or goes beyond what an answer may hold."};
  return std::move(builder.document.children.front());
}

}  // namespace cairn::blob::s3
