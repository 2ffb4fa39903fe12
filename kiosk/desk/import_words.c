#include "desk/import_words.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/roster.h"
#include "str.h"
#include "ticket/country.h"
#include "ticket/name.h"

enum { KEY_MAX = 96, ENTRIES_MAX = 2048 };

struct entry {
    uint8_t book;
    int16_t meaning;
    char key[KEY_MAX];
};

struct import_words {
    struct entry *entries; /* by book, then key */
    size_t count;
};

static const char *const column_names[COLUMN_COUNT] = {
    [COLUMN_CODE] = "code",
    [COLUMN_REF] = "ref",
    [COLUMN_NAME] = "name",
    [COLUMN_FIRST] = "first_name",
    [COLUMN_LAST] = "last_name",
    [COLUMN_LATIN] = "name_latin",
    [COLUMN_ORGANISATION] = "organisation",
    [COLUMN_COUNTRY] = "country",
    [COLUMN_KIND] = "kind",
    [COLUMN_SESSIONS] = "sessions",
    [COLUMN_EMAIL] = "email",
    [COLUMN_NUMBER] = "number",
    [COLUMN_LANGUAGE] = "language",
    [COLUMN_STATUS] = "status",
    [COLUMN_BLOCKED] = "blocked",
    [COLUMN_FROM] = "valid_from",
    [COLUMN_UNTIL] = "valid_until",
    [COLUMN_SEAT] = "seat",
    [COLUMN_ORDER] = "order",
    [COLUMN_SKIP] = "skip",
    [COLUMN_LIST_KEY] = "key",
    [COLUMN_PLACE] = "place",
    [COLUMN_STARTS] = "starts",
    [COLUMN_ENDS] = "ends",
    [COLUMN_OPENS] = "opens",
    [COLUMN_CLOSES] = "closes",
    [COLUMN_KINDS] = "kinds",
    [COLUMN_SESSION] = "session",
    [COLUMN_SEVERAL] = "several_entries",
    [COLUMN_AFTER_EXIT] = "entry_after_exit",
    [COLUMN_UNPAID] = "include_unpaid",
};

/* Words of a meaning, separated by '|'. */
struct words_of {
    int meaning;
    const char *words;
};

