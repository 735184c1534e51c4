# Writes SOURCE, in which CONSTANT of NAMESPACE (declared in INCLUDE) is the text of FILE.
file(READ ${FILE} text)
file(WRITE ${SOURCE} "#include \"${INCLUDE}\"

namespace ${NAMESPACE} {
const std::string_view ${CONSTANT} = R\"EMBEDDED(${text})EMBEDDED\";
}  // namespace ${NAMESPACE}
")
