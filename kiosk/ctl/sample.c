#include "ctl/sample.h"

#include <string.h>

#define EVENT "2026 International Talent Exchange Conference"
#define FORUM "Artificial Intelligence and Robotics Forum"
#define FAIR "Recruitment Fair, Hall N2"
#define FINAL "Innovation and Entrepreneurship Competition: International Finals"

static const char reference[] = "SAMPLE2345"; /* as long as a real one */
/* For designs with the guest's card as a code. */
static const char extra[] = "{\"consent\":\"yes\",\"email\":\"guest@example.org\","
                            "\"phone\":\"+86 22 5555 0100\"}";

const struct sample samples[] = {
    { "chinese", "Chinese, the kind of guest most come as", "张伟", "Zhang Wei",
      "清华大学", "CN", "guest", "zh-Hans", FORUM, "A12" },
    { "serbian", "Latin with marks", "Đorđe Žižić", "", "Univerzitet u Beogradu", "RS",
      "exhibitor", "sr-Latn", FAIR, "" },
    { "arabic", "from right to left", "محمد بن عبد الله الفلاسي",
      "Mohammed bin Abdulla Al Falasi", "جامعة الإمارات العربية المتحدة", "AE", "vip",
      "ar", FORUM, "V1" },
    { "cyrillic", "Cyrillic, long", "Владимир Александрович Рождественский",
      "Vladimir A. Rozhdestvensky", "Российская академия наук", "RU", "academician",
      "ru", FORUM, "B3" },
    { "korean", "Hangul", "김민수", "Kim Min-su", "한국과학기술원", "KR", "team", "ko",
      FINAL, "" },
    { "japanese", "the same characters as Chinese, drawn another way", "渡邉 さくら",
      "Watanabe Sakura", "東京大学 大学院工学系研究科", "JP", "phd", "ja", FORUM,
      "C7" },
    { "thai", "Thai: marks above and below, no blanks", "สมชาย วงศ์สวัสดิ์",
      "Somchai Wongsawat", "จุฬาลงกรณ์มหาวิทยาลัย", "TH", "speaker", "th", FORUM, "S4" },
    { "greek", "Greek", "Ελένη Παπαδοπούλου", "Eleni Papadopoulou",
      "Εθνικό Μετσόβιο Πολυτεχνείο", "GR", "media", "el", "", "" },
    { "hindi", "Devanagari: letters that join", "आदित्य श्रीवास्तव", "Aditya Srivastava",
      "भारतीय प्रौद्योगिकी संस्थान दिल्ली", "IN", "phd", "hi", FAIR, "" },
    { "vietnamese", "two marks on one letter", "Nguyễn Thị Ánh Nguyệt", "",
      "Đại học Bách khoa Hà Nội", "VN", "team", "vi", FINAL, "" },
    { "portuguese", "many short words", "João Pedro da Conceição Gonçalves e Silva", "",
      "Universidade Federal do Rio Grande do Sul", "BR", "phd", "pt", FORUM, "D18" },
    { "long", "the longest that come",
      "Prof. Dr. Maximilian-Alexander Freiherr von und zu Hohenstein-Waldburg", "",
      "Bundesministerium für Wirtschaft und Klimaschutz, Referat für internationale "
      "Fachkräftegewinnung",
      "DE", "employer", "de", FINAL, "N2-1142" },
    { "uyghur", "a long name in Chinese, with a dot", "阿卜杜热西提·买买提依明",
      "Abdurashid Mamtimin", "新疆维吾尔自治区人力资源和社会保障厅", "CN", "staff",
      "zh-Hans", FAIR, "" },
    { "two-scripts", "two scripts in one name", "李娜 Anna Li-Kowalska", "",
      "Politechnika Warszawska · 华沙理工大学", "PL", "speaker", "en", FORUM, "S9" },
    { "bare", "nothing but a name", "林", "", "", "", "guest", "zh-Hans", "", "" },
    { "empty", "nothing at all", "", "", "", "", "", "", "", "" },
    { NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};

unsigned
sample_count(void)
{
    return sizeof samples / sizeof *samples - 1;
}

const struct sample *
sample_find(const char *key)
{
    for (const struct sample *sample = samples; sample->key; sample++) {
        if (strcmp(sample->key, key) == 0)
            return sample;
    }
    return NULL;
}

void
sample_names(struct str *out)
{
    for (const struct sample *sample = samples; sample->key; sample++)
        str_addf(out, "%s%s", sample == samples ? "" : ", ", sample->key);
}

bool
sample_job(const struct sample *sample, const struct desk_badges *badges,
           struct spool_job *job, struct err *err)
{
    struct ticket ticket = { .extra = "" };
    struct desk_badge_facts facts = { EVENT, sample->session, 1 };
    const struct {
        char *to;
        size_t size;
        const char *text;
    } texts[] = {
        { ticket.ref, sizeof ticket.ref, reference },
        { ticket.event, sizeof ticket.event, "sample" },
        { ticket.name, sizeof ticket.name, sample->name },
        { ticket.name_latin, sizeof ticket.name_latin, sample->name_latin },
        { ticket.organisation, sizeof ticket.organisation, sample->organisation },
        { ticket.country, sizeof ticket.country, sample->country },
        { ticket.kind, sizeof ticket.kind, sample->kind },
        { ticket.language, sizeof ticket.language, sample->language },
        { ticket.seat, sizeof ticket.seat, sample->seat },
        { ticket.extra, sizeof ticket.extra, sample->country[0] ? extra : "{}" },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!str_copy(texts[i].to, texts[i].size, texts[i].text))
            return err_set(err, ERR_LIMIT, "sample %s: a text is too long",
                           sample->key);
    }
    return desk_badge_given(badges, &ticket, &facts, job, err);
}