static const struct words_of guest_headers[] = {
    { COLUMN_CODE,
      "code|ticket code|ticketcode|barcode|bar code|qr|qr code|qrcode|ticket|"
      "secret|ticket secret|registration code|check in code|badge code|"
      "invitation code|票号|票码|报名码|注册码|二维码|条码|条形码|邀请码|参会码|"
      "签到码|参会二维码|Anmeldecode|Registrierungscode|Strichcode|"
      "code du billet|código|код|код билета|kod|kod karte|バーコード|코드" },
    { COLUMN_REF, "ref|ticket reference|badge reference|pseudonymization id" },
    { COLUMN_NAME,
      "name|full name|fullname|attendee name|attendee|guest|guest name|"
      "participant|姓名|中文姓名|名字|嘉宾姓名|参会人|参会人姓名|姓名（中文）|"
      "vollständiger name|nom complet|nom et prénom|nombre completo|"
      "nome|nome completo|имя и фамилия|фио|ime i prezime|"
      "imię i nazwisko|ad soyad|氏名|お名前|이름|성명|الاسم" },
    { COLUMN_FIRST,
      "first name|firstname|given name|given names|forename|名|Vorname|prénom|"
      "nombre|primer nombre|primeiro nome|ime|imię|имя|jméno|ad|etunimi|förnamn|"
      "keresztnév|prenume|nome próprio" },
    { COLUMN_LAST,
      "last name|lastname|family name|surname|姓|姓氏|Nachname|Familienname|"
      "Zuname|nom de famille|apellido|apellidos|apelido|sobrenome|cognome|"
      "prezime|фамилия|nazwisko|příjmení|soyad|vezetéknév|nume|efternamn" },
    { COLUMN_LATIN,
      "name latin|latin name|english name|name in english|name en|"
      "name english|name in latin letters|passport name|name as in passport|"
      "romanized name|transliteration|pinyin|英文名|英文姓名|外文名|外文姓名|"
      "拼音|姓名拼音|拼音姓名|护照姓名|姓名（英文）|ローマ字|영문이름|영문 성명" },
    { COLUMN_ORGANISATION,
      "organisation|organization|company|institution|affiliation|university|firm|"
      "company name|organisation name|organization name|school|employer|单位|工作单位|"
      "单位名称|公司|公司名称|机构|机构名称|学校|企业|企业名称|所在单位|院校|Firma|"
      "Unternehmen|Einrichtung|Hochschule|Organisation|société|entreprise|"
      "établissement|"
      "empresa|organización|instituição|azienda|организация|компания|место работы|"
      "organizacija|ustanova|instytucja|kurum|所属|会社名|소속|회사|المؤسسة" },
    { COLUMN_COUNTRY,
      "country|country region|nationality|country of residence|"
      "country code|国家|国籍|国家地区|国家或地区|Land|Staat|Staatsangehörigkeit|"
      "Nationalität|pays|nationalité|país|paese|страна|гражданство|država|"
      "zemlja|kraj|země|ülke|国|国名|국가|국적|البلد" },
    { COLUMN_KIND,
      "kind|category|type|ticket type|guest type|guest category|badge type|"
      "attendee type|role|ticket category|item|product|类别|类型|身份|嘉宾类别|"
      "嘉宾类型|人员类别|人员类型|参会类型|参会身份|票种|票类|Kategorie|"
      "Ticketart|Teilnehmerart|Gästeart|catégorie|type de billet|"
      "categoría|tipo|categoria|категория|тип|kategorija|vrsta|kategoria" },
    { COLUMN_SESSIONS,
      "sessions|session|events|sub events|subevents|activities|workshops|"
      "workshop|forums|场次|场次名称|活动|参加活动|参与活动|分会场|子活动|"
      "论坛|分论坛|Veranstaltungen|Veranstaltung|Sitzungen|séances|ateliers|"
      "sesiones|sessões|сессии|мероприятия|sesije|sesje" },
    { COLUMN_EMAIL,
      "email|e mail|mail|email address|e mail address|attendee email|邮箱|"
      "电子邮箱|邮件|电子邮件|邮箱地址|电邮|E-Mail-Adresse|courriel|"
      "adresse e mail|correo|correo electrónico|почта|эл почта|"
      "e pošta|imejl|メール|メールアドレス|이메일" },
    { COLUMN_NUMBER,
      "number|no|nr|id|guest id|participant number|registration number|"
      "registration id|attendee id|编号|报名编号|参会编号|嘉宾编号|学号|工号|"
      "Nummer|Teilnehmernummer|numéro|número|номер|broj|numer|番号|번호" },
    { COLUMN_LANGUAGE,
      "language|lang|locale|preferred language|语言|语种|Sprache|langue|"
      "idioma|lingua|язык|jezik|język|言語|언어" },
    { COLUMN_STATUS,
      "status|payment|payment status|paid|order status|ticket status|状态|"
      "支付状态|付款状态|缴费状态|订单状态|审核状态|报名状态|Zahlungsstatus|"
      "Bezahlt|Zahlung|statut|paiement|estado|pago|статус|оплата|plaćeno" },
    { COLUMN_BLOCKED, "blocked|blocklist|黑名单|禁止入场|gesperrt" },
    { COLUMN_FROM,
      "valid from|valid after|有效期从|有效期自|生效时间|有效期开始|gültig ab|"
      "gültig von|valable à partir de|válido desde|действует с" },
    { COLUMN_UNTIL,
      "valid until|valid to|valid till|expires|有效期至|失效时间|有效期结束|"
      "gültig bis|valable jusqu au|válido hasta|действует до" },
    { COLUMN_SEAT, "seat|seat number|座位|座位号|座次|Sitzplatz|Platz|siège|asiento|"
                   "место|sedište|miejsce|座席|좌석" },
    { COLUMN_ORDER,
      "order|order code|order number|order id|booking|booking number|订单|"
      "订单号|订单编号|Bestellung|Bestellnummer|Buchung|Buchungsnummer|"
      "commande|numéro de commande|pedido|заказ|номер заказа|narudžbina" },
    { COLUMN_SKIP,
      "phone|telephone|tel|mobile|mobile number|phone number|cell|cell phone|"
      "手机|手机号|手机号码|电话|联系电话|电话号码|联系方式|Telefon|Handy|"
      "Telefonnummer|Mobilnummer|téléphone|teléfono|telefone|телефон|"
      "passport|passport number|passport no|id number|id card|身份证|身份证号|"
      "身份证号码|证件号|证件号码|证件类型|护照|护照号|护照号码|Ausweisnummer|"
      "Reisepass|skip|picture" },
};

