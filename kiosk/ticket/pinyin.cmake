# The readings of Han characters for ticket/name, made at build time from Debian's
# unicode-data: made/pinyin_table.h, some 60 KB in the program.

find_file(UNIHAN_READINGS NAMES Unihan_Readings.txt.bz2 Unihan_Readings.txt
  PATHS /usr/share/unicode DOC "Unicode's readings of Han characters")
if(NOT UNIHAN_READINGS)
  message(FATAL_ERROR "Unihan_Readings.txt.bz2 is missing: install unicode-data")
endif()
if(UNIHAN_READINGS MATCHES "\\.bz2$")
  find_program(BZIP2 bzip2 REQUIRED)
  set(unihan_cat ${BZIP2} -dc)
else()
  set(unihan_cat cat)
endif()
find_program(AWK NAMES mawk gawk awk REQUIRED)

set(pinyin_table ${CMAKE_BINARY_DIR}/made/pinyin_table.h)
set(pinyin_words ${CMAKE_SOURCE_DIR}/templates/lang/pinyin.txt)
set(pinyin_awk ${CMAKE_SOURCE_DIR}/kiosk/ticket/pinyin.awk)
add_custom_command(OUTPUT ${pinyin_table}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/made
  COMMAND ${unihan_cat} ${UNIHAN_READINGS} |
    LC_ALL=C ${AWK} -v words=${pinyin_words} -f ${pinyin_awk} > ${pinyin_table}.new
  COMMAND ${CMAKE_COMMAND} -E rename ${pinyin_table}.new ${pinyin_table}
  DEPENDS ${UNIHAN_READINGS} ${pinyin_words} ${pinyin_awk}
  COMMENT "Reading Unihan for the pinyin table" VERBATIM)
add_custom_target(pinyin DEPENDS ${pinyin_table})
add_dependencies(ticket pinyin)
set_source_files_properties(${CMAKE_SOURCE_DIR}/kiosk/ticket/name_pinyin.c
  PROPERTIES OBJECT_DEPENDS ${pinyin_table})
