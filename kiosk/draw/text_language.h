#ifndef YUELAI_DRAW_TEXT_LANGUAGE_H
#define YUELAI_DRAW_TEXT_LANGUAGE_H

/* text_language: in which language's shapes a text is to be set. Unicode gives one number
 * to what Chinese, Japanese and Korean type each draw their own way (直, 骨, 令), and to
 * some Cyrillic letters (б in Serbian); the faces have all of them and follow the
 * language.
 *
 *     the letters tell (kana, hangul)  ->  the guest's language, if it is such a one
 *     ->  the guest's country  ->  as mainland China
 */

/* A tag for Pango: "ja", "ko", "zh-tw", "zh-hk", "sr", "mk", "bg", or "zh-cn" where
 * nothing is to be chosen. `language` is a tag ("zh-Hant-HK"), `country` two capitals;
 * both may be "". */
const char *text_language(const char *words, const char *language, const char *country);

#endif