static const struct words_of list_headers[] = {
    { COLUMN_LIST_KEY, "key|id|slug|list|编号|代码|Schlüssel" },
    { COLUMN_NAME, "name|title|list name|名称|标题|Name|Titel" },
    { COLUMN_PLACE, "place|hall|room|venue|location|地点|会场|场地|Ort|Halle|Raum" },
    { COLUMN_STARTS, "starts|start|begins|from|开始|开始时间|Beginn" },
    { COLUMN_ENDS, "ends|end|to|until|结束|结束时间|Ende" },
    { COLUMN_OPENS,
      "opens|doors|entry from|doors open|入场时间|开始入场|Einlass|Einlass ab" },
    { COLUMN_CLOSES, "closes|entry until|停止入场|Einlass bis" },
    { COLUMN_KINDS,
      "kinds|kind|categories|ticket types|guests|类别|人员类别|Kategorien" },
    { COLUMN_SESSION, "session|sessions|sub event|场次|Veranstaltung" },
    { COLUMN_SEVERAL,
      "several entries|multiple entries|allow multiple entries|允许多次入场|"
      "mehrfacher Eintritt" },
    { COLUMN_AFTER_EXIT,
      "entry after exit|re entry|allow entry after exit|允许再次入场|"
      "Wiedereintritt" },
    { COLUMN_UNPAID, "include unpaid|include pending|unpaid|含未支付|auch unbezahlt" },
};

const char *const import_kinds[] = { "guest",     "vip",     "academician", "phd",
                                     "exhibitor", "team",    "employer",    "media",
                                     "staff",     "speaker", NULL };

static const struct words_of kind_words[] = {
    { 0,
      "guest|visitor|attendee|participant|delegate|regular|standard|嘉宾|来宾|参会者|"
      "参会人员|参会代表|代表|观众|普通观众|Gast|Besucher|Teilnehmer|invité|visiteur|"
      "invitado|convidado|гость|участник|gost|gość" },
    { 1, "vip|贵宾|重要嘉宾|重要来宾|领导|Ehrengast|vip guest|贵宾vip|dignitary" },
    { 2, "academician|院士|Akademiemitglied|академик|akademik|fellow" },
    { 3, "phd|ph d|dr|doctor|postdoc|doctoral|博士|海外博士|博士后|Promovierte|Doktor|"
         "доктор|doktor nauka|overseas phd" },
    { 4, "exhibitor|exhibition|参展商|展商|参展|参展人员|Aussteller|exposant|expositor|"
         "экспонент|izlagač|wystawca" },
    { 5,
      "team|contestant|competitor|competition|finalist|参赛|参赛队|参赛者|参赛选手|"
      "选手|"
      "参赛团队|项目团队|Wettbewerb|Team|équipe|equipo|equipe|команда|tim|takmičar" },
    { 6, "employer|recruiter|hr|用人单位|招聘单位|招聘方|企业|企业代表|Arbeitgeber|"
         "employeur|empleador|empregador|работодатель|poslodavac|pracodawca" },
    { 7,
      "media|press|journalist|媒体|记者|新闻媒体|Presse|Medien|presse|prensa|imprensa|"
      "пресса|сми|mediji|novinar|prasa" },
    { 8,
      "staff|crew|organiser|organizer|volunteer|helper|工作人员|会务|会务人员|志愿者|"
      "组委会|Personal|Mitarbeiter|Helfer|équipe d organisation|personnel|personal|"
      "персонал|osoblje|obsługa" },
    { 9, "speaker|lecturer|keynote|演讲嘉宾|主讲人|演讲者|报告人|讲者|Referent|Redner|"
         "conférencier|ponente|orador|докладчик|predavač|prelegent" },
};

