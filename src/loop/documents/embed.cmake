# Writes SOURCE, which carries the texts of FILES as cairn::documents::FormTexts().
set(table "")
foreach(file IN LISTS FILES)
  get_filename_component(stem ${file} NAME_WE)
  file(READ ${file} text)
  string(APPEND table "      {\"${stem}\", R\"FORM(${text})FORM\"},\n")
endforeach()
file(WRITE ${SOURCE} "#include \"loop/documents/form_texts.h\"

namespace cairn::documents {
std::span<const std::pair<std::string_view, std::string_view>> FormTexts() {
  static constexpr std::pair<std::string_view, std::string_view> texts[] = {
${table}  };
  return texts;
}
}  // namespace cairn::documents
")
