#ifndef YUELAI_BENCH_DRAW_GUESTS_H
#define YUELAI_BENCH_DRAW_GUESTS_H

/* draw_guests: whom bench draw draws: names of each script, and names without end. */

#include <stdio.h>

#include "str.h"

enum { SCRIPTS = 7, GUESTS_A_SCRIPT = 6 };

static const struct {
    const char *name;
    const char *guests[GUESTS_A_SCRIPT][3]; /* name, second script, organisation */
} scripts[SCRIPTS] = {
    { "Han",
      { { "张伟", "Zhang Wei", "清华大学 Tsinghua University" },
        { "欧阳娜娜", "Ouyang Nana", "浙江大学" },
        { "李秀英", "Li Xiuying", "中国科学院深圳先进技术研究院" },
        { "王芳", "Wang Fang", "华为技术有限公司" },
        { "诸葛明亮", "Zhuge Mingliang", "复旦大学 Fudan University" },
        { "陈静", "Chen Jing", "上海交通大学" } } },
    { "Latin",
      { { "Đorđe Žižić", "", "Univerzitet u Beogradu" },
        { "Łukasz Żółć", "", "Politechnika Warszawska" },
        { "Søren Ångström", "", "Aarhus Universitet" },
        { "Anna Müller", "", "Max-Planck-Institut" },
        { "Nguyễn Thị Hương", "", "Đại học Quốc gia Hà Nội" },
        { "Zoë Durand", "", "Sorbonne Université" } } },
    { "Arabic",
      { { "محمد عبد الرحمن", "Mohammed Abdulrahman", "جامعة القاهرة" },
        { "فاطمة الزهراء", "Fatima Zahra", "جامعة محمد الخامس" },
        { "أحمد", "Ahmed", "جامعة الملك سعود" },
        { "ليلى حسن", "Layla Hassan", "الجامعة الأردنية" },
        { "يوسف", "Youssef", "" },
        { "نور الدين", "Nour Eddine", "جامعة تونس" } } },
    { "Cyrillic",
      { { "Владимир Кузнецов", "Vladimir Kuznetsov", "МГУ имени М. В. Ломоносова" },
        { "Олександр Шевченко", "Oleksandr Shevchenko", "КПІ" },
        { "Ђорђе Петровић", "Đorđe Petrović", "Универзитет у Београду" },
        { "Мария", "Maria", "Софийски университет" },
        { "Айгүл", "Aigul", "КазНУ" },
        { "Ольга Иванова", "Olga Ivanova", "СПбГУ" } } },
    { "Hangul",
      { { "김민수", "Kim Min-su", "서울대학교" },
        { "이서연", "Lee Seo-yeon", "카이스트 KAIST" },
        { "박지훈", "Park Ji-hoon", "" },
        { "최유진", "Choi Yu-jin", "삼성전자" },
        { "정하은", "Jung Ha-eun", "포항공과대학교" },
        { "남궁민", "Namkoong Min", "LG" } } },
    { "Thai",
      { { "สมชาย ใจดี", "Somchai Jaidee", "จุฬาลงกรณ์มหาวิทยาลัย" },
        { "วรรณา", "Wanna", "มหาวิทยาลัยมหิดล" },
        { "ประเสริฐ ศรีสุข", "Prasert Srisuk", "" },
        { "กนกวรรณ", "Kanokwan", "มหาวิทยาลัยเชียงใหม่" },
        { "ณัฐพล", "Nattapon", "ปตท." },
        { "ศิริพร", "Siriporn", "" } } },
    { "long",
      { { "João Pedro Monteiro da Conceição e Silva de Albuquerque", "",
          "Instituto Superior Técnico da Universidade de Lisboa" },
        { "Warnakulasuriya Patabendige Ushantha Joseph Chaminda Vaas", "",
          "University of Colombo" },
        { "Prof. Dr. Karl-Theodor von und zu Guttenberg", "",
          "Deutsche Forschungsgemeinschaft, Referat Internationales" },
        { "María del Carmen Rodríguez-Piñero Bravo-Ferrer", "",
          "Universidad Complutense de Madrid" },
        { "Rajasekharan Venkatanarasimharajuvaripeta", "", "IIT Madras" },
        { "Wolfeschlegelsteinhausenbergerdorff", "", "Universität Hamburg" } } },
};

static const char *const kinds[][2] = { { "guest", "Guest" },
                                        { "vip", "VIP" },
                                        { "exhibitor", "Exhibitor" },
                                        { "staff", "Staff" } };

static void
make_fields(int script, int guest, struct str *out)
{
    const char *const *texts = scripts[script].guests[guest % GUESTS_A_SCRIPT];
    const char *const *kind = kinds[guest % 4];
    str_clear(out);
    str_addf(out,
             "{\"name\":\"%s\",\"name_latin\":\"%s\",\"organisation\":\"%s\","
             "\"country\":\"China\",\"kind\":\"%s\",\"kind_label\":\"%s\","
             "\"session\":\"Opening forum\",\"seat\":\"A%d\",\"ref\":\"MHTQYULGFM\","
             "\"event\":\"Yuelai Talent Exchange Conference\"}",
             texts[0], texts[1], texts[2], kind[0], kind[1], guest % 90);
}

static void
make_code(int guest, char *qr, size_t size)
{
    snprintf(qr, size, "YL1-MHTQ%06d-B%d-%04X", guest, guest % 9 + 1,
             (unsigned)guest * 2654435761U & 0xFFFF);
}

/* As many names as a large event has, no two alike: every glyph cache is filled. */
static void
make_name(int guest, struct str *json)
{
    static const unsigned families = 300, given = 3000;
    char name[16] = "";
    unsigned luck = (unsigned)guest * 2654435761U;
    const unsigned letters[] = { 0x4E00U + luck % families * 7,
                                 0x4E00U + luck / 7 % given * 5,
                                 0x4E00U + luck / 11 % given * 4 };
    for (int i = 0; i < 3; i++) {
        char *at = name + 3 * i;
        at[0] = (char)(0xE0 | letters[i] >> 12);
        at[1] = (char)(0x80 | (letters[i] >> 6 & 63));
        at[2] = (char)(0x80 | (letters[i] & 63));
    }
    str_clear(json);
    str_addf(json,
             "{\"name\":\"%s\",\"name_latin\":\"Guest %d\",\"organisation\":\"%s大学\","
             "\"country\":\"China\",\"kind\":\"guest\",\"kind_label\":\"Guest\"}",
             name, guest, name);
}

#endif