static const struct words_of status_words[] = {
    { TICKET_PAID,
      "paid|yes|y|p|ok|confirmed|approved|valid|active|complimentary|free|1|"
      "true|是|已支付|已付款|已缴费|已缴|已确认|审核通过|通过|已通过|免费|有效|"
      "bezahlt|bestätigt|ja|payé|oui|confirmé|pagado|sí|pago|sim|"
      "оплачено|да|подтверждено|plaćeno|da|opłacone|tak" },
    { TICKET_UNPAID,
      "unpaid|pending|open|no|n|not paid|due|overdue|0|false|否|未支付|"
      "未付款|未缴费|未缴|待支付|待付款|待审核|offen|unbezahlt|ausstehend|"
      "nein|impayé|non|en attente|pendiente|pendente|não|не оплачено|нет|"
      "neplaćeno|ne|nieopłacone|nie" },
    { TICKET_CANCELLED,
      "cancelled|canceled|refunded|expired|rejected|withdrawn|void|c|e|"
      "已取消|取消|已退款|退款|已退票|退票|无效|作废|未通过|storniert|"
      "abgesagt|annulé|cancelado|anulado|отменено|возврат|otkazano|"
      "anulowane" },
};

static const struct words_of yes_words[] = {
    { 1, "yes|y|true|1|on|x|是|有|允许|ja|oui|sí|sim|да|da|tak" },
    { 0, "no|n|false|0|off|否|无|不允许|nein|non|não|нет|ne|nie" },
};

const char *const import_languages[] = { "zh", "en", "de", "fr", "es", "pt", "ru", "sr",
                                         "ar", "ja", "ko", "it", "pl", "tr", NULL };

static const struct words_of language_words[] = {
    { 0, "chinese|中文|汉语|普通话|chinesisch|mandarin" },
    { 1, "english|英文|英语|englisch|anglais" },
    { 2, "german|德语|德文|deutsch" },
    { 3, "french|法语|法文|français|französisch" },
    { 4, "spanish|西班牙语|español|spanisch" },
    { 5, "portuguese|葡萄牙语|português" },
    { 6, "russian|俄语|俄文|русский|russisch" },
    { 7, "serbian|塞尔维亚语|srpski|српски" },
    { 8, "arabic|阿拉伯语|العربية" },
    { 9, "japanese|日语|日文|日本語" },
    { 10, "korean|韩语|한국어" },
    { 11, "italian|意大利语|italiano" },
    { 12, "polish|波兰语|polski" },
    { 13, "turkish|土耳其语|türkçe" },
};

/* Names of countries that people write besides those of country.h. */
static const struct {
    const char *code, *words;
} country_words[] = {
    { "CN", "PR China|P R China|People's Republic of China|Mainland China|中国大陆|"
            "中华人民共和国|CHN" },
    { "US", "USA|U S A|United States of America|America|美利坚合众国" },
    { "GB",
      "UK|U K|Great Britain|England|Scotland|Wales|Northern Ireland|GBR|大不列颠" },
    { "KR", "Korea|Republic of Korea|KOR|大韩民国" },
    { "KP", "DPRK|North Korea" },
    { "RU", "Russian Federation|RUS|俄国|俄罗斯联邦" },
    { "CZ", "Czech Republic|CZE|捷克共和国" },
    { "TR", "Turkey|Turkiye|TUR" },
    { "NL", "Holland|The Netherlands|NLD" },
    { "AE", "UAE|U A E|阿联酋" },
    { "VN", "Viet Nam|VNM" },
    { "HK", "Hong Kong|Hong Kong SAR|香港|中国香港" },
    { "MO", "Macau|Macao|澳门|中国澳门" },
    { "TW", "Taiwan|Chinese Taipei|台湾|中国台湾" },
    { "BA", "Bosnia|Bosnia and Herzegovina|波黑" },
    { "MK", "Macedonia|North Macedonia" },
    { "IR", "Iran|Islamic Republic of Iran|IRN" },
    { "SY", "Syria" },
    { "MD", "Moldova" },
    { "LA", "Laos" },
    { "DE", "Deutschland|DEU|GER" },
    { "RS", "Srbija|Србија|SRB" },
    { "FR", "FRA" },
    { "JP", "JPN" },
    { "PT", "PRT" },
    { "BR", "Brasil|BRA" },
    { "ES", "España|ESP" },
    { "IT", "Italia|ITA" },
    { "IN", "IND" },
    { "SG", "SGP" },
    { "AU", "AUS" },
    { "CA", "CAN" },
    { "CI", "Ivory Coast" },
    { "CD", "DR Congo|Democratic Republic of the Congo" },
    { "TZ", "Tanzania" },
    { "VA", "Vatican" },
    { "MM", "Burma" },
    { "SZ", "Swaziland" },
};

