// text: sentences in the guest's languages. One JSON file a language (templates/lang),
// key -> a subset of ICU MessageFormat:
//
//     {x}                                    the parameter
//     {x, plural, one {# hour} other {…}}    by Intl.PluralRules, # is the number
//     {x, number}                            12,400
//     {x, when}                              a moment in ms: "13:30", or "Tue, 24 Nov, 13:30"
//
// The daemon sends keys and parameters only; what a sentence looks like is decided here.

const languages = new Map(); // code -> { code, messages, plural, zone }

export async function loadLanguages(codes) {
  await Promise.all(codes.map(async (code) => {
    if (languages.has(code)) return;
    const answer = await fetch(`/lang/${code}.json`);
    if (!answer.ok) throw new Error(`language ${code}: ${answer.status}`);
    languages.set(code, { code, messages: await answer.json(), plural: new Intl.PluralRules(code) });
  }));
}

export const hasText = (code, key) => Boolean(languages.get(code)?.messages[key]);
export const loadedLanguages = () => [...languages.keys()];

let zone; // IANA name; undefined: the machine's own
export function setZone(name) {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    zone = name || undefined;
  } catch {
    zone = undefined;
  }
}

const dayOf = (ms) => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(ms);

// The hour alone if it is today, else with its day.
export function formatWhen(code, ms, now = Date.now()) {
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone };
  const day = { weekday: 'short', day: 'numeric', month: 'short' };
  const asked = dayOf(ms) === dayOf(now) ? time : { ...day, ...time };
  return new Intl.DateTimeFormat(code === 'en' ? 'en-GB' : code, asked).format(ms);
}

// Index of the brace that closes the one at `open`.
function closing(message, open) {
  let depth = 0;
  for (let i = open; i < message.length; i++) {
    if (message[i] === '{') depth++;
    if (message[i] === '}' && --depth === 0) return i;
  }
  throw new Error(`unbalanced braces: ${message}`);
}

function pluralArms(text) {
  const arms = {};
  for (let i = 0; i < text.length;) {
    const open = text.indexOf('{', i);
    if (open < 0) break;
    const end = closing(text, open);
    arms[text.slice(i, open).trim()] = text.slice(open + 1, end);
    i = end + 1;
  }
  return arms;
}

// A text from right to left keeps to itself inside a sentence that is not.
const isolated = (text) => (/[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(text) ? `\u2068${text}\u2069` : text);

function placeholder(language, inside, params) {
  const [name, type, ...rest] = inside.split(',');
  const value = params[name.trim()];
  if (type === undefined) return value === undefined ? '' : isolated(String(value));
  if (type.trim() === 'when') return formatWhen(language.code, Number(value), params.now_ms);
  if (type.trim() === 'number') return new Intl.NumberFormat(language.code).format(Number(value));
  const arms = pluralArms(rest.join(','));
  const arm = arms[language.plural.select(Number(value))] ?? arms.other;
  return expand(language, arm.replaceAll('#', new Intl.NumberFormat(language.code).format(value)), params);
}

function expand(language, message, params) {
  let out = '';
  for (let i = 0; i < message.length;) {
    const open = message.indexOf('{', i);
    if (open < 0) return out + message.slice(i);
    const end = closing(message, open);
    out += message.slice(i, open) + placeholder(language, message.slice(open + 1, end), params);
    i = end + 1;
  }
  return out;
}

// The sentence; a key that is missing shows itself, so that nobody overlooks it.
export function say(code, key, params = {}) {
  const language = languages.get(code);
  const message = language?.messages[key];
  return message === undefined ? key : expand(language, message, params);
}
