# Puts the page into the program: every file of templates/screen and templates/lang as
# read-only bytes (.incbin), and a table of them that kiosk/screen/assets.c reads.
# A file's path in the browser is its path in here: js/guest.js, lang/en.json.

set(screen_dir ${CMAKE_SOURCE_DIR}/templates/screen)
set(lang_dir ${CMAKE_SOURCE_DIR}/templates/lang)
file(GLOB_RECURSE page_files CONFIGURE_DEPENDS ${screen_dir}/*.html ${screen_dir}/*.css
  ${screen_dir}/*.js ${screen_dir}/*.svg)
file(GLOB lang_files CONFIGURE_DEPENDS ${lang_dir}/*.json)

set(data "    .section .rodata\n")
set(externs "")
set(rows "")
set(number 0)
foreach(file ${page_files} ${lang_files})
  if(file MATCHES "^${screen_dir}/")
    file(RELATIVE_PATH path ${screen_dir} ${file})
  else()
    file(RELATIVE_PATH path ${lang_dir} ${file})
    set(path "lang/${path}")
  endif()
  string(APPEND data "    .globl asset_${number}, asset_${number}_end\n"
    "asset_${number}:\n    .incbin \"${file}\"\nasset_${number}_end:\n    .byte 0\n")
  string(APPEND externs
    "extern const unsigned char asset_${number}[], asset_${number}_end[];\n")
  string(APPEND rows "    { \"/${path}\", asset_${number}, asset_${number}_end },\n")
  math(EXPR number "${number} + 1")
endforeach()
string(APPEND data "    .section .note.GNU-stack,\"\",@progbits\n")

set(made ${CMAKE_BINARY_DIR}/made/screen)
file(CONFIGURE OUTPUT ${made}/assets_data.S CONTENT "${data}" @ONLY)
file(CONFIGURE OUTPUT ${made}/assets_table.c CONTENT
"#include \"screen/assets.h\"

${externs}
const struct asset_embedded assets_embedded[] = {
${rows}};
const unsigned assets_embedded_count = ${number};
" @ONLY)
set_source_files_properties(${made}/assets_data.S PROPERTIES OBJECT_DEPENDS
  "${page_files};${lang_files}")
target_sources(screen PRIVATE ${made}/assets_data.S ${made}/assets_table.c)