const char *
import_column_name(enum import_column column)
{
    return column < COLUMN_COUNT ? column_names[column] : "extra";
}

bool
import_column_named(const char *name, enum import_column *column)
{
    for (unsigned i = 0; i < COLUMN_COUNT; i++) {
        if (strcmp(column_names[i], name) == 0) {
            *column = (enum import_column)i;
            return true;
        }
    }
    return false;
}

/* ---- the books ------------------------------------------------------------- */

static bool
make_key(const char *text, char key[KEY_MAX])
{
    struct str str;
    str_init(&str, KEY_MAX - 1);
    name_key(&str, text);
    bool fits = str_ok(&str) && str.length > 0;
    if (fits)
        str_copy(key, KEY_MAX, str.data);
    str_finish(&str);
    return fits;
}

static void
add_word(struct import_words *words, enum import_book book, const char *text,
         int meaning)
{
    struct entry *entry = &words->entries[words->count];
    if (words->count == ENTRIES_MAX || !make_key(text, entry->key))
        return;
    entry->book = (uint8_t)book;
    entry->meaning = (int16_t)meaning;
    words->count++;
}

static void
add_words(struct import_words *words, enum import_book book, const char *list,
          int meaning)
{
    char word[KEY_MAX];
    while (*list) {
        size_t length = strcspn(list, "|");
        str_copy_bytes(word, sizeof word, list, length);
        add_word(words, book, word, meaning);
        list += length + (list[length] == '|');
    }
}

static void
add_book(struct import_words *words, enum import_book book, const struct words_of *of,
         size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_words(words, book, of[i].words, of[i].meaning);
}

static void
add_countries(struct import_words *words)
{
    const char *code;
    for (unsigned i = 0; (code = country_code(i)); i++) {
        add_word(words, BOOK_COUNTRIES, code, (int)i);
        add_word(words, BOOK_COUNTRIES, country_name(code, "en"), (int)i);
        add_word(words, BOOK_COUNTRIES, country_name(code, "zh"), (int)i);
        for (size_t j = 0; j < sizeof country_words / sizeof *country_words; j++) {
            if (strcmp(country_words[j].code, code) == 0)
                add_words(words, BOOK_COUNTRIES, country_words[j].words, (int)i);
        }
    }
}

static int
by_key(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return x->book != y->book ? x->book - y->book : strcmp(x->key, y->key);
}

#define ADD_BOOK(words, book, of) \
    add_book((words), (book), (of), sizeof(of) / sizeof *(of))

bool
import_words_create(struct import_words **words, struct err *err)
{
    struct import_words *made = calloc(1, sizeof *made);
    if (made)
        made->entries = calloc(ENTRIES_MAX, sizeof *made->entries);
    if (!made || !made->entries) {
        free(made);
        return err_no_memory(err);
    }
    ADD_BOOK(made, BOOK_GUESTS, guest_headers);
    ADD_BOOK(made, BOOK_LISTS, list_headers);
    ADD_BOOK(made, BOOK_KINDS, kind_words);
    ADD_BOOK(made, BOOK_STATUS, status_words);
    ADD_BOOK(made, BOOK_LANGUAGES, language_words);
    ADD_BOOK(made, BOOK_YES, yes_words);
    add_countries(made);
    qsort(made->entries, made->count, sizeof *made->entries, by_key);
    *words = made;
    return true;
}

void
import_words_destroy(struct import_words *words)
{
    if (!words)
        return;
    free(words->entries);
    free(words);
}

int
import_words_find(const struct import_words *words, enum import_book book,
                  const char *text)
{
    struct entry wanted = { .book = (uint8_t)book };
    if (!make_key(text, wanted.key))
        return -1;
    const struct entry *found =
        bsearch(&wanted, words->entries, words->count, sizeof *words->entries, by_key);
    return found ? found->meaning : -1;
}
