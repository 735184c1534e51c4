# Writes ASSEMBLY, which takes FILES (below FOLDER) into the program byte by byte, and SOURCE, their table as cairn::web::EmbeddedPages().
# Either is written only when it changes; the digests in both make them change with the files.
set(assembly "  .section .rodata\n")
set(names "")
set(table "")
set(number 0)
foreach(file IN LISTS FILES)
  file(RELATIVE_PATH path ${FOLDER} ${file})
  file(SHA256 ${file} digest)
  file(SIZE ${file} size)
  string(APPEND assembly "  .balign 16\n  .global cairn_page_${number}\ncairn_page_${number}:  # ${digest}\n  .incbin \"${file}\"\n")
  string(APPEND names "extern const char cairn_page_${number}[];\n")
  string(APPEND table "      {\"${path}\", {cairn_page_${number}, ${size}}, \"${digest}\"},\n")
  math(EXPR number "${number} + 1")
endforeach()
string(APPEND assembly "  .section .note.GNU-stack,\"\",%progbits\n")
file(CONFIGURE OUTPUT ${ASSEMBLY} CONTENT "${assembly}" @ONLY)
file(CONFIGURE OUTPUT ${SOURCE} @ONLY CONTENT "#include \"server/web/pages.h\"

extern \"C\" {
${names}}

namespace cairn::web {
std::span<const Page> EmbeddedPages() {
  static const Page pages[] = {
${table}  };
  return pages;
}
}  // namespace cairn::web
")
